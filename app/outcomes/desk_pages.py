"""The desk's page on what became of proposals: the list, writing answers to one or many, and publishing them."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import Role
from app.database.tables import new_id
from app.errors import Conflict, ForumError, Invalid, NotAllowed
from app.outcomes import forms, overview, publishing, writing
from app.outcomes.levels import FIRST_LEVEL, LEVELS, MAY_SAY, Level, Verdict
from app.outcomes.listing import drafts_of, earlier_of
from app.outcomes.overview import Row, Standing
from app.outcomes.writers import writers_of
from app.outcomes.writing import Writer
from app.proposals.addresses import narrowed
from app.proposals.agencies import spellings
from app.proposals.choices import Reason
from app.proposals.listing import Filters, offers
from app.sessions.guards import Desk, desk
from app.sessions.navigation import desk_items
from app.web.forms import Typed, typed
from app.web.ground import Ground, ground
from app.web.pages import page, translator
from app.web.problems import status_of

router = APIRouter(prefix="/meja/{slug}/hasil", include_in_schema=False)
Parts = Annotated[Ground, Depends(ground)]
At = Annotated[Desk, Depends(desk(Role.SECRETARIAT, Role.RESPONDER))]
Secretariat = Annotated[Desk, Depends(desk(Role.SECRETARIAT))]
Numbers = Annotated[list[str], Query(alias="number", max_length=writing.MOST)]
KEY = "hasil"
PAGE = 50


@router.get("")
async def list_page(request: Request, parts: Parts, at: At, page_: Annotated[int, Query(alias="page", ge=1, le=10_000)] = 1) -> Response:
    """Every proposal with what each level answered; a responder sees what is meant for their agency."""
    async with parts.database.read() as db:
        offered = await offers(db, at.session, public=False)
        chosen = narrowed(request.query_params, [], offered)
        rows = await _rows(db, at, chosen.filters, offered.meant)
        drafts = await drafts_of(db, at.session.id) if _publishes(at) else []
    level = _one_of(Level, request.query_params.get("tingkat", ""))
    standing = _one_of(Standing, request.query_params.get("keadaan", ""))
    shown = [row for row in rows if not standing or row.stands(Standing(standing), Level(level) if level else None)]
    query = {**chosen.query, **({"tingkat": level} if level else {}), **({"keadaan": standing} if standing else {})}
    return page(
        request,
        "outcomes/list.html",
        **_desk(request, at),
        rows=shown[(page_ - 1) * PAGE : page_ * PAGE],
        total=len(shown),
        waiting=sum(row.waits is not None for row in rows),
        drafts=len(drafts),
        page_number=page_,
        pages=-(-len(shown) // PAGE),
        query=query,
        chosen=chosen,
        offers=offered,
        standings=list(Standing),
        told=request.query_params.get("kabar", ""),
        count=request.query_params.get("jumlah", ""),
    )


@router.get("/tulis")
async def write_page(request: Request, parts: Parts, at: At, number: Numbers = []) -> Response:  # noqa: B006 - FastAPI copies it
    """The form for an answer, to one proposal or the same to many."""
    form = Typed({"level": request.query_params.get("tingkat", "")}, {"number": number})
    return await _form(request, parts, at, form)


@router.post("/tulis")
async def write(request: Request, parts: Parts, at: At) -> Response:
    """Keep a draft; whatever is refused keeps everything typed."""
    form = await typed(request)
    try:
        answer, seen = forms.answer_in(form), forms.seen_in(form)
        async with parts.database.write() as db:
            writer = await _writer(db, parts, at)
            made = await writing.write(db, parts.vault, at.session.id, answer, seen, writer)
    except (Invalid, Conflict) as refused:
        return await _form(request, parts, at, form, refused=refused)
    if len(seen) == 1:
        return RedirectResponse(
            f"/meja/{at.session.slug}/{KEY}/tulis?number={next(iter(seen))}&tingkat={answer.level.value}&kabar=draf", 303
        )
    return RedirectResponse(f"/meja/{at.session.slug}/{KEY}?kabar=draf&jumlah={len(made)}", 303)


@router.post("/buang")
async def discard(request: Request, parts: Parts, at: At) -> Response:
    """Throw a draft away."""
    form = await typed(request)
    number = form.get("number")
    try:
        async with parts.database.write() as db:
            writer = await _writer(db, parts, at)
            for outcome_id, edit in forms.drafts_in(form).items():
                await writing.discard(db, parts.vault, at.session.id, outcome_id, edit, writer)
    except Conflict as refused:
        return await _form(request, parts, at, Typed({}, {"number": [number]}), refused=refused)
    return RedirectResponse(f"/meja/{at.session.slug}/{KEY}/tulis?number={number}&kabar=dibuang", 303)


@router.post("/dari-pleno")
async def from_plenary(request: Request, parts: Parts, at: Secretariat) -> Response:
    """Draft what the forum itself decided, some at a time: the writer of the embedded database is held for a moment only."""
    await typed(request)
    made, some = 0, writing.MOST
    try:
        while some == writing.MOST:
            async with parts.database.write() as db:
                some = await writing.draft_from_plenary(db, parts.vault, at.session.id, Writer(at.staff.actor, parts.clock.now()))
            made += some
    except Conflict as refused:
        return RedirectResponse(f"/meja/{at.session.slug}/{KEY}?kabar={refused.code.removeprefix('outcomes.')}", 303)
    if not made:
        return RedirectResponse(f"/meja/{at.session.slug}/{KEY}?kabar=nothing_decided", 303)
    return RedirectResponse(f"/meja/{at.session.slug}/{KEY}/terbitkan?kabar=pleno&jumlah={made}", 303)


@router.get("/terbitkan")
async def publish_page(request: Request, parts: Parts, at: Secretariat) -> Response:
    """The drafts, to be looked at once more before everybody reads them."""
    return await _publish(request, parts, at, Typed())


@router.post("/terbitkan")
async def publish(request: Request, parts: Parts, at: Secretariat) -> Response:
    """Publish what is ticked; pressed twice it is one publication."""
    form = await typed(request)
    given = form.get("id")
    publication = given if given.isalnum() and given.isascii() and len(given) == len(new_id()) else new_id()
    now, actor = parts.clock.now(), at.staff.actor
    try:
        async with parts.database.write() as db:
            made = await publishing.publish(db, parts.vault, at.session.id, publication, forms.drafts_in(form), actor=actor, now=now)
            number = made.number
    except Conflict as refused:
        return await _publish(request, parts, at, form, refused=refused)
    return RedirectResponse(f"/meja/{at.session.slug}/{KEY}/ringkasan?terbit={number}", 303)


@router.get("/ringkasan")
async def digest_page(request: Request, parts: Parts, at: At) -> Response:
    """What was published when, and what still has no answer, by agency and level."""
    async with parts.database.read() as db:
        offered = await offers(db, at.session, public=False)
        rows = await _rows(db, at, Filters(), offered.meant)
        sent = await overview.publications(db, at.session.id)
    return page(
        request,
        "outcomes/digest.html",
        **_desk(request, at),
        sent=sent,
        owing=overview.owing(rows),
        total=len(rows),
        answered=sum(bool(row.published) for row in rows),
        published=request.query_params.get("terbit", ""),
    )


def _publishes(at: Desk) -> bool:
    return at.staff.may({Role.SECRETARIAT}, at.session.id)


async def _writer(db: AsyncSession, parts: Ground, at: Desk) -> Writer:
    """Who writes: the secretariat anything, a responder what their agency answers."""
    if _publishes(at):
        return Writer(at.staff.actor, parts.clock.now())
    meant = (await offers(db, at.session, public=False)).meant
    return Writer(at.staff.actor, parts.clock.now(), spellings(at.staff.agency or "", meant))


async def _rows(db: AsyncSession, at: Desk, filters: Filters, meant: Sequence[str]) -> list[Row]:
    if _publishes(at):
        return await overview.rows_of(db, at.session, filters)
    mine = spellings(at.staff.agency or "", meant)
    if not mine:
        return []
    own = Filters(q=filters.q, sector=filters.sector, village=filters.village, meant_for=mine)
    return await overview.rows_of(db, at.session, own)


def _desk(request: Request, at: Desk) -> dict[str, Any]:
    publishes = _publishes(at)
    return {
        "session": at.session,
        "desk_items": desk_items(at.session, at.staff, KEY, translator(request)),
        "publishes": publishes,
        "agency": None if publishes else at.staff.agency,
        "levels": LEVELS if publishes else (Level.AGENCY,),
        "first": FIRST_LEVEL[at.session.tier],
    }


async def _form(request: Request, parts: Ground, at: Desk, form: Typed, *, refused: ForumError | None = None) -> Response:
    words = translator(request)
    numbers = form.many.get("number", [])
    typed_too = refused is not None and bool(form.values)
    async with parts.database.read() as db:
        meant = (await offers(db, at.session, public=False)).meant
        rows = {row.proposal.number: row for row in await _rows(db, at, Filters(), meant)}
        chosen = [rows[number] for number in dict.fromkeys(numbers) if number in rows]
        if not chosen and numbers and not _publishes(at):
            raise NotAllowed("outcomes.not_your_agency")
        earlier = await earlier_of(db, [row.proposal.id for row in chosen[:1]]) if len(chosen) == 1 else {}
    if isinstance(refused, Invalid):
        form = form.with_errors(refused, words)
    context = _desk(request, at)
    # Drafts of other levels are not a responder's to read.
    asked = _one_of(Level, form.get("level"))
    level = asked if asked in context["levels"] else _level_of(chosen, context["first"], publishes=context["publishes"])
    return page(
        request,
        "outcomes/write.html",
        status=status_of(refused) if refused else 200,
        **context,
        chosen=chosen,
        level=Level(level),
        form=form if typed_too else _opened(at, chosen, Level(level)),
        typed_too=typed_too,
        was=_was(chosen, Level(level)) | (forms.seen_in(form) if isinstance(refused, Invalid) else {}),
        may_say=MAY_SAY,
        verdicts=list(Verdict),
        reasons=list(Reason),
        earlier=next(iter(earlier.values()), []),
        refused=words.error(refused.code, **refused.facts) if isinstance(refused, Conflict) else None,
        told=request.query_params.get("kabar", ""),
    )


def _was(chosen: Sequence[Row], level: Level) -> dict[str, str]:
    """What whoever reads the form sees of each proposal; after a slip they saw no more than when they began."""
    newest = {row.proposal.number: row.drafts.get(level) or row.published.get(level) for row in chosen}
    return {number: last.seen if last else "" for number, last in newest.items()}


def _level_of(chosen: Sequence[Row], first: Level, *, publishes: bool) -> Level:
    """The level that is asked about first: that of a draft, else the one that has to answer now."""
    if not publishes:
        return Level.AGENCY
    if not chosen:
        return first
    return next(iter(chosen[0].drafts), chosen[0].waits or first)


def _opened(at: Desk, chosen: Sequence[Row], level: Level) -> Typed:
    """The form as it opens: the draft, else what is published, else the agency's name."""
    row = chosen[0] if len(chosen) == 1 else None
    found = (row.drafts.get(level) or row.published.get(level)) if row else None
    if found is None:
        agency = row.proposal.agency if row and level is Level.AGENCY else None
        return Typed({"decided_by": at.staff.agency or agency or ""})
    names = forms.AnswerForm.model_fields
    return Typed({name: str(value) for name in names if (value := getattr(found, name)) is not None})


async def _publish(request: Request, parts: Ground, at: Desk, form: Typed, *, refused: Conflict | None = None) -> Response:
    words = translator(request)
    async with parts.database.read() as db:
        drafts = await drafts_of(db, at.session.id)
        people = await writers_of(db, at.session.id, list({proposal.id for _, proposal in drafts}))
    ticked = forms.drafts_in(form) if refused else {}
    return page(
        request,
        "outcomes/publish.html",
        status=status_of(refused) if refused else 200,
        **_desk(request, at),
        drafts=drafts,
        most=publishing.MOST,
        people=len(people),
        ticked=set(ticked) if refused else {outcome.id for outcome, _ in drafts[: publishing.MOST]},
        id=new_id(),
        refused=words.error(refused.code, **refused.facts) if refused else None,
        told=request.query_params.get("kabar", ""),
        count=request.query_params.get("jumlah", ""),
    )


def _one_of(kind: type[Level] | type[Standing], text: str) -> str:
    return text if text in {one.value for one in kind} else ""

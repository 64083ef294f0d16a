"""The desk's form for an answer to one proposal or the same to many, and the drafts that come from the plenary."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from app.errors import Conflict, ForumError, Invalid, NotAllowed
from app.outcomes import forms, overview, writing
from app.outcomes.desk import KEY, PREFIX, At, Parts, Secretariat, levels_of, outcomes_page, publishes, seen_by, writer_of
from app.outcomes.levels import FIRST_LEVEL, MAY_SAY, Level, Verdict
from app.outcomes.listing import earlier_of
from app.outcomes.overview import Row
from app.outcomes.writing import Writer
from app.proposals.choices import Reason
from app.proposals.listing import Filters, offers
from app.sessions.guards import Desk
from app.web.forms import Typed, typed
from app.web.ground import Ground
from app.web.pages import translator

router = APIRouter(prefix=PREFIX, include_in_schema=False)
Numbers = Annotated[list[str], Query(alias="number", max_length=writing.MOST)]


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
            writer = await writer_of(db, parts, at)
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
            writer = await writer_of(db, parts, at)
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


async def _form(request: Request, parts: Ground, at: Desk, form: Typed, *, refused: ForumError | None = None) -> Response:
    words = translator(request)
    numbers = form.many.get("number", [])
    typed_too = refused is not None and bool(form.values)
    async with parts.database.read() as db:
        filters = seen_by(at, Filters(), (await offers(db, at.session, public=False)).meant)
        asked = list(dict.fromkeys(numbers))[: writing.MOST]
        found = await overview.rows_of(db, at.session, filters, numbers=asked) if filters and asked else []
        rows = {row.proposal.number: row for row in found}
        chosen = [rows[number] for number in asked if number in rows]
        if not chosen and numbers and not publishes(at):
            raise NotAllowed("outcomes.not_your_agency")
        earlier = await earlier_of(db, [row.proposal.id for row in chosen[:1]]) if len(chosen) == 1 else {}
    if isinstance(refused, Invalid):
        form = form.with_errors(refused, words)
    # Drafts of other levels are not a responder's to read.
    wish = form.get("level")
    first = FIRST_LEVEL[at.session.tier]
    level = Level(wish) if wish in set(levels_of(at)) else _level_of(chosen, first, publishes=publishes(at))
    return outcomes_page(
        request,
        "outcomes/write.html",
        at,
        refused=refused,
        chosen=chosen,
        level=level,
        form=form if typed_too else _opened(at, chosen, level),
        typed_too=typed_too,
        was=_was(chosen, level) | (forms.seen_in(form) if isinstance(refused, Invalid) else {}),
        may_say=MAY_SAY,
        verdicts=list(Verdict),
        reasons=list(Reason),
        earlier=next(iter(earlier.values()), []),
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

"""The desk's pages of proposals: the list, one proposal beside its words, and what can be done with it; all of it forms."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import AfterValidator, BaseModel, Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import Role
from app.errors import Conflict, FieldError, ForumError, Invalid, NotFound
from app.proposals import handing, joining, listing, service, triage, undoing
from app.proposals.addresses import Narrowed, narrowed
from app.proposals.choices import Handling, LandStatus, Reason, UrgencyLevel, Via, WorkType
from app.proposals.fields import LONG, NAMES, SHORT, TITLE, Content, Line, clean
from app.proposals.listing import Filters
from app.proposals.models import Proposal, ProposalStatus
from app.proposals.sectors import Sector
from app.proposals.service import Heard
from app.proposals.status import STEPS, WAITING, WITH_REASON
from app.proposals.villages import offered
from app.sessions.guards import Desk, desk
from app.sessions.models import Site
from app.sessions.navigation import desk_items
from app.web.forms import Typed, parse, typed
from app.web.ground import Ground, ground
from app.web.pages import page, translator
from app.web.problems import status_of

router = APIRouter(prefix="/meja/{slug}/usulan", include_in_schema=False)
Parts = Annotated[Ground, Depends(ground)]
At = Annotated[Desk, Depends(desk(Role.SECRETARIAT, Role.MODERATOR))]
Number = Annotated[str, Path(max_length=80)]
PAGE = 50
QUEUE = 200
FORM = tuple(name for name in NAMES if name != "village_code")
PUBLISHING: dict[str, dict[str, object]] = {
    "publish": {"published": True},
    "publish_masked": {"published": True, "personal_masked": True},
    "publish_checked": {"published": True, "personal_checked": True},
    "unpublish": {"published": False},
}


class Edited(Content):
    """The form of one proposal: its columns, the version that was seen, the button that was pressed."""

    version: Annotated[int, Field(ge=0, le=2**31)]
    act: Annotated[str, Field(max_length=20)] = "save"
    reason_code: Reason | None = None
    reason: Annotated[str, AfterValidator(clean), Field(max_length=LONG)] | None = None


class Noted(Content):
    """The form of a proposal that the desk writes down."""

    text: Annotated[str, AfterValidator(clean), Field(min_length=1, max_length=LONG)]
    proposer: Annotated[Line, Field(max_length=SHORT)] | None = None
    capacity: Annotated[Line, Field(max_length=SHORT)] | None = None
    on_behalf: Annotated[Line, Field(max_length=SHORT)] | None = None
    site: Annotated[Line, Field(max_length=30)] | None = None


class Merged(BaseModel):
    """The number that is to stand for this one."""

    into: Annotated[Line, Field(min_length=1, max_length=30)]


class Parted(BaseModel):
    """One title a line."""

    titles: Annotated[str, Field(min_length=1, max_length=4 * LONG)]


@router.get("")
async def list_page(request: Request, parts: Parts, at: At, page_: Annotated[int, Query(alias="page", ge=1, le=10_000)] = 1) -> Response:
    """Every proposal of the session, narrowed by what stands in the address."""
    async with parts.database.read() as db:
        sites = await _sites(db, at)
        chosen = narrowed(request.query_params, sites)
        total = await listing.count(db, at.session.id, chosen.filters, public=False)
        rows = await listing.matching(db, at.session.id, chosen.filters, public=False, limit=PAGE, skip=(page_ - 1) * PAGE)
        counts = await listing.by_status(db, at.session.id)
        waiting = await listing.matching(db, at.session.id, Filters(status=WAITING), public=False, limit=1)
        villages = await listing.villages_in(db, at.session.id, public=False)
    return page(
        request,
        "proposals/desk_list.html",
        session=at.session,
        desk_items=desk_items(at.session, at.staff, "usulan", translator(request)),
        items=rows,
        total=total,
        page_number=page_,
        pages=-(-total // PAGE),
        chosen=chosen,
        counts={status.value: counts[status] for status in ProposalStatus},
        first=waiting[0].number if waiting else None,
        villages=villages,
        sites={site.id: site for site in sites},
        choices=CHOICES,
    )


@router.get("/baru")
async def new_page(request: Request, parts: Parts, at: At) -> Response:
    """The form for writing a proposal down."""
    return await _new(request, parts, at, Typed())


@router.post("/baru")
async def write_down(request: Request, parts: Parts, at: At) -> Response:
    """Store what the desk wrote down and open it."""
    form = await typed(request)
    try:
        noted = parse(Noted, form)
        fields = {name: getattr(noted, name) for name in FORM if getattr(noted, name) is not None}
        async with parts.database.write() as db:
            site = next((one.id for one in await _sites(db, at) if one.code == noted.site), None)
            author = noted.proposer or translator(request).gettext("Warga")
            heard = Heard(noted.text, author, noted.capacity, noted.on_behalf, site)
            made = await service.create(db, parts.vault, at.session, heard, fields, actor=at.staff.actor, now=parts.clock.now())
    except Invalid as wrong:
        return await _new(request, parts, at, form.with_errors(wrong, translator(request)), status=422)
    return RedirectResponse(f"/meja/{at.session.slug}/usulan/{made.number}", 303)


@router.get("/{number}")
async def one_page(request: Request, parts: Parts, at: At, number: Number) -> Response:
    """One proposal beside its words."""
    return await _one(request, parts, at, number)


@router.post("/{number}")
async def edit(request: Request, parts: Parts, at: At, number: Number) -> Response:
    """Save the fields and do what the pressed button says: a step, publishing, or nothing more; then on to the next that waits."""
    form = await typed(request)
    try:
        edited = parse(Edited, form)
        changes = _changes(edited)
        async with parts.database.write() as db:
            changed = await service.change(
                db,
                parts.vault,
                at.session,
                number,
                changes,
                if_version=edited.version,
                actor=at.staff.actor,
                now=parts.clock.now(),
            )
    except (Invalid, Conflict) as refused:
        return await _one(request, parts, at, number, form=form, refused=refused)
    decided = "status" in changes
    return await _onward(request, parts, at, changed, decided=decided)


@router.post("/{number}/gabung")
async def merge(request: Request, parts: Parts, at: At, number: Number) -> Response:
    """Let another proposal stand for this one."""
    form = await typed(request)
    try:
        wanted = parse(Merged, form)
        async with parts.database.write() as db:
            now = parts.clock.now()
            await joining.merge(db, parts.vault, at.session, wanted.into, [number], actor=at.staff.actor, now=now)
            merged = await listing.find(db, at.session.id, number)
    except NotFound:
        unknown = Invalid(FieldError("into", "proposals.unknown"))
        return await _one(request, parts, at, number, refused=unknown, form=None, beside=form)
    except (Invalid, Conflict) as refused:
        return await _one(request, parts, at, number, refused=refused, form=None, beside=form)
    return await _onward(request, parts, at, merged, decided=True)


@router.post("/{number}/pecah")
async def split(request: Request, parts: Parts, at: At, number: Number) -> Response:
    """Part this proposal into one per title."""
    form = await typed(request)
    try:
        titles = [line.strip() for line in parse(Parted, form).titles.splitlines() if line.strip()]
        if any(len(title) > TITLE for title in titles):
            raise Invalid(FieldError("titles", "field.too_long", {"most": TITLE}))
        if not 2 <= len(titles) <= joining.MOST:
            raise Invalid(FieldError("titles", "proposals.two_parts"))
        asked = [joining.Part(clean(title)) for title in titles]
        async with parts.database.write() as db:
            made = await joining.split(db, parts.vault, at.session, number, asked, actor=at.staff.actor, now=parts.clock.now())
    except (Invalid, Conflict) as refused:
        return await _one(request, parts, at, number, refused=refused, form=None, beside=form)
    return RedirectResponse(f"/meja/{at.session.slug}/usulan/{made[0].number}?done={number}", 303)


@router.post("/{number}/urungkan")
async def undo(request: Request, parts: Parts, at: At, number: Number) -> Response:
    """Take the last act on a proposal back and show it."""
    form = await typed(request)
    version = form.get("version")
    seen = int(version) if version.isascii() and version.isdigit() and len(version) < 10 else None
    try:
        async with parts.database.write() as db:
            now = parts.clock.now()
            await undoing.undo(db, parts.vault, at.session, number, if_version=seen, actor=at.staff.actor, now=now)
    except Conflict as refused:
        return await _one(request, parts, at, number, refused=refused)
    return RedirectResponse(f"/meja/{at.session.slug}/usulan/{number}", 303)


CHOICES: dict[str, list[Any]] = {
    "sector": list(Sector),
    "type": list(WorkType),
    "urgency": list(UrgencyLevel),
    "handling": list(Handling),
    "land_status": list(LandStatus),
    "reason": list(Reason),
    "status": list(ProposalStatus),
    "via": list(Via),
}


def _changes(edited: Edited) -> dict[str, Any]:
    changes: dict[str, Any] = {name: getattr(edited, name) for name in FORM}
    if edited.act in PUBLISHING:
        return {**changes, **PUBLISHING[edited.act]}
    if edited.act == "already_proposed":
        return {**changes, "status": ProposalStatus.DECLINED, "reason_code": Reason.ALREADY_PROPOSED, "reason": edited.reason}
    if edited.act in set(ProposalStatus):
        status = ProposalStatus(edited.act)
        why = {"reason_code": edited.reason_code, "reason": edited.reason} if status in WITH_REASON else {}
        return {**changes, "status": status, **why}
    return changes


async def _onward(request: Request, parts: Parts, at: Desk, changed: Proposal, *, decided: bool) -> Response:
    """After a decision to the next that waits in the chosen list, else back to the same one."""
    base = f"/meja/{at.session.slug}/usulan"
    async with parts.database.read() as db:
        chosen = _queue_of(request, await _sites(db, at))
        after = await listing.matching(db, at.session.id, chosen.filters, public=False, limit=1, after=changed.number) if decided else []
    going = after[0].number if after else changed.number
    query = "&".join(filter(None, (chosen.address.removeprefix("?"), f"done={changed.number}")))
    return RedirectResponse(f"{base}/{going}?{query}", 303)


def _queue_of(request: Request, sites: list[Site]) -> Narrowed:
    chosen = narrowed(request.query_params, sites)
    return chosen if chosen.query else Narrowed(Filters(status=WAITING), {})


async def _sites(db: AsyncSession, at: Desk) -> list[Site]:
    return list(await db.scalars(select(Site).where(Site.session_id == at.session.id).order_by(Site.position)))


async def _new(request: Request, parts: Parts, at: Desk, form: Typed, *, status: int = 200) -> Response:
    async with parts.database.read() as db:
        sites = await _sites(db, at)
    return page(
        request,
        "proposals/desk_new.html",
        status=status,
        session=at.session,
        desk_items=desk_items(at.session, at.staff, "usulan", translator(request)),
        form=form,
        sites=sites,
        villages=offered(at.session.region_code),
        choices=CHOICES,
    )


async def _one(
    request: Request,
    parts: Parts,
    at: Desk,
    number: str,
    *,
    form: Typed | None = None,
    beside: Typed | None = None,
    refused: ForumError | None = None,
) -> Response:
    """The page of one; after a refusal with everything typed (`form` the main one, `beside` a smaller one) and what was wrong."""
    words = translator(request)
    async with parts.database.read() as db:
        proposal = await listing.find(db, at.session.id, number)
        sources = (await listing.sources_of(db, [proposal]))[proposal.id]
        sites = await _sites(db, at)
        chosen = _queue_of(request, sites)
        queue = await listing.matching(db, at.session.id, chosen.filters, public=False, limit=QUEUE)
        counts = await listing.by_status(db, at.session.id)
        alike = await triage.possible_doubles(db, proposal)
        history = await triage.traces(db, await listing.versions_of(db, proposal))
        done = await _done(db, at, request.query_params.get("done"))
        unproven = await handing.unproven(db, proposal.id)
    present = triage.typed_values(proposal)
    open_ = proposal.status in WAITING
    read = triage.suggestions(proposal, sources, at.session.region_code) if open_ and form is None else {}
    stale = isinstance(refused, Conflict) and refused.code == "web.stale_version"
    shown = form or Typed({**present, **read})
    if isinstance(refused, Invalid):
        shown = shown.with_errors(refused, words)
    return page(
        request,
        "proposals/desk_one.html",
        status=status_of(refused) if refused else 200,
        session=at.session,
        desk_items=desk_items(at.session, at.staff, "usulan", words),
        one=proposal,
        sources=sources,
        form=shown,
        beside=beside or Typed(),
        read=read,
        stale={name: present[name] or "–" for name in FORM if stale and shown.get(name) != present[name]},
        refused=words.error(refused.code, **refused.facts) if isinstance(refused, Conflict) else None,
        is_stale=stale,
        chosen=chosen,
        queue=queue,
        waiting=sum(counts[status] for status in WAITING),
        neighbours=_neighbours([row.number for row in queue], proposal.number),
        doubles=alike,
        history=history,
        done=done,
        unproven=unproven,
        steps=[status.value for status in STEPS[proposal.status]],
        sites={site.id: site for site in sites},
        villages=offered(at.session.region_code),
        choices=CHOICES,
    )


async def _done(db: AsyncSession, at: Desk, number: str | None) -> Proposal | None:
    """The proposal that was just decided, so that it can be taken back."""
    try:
        return await listing.find(db, at.session.id, number) if number else None
    except NotFound:
        return None


def _neighbours(numbers: list[str], number: str) -> tuple[str | None, str | None]:
    if number not in numbers:
        return None, numbers[0] if numbers else None
    at = numbers.index(number)
    return numbers[at - 1] if at else None, numbers[at + 1] if at + 1 < len(numbers) else None

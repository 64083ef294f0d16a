"""The moderators' page: the table of applicants, one applicant, and the plan that fills the free seats. Everything works as plain forms."""

from dataclasses import asdict, dataclass, field, replace
from functools import partial
from typing import Annotated

import anyio
from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from app.access.models import Role
from app.access.rights import Staff
from app.errors import Conflict, FieldError, Invalid, NotFound
from app.registration import decisions
from app.registration.applicant import detail, detail_in_full
from app.registration.decisions import Item
from app.registration.roll import load_roll
from app.registration.selection import Choice
from app.registration.selection_api import planned
from app.registration.selection_view import (
    EVERYBODY,
    MOST_ROWS,
    ROWS_A_PAGE,
    Filters,
    filters_of,
    panel,
    quota_noun,
    quota_word,
    tabs,
    views,
)
from app.sessions.guards import Desk, desk
from app.sessions.models import ForumSession
from app.sessions.navigation import DeskItem, desk_items
from app.web.forms import Typed, typed
from app.web.ground import Ground, ground
from app.web.pages import page, translator
from app.web.problems import status_of

router = APIRouter(prefix="/meja/{slug}/pendaftar", include_in_schema=False)
Parts = Annotated[Ground, Depends(ground)]
Moderator = Annotated[Desk, Depends(desk(Role.MODERATOR))]
KEY = "pendaftar"


@dataclass(frozen=True)
class Attempt:
    """A decision that was refused: what was ticked and typed, and why."""

    ticked: frozenset[str] = frozenset()
    reason: str = ""
    refused: Conflict | Invalid | NotFound | None = None
    form: Typed = field(default_factory=Typed)

    @property
    def items(self) -> list[dict[str, object]]:
        """Whom or what the refusal is about."""
        items = self.refused.facts.get("items") if self.refused else None
        return items if isinstance(items, list) else []


@router.get("")
async def table(request: Request, parts: Parts, at: Moderator) -> Response:
    """The table of applicants with its meters; once the result is out nobody is undecided, so it opens on everybody."""
    if at.session.selection_published_at and "state" not in request.query_params:
        rest = f"&{request.query_params}" if request.query_params else ""
        return RedirectResponse(f"/meja/{at.session.slug}/pendaftar?state={EVERYBODY}{rest}", 303)
    return await _table(request, parts, at, Attempt())


@router.post("")
async def decide(request: Request, parts: Parts, at: Moderator) -> Response:
    """Decide about the ticked applicants; whatever is refused keeps ticks and reason."""
    form = await typed(request)
    ticked = form.many.get("item", [])
    reason = form.get("reason")
    try:
        items = [_item(one) for one in ticked]
        if not items:
            raise Invalid(FieldError("item", "selection.nobody"), code="selection.nobody")
        choice = _choice(form.get("decision"))
        async with parts.database.write() as db:
            run = await decisions.decide(db, parts.vault, at.session.id, items, choice, reason, actor=at.staff.actor, now=parts.clock.now())
    except (Conflict, Invalid, NotFound) as refused:
        kept = Attempt(frozenset(one.partition(":")[0] for one in ticked), reason, refused, form)
        return await _table(request, parts, at, kept, status_of(refused))
    return _done(request, at.session, run.id, len(run.changed), choice.value)


@router.post("/urungkan")
async def undo(request: Request, parts: Parts, at: Moderator) -> Response:
    """Take the last press back."""
    form = await typed(request)
    try:
        async with parts.database.write() as db:
            run = await decisions.undo(db, parts.vault, at.session.id, form.get("run")[:16], actor=at.staff.actor, now=parts.clock.now())
    except (Conflict, NotFound) as refused:
        return await _table(request, parts, at, Attempt(refused=refused), status_of(refused))
    return _done(request, at.session, "", len(run.changed), "undo")


@router.get("/meter")
async def meters_panel(request: Request, parts: Parts, at: Moderator) -> Response:
    """The meters alone, for a page that redraws them."""
    words = translator(request)
    async with parts.database.read() as db:
        roll = await load_roll(db, at.session)
    return page(request, "registration/selection_meters.html", session=at.session, panel=panel(roll, words), filters=filters_of({}))


@router.get("/isi")
async def fill_plan(request: Request, parts: Parts, at: Moderator) -> Response:
    """Who would get the free seats, and why."""
    return await _plan(request, parts, at, None)


@router.post("/isi")
async def fill(request: Request, parts: Parts, at: Moderator) -> Response:
    """Give the free seats as the plan that was looked at says; a new plan when the list changed meanwhile."""
    form = await typed(request)
    roll, plan = await planned(parts, at.session)
    try:
        if form.get("stamp") != roll.stamp:
            raise Conflict("selection.moved")
        async with parts.database.write() as db:
            run = await decisions.fill_seats(db, parts.vault, at.session.id, roll, plan, actor=at.staff.actor, now=parts.clock.now())
    except Conflict as moved:
        return await _plan(request, parts, at, moved)
    return _done(request, at.session, run.id, len(run.changed), "fill")


@router.get("/orang/{application}")
async def applicant(request: Request, parts: Parts, at: Moderator, application: str) -> Response:
    """One applicant: wish, flags, what was decided; `?panel=1` gives the part that stands beside the table."""
    return await _applicant(request, parts, at, application, shown=False)


@router.post("/orang/{application}/nomor")
async def unmask(request: Request, parts: Parts, at: Moderator, application: str) -> Response:
    """The same with phones, e-mail, address and needs in full; that they were looked at is recorded."""
    return await _applicant(request, parts, at, application, shown=True)


async def _applicant(request: Request, parts: Ground, at: Desk, application: str, *, shown: bool) -> Response:
    words = translator(request)
    async with parts.database.read() as db:
        known = await detail(db, parts.vault, at.session.id, application)
        roll = await load_roll(db, at.session)
    if shown:
        async with parts.database.write() as db:
            known = await detail_in_full(db, parts.vault, at.session.id, application, staff=at.staff, now=parts.clock.now())
    one = next(view for view in views(roll, Filters(), words) if view.row.id == application)
    template = "registration/selection_panel.html" if request.query_params.get("panel") else "registration/selection_applicant.html"
    return page(
        request,
        template,
        session=at.session,
        one=one,
        known=known,
        shown=shown,
        desk_items=_rail(request, at.session, at.staff, len(roll.rows)),
        quota_words={b.trait: quota_word(b.trait, roll, words) for b in roll.bounds},
    )


async def _plan(request: Request, parts: Ground, at: Desk, moved: Conflict | None) -> Response:
    words = translator(request)
    roll, plan = await planned(parts, at.session)
    rows = {row.id: row for row in roll.rows}
    return page(
        request,
        "registration/selection_plan.html",
        status=409 if moved else 200,
        session=at.session,
        moved=moved,
        stamp=roll.stamp,
        picks=[(rows[p.id], p.cause.removeprefix("quota:") if p.cause != "order" else "") for p in plan.picks],
        unmet=[(u, quota_noun(u.trait, roll, words)) for u in plan.unmet],
        quota_words={b.trait: quota_word(b.trait, roll, words) for b in roll.bounds},
        free=sum(max(0, s.seats - s.selected) for s in roll.meters().seats),
        desk_items=_rail(request, at.session, at.staff, len(roll.rows)),
    )


async def _table(request: Request, parts: Ground, at: Desk, attempt: Attempt, status: int = 200) -> Response:
    words = translator(request)
    filters = filters_of(request.query_params)
    async with parts.database.read() as db:
        roll = await load_roll(db, at.session)
    found = await anyio.to_thread.run_sync(views, roll, filters, words)
    paged = len(found) > MOST_ROWS
    number = _page_number(request.query_params.get("page"))
    matching = [one for one in found if one.shown]
    rows = matching[(number - 1) * ROWS_A_PAGE : number * ROWS_A_PAGE] if paged else found
    # Beside the loop: thousands of rows take long enough to be felt in a room.
    draw = partial(
        page,
        request,
        "registration/selection.html",
        status=status,
        session=at.session,
        filters=filters,
        query={name: value for name, value in asdict(filters).items() if value},
        rows=rows,
        total=len(found),
        matching=len(matching),
        paged=paged,
        page_number=number,
        pages=-(-len(matching) // ROWS_A_PAGE) if paged else 1,
        tabs=tabs(roll),
        panel=panel(roll, words),
        halls=list(roll.halls.values()),
        elements=sorted({(o.row.element, o.element) for o in found if o.row.element}, key=lambda pair: pair[1] or ""),
        villages=sorted({o.row.village for o in found if o.row.village}),
        quotas=[(b.trait, quota_word(b.trait, roll, words)) for b in roll.bounds],
        reasons=sorted({row.reason for row in roll.rows if row.reason})[:20],
        stamp=roll.stamp,
        attempt=attempt,
        names={row.id: row.name for row in roll.rows},
        waiting=sum(1 for row in roll.rows if row.state == "submitted"),
        late=sum(1 for row in roll.rows if row.state == "late"),
        decidable=any(not row.told and row.state != "withdrawn" for row in roll.rows),
        done=_told(request),
        desk_items=_rail(request, at.session, at.staff, len(found)),
    )
    return await anyio.to_thread.run_sync(draw)


def _told(request: Request) -> dict[str, str | int] | None:
    """What the press before this page did, from its address; harmless when made up."""
    act, count = request.query_params.get("done", ""), request.query_params.get("n", "")
    if act not in {*(choice.value for choice in Choice), "fill", "undo"} or not count.isdecimal() or len(count) > 5:
        return None
    return {"act": act, "n": int(count), "run": request.query_params.get("run", "")[:16]}


def _done(request: Request, session: ForumSession, run: str, count: int, act: str) -> Response:
    """Back to the table as it was filtered, with what was done and the means to take it back."""
    kept = filters_of(request.query_params).query()
    return RedirectResponse(f"/meja/{session.slug}/pendaftar?{kept}{'&' if kept else ''}done={act}&n={count}&run={run}", 303)


def _rail(request: Request, session: ForumSession, staff: Staff, count: int) -> list[DeskItem]:
    items = desk_items(session, staff, KEY, translator(request))
    return [replace(item, count=count) if item.current else item for item in items]


def _item(text: str) -> Item:
    application, _, version = text.partition(":")
    if not application or not version.isdecimal() or len(version) > 9:
        raise Invalid(FieldError("item", "field.wrong"))
    return Item(application[:16], int(version))


def _choice(text: str) -> Choice:
    try:
        return Choice(text)
    except ValueError:
        raise Invalid(FieldError("decision", "field.not_a_choice")) from None


def _page_number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and 0 < len(text) < 5 and int(text) else 1

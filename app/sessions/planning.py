"""Changing what was announced: extend, reopen, postpone, move or add a hall, swap the meeting, cancel; with the reason that people are told."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import Role
from app.errors import Conflict, FieldError, Invalid, NotFound
from app.meetings.service import meeting_of, opened
from app.notices.paper import tally
from app.sessions.changes import changes_of, shown
from app.sessions.crowd import invited_by_place
from app.sessions.fields import CancelFields, HallFields, HallMove, MeetingSwap, ScheduleFields
from app.sessions.guards import Desk, desk
from app.sessions.models import SessionState
from app.sessions.navigation import desk_items
from app.sessions.plans import add_hall, move_hall, swap_meeting
from app.sessions.registering import registration_of
from app.sessions.rows import sites_of
from app.sessions.schedule import MOVABLE, change_schedule
from app.sessions.service import change_state
from app.sessions.typed import local, local_moment
from app.web.forms import Typed, checked, parse, typed
from app.web.ground import Ground, ground
from app.web.pages import page, translator

Fields = TypeVar("Fields", bound=HallMove | MeetingSwap | CancelFields)
router = APIRouter(include_in_schema=False)
Parts = Annotated[Ground, Depends(ground)]
Chair = Annotated[Desk, Depends(desk(Role.MODERATOR))]
Admin = Annotated[Desk, Depends(desk(Role.ADMIN))]
OTHERS = ("hall", "more", "meeting", "cancel")
"""The cards beside that of the times."""


@router.get("/meja/{slug}/jadwal")
async def schedule_page(request: Request, parts: Parts, at: Chair) -> Response:
    """The present plan, to be changed, and every change so far."""
    return await _page(request, parts, at, request.query_params.get("buka", "time"), _standing(at))


@router.post("/meja/{slug}/jadwal")
async def move(request: Request, parts: Parts, at: Chair) -> Response:
    """Move what was changed, or postpone until further notice; everybody already told is told by a job."""
    form = await typed(request)

    async def change(db: AsyncSession) -> object:
        fields = _read(form, at)
        return await change_schedule(db, parts.vault, at.session.id, fields, actor=at.staff.actor, now=parts.clock.now())

    return await _changed(request, parts, at, "time", form, change)


@router.post("/meja/{slug}/jadwal/lokasi")
async def hall_moves(request: Request, parts: Parts, at: Chair) -> Response:
    """Another building for a hall."""
    form = await typed(request)

    async def change(db: AsyncSession) -> object:
        fields = _fields(HallMove, form)
        return await move_hall(db, parts.vault, at.session.id, form.get("site"), fields, actor=at.staff.actor, now=parts.clock.now())

    return await _changed(request, parts, at, "hall", form, change)


@router.post("/meja/{slug}/jadwal/lokasi-baru")
async def hall_added(request: Request, parts: Parts, at: Chair) -> Response:
    """One more hall."""
    form = await typed(request)

    async def change(db: AsyncSession) -> object:
        fields = _fields(HallFields, form)
        return await add_hall(db, parts.vault, at.session.id, fields, actor=at.staff.actor, now=parts.clock.now())

    return await _changed(request, parts, at, "more", form, change)


@router.post("/meja/{slug}/jadwal/rapat")
async def meeting_swapped(request: Request, parts: Parts, at: Chair) -> Response:
    """Another meeting; the one before is not shown to who swaps it."""
    form = await typed(request)

    async def change(db: AsyncSession) -> object:
        fields = _fields(MeetingSwap, form)
        return await swap_meeting(db, parts.vault, at.session.id, fields, actor=at.staff.actor, now=parts.clock.now())

    return await _changed(request, parts, at, "meeting", form, change)


@router.post("/meja/{slug}/jadwal/batal")
async def cancelled(request: Request, parts: Parts, at: Admin) -> Response:
    """The forum does not take place."""
    form = await typed(request)

    async def change(db: AsyncSession) -> object:
        reason, to = _fields(CancelFields, form).reason, SessionState.CANCELLED
        return await change_state(db, parts.vault, at.session.id, to, actor=at.staff.actor, reason=reason, now=parts.clock.now())

    return await _changed(request, parts, at, "cancel", form, change)


async def _changed(
    request: Request, parts: Ground, at: Desk, which: str, form: Typed, change: Callable[[AsyncSession], Awaitable[object]]
) -> Response:
    """Make the change, or show its card again with what was typed."""
    words = translator(request)
    try:
        async with parts.database.write() as db:
            await change(db)
    except Invalid as wrong:
        return await _page(request, parts, at, which, form.with_errors(wrong, words), status=422)
    except NotFound as wrong:
        missing = form.with_errors(Invalid(FieldError("site", wrong.code)), words)
        return await _page(request, parts, at, which, missing, status=422)
    except Conflict as refused:
        return await _page(request, parts, at, which, form, status=409, refused=words.error(refused.code, **refused.facts))
    return RedirectResponse(f"/meja/{at.session.slug}/jadwal?tersimpan={which}", 303)


def _fields(model: type[Fields], form: Typed) -> Fields:
    """The card's own fields; which hall it is about is not among them."""
    kept = {name: value for name, value in form.values.items() if name not in {"csrf", "site"}}
    return parse(model, Typed(kept, form.many))


def _standing(at: Desk) -> Typed:
    """The moments as they are; those that do not hold any more are left open."""
    names = ("registration_closes_at",) if at.session.undated else MOVABLE
    return Typed({name: local(getattr(at.session, name), at.session.zone) for name in names})


def _read(form: Typed, at: Desk) -> ScheduleFields:
    """What was changed: a field left as it was filled in is no wish, though the moment behind it may have seconds that no field shows."""
    standing = _standing(at)
    values: dict[str, object] = {"reason": form.get("reason")}
    wrong = []
    open_day = form.get("until_further_notice") == "1"
    if open_day:
        values["until_further_notice"] = True
    for name in MOVABLE:
        # What stands prefilled beside a ticked "no new day yet" is not a wish.
        if form.get(name) in {"", standing.get(name)} or (open_day and name in {"starts_at", "ends_at"}):
            continue
        moment = local_moment(form.get(name), at.session.zone)
        if moment is None:
            wrong.append(FieldError(name, "field.not_a_moment"))
        else:
            values[name] = moment
    try:
        fields = checked(ScheduleFields, values)
    except Invalid as more:
        raise Invalid(*wrong, *more.errors) from None
    if wrong:
        raise Invalid(*wrong)
    return fields


async def _page(
    request: Request, parts: Ground, at: Desk, which: str, form: Typed, *, status: int = 200, refused: str | None = None
) -> Response:
    words = translator(request)
    async with parts.database.read() as db:
        changes = shown(await changes_of(db, at.session.id))
        sites = await sites_of(db, at.session.id)
        guests = sum((await invited_by_place(db, at.session.id)).values())
        on_paper = await tally(db, at.session.id)
        has_meeting = opened(parts.vault, await meeting_of(db, at.session.id)).complete
    context: dict[str, Any] = {"form": form, "which": which, "times": form if which not in OTHERS else _standing(at)}
    return page(
        request,
        "sessions/schedule.html",
        status=status,
        session=at.session,
        changes=changes,
        hall_choices=[(site.id, site.name) for site in sites],
        has_meeting=has_meeting,
        guests=guests,
        on_paper=on_paper.owed,
        admin=at.staff.may({Role.ADMIN}, at.session.id),
        registration=registration_of(at.session, parts.clock.now()),
        refused=refused,
        saved=request.query_params.get("tersimpan"),
        desk_items=desk_items(at.session, at.staff, "jadwal", words),
        **context,
    )

"""Moving what was announced: extend, reopen or postpone, with the reason that people are told."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from app.access.models import Role
from app.errors import Conflict, FieldError, ForumError, Invalid
from app.sessions.fields import ScheduleFields
from app.sessions.guards import Desk, desk
from app.sessions.navigation import desk_items
from app.sessions.registering import registration_of
from app.sessions.schedule import MOVABLE, change_schedule, changes_of
from app.sessions.typed import local, local_moment
from app.web.forms import Typed, checked, typed
from app.web.ground import Ground, ground
from app.web.pages import page, translator

router = APIRouter(include_in_schema=False)
Parts = Annotated[Ground, Depends(ground)]
Chair = Annotated[Desk, Depends(desk(Role.MODERATOR))]


@router.get("/meja/{slug}/jadwal")
async def schedule_page(request: Request, parts: Parts, at: Chair) -> Response:
    """The present moments, to be moved, and every move so far."""
    form = Typed({name: local(getattr(at.session, name), at.session.zone) for name in MOVABLE})
    return await _page(request, parts, at, form)


@router.post("/meja/{slug}/jadwal")
async def move(request: Request, parts: Parts, at: Chair) -> Response:
    """Move what was changed; everybody already told is told by a job."""
    form = await typed(request)
    words = translator(request)
    try:
        fields = _read(form, at.session.zone)
        async with parts.database.write() as db:
            await change_schedule(db, parts.vault, at.session.id, fields, actor=at.staff.actor, now=parts.clock.now())
    except Invalid as wrong:
        return await _page(request, parts, at, form.with_errors(wrong, words), status=422)
    except Conflict as refused:
        return await _page(request, parts, at, form, status=409, refused=refused)
    return RedirectResponse(f"/meja/{at.session.slug}/jadwal?tersimpan=1", 303)


def _read(form: Typed, zone: str) -> ScheduleFields:
    values: dict[str, object] = {"reason": form.get("reason")}
    wrong = []
    for name in MOVABLE:
        if not form.get(name):
            continue
        moment = local_moment(form.get(name), zone)
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
    request: Request, parts: Ground, at: Desk, form: Typed, *, status: int = 200, refused: ForumError | None = None
) -> Response:
    words = translator(request)
    async with parts.database.read() as db:
        changes = await changes_of(db, at.session.id)
    return page(
        request,
        "sessions/schedule.html",
        status=status,
        form=form,
        session=at.session,
        changes=changes,
        registration=registration_of(at.session, parts.clock.now()),
        refused=words.error(refused.code, **refused.facts) if refused else None,
        saved=request.query_params.get("tersimpan") == "1",
        desk_items=desk_items(at.session, at.staff, "jadwal", words),
    )

"""Sessions for programs: JSON under /api/v1."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field

from app.access.guards import MaybeStaff, OfficeAdmin
from app.access.models import Role
from app.access.service import must
from app.sessions.fields import Fields, HallFields, HallMove, MeetingSwap, Moment, RowId, ScheduleFields, SessionChanges, SessionFields
from app.sessions.guards import Desk, PublicSession, desk
from app.sessions.lifecycle import ADMINS_ONLY
from app.sessions.lists import PAGE, visible
from app.sessions.models import ScheduleChange, ScheduleKind, SessionState
from app.sessions.plans import add_hall, move_hall, swap_meeting
from app.sessions.schedule import change_schedule
from app.sessions.service import change_state, create_session, update_session
from app.sessions.shown import SessionList, SessionShown, SessionSummary, shown
from app.web.ground import Ground, ground

router = APIRouter(prefix="/api/v1/sessions", tags=["sessions"])
Parts = Annotated[Ground, Depends(ground)]


class SessionPatch(SessionChanges):
    """The fields to change and the version that they were read from."""

    version: Annotated[int, Field(ge=1, le=2**31 - 1)]


class StateWish(Fields):
    """Where the session shall go."""

    to: SessionState = Field(description="published, live, paused, ended or cancelled")
    reason: Annotated[str, Field(max_length=500)] | None = None


class Scheduled(BaseModel):
    """What was moved; everybody already told is told by a job."""

    id: str
    kind: ScheduleKind
    starts_at: Moment
    ends_at: Moment
    registration_closes_at: Moment
    undated: bool = Field(description="Postponed until further notice: the moments do not hold")


class PlanChanged(BaseModel):
    """A change of the plan that was made; everybody whom it concerns is told by a job."""

    id: str
    kind: ScheduleKind
    site: str | None = Field(None, description="The hall that moved or was added")


@router.post("", status_code=201)
async def create(parts: Parts, staff: OfficeAdmin, fields: SessionFields) -> SessionShown:
    """Set up a session as a draft; title, region and start are enough."""
    now = parts.clock.now()
    async with parts.database.write() as db:
        session = await create_session(db, parts.vault, fields, actor=staff.actor, now=now)
        return await shown(db, parts.vault, session, staff, now)


@router.get("", response_model_exclude_none=True)
async def listed(parts: Parts, staff: MaybeStaff, cursor: Annotated[str | None, Query(max_length=80)] = None) -> SessionList:
    """Announced sessions, latest start first; staff also see the drafts they work in."""
    async with parts.database.read() as db:
        found = await visible(db, staff, cursor, PAGE + 1)
    following = found[PAGE - 1].slug if len(found) > PAGE else None
    return SessionList(items=[SessionSummary.model_validate(one) for one in found[:PAGE]], next=following)


@router.get("/{slug}")
async def one(request: Request, parts: Parts, session: PublicSession, staff: MaybeStaff) -> SessionShown:
    """One session as the caller may see it."""
    async with parts.database.read() as db:
        return await shown(db, parts.vault, session, staff, parts.clock.now())


@router.patch("/{slug}")
async def change(parts: Parts, at: Annotated[Desk, Depends(desk(Role.ADMIN))], changes: SessionPatch) -> SessionShown:
    """Change what is given; 409 `sessions.changed` when somebody else did so since `version`. Announced moments move through `schedule`."""
    now = parts.clock.now()
    async with parts.database.write() as db:
        session = await update_session(db, parts.vault, at.session.id, changes, version=changes.version, actor=at.staff.actor, now=now)
        return await shown(db, parts.vault, session, at.staff, now)


@router.post("/{slug}/state")
async def to_state(parts: Parts, at: Annotated[Desk, Depends(desk(Role.MODERATOR))], wish: StateWish) -> SessionShown:
    """Publish, open, pause, end or cancel; publishing and cancelling are for administrators."""
    if wish.to in ADMINS_ONLY:
        must(at.staff, {Role.ADMIN}, at.session.id)
    now = parts.clock.now()
    async with parts.database.write() as db:
        session = await change_state(db, parts.vault, at.session.id, wish.to, actor=at.staff.actor, reason=wish.reason, now=now)
        return await shown(db, parts.vault, session, at.staff, now)


@router.post("/{slug}/schedule")
async def move(parts: Parts, at: Annotated[Desk, Depends(desk(Role.MODERATOR))], fields: ScheduleFields) -> Scheduled:
    """Extend or reopen registration, or move the forum, with a reason."""
    async with parts.database.write() as db:
        done = await change_schedule(db, parts.vault, at.session.id, fields, actor=at.staff.actor, now=parts.clock.now())
        session = await db.get_one(type(at.session), at.session.id)
        moments = {name: getattr(session, name) for name in ("starts_at", "ends_at", "registration_closes_at", "undated")}
    return Scheduled(id=done.id, kind=done.kind, **moments)


@router.post("/{slug}/halls", status_code=201)
async def hall_added(parts: Parts, at: Annotated[Desk, Depends(desk(Role.MODERATOR))], fields: HallFields) -> PlanChanged:
    """One more hall, with the reason that everybody already told will read."""
    async with parts.database.write() as db:
        return _plan_changed(await add_hall(db, parts.vault, at.session.id, fields, actor=at.staff.actor, now=parts.clock.now()))


@router.post("/{slug}/halls/{site}/move")
async def hall_moved(parts: Parts, at: Annotated[Desk, Depends(desk(Role.MODERATOR))], site: RowId, fields: HallMove) -> PlanChanged:
    """Another building for a hall; those who are to come there are told."""
    async with parts.database.write() as db:
        return _plan_changed(await move_hall(db, parts.vault, at.session.id, site, fields, actor=at.staff.actor, now=parts.clock.now()))


@router.post("/{slug}/meeting")
async def meeting_swapped(parts: Parts, at: Annotated[Desk, Depends(desk(Role.MODERATOR))], fields: MeetingSwap) -> PlanChanged:
    """Another meeting in place of the one before; those who are online are told to look again, without any of it in the letter."""
    async with parts.database.write() as db:
        return _plan_changed(await swap_meeting(db, parts.vault, at.session.id, fields, actor=at.staff.actor, now=parts.clock.now()))


def _plan_changed(change: ScheduleChange) -> PlanChanged:
    return PlanChanged(id=change.id, kind=change.kind, site=change.site_id)

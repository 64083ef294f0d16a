"""Changes of an announced plan besides its times: a hall moves, a hall is added, the meeting is another one; each with a reason, each told."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import Act, record
from app.database.tables import new_id
from app.errors import Conflict, FieldError, Invalid, NotFound
from app.meetings import service as meetings
from app.meetings.service import MeetingAccess
from app.sessions.changes import Change, write_change
from app.sessions.crowd import seated_by_place, selected_by_place
from app.sessions.fields import HallFields, HallMove, MeetingSwap, SiteFields
from app.sessions.models import ForumSession, ScheduleChange, ScheduleKind, Site
from app.sessions.rows import coded, sites_of
from app.sessions.schedule import FIXED
from app.sessions.service import locked
from app.vault import Vault

MOST_HALLS = 60


async def move_hall(
    db: AsyncSession, vault: Vault, session_id: str, site_id: str, fields: HallMove, *, actor: str, now: datetime
) -> ScheduleChange:
    """Hold a hall's people in another building; its code, operators and people stay. Those who are to come there are told."""
    session = await _changeable(db, session_id)
    sites = await sites_of(db, session_id)
    site = next((one for one in sites if one.id == site_id), None)
    if site is None:
        raise NotFound("sessions.hall_unknown")
    seats = fields.seats or site.seats
    wanted = {"name": fields.name, "address": fields.address, "access_notes": fields.access_notes, "seats": seats}
    if all(getattr(site, name) == value for name, value in wanted.items()):
        raise Invalid(FieldError("name", "sessions.hall_same"))
    _must_be_its_own(fields.name, [one for one in sites if one.id != site.id])
    await _must_hold(db, session_id, site, seats)
    before = {"name": site.name, "address": site.address}
    for name, value in wanted.items():
        setattr(site, name, value)
    after = {"name": site.name, "address": site.address}
    session.version += 1
    change = Change(ScheduleKind.RELOCATED, fields.reason, before, after, site.id)
    return await _written(db, vault, session, change, f"site:{site.id}", actor, now)


async def add_hall(db: AsyncSession, vault: Vault, session_id: str, fields: HallFields, *, actor: str, now: datetime) -> ScheduleChange:
    """One more hall with its seats; whoever was told of the forum is told that it is there, and may move to it."""
    session = await _changeable(db, session_id)
    sites = await sites_of(db, session_id)
    if len(sites) >= MOST_HALLS:
        raise Invalid(FieldError("name", "sessions.halls_many", {"most": MOST_HALLS}))
    _must_be_its_own(fields.name, sites)
    known = [SiteFields(id=one.id, code=one.code, name=one.name, seats=one.seats) for one in sites]
    named = SiteFields(name=fields.name, seats=fields.seats)
    code = coded([*known, named], {one.id: one.code for one in sites})[-1].code
    site = Site(
        id=new_id(),
        session_id=session_id,
        code=code,
        name=fields.name,
        address=fields.address,
        access_notes=fields.access_notes,
        seats=fields.seats,
        position=max((one.position for one in sites), default=0) + 1,
    )
    db.add(site)
    await db.flush()
    session.version += 1
    after: dict[str, object] = {"name": site.name, "address": site.address, "seats": site.seats}
    change = Change(ScheduleKind.HALL_ADDED, fields.reason, {}, after, site.id)
    return await _written(db, vault, session, change, f"site:{site.id}", actor, now)


async def swap_meeting(
    db: AsyncSession, vault: Vault, session_id: str, fields: MeetingSwap, *, actor: str, now: datetime
) -> ScheduleChange:
    """Another meeting for everybody online; nothing of it stands in the change. Those who have a seat online are told to look again."""
    session = await _changeable(db, session_id)
    access = MeetingAccess(fields.link, fields.meeting_id or None, fields.passcode or None)
    if not access.complete:
        raise Invalid(FieldError("link", "sessions.meeting_incomplete"))
    if not await meetings.store(db, vault, session_id, access, now):
        raise Invalid(FieldError("link", "sessions.meeting_same"))
    session.version += 1
    change = Change(ScheduleKind.MEETING, fields.reason, {}, {})
    return await _written(db, vault, session, change, f"session:{session.id}", actor, now)


async def _changeable(db: AsyncSession, session_id: str) -> ForumSession:
    session = await locked(db, session_id)
    if session.state in FIXED:
        raise Conflict("sessions.over")
    return session


async def _must_hold(db: AsyncSession, session_id: str, site: Site, seats: int) -> None:
    """Refuse fewer seats than people who are to sit there."""
    chosen, seated = await selected_by_place(db, session_id), await seated_by_place(db, session_id)
    taken = max(chosen.get(site.id, 0), seated.get(site.id, 0))
    if seats < taken:
        raise Invalid(FieldError("seats", "sessions.seats_taken", {"taken": taken}))


def _must_be_its_own(name: str, others: list[Site]) -> None:
    if name.casefold() in {one.name.casefold() for one in others}:
        raise Invalid(FieldError("name", "sessions.same_hall"))


async def _written(
    db: AsyncSession, vault: Vault, session: ForumSession, change: Change, subject: str, actor: str, now: datetime
) -> ScheduleChange:
    row = await write_change(db, session, change, actor=actor, now=now)
    await record(db, vault, session.id, now, Act(actor, f"sessions.{change.kind}", subject, {"change": row.id}))
    return row

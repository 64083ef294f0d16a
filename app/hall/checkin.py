"""Checking people in at a hall: once however often it is scanned, wherever they were expected, and undone with one press."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Table, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import Act, record
from app.database.tables import new_id
from app.errors import Conflict, FieldError, Invalid, NotFound
from app.hall.attendance import IN_PERSON
from app.hall.roster import Expected, by_code, expected_at
from app.invitations.models import Seat, SeatState
from app.participants.models import Attendance, Origin, Participant
from app.participants.service import Person, add_participant, take_turn
from app.sessions.models import Site
from app.sessions.rehearsing import refuse_practised
from app.vault import Vault

OLDEST = timedelta(days=2)
"""A device that was offline longer than this is not believed about its clock."""

ATTENDANCES = cast("Table", Attendance.__table__)
WARNINGS = {Expected.ONLINE: "hall.expected_online", Expected.NOWHERE: "hall.no_seat"}


@dataclass(frozen=True)
class Scan:
    """One press at the desk: its `nonce` (the same for every retry), the device's own time, and whether to ask before an unexpected guest is let in."""

    nonce: str
    at: datetime | None = None
    ask: bool = False


@dataclass(frozen=True)
class CheckedIn:
    """A stay: `fresh` when this call made it; `warnings` are codes of what the operator should know."""

    id: str
    participant_id: str
    name: str
    site_id: str
    arrived_at: datetime
    fresh: bool
    warnings: tuple[str, ...] = ()


async def check_in_wanted(
    db: AsyncSession, vault: Vault, site: Site, participant_id: str | None, code: str | None, scan: Scan, *, actor: str, now: datetime
) -> CheckedIn:
    """Check in the participant, or whoever the code or scanned link belongs to; NotFound `hall.unknown_code`, Invalid when neither is given.

    Gone `rehearsal.practised` for a press kept from a rehearsal that has been wiped.
    """
    await refuse_practised(db, site.session_id, scan.at)
    if participant_id is None:
        if not code:
            raise Invalid(FieldError("code", "field.required"))
        participant_id = await by_code(db, vault, site.session_id, code, now)
    return await check_in(db, vault, site, participant_id, scan, actor=actor, now=now)


async def check_in(db: AsyncSession, vault: Vault, site: Site, participant_id: str, scan: Scan, *, actor: str, now: datetime) -> CheckedIn:
    """Somebody of the session is in this hall; a second scan, by whichever desk, is the first one's stay. A stay in another hall ends.

    With `scan.ask`, Conflict `hall.other_hall`, `hall.expected_online` or `hall.no_seat` before an unexpected guest is let in, and
    `hall.seat_revoked` or `hall.in_other_hall` for what has changed meanwhile. Conflict `hall.nonce_used` when the nonce was somebody else's.
    """
    person = await hold_person(db, site.session_id, participant_id)
    if (repeated := await _by_nonce(db, site.session_id, scan.nonce)) is not None:
        return _again(repeated, person)
    stays = await _open_stays(db, person.id)
    if (here := next((stay for stay in stays if stay.site_id == site.id), None)) is not None:
        return _checked_in(here, person, fresh=False)
    warnings = (*await _changed(db, person, stays), *await _warnings(db, person, site))
    if scan.ask and warnings:
        raise Conflict(warnings[0], person=person.name, participant_id=person.id, hall=await _name_of(db, stays))
    for stay in stays:
        stay.left_at = now
    made = await _insert(db, site, person, scan, actor, now)
    if made is None:
        return _again(await _by_nonce(db, site.session_id, scan.nonce), person)
    facts: dict[str, object] = {"site": site.id, "stay": made.id, "warnings": list(warnings)}
    await record(db, vault, site.session_id, now, Act(actor, "hall.checked_in", f"participant:{person.id}", facts))
    return _checked_in(made, person, fresh=True, warnings=warnings)


async def undo(db: AsyncSession, vault: Vault, site: Site, stay_id: str, *, actor: str, now: datetime) -> None:
    """Take a check-in of this hall back, as if it had not been; a second time changes nothing."""
    gone = await db.execute(
        delete(ATTENDANCES)
        .where(ATTENDANCES.c.id == stay_id, ATTENDANCES.c.session_id == site.session_id, ATTENDANCES.c.site_id == site.id)
        .returning(ATTENDANCES.c.participant_id)
    )
    person = gone.scalar_one_or_none()
    if person is not None:
        await record(db, vault, site.session_id, now, Act(actor, "hall.checkin_undone", f"participant:{person}", {"site": site.id}))


async def add_walk_in(
    db: AsyncSession, vault: Vault, site: Site, person: Person, scan: Scan | None, *, actor: str, now: datetime
) -> tuple[Participant, CheckedIn | None]:
    """A guest who was on no list; with a scan they are checked in at once, and the same nonce finds the same guest again.

    Gone `rehearsal.practised` for a guest kept from a rehearsal that has been wiped.
    """
    await take_turn(db, site.session_id)
    if scan is not None and (repeated := await _by_nonce(db, site.session_id, scan.nonce)) is not None:
        guest = await db.get_one(Participant, repeated.participant_id)
        return guest, _again(repeated, guest)
    await refuse_practised(db, site.session_id, scan.at if scan is not None else None)
    guest = await add_participant(db, vault, site.session_id, person, origin=Origin.WALK_IN, now=now)
    if scan is not None:
        return guest, await check_in(db, vault, site, guest.id, scan, actor=actor, now=now)
    await record(db, vault, site.session_id, now, Act(actor, "hall.guest_added", f"participant:{guest.id}", {"site": site.id}))
    return guest, None


async def hold_person(db: AsyncSession, session_id: str, participant_id: str) -> Participant:
    """The participant with their row locked, so that two desks act on them one after the other. NotFound `hall.unknown_person`."""
    found = await db.get(Participant, participant_id, with_for_update=True, populate_existing=True)
    if found is None or found.session_id != session_id or found.erased_at is not None:
        raise NotFound("hall.unknown_person")
    return await hold_person(db, session_id, found.merged_into) if found.merged_into else found


async def _by_nonce(db: AsyncSession, session_id: str, nonce: str) -> Attendance | None:
    return await db.scalar(select(Attendance).where(Attendance.session_id == session_id, Attendance.nonce == nonce))


async def _open_stays(db: AsyncSession, person_id: str) -> list[Attendance]:
    hall_stays = select(Attendance).where(
        Attendance.participant_id == person_id, Attendance.site_id.is_not(None), Attendance.left_at.is_(None)
    )
    return list(await db.scalars(hall_stays.order_by(Attendance.arrived_at)))


async def _changed(db: AsyncSession, person: Participant, stays: list[Attendance]) -> tuple[str, ...]:
    """What an operator who could not know it has to settle: a seat that was taken away, a stay elsewhere."""
    revoked = await db.scalar(select(Seat.id).where(Seat.participant_id == person.id, Seat.state == SeatState.REVOKED))
    return (("hall.seat_revoked",) if revoked else ()) + (("hall.in_other_hall",) if stays else ())


async def _name_of(db: AsyncSession, stays: list[Attendance]) -> str:
    site = await db.get(Site, stays[0].site_id) if stays else None
    return site.name if site else "–"


async def _warnings(db: AsyncSession, person: Participant, site: Site) -> tuple[str, ...]:
    if person.origin == Origin.PLACEHOLDER:
        return ()
    expected, where = await expected_at(db, person)
    if expected == Expected.HERE:
        return () if where == site.id else ("hall.other_hall",)
    return (WARNINGS[expected],)


async def _insert(db: AsyncSession, site: Site, person: Participant, scan: Scan, actor: str, now: datetime) -> Attendance | None:
    """The new stay; none when another transaction has just used the nonce."""
    believed = scan.at is not None and now - OLDEST <= scan.at <= now
    values = {
        "id": new_id(),
        "session_id": site.session_id,
        "participant_id": person.id,
        "way": IN_PERSON,
        "site_id": site.id,
        "nonce": scan.nonce,
        "arrived_at": scan.at if believed else now,
        "left_at": None,
        "recorded_at": now,
        "recorded_by": actor,
    }
    dialect = sqlite if db.get_bind().dialect.name == "sqlite" else postgresql
    added = dialect.insert(ATTENDANCES).values(values).on_conflict_do_nothing(index_elements=["session_id", "nonce"])
    stored = await db.execute(added.returning(ATTENDANCES.c.id))
    stay_id = stored.scalar_one_or_none()
    return await db.get_one(Attendance, stay_id) if stay_id else None


def _again(stay: Attendance | None, person: Participant) -> CheckedIn:
    if stay is None or stay.participant_id != person.id:
        raise Conflict("hall.nonce_used")
    return _checked_in(stay, person, fresh=False)


def _checked_in(stay: Attendance, person: Participant, *, fresh: bool, warnings: tuple[str, ...] = ()) -> CheckedIn:
    return CheckedIn(stay.id, person.id, person.name, stay.site_id or "", stay.arrived_at, fresh, warnings)

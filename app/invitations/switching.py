"""What a person may do with their own seat: take one elsewhere while seats last, or give it back; counted while the session is held."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import Act, record
from app.database.tables import new_id
from app.errors import Conflict, FieldError, Invalid, NotFound
from app.invitations.models import Credential, CredentialState, Seat, SeatState
from app.invitations.seats import REVOKED
from app.journal.service import revoke as close_sockets
from app.meetings.models import Meeting
from app.notices.hand import cancel_waiting
from app.participants.models import Participant
from app.registration.filing import by_key
from app.registration.models import Application, ApplicationState, Decision
from app.sessions.crowd import taken_by_place
from app.sessions.models import ForumSession, SessionState
from app.sessions.registering import Place, places_of
from app.sessions.rows import sites_of
from app.sessions.service import locked
from app.vault import Vault

ONLINE, IN_PERSON = "online", "in_person"
PLACE_CHANGED = 4003
"""The room's close code that lets a client come back as who it now is."""
RETURNED = "seats.returned"
"""Kept as the reason of a seat that its holder gave back."""
MAY_MOVE = frozenset({SessionState.PUBLISHED, SessionState.LIVE, SessionState.PAUSED})


@dataclass(frozen=True)
class _Held:
    """A seat with everything that follows it, locked in the order of the house: session, person, seat."""

    session: ForumSession
    person: Participant
    application: Application | None
    seat: Seat

    @property
    def actor(self) -> str:
        return f"person:{self.person.id}"


async def places(db: AsyncSession, session: ForumSession) -> list[Place]:
    """The meeting and the halls with the seats that are free in this moment."""
    return places_of(session, await sites_of(db, session.id), await taken_by_place(db, session.id))


async def seat_of_key(db: AsyncSession, vault: Vault, key: str) -> Seat:
    """The seat of whoever holds this status key; NotFound when they have none."""
    application = await by_key(db, vault, key)
    found = await db.scalar(select(Seat).where(Seat.participant_id == application.participant_id, Seat.state == SeatState.ACTIVE))
    if found is None:
        raise NotFound("invitations.unknown_seat")
    return found


async def switch_place(db: AsyncSession, vault: Vault, seat_id: str, place: str, *, now: datetime) -> Seat:
    """Take a seat at `online` or a hall (`in_person:CODE`) instead; the way into the meeting comes and goes with it.

    Invalid `seats.full` and `seats.no_such_place`, Conflict `seats.over` and `invitations.seat_revoked`. Where one sits already is no change.
    """
    held = await _hold(db, seat_id)
    wanted = next((one for one in await places(db, held.session) if one.value == place), None)
    if wanted is None:
        raise Invalid(FieldError("place", "seats.no_such_place"))
    site_id = wanted.site.id if wanted.site else None
    way = IN_PERSON if wanted.site else ONLINE
    if (held.seat.way, held.seat.site_id) == (way, site_id):
        return held.seat
    if wanted.free < 1:
        raise Invalid(FieldError("place", "seats.full"))
    before = held.seat.site_id or held.seat.way
    held.seat.way, held.seat.site_id = way, site_id
    held.seat.version += 1
    held.person.site_id = site_id
    held.person.version += 1
    if held.application is not None:
        held.application.attendance, held.application.site_id = way, site_id
        held.application.version += 1
    await follow(db, held.seat, now)
    await close_sockets(db, held.person.id, held.session.room, PLACE_CHANGED, now)
    facts: dict[str, object] = {"from": before, "to": site_id or way}
    await record(db, vault, held.session.id, now, Act(held.actor, "seats.switched", f"seat:{held.seat.id}", facts))
    return held.seat


async def give_back(db: AsyncSession, vault: Vault, seat_id: str, *, now: datetime) -> Seat:
    """The person does not come: the seat is free at once, and link, browsers and sockets close. A second time changes nothing."""
    held = await _hold(db, seat_id, active=False)
    if held.seat.state is not SeatState.ACTIVE:
        return held.seat
    held.seat.state, held.seat.revoked_at, held.seat.reason = SeatState.REVOKED, now, RETURNED
    held.seat.version += 1
    if held.application is not None and held.application.state is not ApplicationState.WITHDRAWN:
        _withdraw(db, held, held.application, now)
    await db.execute(update(Credential).where(Credential.seat_id == seat_id).values(state=CredentialState.REVOKED, revoked_at=now))
    await cancel_waiting(db, held.person.id, ("invited", "rotated", "changed"), now)
    await close_sockets(db, held.person.id, held.session.room, REVOKED, now)
    await record(db, vault, held.session.id, now, Act(held.actor, "seats.returned", f"seat:{held.seat.id}", {}))
    return held.seat


async def _hold(db: AsyncSession, seat_id: str, *, active: bool = True) -> _Held:
    known = await db.get(Seat, seat_id)
    if known is None:
        raise NotFound("invitations.unknown_seat")
    session = await locked(db, known.session_id)
    if session.state not in MAY_MOVE:
        raise Conflict("seats.over")
    person = await db.get_one(Participant, known.participant_id, with_for_update=True, populate_existing=True)
    found = select(Application).where(Application.participant_id == person.id).with_for_update()
    application = await db.scalar(found.execution_options(populate_existing=True))
    seat = await db.get_one(Seat, seat_id, with_for_update=True, populate_existing=True)
    if active and seat.state is not SeatState.ACTIVE:
        raise Conflict("invitations.seat_revoked")
    return _Held(session, person, application, seat)


async def follow(db: AsyncSession, seat: Seat, now: datetime) -> None:
    """Bring the ledger of the meeting to how the seat now is: issued online, revoked in a hall."""
    meeting = await db.scalar(select(Meeting.id).where(Meeting.session_id == seat.session_id))
    if meeting is None:
        return
    row = await db.scalar(select(Credential).where(Credential.seat_id == seat.id, Credential.meeting_id == meeting))
    if seat.way != ONLINE:
        if row is not None:
            row.state, row.revoked_at = CredentialState.REVOKED, now
        return
    if row is None:
        row = Credential(id=new_id(), seat_id=seat.id, meeting_id=meeting, attempts=0)
        db.add(row)
    row.state, row.issued_at, row.revoked_at = CredentialState.ISSUED, now, None
    row.attempts += 1
    await db.flush()


def _withdraw(db: AsyncSession, held: _Held, application: Application, now: datetime) -> None:
    before, application.state = application.state, ApplicationState.WITHDRAWN
    application.version += 1
    db.add(
        Decision(
            application_id=application.id,
            run_id=new_id(),
            version=application.version,
            before=before,
            after=ApplicationState.WITHDRAWN,
            reason=RETURNED,
            by=held.actor,
            at=now,
        )
    )

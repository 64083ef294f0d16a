"""Coming in by oneself: from the hall's QR code, with the PIN that is said aloud there. Operators see it at once, and can take it back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.database.tables import new_id
from app.errors import Gone
from app.hall.checkin import CheckedIn, Scan, add_walk_in, check_in, check_in_wanted, hold_person, undo
from app.invitations.join import open_device
from app.invitations.links import SeatHolder
from app.invitations.models import Seat, SeatState
from app.invitations.seats import revoke_seat
from app.participants.models import Attendance, Origin, Participant
from app.participants.service import Person, add_consents
from app.sessions.models import ForumSession, SessionState, Site
from app.sessions.notice import notice_of
from app.vault import Vault

OWN_HAND = "self"
"""Who recorded a check-in that somebody made for themselves."""
OPEN = frozenset({SessionState.PUBLISHED, SessionState.LIVE, SessionState.PAUSED})
MOST = 60


@dataclass(frozen=True)
class Arrived:
    """Somebody new in the hall: their stay, and the secret for the cookie by which this browser is theirs."""

    stay: CheckedIn
    cookie: str


@dataclass(frozen=True)
class ByOwnHand:
    """A self check-in as the desk sees it: `new` when nobody knew them, `like` another on the list with the same name."""

    stay_id: str
    name: str
    institution: str | None
    element: str | None
    at: datetime
    new: bool
    like: bool


def must_be_open(session: ForumSession) -> None:
    """Refuse before a session is announced and once it is over."""
    if session.state not in OPEN:
        raise Gone("hall.self_closed")


async def come_in_new(
    db: AsyncSession, vault: Vault, session: ForumSession, site: Site, person: Person, nonce: str, *, now: datetime
) -> Arrived:
    """A guest whom nobody has on a list takes a seat in this hall and is in it; the same nonce finds the same guest again."""
    must_be_open(session)
    guest, stay = await add_walk_in(db, vault, site, person, _scan(nonce), actor=OWN_HAND, now=now)
    assert stay is not None
    seat = await db.scalar(select(Seat).where(Seat.participant_id == guest.id))
    if seat is None:
        notice = await notice_of(db, session.id)
        await add_consents(db, guest.id, {}, notice.version if notice else None, now)
        where = {"session_id": session.id, "participant_id": guest.id, "way": "in_person", "site_id": site.id}
        seat = Seat(id=new_id(), **where, generation=1, state=SeatState.ACTIVE, needs_last_four=False, issued_at=now)
        db.add(seat)
        await db.flush()
    return Arrived(stay, await open_device(db, seat, now))


async def come_in_known(
    db: AsyncSession, vault: Vault, session: ForumSession, site: Site, who: SeatHolder | str, nonce: str, *, now: datetime
) -> CheckedIn:
    """Somebody on the list is in this hall: whose seat this browser holds, or by a code; NotFound `hall.unknown_code`."""
    must_be_open(session)
    if isinstance(who, SeatHolder):
        return await check_in(db, vault, site, who.participant_id, _scan(nonce), actor=OWN_HAND, now=now)
    return await check_in_wanted(db, vault, site, None, who, _scan(nonce), actor=OWN_HAND, now=now)


async def stay_of(db: AsyncSession, site: Site, participant_id: str) -> CheckedIn | None:
    """The stay of somebody who is in this hall now."""
    row = (
        await db.execute(
            select(Attendance, Participant.name)
            .join(Participant, Participant.id == Attendance.participant_id)
            .where(Attendance.participant_id == participant_id, Attendance.site_id == site.id, Attendance.left_at.is_(None))
            .limit(1)
        )
    ).first()
    return CheckedIn(row[0].id, participant_id, row[1], site.id, row[0].arrived_at, fresh=False) if row else None


async def by_own_hand(db: AsyncSession, site: Site) -> Sequence[ByOwnHand]:
    """Who checked themselves in at this hall and is in it, the latest first."""
    rows = await db.execute(
        select(Attendance, Participant)
        .join(Participant, Participant.id == Attendance.participant_id)
        .where(Attendance.site_id == site.id, Attendance.recorded_by == OWN_HAND, Attendance.left_at.is_(None))
        .order_by(Attendance.recorded_at.desc(), Attendance.id)
        .limit(MOST)
    )
    found = [(stay, person) for stay, person in rows]
    names = await _shared_names(db, site.session_id, [person for _, person in found])
    return [
        ByOwnHand(
            stay.id,
            person.name,
            person.institution or person.capacity,
            person.element,
            stay.arrived_at,
            person.origin == Origin.WALK_IN,
            person.name_key in names,
        )
        for stay, person in found
    ]


async def take_back(db: AsyncSession, vault: Vault, site: Site, stay_id: str, *, actor: str, now: datetime) -> None:
    """Take a self check-in back; of somebody whom only their own hand brought in, the seat too: page and room close. A second time changes nothing."""
    stay = await db.get(Attendance, stay_id)
    if stay is None or stay.site_id != site.id or stay.recorded_by != OWN_HAND:
        return
    await hold_person(db, site.session_id, stay.participant_id)
    seat = await db.scalar(
        select(Seat)
        .join(Participant, Participant.id == Seat.participant_id)
        .where(Seat.participant_id == stay.participant_id, Participant.origin == Origin.WALK_IN)
    )
    if seat is not None:
        await revoke_seat(db, vault, site.session_id, seat.id, reason=None, actor=actor, now=now)
    await undo(db, vault, site, stay_id, actor=actor, now=now)


async def _shared_names(db: AsyncSession, session_id: str, people: Sequence[Participant]) -> set[str]:
    """The names that somebody else of the session has too."""
    keys, ids = {one.name_key for one in people}, [one.id for one in people]
    others = select(Participant.name_key).where(
        Participant.session_id == session_id,
        Participant.name_key.in_(keys),
        Participant.id.not_in(ids),
        Participant.origin != Origin.PLACEHOLDER,
        Participant.merged_into.is_(None),
        Participant.erased_at.is_(None),
    )
    mine = [one.name_key for one in people]
    return set(await db.scalars(others)) | {key for key in keys if mine.count(key) > 1}


def _scan(nonce: str) -> Scan:
    return Scan(f"self-{nonce}"[:64])

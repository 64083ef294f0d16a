"""Personal links: made from seat id and generation, so that the same one can be sent again; rotating or revoking makes them useless.

A browser that opened a link keeps a cookie of its own (a `SeatDevice`), good for the same generation.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.invitations.models import Seat, SeatDevice, SeatState
from app.participants.models import Participant
from app.sessions.models import ForumSession, SessionState
from app.vault import Vault, fingerprint, same

ID_LENGTH = 16
SECRET_LENGTH = 16
TOKEN = re.compile(r"[a-z2-7]{32}")


@dataclass(frozen=True)
class SeatHolder:
    """The person behind a seat: `way` is `online` or `in_person`; `device_id` is known when a browser's cookie spoke."""

    seat_id: str
    session_id: str
    participant_id: str
    name: str
    capacity: str | None
    element: str | None
    way: str
    site_id: str | None
    generation: int
    device_id: str | None = None


def token_for(vault: Vault, seat_id: str, generation: int) -> str:
    """The secret of a seat's link and of its calls as bearer: 32 characters of base32, the seat's id first."""
    return seat_id + vault.derive("seat", seat_id, generation, SECRET_LENGTH)


def seat_of(vault: Vault, token: str, generation: int) -> str | None:
    """The seat that a token names, if it is the one of this generation (compared in constant time)."""
    seat_id = token[:ID_LENGTH]
    return seat_id if same(token, token_for(vault, seat_id, generation)) else None


async def resolve(db: AsyncSession, vault: Vault, token: str, now: datetime) -> SeatHolder | None:
    """Whose link this is; None for a wrong, rotated, revoked or expired one."""
    if not TOKEN.fullmatch(token):
        return None
    row = (await db.execute(_seats().where(Seat.id == token[:ID_LENGTH]))).one_or_none()
    if row is None or seat_of(vault, token, row[0].generation) is None:
        return None
    return _holder(row[0], row[1], row[2], now)


async def resolve_device(db: AsyncSession, cookie_secret: str, now: datetime) -> SeatHolder | None:
    """Whose seat this browser opened; None for an unknown cookie, or after rotation, revocation or expiry."""
    found = await db.execute(
        _seats()
        .add_columns(SeatDevice.id)
        .join(SeatDevice, (SeatDevice.seat_id == Seat.id) & (SeatDevice.generation == Seat.generation))
        .where(SeatDevice.fingerprint == fingerprint(cookie_secret))
    )
    row = found.one_or_none()
    return _holder(row[0], row[1], row[2], now, row[3]) if row else None


def ends(session: ForumSession) -> datetime | None:
    """Until when the session's links work: end plus the hours for late aspirations; None while it is being held."""
    if session.state in {SessionState.LIVE, SessionState.PAUSED}:
        return None
    return (session.ended_at or session.ends_at) + timedelta(hours=session.late_hours)


def expired(session: ForumSession, now: datetime) -> bool:
    """Whether the links of this session have stopped working."""
    end = ends(session)
    return end is not None and now > end


def _seats() -> Select[Seat, Participant, ForumSession]:
    people = select(Seat, Participant, ForumSession).join(Participant, Participant.id == Seat.participant_id)
    return people.join(ForumSession, ForumSession.id == Seat.session_id)


def _holder(seat: Seat, person: Participant, session: ForumSession, now: datetime, device_id: str | None = None) -> SeatHolder | None:
    if seat.state != SeatState.ACTIVE or person.erased_at is not None or expired(session, now):
        return None
    return SeatHolder(
        seat_id=seat.id,
        session_id=seat.session_id,
        participant_id=seat.participant_id,
        name=person.name,
        capacity=person.capacity,
        element=person.element,
        way=seat.way,
        site_id=seat.site_id,
        generation=seat.generation,
        device_id=device_id,
    )

"""Personal links: made from seat id and generation, so that the same one can be sent again; rotating or revoking makes them useless.

A browser that opened a link keeps a cookie of its own (a `SeatDevice`), good for the same generation.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Row, Table, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.database.prepared import prepared
from app.invitations.models import Seat, SeatDevice, SeatState
from app.participants.models import Participant
from app.sessions.models import ForumSession, SessionState
from app.vault import Vault, fingerprint, same

ID_LENGTH = 16
SECRET_LENGTH = 16
TOKEN = re.compile(r"[a-z2-7]{32}")

SEATS = cast("Table", Seat.__table__)
DEVICES = cast("Table", SeatDevice.__table__)
PEOPLE = cast("Table", Participant.__table__)
SESSIONS = cast("Table", ForumSession.__table__)
# Built once, and no more columns than are wanted: a crowd comes in through here.
HELD = (
    select(
        *(SEATS.c[name] for name in ("id", "session_id", "participant_id", "way", "site_id", "generation")),
        SEATS.c.state.label("seat_state"),
        *(PEOPLE.c[name] for name in ("name", "capacity", "element", "erased_at")),
        *(SESSIONS.c[name] for name in ("room", "state", "undated", "ends_at", "ended_at", "late_hours")),
    )
    .join(PEOPLE, PEOPLE.c.id == SEATS.c.participant_id)
    .join(SESSIONS, SESSIONS.c.id == SEATS.c.session_id)
)
BY_ID = prepared(HELD.where(SEATS.c.id == bindparam("seat")))
BY_DEVICE = prepared(
    HELD.add_columns(DEVICES.c.id.label("device"))
    .join(DEVICES, (DEVICES.c.seat_id == SEATS.c.id) & (DEVICES.c.generation == SEATS.c.generation))
    .where(DEVICES.c.fingerprint == bindparam("fingerprint"))
)


@dataclass(frozen=True)
class SeatHolder:
    """The person behind a seat: `way` is `online` or `in_person`; `device_id` is known when a browser's cookie spoke."""

    seat_id: str
    session_id: str
    room: str
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
    row = (await db.execute(BY_ID, {"seat": token[:ID_LENGTH]})).one_or_none()
    if row is None or seat_of(vault, token, row.generation) is None:
        return None
    return _holder(row, now)


async def resolve_device(db: AsyncSession, cookie_secret: str, now: datetime) -> SeatHolder | None:
    """Whose seat this browser opened; None for an unknown cookie, or after rotation, revocation or expiry."""
    row = (await db.execute(BY_DEVICE, {"fingerprint": fingerprint(cookie_secret)})).one_or_none()
    return _holder(row, now, row.device) if row else None


def ends(session: ForumSession | Row[*tuple[Any, ...]]) -> datetime | None:
    """Until when the session's links work: end plus the hours for late aspirations; None while it is being held, or postponed without a day."""
    if session.state in {SessionState.LIVE, SessionState.PAUSED} or (session.undated and session.state == SessionState.PUBLISHED):
        return None
    end: datetime = session.ended_at or session.ends_at
    return end + timedelta(hours=session.late_hours)


def expired(session: ForumSession | Row[*tuple[Any, ...]], now: datetime) -> bool:
    """Whether the links of this session have stopped working."""
    end = ends(session)
    return end is not None and now > end


def _holder(row: Row[*tuple[Any, ...]], now: datetime, device_id: str | None = None) -> SeatHolder | None:
    if row.seat_state != SeatState.ACTIVE or row.erased_at is not None or expired(row, now):
        return None
    return SeatHolder(
        seat_id=row.id,
        session_id=row.session_id,
        room=row.room,
        participant_id=row.participant_id,
        name=row.name,
        capacity=row.capacity,
        element=row.element,
        way=row.way,
        site_id=row.site_id,
        generation=row.generation,
        device_id=device_id,
    )

"""What a moderator may do with a seat: revoke it, so that page, room and socket close, or give its link anew."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import Act, record
from app.errors import Conflict, NotFound
from app.invitations.models import Credential, CredentialState, Seat, SeatState
from app.journal.service import revoke as close_sockets
from app.notices.hand import cancel_waiting
from app.notices.service import notify
from app.sessions.models import ForumSession
from app.vault import Vault

REVOKED = 4503
ROTATED = 4501
"""Close codes of the room: stay away; and: come again with the new link."""


async def revoke_seat(
    db: AsyncSession, vault: Vault, session_id: str, seat_id: str, *, reason: str | None, actor: str, now: datetime
) -> Seat:
    """Nothing opens this seat any more, and open sockets are closed; a second time changes nothing."""
    seat, room = await _locked(db, session_id, seat_id)
    if seat.state == SeatState.REVOKED:
        return seat
    seat.state, seat.revoked_at, seat.reason = SeatState.REVOKED, now, reason
    seat.version += 1
    await db.execute(update(Credential).where(Credential.seat_id == seat.id).values(state=CredentialState.REVOKED, revoked_at=now))
    await cancel_waiting(db, seat.participant_id, ("invited", "rotated", "changed"), now)
    await close_sockets(db, seat.participant_id, room, REVOKED, now)
    await record(db, vault, session_id, now, Act(actor, "seats.revoked", f"seat:{seat.id}", {"participant": seat.participant_id}))
    return seat


async def rotate_seat(
    db: AsyncSession, vault: Vault, session_id: str, seat_id: str, *, reason: str | None, actor: str, now: datetime
) -> Seat:
    """A new link; the old one and every browser that opened it stop working, and the person is told."""
    seat, room = await _locked(db, session_id, seat_id)
    if seat.state == SeatState.REVOKED:
        raise Conflict("invitations.seat_revoked")
    seat.generation += 1
    seat.reason = reason
    seat.version += 1
    await close_sockets(db, seat.participant_id, room, ROTATED, now)
    await notify(
        db,
        session_id=session_id,
        participant_id=seat.participant_id,
        kind="rotated",
        key=f"rotated:{seat.id}:{seat.generation}",
        facts={"generation": seat.generation},
        now=now,
    )
    await record(db, vault, session_id, now, Act(actor, "seats.rotated", f"seat:{seat.id}", {"generation": seat.generation}))
    return seat


async def _locked(db: AsyncSession, session_id: str, seat_id: str) -> tuple[Seat, str]:
    """The seat, held, and the room of its session; the session's row is not needed: nothing here depends on its state."""
    seat = await db.scalar(select(Seat).where(Seat.id == seat_id, Seat.session_id == session_id).with_for_update())
    room = await db.scalar(select(ForumSession.room).where(ForumSession.id == session_id))
    if seat is None or room is None:
        raise NotFound("invitations.unknown_seat")
    return seat, room

"""The room's life inside a rehearsal: opened, paused and ended for practice, while the session itself stays published."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import Act, record
from app.errors import Conflict
from app.journal.service import PUBLIC, Entry, append
from app.sessions.lifecycle import PLAYED, ROOM_STATE, may_follow
from app.sessions.models import ForumSession, SessionState
from app.vault import Vault


async def play(db: AsyncSession, vault: Vault, session: ForumSession, to: SessionState, *, actor: str, now: datetime) -> ForumSession:
    """Open, pause or end the room for practice; Conflict `sessions.rehearsing` for whatever is meant for real: the rehearsal is wiped first."""
    before = session.rehearsal
    if before is None or to not in PLAYED or not may_follow(before, to):
        raise Conflict("sessions.rehearsing")
    session.rehearsal = to
    session.version += 1
    await tell_room(db, session, now)
    facts: dict[str, object] = {"from": before, "to": to}
    await record(db, vault, session.id, now, Act(actor, "rehearsal.state_changed", f"session:{session.id}", facts))
    return session


async def tell_room(db: AsyncSession, session: ForumSession, now: datetime) -> None:
    """Tell everybody in the room how it stands in the rehearsal, marked as practice."""
    assert session.rehearsal is not None
    frame = {"t": "room", "op": "state", "v": {"to": ROOM_STATE[session.rehearsal], "practice": True}}
    await append(db, session.room, PUBLIC, [Entry(frame)], now)

"""The room's life inside a rehearsal: opened, paused and ended for practice, while the session itself stays published."""

from datetime import datetime

from sqlalchemy import column, select, table
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import Act, record
from app.database.tables import UtcDateTime
from app.errors import Conflict, Gone
from app.journal.service import PUBLIC, Entry, append
from app.sessions.lifecycle import PLAYED, ROOM_STATE, may_follow
from app.sessions.models import ForumSession, SessionState
from app.vault import Vault

_REHEARSALS = table("rehearsals", column("session_id"), column("started_at", UtcDateTime()), column("wiped_at", UtcDateTime()))
"""Kept on a higher floor, whose rules are not needed here: only when each began and was wiped."""


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


async def refuse_practised(db: AsyncSession, session_id: str, at: datetime | None) -> None:
    """Gone `rehearsal.practised` for what a device kept from a rehearsal that has been wiped; `at` is the device's time, none: just now."""
    if at is None:
        return
    over = select(_REHEARSALS.c.started_at, _REHEARSALS.c.wiped_at).where(
        _REHEARSALS.c.session_id == session_id, _REHEARSALS.c.wiped_at.is_not(None)
    )
    # Compared here and not by the database: a device may claim any year, also one that no database holds.
    if any(began <= at <= wiped for began, wiped in await db.execute(over)):
        raise Gone("rehearsal.practised")


async def tell_room(db: AsyncSession, session: ForumSession, now: datetime) -> None:
    """Tell everybody in the room how it stands in the rehearsal, marked as practice."""
    assert session.rehearsal is not None
    frame = {"t": "room", "op": "state", "v": {"to": ROOM_STATE[session.rehearsal], "practice": True}}
    await append(db, session.room, PUBLIC, [Entry(frame)], now)

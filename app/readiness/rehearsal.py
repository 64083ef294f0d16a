"""Gladi bersih: the office practises with the real links, rooms and people, and one press wipes whatever was made meanwhile.

It can begin only while the session has not been opened for real, and the session opens for real only after the wipe.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import Act, record
from app.chat.models import Room
from app.errors import Conflict
from app.hall.models import Screen
from app.journal.service import DESK, PUBLIC, begin_anew, hold, positions
from app.papers.scans import forget_scans
from app.readiness.models import Rehearsal
from app.readiness.wiping import Span, wipe_rows
from app.sessions.models import ForumSession, SessionState
from app.sessions.rehearsing import tell_room
from app.sessions.service import locked
from app.vault import Vault

RULES = ("slow_seconds", "premoderated", "locked", "announcement")


def may_begin(session: ForumSession) -> bool:
    """Whether a rehearsal can begin: announced, never opened for real, and no rehearsal on."""
    return session.state is SessionState.PUBLISHED and session.opened_at is None and session.rehearsal is None


async def begin(db: AsyncSession, vault: Vault, session_id: str, *, actor: str, now: datetime) -> ForumSession:
    """Open the room for practice; Conflict `rehearsal.not_now` when the session is no draft any more or has been opened for real."""
    session = await locked(db, session_id)
    if not may_begin(session):
        raise Conflict("rehearsal.not_now")
    for log in (PUBLIC, DESK):
        await hold(db, session.room, log)
    stands = await positions(db, session.room)
    room = await db.get(Room, session.room)
    rules = {name: getattr(room, name) for name in RULES} if room is not None else {}
    heads = {"public_head": stands[PUBLIC].head, "desk_head": stands[DESK].head}
    db.add(Rehearsal(session_id=session.id, rules=rules, started_at=now, started_by=actor, **heads))
    session.rehearsal, session.rehearsal_at = SessionState.LIVE, now
    session.version += 1
    await tell_room(db, session, now)
    await record(db, vault, session.id, now, Act(actor, "rehearsal.begun", f"session:{session.id}", {}))
    return session


async def wipe(db: AsyncSession, vault: Vault, session_id: str, *, actor: str, now: datetime) -> ForumSession:
    """End the rehearsal and take away all that was made in it; Conflict `rehearsal.none` when there is none."""
    session = await locked(db, session_id)
    if session.rehearsal is None or session.rehearsal_at is None:
        raise Conflict("rehearsal.none")
    running = (
        await db.scalars(select(Rehearsal).where(Rehearsal.session_id == session.id, Rehearsal.wiped_at.is_(None)).with_for_update())
    ).one()
    for log in (PUBLIC, DESK):
        await hold(db, session.room, log)
    gone = await wipe_rows(db, Span(session, session.rehearsal_at), now)
    await forget_scans(db, session.id, session.rehearsal_at, now)
    await begin_anew(db, session.room, {PUBLIC: running.public_head, DESK: running.desk_head}, now)
    await _rules_back(db, session.room, running.rules)
    screen = await db.get(Screen, session.id)
    if screen is not None:
        screen.blank, screen.changed_at = False, now
    session.rehearsal = session.rehearsal_at = None
    session.version += 1
    running.wiped_at, running.wiped_by = now, actor
    await db.flush()
    await record(db, vault, session.id, now, Act(actor, "rehearsal.wiped", f"session:{session.id}", {**gone}))
    return session


async def last(db: AsyncSession, session_id: str) -> Rehearsal | None:
    """The latest rehearsal of a session."""
    newest = select(Rehearsal).where(Rehearsal.session_id == session_id).order_by(Rehearsal.started_at.desc(), Rehearsal.id.desc())
    return (await db.scalars(newest.limit(1))).first()


async def _rules_back(db: AsyncSession, room_id: str, rules: dict[str, object]) -> None:
    room = await db.get(Room, room_id, with_for_update=True)
    if room is None:
        return
    if not rules:
        await db.delete(room)
        return
    for name in RULES:
        setattr(room, name, rules[name])

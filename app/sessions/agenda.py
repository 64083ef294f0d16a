"""The agenda while the forum is held: the chair goes on by one press, everybody in the room is told, real times are kept."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import Act, record
from app.clock import millis
from app.database.tables import new_id
from app.errors import Conflict, NotFound
from app.journal.service import PUBLIC, Entry, append
from app.sessions.models import AgendaItem, AgendaMove, ForumSession, SessionState
from app.sessions.progress import REGRET, Move, Step, real_times, steps_of, target
from app.sessions.rows import agenda_of
from app.sessions.service import locked
from app.vault import Vault

OVER = frozenset({SessionState.ENDED, SessionState.CANCELLED})


async def start_agenda_item(db: AsyncSession, vault: Vault, session_id: str, item_id: str, *, actor: str, now: datetime) -> AgendaItem:
    """Go on to a point of the agenda. NotFound for another's point; raises as `go`."""
    session = await go(db, vault, session_id, item_id, actor=actor, now=now)
    return await db.get_one(AgendaItem, session.agenda_item_id)


async def go(
    db: AsyncSession, vault: Vault, session_id: str, to: str, *, actor: str, now: datetime, seen: str | None = None
) -> ForumSession:
    """Go to the `next` or `previous` point or to one by its id; the room gets a `room` event `agenda`. The point being dealt with changes nothing.

    `seen` is the point that the chair saw as present ("" for none): Conflict `sessions.agenda_moved` when somebody else was faster.
    Conflict `sessions.over` after the end, NotFound for a point that there is not.
    """
    session = await locked(db, session_id)
    items = await agenda_of(db, session_id)
    wanted = target(items, session.agenda_item_id, to)
    if wanted is None:
        raise NotFound("sessions.agenda_unknown")
    if session.agenda_item_id == wanted:
        return session
    if seen is not None and (session.agenda_item_id or "") != seen:
        raise Conflict("sessions.agenda_moved")
    if session.state in OVER:
        raise Conflict("sessions.over")
    moves = await _moves(db, session_id)
    db.add(AgendaMove(id=new_id(), session_id=session_id, number=len(moves) + 1, item_id=wanted, at=now, by=actor))
    await db.flush()
    await _told(db, session, items, now)
    await record(db, vault, session_id, now, Act(actor, "sessions.agenda_started", f"agenda_item:{wanted}", {}))
    return session


async def undo(db: AsyncSession, vault: Vault, session_id: str, *, actor: str, now: datetime) -> ForumSession:
    """Take the last press back as if it had never been; Conflict `sessions.agenda_no_undo` when it was too long ago or there was none."""
    session = await locked(db, session_id)
    moves = [move for move in await _moves(db, session_id) if move.undone_at is None]
    if not moves or now - moves[-1].at > REGRET or session.state in OVER:
        raise Conflict("sessions.agenda_no_undo")
    moves[-1].undone_at = now
    await db.flush()
    await _told(db, session, await agenda_of(db, session_id), now)
    await record(db, vault, session_id, now, Act(actor, "sessions.agenda_undone", f"agenda_item:{moves[-1].item_id}", {}))
    return session


async def steps_shown(db: AsyncSession, session: ForumSession) -> list[Step]:
    """The agenda of a session as its pages show it."""
    over_at = session.ended_at if session.state is SessionState.ENDED else None
    return steps_of(await agenda_of(db, session.id), session.agenda_item_id, over_at)


async def may_undo(db: AsyncSession, session_id: str, now: datetime) -> bool:
    """Whether the last press can still be taken back."""
    last = [move for move in await _moves(db, session_id) if move.undone_at is None][-1:]
    return bool(last) and now - last[0].at <= REGRET


async def _told(db: AsyncSession, session: ForumSession, items: list[AgendaItem], now: datetime) -> None:
    """Write what the moves add up to, and say in the room what is being dealt with; without an item, nothing yet."""
    moves = [Move(move.item_id, move.at) for move in await _moves(db, session.id) if move.undone_at is None]
    times = real_times(moves)
    for item in items:
        real = times.get(item.id)
        item.started_at, item.ended_at = (real.started_at, real.ended_at) if real else (None, None)
    present = next((item for item in items if moves and item.id == moves[-1].item), None)
    session.agenda_item_id = present.id if present else None
    value: dict[str, object] = {"item": present.id, "title": present.title} if present else {}
    begun = {"at": millis(present.started_at)} if present and present.started_at else {}
    await append(db, session.room, PUBLIC, [Entry({"t": "room", "op": "agenda", "v": {**value, **begun}})], now)


async def _moves(db: AsyncSession, session_id: str) -> list[AgendaMove]:
    return list(await db.scalars(select(AgendaMove).where(AgendaMove.session_id == session_id).order_by(AgendaMove.number)))

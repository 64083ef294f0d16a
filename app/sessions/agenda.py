"""The agenda while the forum is held: which point is being dealt with, told to everybody in the room."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import Act, record
from app.errors import NotFound
from app.journal.service import PUBLIC, Entry, append
from app.sessions.models import AgendaItem
from app.sessions.service import locked
from app.vault import Vault


async def start_agenda_item(db: AsyncSession, vault: Vault, session_id: str, item_id: str, *, actor: str, now: datetime) -> AgendaItem:
    """Go on to a point of the agenda; the room gets a `room` event `agenda`. The point already being dealt with changes nothing. NotFound for another's point."""
    session = await locked(db, session_id)
    item = await db.scalar(select(AgendaItem).where(AgendaItem.id == item_id, AgendaItem.session_id == session_id))
    if item is None:
        raise NotFound("sessions.agenda_unknown")
    if session.agenda_item_id == item.id:
        return item
    session.agenda_item_id = item.id
    if item.started_at is None:
        item.started_at = now
    await append(db, session.room, PUBLIC, [Entry({"t": "room", "op": "agenda", "v": {"item": item.id, "title": item.title}})], now)
    await record(db, vault, session_id, now, Act(actor, "sessions.agenda_started", f"agenda_item:{item.id}", {}))
    return item

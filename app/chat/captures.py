"""Capture by staff: one or several messages of the room become one structured proposal."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import Act
from app.chat import standing
from app.chat.decisions import words_of
from app.chat.models import Message, MessageState
from app.chat.people import Person
from app.chat.requests import Capture
from app.errors import NotFound
from app.journal.service import PUBLIC, Entry, append
from app.proposals.capture import capture_messages
from app.proposals.models import Proposal


async def capture(db: AsyncSession, person: Person, asked: Capture, now: datetime) -> tuple[dict[str, Any], Act]:
    """Make the proposal and say so on each message; the answer's fields and the act for the audit. NotFound unless all are visible here."""
    await standing.lock(db, person.room)
    messages = await _visible(db, person.room, asked.messages)
    words = [words_of(message) for message in messages]
    number = await capture_messages(db, person.session_id, words, asked.proposal, by=person.actor, now=now)
    proposal = (
        await db.execute(
            select(Proposal.id, Proposal.title, Proposal.status).where(Proposal.session_id == person.session_id, Proposal.number == number)
        )
    ).one()
    value = {"number": number, "status": proposal.status, "title": proposal.title}
    for message in messages:
        message.proposal = number
    entries = [Entry({"t": "upd", "id": message.id, "op": "proposal", "v": value}, message.id) for message in messages]
    await append(db, person.room, PUBLIC, entries, now)
    facts: dict[str, object] = {"messages": [message.id for message in messages]}
    return {"proposal": number}, Act(person.actor, "room.captured", f"proposal:{proposal.id}", facts)


async def _visible(db: AsyncSession, room: str, ids: tuple[str, ...]) -> list[Message]:
    rows = await db.scalars(
        select(Message).where(Message.id.in_(ids), Message.room == room, Message.state == MessageState.VISIBLE).order_by(Message.seq)
    )
    found = list(rows)
    if len(found) != len(ids):
        raise NotFound("chat.not_found")
    return found

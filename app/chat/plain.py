"""A page of the room for reading without script: messages as they now stand, what was taken away as a line without words."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.chat import votes
from app.chat.models import Message, MessageState

PAGE = 30
GONE = (MessageState.HIDDEN, MessageState.DELETED, MessageState.ERASED)
TOLD = (MessageState.VISIBLE, *GONE)
QUOTE = 120
"""Characters of the message that an answer repeats."""


@dataclass(frozen=True)
class Reading:
    """Messages in the order of the room, and whether there are older and newer ones."""

    messages: list[dict[str, Any]]
    first: int
    last: int
    older: bool
    newer: bool


async def read_page(db: AsyncSession, room: str, person: str, *, before: int | None = None, after: int | None = None) -> Reading:
    """The newest page, or the one before or after a seq, with the votes and which of them are this person's."""
    query = select(Message).where(Message.room == room, Message.state.in_(TOLD), Message.seq.is_not(None))
    if after is not None:
        rows = list(await db.scalars(query.where(Message.seq > after).order_by(Message.seq).limit(PAGE + 1)))
        shown, older, newer = rows[:PAGE], True, len(rows) > PAGE
    else:
        wanted = query if before is None else query.where(Message.seq < before)
        rows = list(await db.scalars(wanted.order_by(Message.seq.desc()).limit(PAGE + 1)))
        shown, older, newer = rows[:PAGE][::-1], len(rows) > PAGE, before is not None
    quotes = await _quotes(db, room, [row.re for row in shown if row.re])
    counted = await votes.of_messages(db, [row.id for row in shown], person)
    messages = [_message(row, quotes) | {"votes": counted.get(row.id, (0, False))} for row in shown]
    return Reading(messages, shown[0].seq or 0 if shown else 0, shown[-1].seq or 0 if shown else 0, older, newer)


async def _quotes(db: AsyncSession, room: str, ids: list[str]) -> dict[str, str]:
    """The beginnings of messages that are answered, of those that may still be read."""
    wanted = select(Message.id, Message.text).where(Message.room == room, Message.id.in_(ids), Message.state == MessageState.VISIBLE)
    return {message_id: text[:QUOTE] for message_id, text in await db.execute(wanted)}


def _message(row: Message, quotes: dict[str, str]) -> dict[str, Any]:
    gone = row.state in GONE
    return {
        "id": row.id,
        "kind": row.kind,
        "by": {"role": "attendee", "via": "online", "name": "", "capacity": "", "site": "", **row.by},
        "text": "" if gone else row.text,
        "at": row.received_at,
        "gone": row.state.value if gone else None,
        "proposal": row.proposal,
        "quote": quotes.get(row.re or ""),
    }

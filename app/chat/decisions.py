"""Deciding about held and late messages: shown with the id and cid they came with, and captured then; or refused with a reason."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.chat.drafts import frame_of
from app.chat.models import Message, MessageState
from app.chat.people import Person
from app.chat.requests import Kind
from app.journal.service import DESK, PUBLIC, Entry, append
from app.proposals.answering import Answer, heard
from app.proposals.capture import Words, capture


async def approve(db: AsyncSession, message: Message, by: Person, signed: Mapping[str, str], now: datetime) -> None:
    """Show a message to everybody; an aspiration gets its proposal in the same transaction, a response is kept with what it answers."""
    if message.kind == Kind.ASPIRATION:
        message.proposal = (await capture(db, by.session_id, [words_of(message)], by=by.actor, now=now))[0]
    if message.kind == Kind.RESPONSE:
        await heard(db, by.session_id, [answer_of(message)])
    message.state, message.decided_by, message.decided_at = MessageState.VISIBLE, by.id, now
    message.seq = await append(db, message.room, PUBLIC, [Entry(event_of(message), message.id)], now)
    await tell_author(db, message, signed, {"at_seq": message.seq, "proposal": message.proposal}, now)


async def reject(db: AsyncSession, message: Message, by: Person, signed: Mapping[str, str], reason: str | None, now: datetime) -> None:
    """Keep a message out of the room; its author is told the reason."""
    message.state, message.reason = MessageState.REJECTED, reason
    message.decided_by, message.decided_at = by.id, now
    await tell_author(db, message, signed, {"reason": reason}, now)


def event_of(message: Message) -> dict[str, Any]:
    """The `msg` event of a message as it now stands."""
    return frame_of(
        message.id,
        message.cid,
        dict(message.by),
        message.kind,
        message.text,
        message.received_at,
        proposal=message.proposal,
        re=message.re,
        on_behalf=message.on_behalf,
        source=message.source,
    )


def words_of(message: Message) -> Words:
    """A stored message as the source of a proposal."""
    by = message.by
    capacity = by.get("capacity")
    return Words(
        source_kind="message",
        source_id=message.id,
        text=message.text,
        author=str(by["name"]),
        at=message.received_at,
        participant_id=message.participant_id,
        capacity=str(capacity) if capacity else None,
        on_behalf=message.on_behalf,
        site_id=message.site_id,
        via=message.via,
        fields=message.fields or {},
        in_office=by["role"] != "attendee",
    )


def answer_of(message: Message) -> Answer:
    """A stored response as an answer to a proposal."""
    capacity, number = message.by.get("capacity"), (message.fields or {}).get("proposal")
    return Answer(
        message_id=message.id,
        text=message.text,
        author=str(message.by["name"]),
        at=message.received_at,
        by=f"participant:{message.participant_id}" if message.participant_id else "system",
        re=message.re,
        number=number if isinstance(number, str) else None,
        participant_id=message.participant_id,
        capacity=str(capacity) if capacity else None,
        in_office=message.by["role"] != "attendee",
    )


async def tell_author(db: AsyncSession, message: Message, signed: Mapping[str, str], what: Mapping[str, Any], now: datetime) -> None:
    """Append to the desk's log what became of a message; every process tells the author when it passes."""
    state = MessageState.VISIBLE if message.state is MessageState.VISIBLE else MessageState.REJECTED
    told = {
        "t": "decided",
        "id": message.id,
        "cid": message.cid,
        "person": message.sender,
        "state": state.value,
        "by": dict(signed),
    }
    known = {name: value for name, value in what.items() if value is not None}
    await append(db, message.room, DESK, [Entry(told | known, message.id)], now)

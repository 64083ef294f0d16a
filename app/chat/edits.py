"""Correcting words: staff edit a message, the reason is kept, everybody gets the new text."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import Role
from app.audit.service import Act, record
from app.chat import standing, values
from app.chat.frames import longest
from app.chat.models import Message, MessageState
from app.chat.people import Person
from app.chat.requests import Kind
from app.errors import Conflict, NotAllowed, NotFound
from app.journal.service import PUBLIC, Entry, append
from app.proposals.answering import answer_changed
from app.vault import Vault


async def edit(db: AsyncSession, vault: Vault, person: Person, message_id: str, text: str, reason: str, now: datetime) -> tuple[str, int]:
    """Give a visible message new words; they and the seq of the change. Moderators and secretariat any, operators what they typed."""
    await standing.lock(db, person.room)
    message = await db.scalar(select(Message).where(Message.id == message_id, Message.room == person.room))
    if message is None:
        raise NotFound("chat.not_found")
    own = person.may(Role.OPERATOR) and message.sender == person.id
    if not own and not person.may(Role.MODERATOR, Role.SECRETARIAT):
        raise NotAllowed("chat.forbidden")
    if message.state is not MessageState.VISIBLE:
        raise Conflict("chat.conflict")
    message.text = values.words({"text": text}, "text", longest(Kind(message.kind)))
    message.reason = values.words({"reason": reason}, "reason", 500)
    if message.kind == Kind.RESPONSE:
        await answer_changed(db, message.id, message.text)
    entry = Entry({"t": "upd", "id": message.id, "op": "edit", "v": {"text": message.text}}, message.id)
    seq = await append(db, person.room, PUBLIC, [entry], now)
    await record(db, vault, person.session_id, now, Act(person.actor, "room.edited", f"message:{message.id}", {"seq": seq}))
    return message.text, seq

"""What moderators do: decide about held words, take words away, quiet people, set the room's rules. Each is an event in its transaction."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import Act
from app.chat import decisions, standing, votes
from app.chat.models import Message, MessageState, Room, Sanction
from app.chat.people import Person
from app.chat.requests import Moderate, Op
from app.clock import millis
from app.database.tables import new_id
from app.errors import Conflict, NotFound
from app.journal.service import DESK, PUBLIC, Entry, append, bury, revoke
from app.participants.models import Participant
from app.proposals.capture import words_back, words_gone
from app.sessions.models import SessionState
from app.sessions.service import change_state
from app.vault import Vault

BANNED = 4503
SESSION_STATE = {"open": SessionState.LIVE, "paused": SessionState.PAUSED, "ended": SessionState.ENDED}


@dataclass(frozen=True)
class Case:
    """An act under way: who does what to what, in which transaction."""

    db: AsyncSession
    vault: Vault
    person: Person
    asked: Moderate
    now: datetime

    @property
    def room(self) -> str:
        """The room of the act."""
        return self.person.room

    async def show(self, body: dict[str, Any], subject: str | None = None) -> int:
        """Append an event to the public log; its seq."""
        return await append(self.db, self.room, PUBLIC, [Entry(body, subject)], self.now)

    async def message(self, *states: MessageState) -> Message:
        """The message that is meant; NotFound when there is none here, Conflict when it is in another state."""
        found = await self.db.scalar(select(Message).where(Message.id == self.asked.target, Message.room == self.room))
        if found is None:
            raise NotFound("chat.not_found")
        if found.state not in states:
            raise Conflict("chat.conflict")
        return found


Doing: TypeAlias = Callable[[Case], Awaitable[dict[str, Any]]]


async def moderate(db: AsyncSession, vault: Vault, person: Person, asked: Moderate, now: datetime) -> tuple[dict[str, Any], Act]:
    """Do it; the answer's fields and the act for the audit. Locks the session's row for `state`, then the room's log."""
    case = Case(db, vault, person, asked, now)
    if asked.op is not Op.STATE:
        await standing.lock(db, person.room)
    answer = await DO[asked.op](case)
    if asked.op not in {Op.APPROVE, Op.REJECT}:
        await append(db, person.room, DESK, [Entry(_told_to_desk(case))], now)
    subject = f"{_kind_of_target(asked.op)}:{asked.target or person.room}"
    facts = {name: value for name, value in asked.v.items() if name != "text"}
    return answer, Act(person.actor, f"room.{asked.op}", subject, {**facts, "with_reason": asked.reason is not None})


def signature(person: Person) -> dict[str, str]:
    """Who did it, in events of the desk."""
    return {"id": person.id, "name": person.name, "role": person.part.value}


async def _approve(case: Case) -> dict[str, Any]:
    message = await case.message(MessageState.HELD, MessageState.LATE)
    await decisions.approve(case.db, message, case.person, signature(case.person), case.now)
    return {"proposal": message.proposal} if message.proposal else {}


async def _reject(case: Case) -> dict[str, Any]:
    message = await case.message(MessageState.HELD, MessageState.LATE)
    await decisions.reject(case.db, message, case.person, signature(case.person), case.asked.reason, case.now)
    return {}


async def _hide(case: Case) -> dict[str, Any]:
    message = await case.message(MessageState.VISIBLE)
    message.state, message.reason, message.pinned_at = MessageState.HIDDEN, case.asked.reason, None
    _decided(case, message)
    await bury(case.db, case.room, message.id, "hidden")
    await words_gone(case.db, message.id, "hidden")
    await case.show({"t": "upd", "id": message.id, "op": "hide"}, message.id)
    await votes.touch(case.db, case.room, message.id)
    return {}


async def _unhide(case: Case) -> dict[str, Any]:
    message = await case.message(MessageState.HIDDEN)
    message.state, message.reason = MessageState.VISIBLE, None
    _decided(case, message)
    await words_back(case.db, message.id, message.text)
    again = {name: value for name, value in decisions.event_of(message).items() if name not in {"t", "id"}}
    await case.show({"t": "upd", "id": message.id, "op": "unhide", "v": again}, message.id)
    await votes.touch(case.db, case.room, message.id)
    return {}


async def _delete(case: Case) -> dict[str, Any]:
    states = (MessageState.VISIBLE, MessageState.HIDDEN, MessageState.HELD, MessageState.LATE, MessageState.REJECTED)
    message = await case.message(*states)
    waited = message.state in {MessageState.HELD, MessageState.LATE}
    message.state, message.reason, message.pinned_at = MessageState.DELETED, case.asked.reason, None
    message.text, message.fields, message.on_behalf = "", None, None
    _decided(case, message)
    await bury(case.db, case.room, message.id, "deleted")
    await words_gone(case.db, message.id, "deleted")
    if message.seq is not None:
        await case.show({"t": "upd", "id": message.id, "op": "delete"}, message.id)
        await votes.touch(case.db, case.room, message.id)
    if waited:
        await decisions.tell_author(case.db, message, signature(case.person), {"reason": case.asked.reason}, case.now)
    return {}


async def _pin(case: Case) -> dict[str, Any]:
    message = await case.message(MessageState.VISIBLE)
    message.pinned_at = case.now
    await case.show({"t": "upd", "id": message.id, "op": "pin"}, message.id)
    return {}


async def _unpin(case: Case) -> dict[str, Any]:
    message = await case.message(MessageState.VISIBLE)
    message.pinned_at = None
    await case.show({"t": "upd", "id": message.id, "op": "unpin"}, message.id)
    return {}


async def _sanction(case: Case) -> dict[str, Any]:
    person = await _attendee(case)
    seconds = case.asked.v.get("seconds")
    until = case.now + timedelta(seconds=seconds) if seconds else None
    case.db.add(
        Sanction(
            room=case.room,
            person=person,
            kind=case.asked.op.value,
            reason=case.asked.reason,
            by=case.person.actor,
            at=case.now,
            until=until,
        )
    )
    if case.asked.op is Op.BAN:
        await revoke(case.db, person, case.room, BANNED, case.now)
    return {"until": millis(until)} if until else {}


async def _unmute(case: Case) -> dict[str, Any]:
    """Lift every mute and ban of somebody."""
    person = await _attendee(case)
    in_force = (Sanction.until.is_(None)) | (Sanction.until > case.now)
    await case.db.execute(update(Sanction).where(Sanction.room == case.room, Sanction.person == person, in_force).values(until=case.now))
    return {}


async def _room(case: Case) -> Room:
    room = await case.db.get(Room, case.room)
    if room is None:
        room = Room(id=case.room, session_id=case.person.session_id)
        case.db.add(room)
    return room


async def _set_rules(case: Case) -> dict[str, Any]:
    room = await _room(case)
    match case.asked.op:
        case Op.SLOW:
            room.slow_seconds = case.asked.v["seconds"]
        case Op.LOCK:
            room.locked = case.asked.v["on"]
        case Op.PREMODERATE:
            room.premoderated = case.asked.v["on"]
    await case.show({"t": "room", "op": case.asked.op.value, "v": dict(case.asked.v)})
    return {}


async def _announce(case: Case) -> dict[str, Any]:
    announcement = {"id": new_id(), **case.asked.v}
    (await _room(case)).announcement = announcement
    await case.show({"t": "room", "op": "announce", "v": announcement, "at": millis(case.now)})
    return {"id": announcement["id"]}


async def _change_state(case: Case) -> dict[str, Any]:
    to = SESSION_STATE[case.asked.v["to"]]
    await change_state(case.db, case.vault, case.person.session_id, to, actor=case.person.actor, reason=case.asked.reason, now=case.now)
    return {}


async def _attendee(case: Case) -> str:
    where = (Participant.id == case.asked.target, Participant.session_id == case.person.session_id)
    found = await case.db.scalar(select(Participant.id).where(*where))
    if found is None:
        raise NotFound("chat.not_found")
    return found


def _decided(case: Case, message: Message) -> None:
    message.decided_by, message.decided_at = case.person.id, case.now


def _told_to_desk(case: Case) -> dict[str, Any]:
    told = {"t": "act", "op": case.asked.op.value, "by": signature(case.person), "at": millis(case.now)}
    rest = {"target": case.asked.target, "v": dict(case.asked.v) or None, "reason": case.asked.reason}
    return told | {name: value for name, value in rest.items() if value is not None}


def _kind_of_target(op: Op) -> str:
    match op:
        case Op.MUTE | Op.UNMUTE | Op.BAN:
            return "participant"
        case Op.SLOW | Op.LOCK | Op.PREMODERATE | Op.ANNOUNCE | Op.STATE:
            return "room"
    return "message"


DO: dict[Op, Doing] = {
    Op.APPROVE: _approve,
    Op.REJECT: _reject,
    Op.HIDE: _hide,
    Op.UNHIDE: _unhide,
    Op.DELETE: _delete,
    Op.PIN: _pin,
    Op.UNPIN: _unpin,
    Op.MUTE: _sanction,
    Op.BAN: _sanction,
    Op.UNMUTE: _unmute,
    Op.SLOW: _set_rules,
    Op.LOCK: _set_rules,
    Op.PREMODERATE: _set_rules,
    Op.ANNOUNCE: _announce,
    Op.STATE: _change_state,
}

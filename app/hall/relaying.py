"""Relaying lines from outside: who said them is kept as a person of the session, and what was relayed already is known again."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.rights import Staff
from app.chat.models import Message
from app.chat.people import ORDER, Person
from app.chat.requests import Kind
from app.errors import NotAllowed
from app.participants.models import Origin, Participant
from app.participants.service import Person as Known
from app.participants.service import add_participant, phone_index, take_turn
from app.proposals.kinds import Kind as ReadKind
from app.proposals.reading import read
from app.regions import name_key
from app.sessions.models import ForumSession
from app.vault import Vault

AT_ONCE = 120
"""Lines in one preview; the rest follows when these are sent."""
_KINDS = {ReadKind.PROPOSAL: Kind.ASPIRATION, ReadKind.COMPLAINT: Kind.ASPIRATION, ReadKind.QUESTION: Kind.QUESTION}


@dataclass(frozen=True)
class Speaker:
    """Who says a line: the name that everybody may read, and the number (E.164, sealed when it is kept) from which it came."""

    name: str
    phone: str | None = None


def relayer(staff: Staff, session: ForumSession) -> Person:
    """The member of staff as somebody of the room who speaks for no hall."""
    roles = staff.roles_in(session.id)
    part = next((part for role, part in ORDER if role in roles), None)
    if part is None:
        raise NotAllowed("access.not_allowed")
    return Person(
        id=staff.id, name=staff.name, part=part, room=session.room, session_id=session.id, roles=frozenset(roles), actor=staff.actor
    )


async def relayed(db: AsyncSession, room: str, cids: Collection[str]) -> set[str]:
    """Which of these were relayed already, by whomever."""
    known: set[str] = set()
    wanted = list(cids)
    for start in range(0, len(wanted), 500):
        known |= set(await db.scalars(select(Message.cid).where(Message.room == room, Message.cid.in_(wanted[start : start + 500]))))
    return known


async def people(db: AsyncSession, vault: Vault, session_id: str, speakers: Sequence[Speaker], *, now: datetime) -> Mapping[Speaker, str]:
    """The participant of each speaker among those who speak from outside: the same name from the same number is one person; who is new is added."""
    await take_turn(db, session_id)
    keys = {one: (name_key(one.name) or one.name, phone_index(vault, one.phone)) for one in speakers}
    rows = await db.execute(
        select(Participant.name_key, Participant.phone_index, Participant.id)
        .where(Participant.session_id == session_id, Participant.origin == Origin.RELAY)
        .where(Participant.name_key.in_({key for key, _ in keys.values()}), Participant.erased_at.is_(None))
        .order_by(Participant.number)
    )
    known: dict[tuple[str, str | None], str] = {}
    for name, index, row_id in rows:
        known.setdefault((name, index), row_id)
    for one, key in keys.items():
        if key not in known:
            new = Known(name=one.name, phone=one.phone)
            known[key] = (await add_participant(db, vault, session_id, new, origin=Origin.RELAY, now=now)).id
    return {one: known[key] for one, key in keys.items()}


def likely_kind(text: str) -> str:
    """What a line seems to be: an aspiration, a question or chat."""
    return _KINDS.get(read(text[:2000]).kind, Kind.CHAT).value

"""What was typed in a hall, as its desk sees it beneath the composer, and who spoke last."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.chat.models import Message
from app.participants.models import Participant
from app.proposals.models import Proposal

MOST = 40
SPEAKERS = 6


@dataclass(frozen=True)
class Voice:
    """A message of the hall: `state` as stored, `status` of the proposal that it became; no text once it was taken away."""

    id: str
    kind: str
    text: str
    author: str
    capacity: str | None
    at: datetime
    state: str
    reason: str | None
    number: str | None
    status: str | None


@dataclass(frozen=True)
class Speaker:
    """Somebody who spoke in this hall, to be chosen again by one press."""

    id: str
    name: str
    capacity: str | None


async def voices_of(db: AsyncSession, room: str, session_id: str, site_id: str) -> list[Voice]:
    """The last messages of a hall, newest first."""
    rows = await db.execute(
        select(Message, Proposal.status)
        .outerjoin(Proposal, (Proposal.session_id == session_id) & (Proposal.number == Message.proposal))
        .where(Message.room == room, Message.site_id == site_id)
        .order_by(Message.received_at.desc(), Message.id)
        .limit(MOST)
    )
    return [_voice(message, status) for message, status in rows]


async def speakers_of(db: AsyncSession, session_id: str, room: str, site_id: str) -> Sequence[Speaker]:
    """Who spoke last in a hall, newest first, each once."""
    said = await db.scalars(
        select(Message.participant_id)
        .where(Message.room == room, Message.site_id == site_id, Message.participant_id.is_not(None))
        .order_by(Message.received_at.desc(), Message.id)
        .limit(MOST)
    )
    ids = list(dict.fromkeys(one for one in said if one))[:SPEAKERS]
    people = await db.scalars(select(Participant).where(Participant.session_id == session_id, Participant.id.in_(ids)))
    known = {one.id: Speaker(one.id, one.name, one.capacity) for one in people if one.erased_at is None}
    return [known[one] for one in ids if one in known]


def _voice(message: Message, status: str | None) -> Voice:
    gone = message.state in {"hidden", "deleted", "erased"}
    capacity = message.by.get("capacity")
    return Voice(
        id=message.id,
        kind=message.kind,
        text="" if gone else message.text,
        author=str(message.by.get("name", "")),
        capacity=str(capacity) if capacity else None,
        at=message.received_at,
        state=message.state,
        reason=message.reason,
        number=message.proposal,
        status=status,
    )

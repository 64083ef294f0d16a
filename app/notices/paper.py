"""Notices on paper: printed (`sending`, on their way), handed over (`sent`), taken back; for people whom no message reaches.

A letter that is printed says what it says: from then on a further change is another notice, as for a message that was sent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.errors import Conflict, NotFound
from app.notices.attempts import add_attempt, add_attempts
from app.notices.models import Attempt, Channel, Delivery, DeliveryState, Notice

PRINTED = "printed"
"""Outcome of the attempt that put the words on paper."""
OWED = (DeliveryState.QUEUED, DeliveryState.SENDING)
"""Letters that nobody has handed over yet."""


@dataclass(frozen=True)
class Tally:
    """Letters that are still to be printed, and printed ones that are still to be handed over."""

    unprinted: int
    printed: int

    @property
    def owed(self) -> int:
        """Everybody who is still to be told on paper."""
        return self.unprinted + self.printed


async def tally(db: AsyncSession, session_id: str) -> Tally:
    """How many people of a session are still to be told on paper."""
    owed = (Notice.session_id == session_id, Delivery.channel == Channel.LETTER, Delivery.state.in_(OWED))
    rows = await db.execute(
        select(Delivery.state, func.count()).join(Notice, Notice.id == Delivery.notice_id).where(*owed).group_by(Delivery.state)
    )
    found = {row[0]: int(row[1]) for row in rows}
    return Tally(found.get(DeliveryState.QUEUED, 0), found.get(DeliveryState.SENDING, 0))


async def mark_printed(db: AsyncSession, session_id: str, delivery_ids: Sequence[str], actor: str, now: datetime) -> list[str]:
    """Letters are on paper now; the ids of those that were not before."""
    rows = await _held(db, session_id, Delivery.id.in_(delivery_ids), Delivery.state == DeliveryState.QUEUED)
    for row in rows:
        row.state = DeliveryState.SENDING
        row.attempts += 1
        row.version += 1
    moved = [row.id for row in rows]
    await add_attempts(db, moved, PRINTED, actor, now)
    return moved


async def not_printed(db: AsyncSession, session_id: str, delivery_ids: Sequence[str]) -> None:
    """What `mark_printed` moved came to no paper: it is still to be printed, and its trace says that this failed; nothing for what was handed over meanwhile."""
    rows = await _held(db, session_id, Delivery.id.in_(delivery_ids), Delivery.state == DeliveryState.SENDING)
    for row in rows:
        row.state = DeliveryState.QUEUED
        row.version += 1
    other = aliased(Attempt)
    last = select(func.max(other.number)).where(other.delivery_id == Attempt.delivery_id).scalar_subquery()
    tried = (Attempt.delivery_id.in_([row.id for row in rows]), Attempt.outcome == PRINTED, Attempt.number == last)
    await db.execute(update(Attempt).where(*tried).values(outcome=DeliveryState.FAILED.value))


async def hand_over(db: AsyncSession, session_id: str, delivery_id: str, actor: str, now: datetime) -> None:
    """The person has been told, with the letter or without it; saying it twice is saying it once."""
    row = await _one(db, session_id, delivery_id)
    if row.state == DeliveryState.SENT:
        return
    if row.state not in OWED:
        raise Conflict("notices.under_way")
    _told(row, now)
    await add_attempt(db, row.id, DeliveryState.SENT.value, None, actor, now)


async def hand_over_printed(db: AsyncSession, session_id: str, before: datetime, actor: str, now: datetime, most: int) -> int:
    """Everybody whose letter had been printed at the moment `before` has been told; how many, at most `most` at a time."""
    by_then = select(Attempt.delivery_id).where(Attempt.delivery_id == Delivery.id, Attempt.outcome == PRINTED, Attempt.at <= before)
    rows = await _held(db, session_id, Delivery.state == DeliveryState.SENDING, by_then.exists(), most=most)
    for row in rows:
        _told(row, now)
    await add_attempts(db, [row.id for row in rows], DeliveryState.SENT.value, actor, now)
    return len(rows)


async def take_back(db: AsyncSession, session_id: str, delivery_id: str, actor: str, now: datetime) -> None:
    """It was not handed over after all: it is owed again."""
    row = await _one(db, session_id, delivery_id)
    if row.state in OWED:
        return
    if row.state != DeliveryState.SENT:
        raise Conflict("notices.not_undoable")
    on_paper = select(Attempt.number).where(Attempt.delivery_id == row.id, Attempt.outcome == PRINTED).limit(1)
    row.state = DeliveryState.QUEUED if await db.scalar(on_paper) is None else DeliveryState.SENDING
    row.sent_at = None
    row.version += 1
    await add_attempt(db, row.id, "undone", None, actor, now)


def _told(row: Delivery, now: datetime) -> None:
    row.state, row.sent_at, row.last_problem = DeliveryState.SENT, now, None
    row.version += 1


async def _one(db: AsyncSession, session_id: str, delivery_id: str) -> Delivery:
    found = await _held(db, session_id, Delivery.id == delivery_id)
    if not found:
        raise NotFound("notices.unknown")
    return found[0]


async def _held(db: AsyncSession, session_id: str, *where: ColumnElement[bool], most: int | None = None) -> list[Delivery]:
    of_session = select(Delivery).join(Notice, Notice.id == Delivery.notice_id).where(Notice.session_id == session_id)
    wanted = of_session.where(Delivery.channel == Channel.LETTER, *where).order_by(Delivery.id).limit(most)
    return list(await db.scalars(wanted.with_for_update(of=Delivery).execution_options(populate_existing=True)))

"""WhatsApp by hand, and what a person may do with any delivery: claim, mark as sent, undo, give up, send again, cancel.

A claim is a lease: ten minutes later the row is free again. Two officers never hold the same row.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.errors import Conflict, NotFound
from app.notices.attempts import add_attempt
from app.notices.models import Channel, Delivery, DeliveryState, Notice
from app.notices.service import DELIVER
from app.outbox.service import enqueue

CLAIM = timedelta(minutes=10)
MOST = 20
"""Rows that one press may claim."""
TELLING = (DeliveryState.SENT, DeliveryState.SENDING, DeliveryState.CLAIMED)
"""States of a row that told its notice, or is telling it."""
SEAT_GONE = "notices.seat_gone"
"""Why a row was cancelled without anybody's press: its person's seat was given back or revoked."""


class HandProblem(StrEnum):
    """Why an officer could not reach somebody on WhatsApp."""

    WRONG_NUMBER = "wrong_number"
    NOT_ON_WHATSAPP = "not_on_whatsapp"
    OTHER = "other"


def free(now: datetime) -> ColumnElement[bool]:
    """Rows that an officer may claim: waiting, or claimed so long ago that the lease is over."""
    lapsed = and_(Delivery.state == DeliveryState.CLAIMED, Delivery.claimed_until <= now)
    return and_(Delivery.channel == Channel.WHATSAPP_HAND, or_(Delivery.state == DeliveryState.QUEUED, lapsed))


async def claim(
    db: AsyncSession, session_id: str, actor: str, now: datetime, *, count: int = 5, only: Iterable[str] | None = None
) -> list[str]:
    """Take the oldest free rows of the session (or those of `only` that are still free); their ids."""
    wanted = select(Delivery).join(Notice, Notice.id == Delivery.notice_id).where(Notice.session_id == session_id, free(now))
    if only is not None:
        wanted = wanted.where(Delivery.id.in_(list(only)))
    # SKIP LOCKED: a second officer gets the next rows instead of waiting for, and then sharing, the first one's.
    rows = await db.scalars(
        wanted.order_by(Notice.created_at, Notice.kind, Delivery.id).limit(min(count, MOST)).with_for_update(of=Delivery, skip_locked=True)
    )
    taken = list(rows)
    for row in taken:
        row.state, row.claimed_by, row.claimed_until = DeliveryState.CLAIMED, actor, now + CLAIM
        row.version += 1
    return [row.id for row in taken]


async def claim_one(db: AsyncSession, session_id: str, delivery_id: str, actor: str, now: datetime) -> None:
    """Take one row; Conflict when a colleague has it or it is done. One's own row stays one's own, for ten minutes more."""
    row = await _row(db, session_id, delivery_id)
    if row.state == DeliveryState.CLAIMED and row.claimed_by == actor:
        row.claimed_until = now + CLAIM
        return
    if not await claim(db, session_id, actor, now, count=1, only=[delivery_id]):
        raise Conflict("notices.taken")


async def release(db: AsyncSession, session_id: str, delivery_id: str, actor: str, now: datetime) -> None:
    """Give a claimed row back."""
    row = await _mine(db, session_id, delivery_id, actor)
    _back(row)


async def mark_sent(db: AsyncSession, session_id: str, delivery_id: str, actor: str, now: datetime) -> None:
    """The officer has sent it; only who claimed it may say so, and saying it twice is saying it once."""
    row = await _row(db, session_id, delivery_id)
    if row.state == DeliveryState.SENT and row.claimed_by == actor:
        return
    _must_be_mine(row, actor)
    row.state, row.sent_at, row.last_problem, row.claimed_until = DeliveryState.SENT, now, None, None
    row.attempts += 1
    row.version += 1
    await add_attempt(db, row.id, "sent", None, actor, now)


async def undo(db: AsyncSession, session_id: str, delivery_id: str, actor: str, now: datetime) -> None:
    """It was not sent after all: the row comes back into the hand of the one who undoes."""
    row = await _row(db, session_id, delivery_id)
    if row.channel != Channel.WHATSAPP_HAND or row.state not in {DeliveryState.SENT, DeliveryState.FAILED}:
        raise Conflict("notices.not_undoable")
    row.state, row.claimed_by, row.claimed_until = DeliveryState.CLAIMED, actor, now + CLAIM
    row.sent_at, row.last_problem = None, None
    row.version += 1
    await add_attempt(db, row.id, "undone", None, actor, now)


async def give_up(db: AsyncSession, session_id: str, delivery_id: str, actor: str, now: datetime, why: HandProblem) -> None:
    """The officer could not reach the person."""
    row = await _mine(db, session_id, delivery_id, actor)
    row.state, row.last_problem, row.claimed_until = DeliveryState.FAILED, f"hand.{why.value}", None
    row.attempts += 1
    row.version += 1
    await add_attempt(db, row.id, "failed", row.last_problem, actor, now)


async def resend(db: AsyncSession, session_id: str, delivery_id: str, actor: str, now: datetime) -> None:
    """Queue it anew, whatever became of it; the letter is composed again when it goes."""
    row = await _row(db, session_id, delivery_id)
    if row.state in {DeliveryState.SENDING, DeliveryState.CLAIMED, DeliveryState.QUEUED}:
        raise Conflict("notices.under_way")
    renew(row)
    await add_attempt(db, row.id, "queued", None, actor, now)
    if row.channel not in {Channel.WHATSAPP_HAND, Channel.LETTER}:
        await queue(db, row.id, row.version, now)


async def cancel(db: AsyncSession, session_id: str, delivery_id: str, actor: str, now: datetime) -> None:
    """It is not to be sent any more; what is being sent this moment or was sent cannot be cancelled."""
    row = await _row(db, session_id, delivery_id)
    held = row.state == DeliveryState.CLAIMED and row.claimed_by != actor and row.claimed_until is not None and row.claimed_until > now
    going = row.state == DeliveryState.SENDING and row.channel != Channel.LETTER
    if held or going or row.state in {DeliveryState.SENT, DeliveryState.CANCELLED}:
        raise Conflict("notices.under_way")
    row.state, row.claimed_by, row.claimed_until, row.next_try_at = DeliveryState.CANCELLED, None, None, None
    row.version += 1
    await add_attempt(db, row.id, "cancelled", None, actor, now)


async def cancel_waiting(db: AsyncSession, participant_id: str, kinds: Iterable[str], now: datetime) -> None:
    """With a person's seat goes what still waits to be told to them, of these kinds; an officer's row in hand and a printed letter included."""
    on_paper = and_(Delivery.channel == Channel.LETTER, Delivery.state == DeliveryState.SENDING)
    waiting = or_(Delivery.state.in_((DeliveryState.QUEUED, DeliveryState.WAITING_RETRY, DeliveryState.CLAIMED)), on_paper)
    notices = select(Notice.id).where(Notice.participant_id == participant_id, Notice.kind.in_(list(kinds)))
    gone = {"state": DeliveryState.CANCELLED, "last_problem": SEAT_GONE, "claimed_by": None, "claimed_until": None, "next_try_at": None}
    await db.execute(update(Delivery).where(Delivery.notice_id.in_(notices), waiting).values(**gone, version=Delivery.version + 1))


async def want_again(db: AsyncSession, participant_id: str, kinds: Iterable[str], now: datetime) -> None:
    """What went with this person's seat (`cancel_waiting`), of these kinds, waits again now that the seat stands; not what another way told or is telling."""
    notices = select(Notice.id).where(Notice.participant_id == participant_id, Notice.kind.in_(list(kinds)))
    other = aliased(Delivery)
    told = exists().where(other.notice_id == Delivery.notice_id, other.channel != Channel.CONSOLE, other.state.in_(TELLING))
    gone = (Delivery.notice_id.in_(notices), Delivery.state == DeliveryState.CANCELLED, Delivery.last_problem == SEAT_GONE, ~told)
    # All at once: the first that waits again tells nothing yet.
    for row in (await db.scalars(select(Delivery).where(*gone).order_by(Delivery.id).with_for_update(of=Delivery))).all():
        renew(row)
        if row.channel not in {Channel.WHATSAPP_HAND, Channel.LETTER}:
            await queue(db, row.id, row.version, now)


def renew(row: Delivery) -> None:
    """A row (held by the caller) waits anew as if it had never been tried; whoever calls lets the machine try it."""
    _back(row)
    row.attempts, row.next_try_at, row.last_problem, row.sent_at = 0, None, None, None


async def queue(db: AsyncSession, delivery_id: str, version: int, now: datetime) -> None:
    """Let the machine try this delivery."""
    await enqueue(db, DELIVER, f"deliver:{delivery_id}:{version}", {"delivery_id": delivery_id}, due_at=now, now=now)


async def _row(db: AsyncSession, session_id: str, delivery_id: str) -> Delivery:
    found = await db.scalar(
        select(Delivery)
        .join(Notice, Notice.id == Delivery.notice_id)
        .where(Delivery.id == delivery_id, Notice.session_id == session_id)
        .with_for_update(of=Delivery)
    )
    if found is None:
        raise NotFound("notices.unknown")
    return found


async def _mine(db: AsyncSession, session_id: str, delivery_id: str, actor: str) -> Delivery:
    row = await _row(db, session_id, delivery_id)
    _must_be_mine(row, actor)
    return row


def _must_be_mine(row: Delivery, actor: str) -> None:
    if row.state != DeliveryState.CLAIMED or row.claimed_by != actor:
        raise Conflict("notices.not_yours")


def _back(row: Delivery) -> None:
    row.state, row.claimed_by, row.claimed_until = DeliveryState.QUEUED, None, None
    row.version += 1

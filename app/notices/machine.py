"""Deliveries that the machine makes: taken with a lease, sent with no transaction open, and settled; at least once.

A process that dies while sending leaves the lease: after it the job, which the outbox gives out again, takes the delivery anew.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.clock import Clock
from app.database.engine import Database
from app.notices.attempts import add_attempt
from app.notices.channels import Delayed, Refused, Sender
from app.notices.letters import Compose
from app.notices.models import Channel, Delivery, DeliveryState
from app.notices.retrying import next_try
from app.outbox.worker import Again

LEASE = timedelta(minutes=2)
SYSTEM = "system"
Senders: TypeAlias = Mapping[Channel, Sender]
GaveUp: TypeAlias = Callable[[AsyncSession, str, datetime], Awaitable[object]]
"""What else happens, in the same transaction, when a delivery (by its id) failed for good."""


@dataclass(frozen=True)
class Outcome:
    """How a try ended: the new state, a problem's code, and when it must be tried again."""

    state: DeliveryState
    problem: str | None = None
    again: datetime | None = None


async def deliver(
    database: Database, clock: Clock, senders: Senders, compose: Compose, gave_up: GaveUp, delivery_id: str
) -> Outcome | None:
    """Try one delivery now; None when it is settled already. Raises Again when its time has not come."""
    async with database.write() as db:
        delivery = await take(db, delivery_id, clock.now())
    if delivery is None:
        return None
    outcome = await _attempt(senders.get(delivery.channel), compose, delivery)
    async with database.write() as db:
        now = clock.now()
        settled = await settle(db, delivery_id, outcome, now)
        if settled.state == DeliveryState.FAILED:
            await gave_up(db, delivery_id, now)
    return settled


async def take(db: AsyncSession, delivery_id: str, now: datetime) -> Delivery | None:
    """Take a delivery into sending; None when it is settled, Again when its time has not come or somebody else is sending it."""
    found = await db.scalar(select(Delivery).where(Delivery.id == delivery_id).with_for_update())
    if found is None or found.state not in {DeliveryState.QUEUED, DeliveryState.WAITING_RETRY, DeliveryState.SENDING}:
        return None
    if found.state == DeliveryState.SENDING and found.claimed_until is not None and found.claimed_until > now:
        raise Again(found.claimed_until)
    if found.next_try_at is not None and found.next_try_at > now:
        raise Again(found.next_try_at)
    found.state = DeliveryState.SENDING
    found.claimed_until = now + LEASE
    found.attempts += 1
    found.version += 1
    return found


async def settle(db: AsyncSession, delivery_id: str, outcome: Outcome, now: datetime) -> Outcome:
    """Write how the try ended; what is delayed gets its next moment, or fails when it was tried often enough."""
    found = await db.scalar(select(Delivery).where(Delivery.id == delivery_id).with_for_update())
    assert found is not None
    state, later = outcome.state, None
    if state == DeliveryState.WAITING_RETRY:
        later = next_try(found.attempts, now)
        state = DeliveryState.FAILED if later is None else state
    found.state, found.next_try_at, found.last_problem = state, later, outcome.problem
    found.claimed_until = None
    found.version += 1
    if state == DeliveryState.SENT:
        found.sent_at = now
    await add_attempt(db, delivery_id, state.value, outcome.problem, SYSTEM, now)
    return Outcome(state, outcome.problem, later)


async def _attempt(sender: Sender | None, compose: Compose, delivery: Delivery) -> Outcome:
    letter = await compose(delivery)
    if letter is None:
        return Outcome(DeliveryState.CANCELLED, "notices.nobody")
    if sender is None:
        return Outcome(DeliveryState.FAILED, "notices.no_channel")
    try:
        await sender.send(letter, delivery.id)
    except Refused as never:
        return Outcome(DeliveryState.FAILED, never.code)
    except Delayed as later:
        return Outcome(DeliveryState.WAITING_RETRY, later.code)
    return Outcome(DeliveryState.SENT)

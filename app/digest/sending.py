"""Sending the digest of a day: once, however many processes there are and however late the first of them comes to it.

A wish is claimed, gathered for with no transaction open, sent, and settled; whoever is told to stop in between finishes what is on the way first.
Should a process die with the letter handed in and not yet settled, the next one carries the same Message-ID, so that a mailbox shows it once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import anyio
from sqlalchemy.ext.asyncio import AsyncSession

from app.digest.gathering import waiting_for
from app.digest.hours import day_of, waits_until
from app.digest.letter import letter_of
from app.digest.models import DigestWish
from app.digest.service import wish_of, zone_of
from app.errors import Unavailable
from app.notices.channels import Delayed, Refused, Sender
from app.notices.letters import Letter
from app.notices.models import Channel
from app.outbox.worker import Again
from app.web.ground import Ground

LEASE = timedelta(minutes=2)
PATIENCE = (0.5, 2.0, 5.0)
"""Seconds between tries to write down that a letter has left."""
PAUSE = timedelta(minutes=10)
"""Before the next try when the mail server could not take it; after midnight it waits for the next day's hour."""


@dataclass(frozen=True)
class Claimed:
    """A wish that is ours for a moment, the day it is about, and where the office is."""

    wish: DigestWish
    day: date
    zone: str


async def send_digest(ground: Ground, senders: Mapping[Channel, Sender], account_id: str) -> None:
    """Tell one account what waits, if anything does; returns when it does not want to be told, else asks (Again) for the next day."""
    async with ground.database.write() as db:
        claimed = await _claim(db, account_id, ground.clock.now())
    if claimed is None:
        return
    now = ground.clock.now()
    try:
        async with ground.database.read(patient=True) as db:
            waiting = await waiting_for(db, account_id, now)
    except BaseException:
        # Not in anybody's hand: the next try finds it free, and one that always fails is set aside for a person.
        with anyio.CancelScope(shield=True):
            await _let_go(ground, claimed)
        raise
    # Whoever ends this process waits the moment that a letter takes: it leaves once, and is known to have left.
    with anyio.CancelScope(shield=True):
        problem, again = None, False
        if waiting:
            problem, again = await _sent(senders, claimed, letter_of(ground, claimed.wish, waiting, claimed.zone, now))
        later = await _settled(ground, claimed, problem, told=bool(waiting), again=again)
    if later is not None:
        raise Again(later)


async def _claim(db: AsyncSession, account_id: str, now: datetime) -> Claimed | None:
    zone = await zone_of(db)
    wish = await wish_of(db, account_id, lock=True)
    if wish is None:
        return None
    if (later := waits_until(now, wish.hour, zone, wish.dealt_on)) is not None:
        raise Again(later)
    if wish.claimed_until is not None and wish.claimed_until > now:
        raise Again(wish.claimed_until)
    wish.claimed_until = now + LEASE
    return Claimed(wish, day_of(now, zone), zone)


async def _sent(senders: Mapping[Channel, Sender], claimed: Claimed, letter: Letter) -> tuple[str | None, bool]:
    """Why the letter did not leave, if it did not, and whether to try it again today."""
    sender = senders.get(Channel.EMAIL) or senders.get(Channel.CONSOLE)
    if sender is None:
        return "notices.no_channel", False
    try:
        await sender.send(letter, f"digest-{claimed.wish.id}-{claimed.day.isoformat()}")
    except Refused as never:
        return never.code, False
    except Delayed as later:
        return later.code, True
    return None, False


async def _settled(ground: Ground, claimed: Claimed, problem: str | None, *, told: bool, again: bool) -> datetime | None:
    """As `_settle`; a database that is busy for a moment does not make the letter go twice."""
    pauses = iter(PATIENCE)
    while True:
        try:
            async with ground.database.write() as db:
                return await _settle(db, claimed, problem, told=told, again=again, now=ground.clock.now())
        except Unavailable:
            if (pause := next(pauses, None)) is None:
                raise
        await anyio.sleep(pause)


async def _let_go(ground: Ground, claimed: Claimed) -> None:
    async with ground.database.write() as db:
        wish = await wish_of(db, claimed.wish.account_id, lock=True)
        if wish is not None and wish.claimed_until == claimed.wish.claimed_until:
            wish.claimed_until = None


async def _settle(db: AsyncSession, claimed: Claimed, problem: str | None, *, told: bool, again: bool, now: datetime) -> datetime | None:
    """Write down how it ended; when to look again, None when it was switched off meanwhile."""
    wish = await wish_of(db, claimed.wish.account_id, lock=True)
    if wish is None or wish.id != claimed.wish.id:
        return None
    wish.claimed_until, wish.problem = None, problem
    if again:
        return now + PAUSE
    wish.dealt_on = claimed.day
    if told and problem is None:
        wish.told_at = now
    return waits_until(now, wish.hour, claimed.zone, wish.dealt_on) or now

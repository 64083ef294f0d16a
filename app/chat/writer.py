"""The writers: what waits in a room is written as one transaction, acknowledged after its commit, then published."""

import asyncio
import time
from collections.abc import Callable

import structlog

from app.chat.batch import Given, Outcome, Receipt, write
from app.chat.conduct import still_spent
from app.chat.queues import Queues, Waiting
from app.clock import Clock
from app.database.engine import Database
from app.errors import Unavailable
from app.journal.service import DESK, PUBLIC
from app.live.hub import Hub
from app.measures import SIZES, Spread

MOST = 500
"""Messages in one transaction."""

log = structlog.get_logger()


class Writers:
    """Takes messages for every room of this process; `queues.run` drives it. `say(room, log, head)` tells the other processes."""

    def __init__(self, database: Database, clock: Clock, hub: Hub, say: Callable[[str, str, int], None]) -> None:
        self._database = database
        self._clock = clock
        self._hub = hub
        self._say = say
        self._buckets: dict[str, float] = {}
        self.queues: Queues[Given, Receipt] = Queues(self._write, MOST)
        self.committed = 0
        self.commit_seconds, self.batch_messages, self.ack_seconds = Spread(), Spread(SIZES), Spread()

    def submit(self, given: Given) -> "asyncio.Future[Receipt]":
        """Take a message; the answer comes after its commit, or is a ForumError."""
        return self.queues.submit(given.person.room, given)

    async def _write(self, room: str, some: list[Waiting[Given, Receipt]]) -> None:
        """One transaction for all; when the database refuses it, each alone, so that one failing message fails alone."""
        began = time.monotonic()
        try:
            outcome = await self._commit(room, some)
        except Unavailable:
            # The commit may have happened or not: nothing is acknowledged, and the next batch looks up heads and cids under the lock again.
            log.warning("chat.write_unavailable", messages=len(some))
            self._hub.ring()
            return
        except Exception:
            if len(some) == 1:
                log.exception("chat.message_unwritable")
                return
            log.warning("chat.batch_failed", messages=len(some), exc_info=True)
            for one in some:
                await self._write(room, [one])
            return
        took = time.monotonic() - began
        self._buckets |= outcome.buckets
        self._buckets = still_spent(self._buckets, time.monotonic())
        _acknowledge(some, outcome)
        self._note(some, outcome, took)
        for name, items in ((PUBLIC, outcome.public), (DESK, outcome.desk)):
            if items:
                self._say(room, name, items[-1].seq)
                self._hub.publish(room, name, items)

    async def _commit(self, room: str, some: list[Waiting[Given, Receipt]]) -> Outcome:
        return await self._database.batch(lambda db: write(db, self._clock, room, [one.asked for one in some], self._buckets))

    def _note(self, some: list[Waiting[Given, Receipt]], outcome: Outcome, took: float) -> None:
        self.committed += sum(isinstance(answer, Receipt) and not answer.dup for answer in outcome.answers)
        self.commit_seconds.note(took)
        self.batch_messages.note(len(some))
        now = asyncio.get_running_loop().time()
        for one in some:
            self.ack_seconds.note(now - one.since)


def _acknowledge(some: list[Waiting[Given, Receipt]], outcome: Outcome) -> None:
    for one, answer in zip(some, outcome.answers, strict=True):
        one.reply(answer)

"""The writers: one task per room and process that drains what waits into one transaction, and answers after its commit."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import anyio
import structlog
from anyio.abc import TaskGroup, TaskStatus

from app.chat.batch import Given, Outcome, Receipt, write
from app.chat.refusals import later
from app.clock import Clock
from app.database.engine import Database
from app.errors import Unavailable
from app.journal.service import DESK, PUBLIC
from app.live.hub import Hub
from app.measures import SIZES, Spread

MOST = 500
"""Messages in one transaction."""
WAITING = 5000
"""Messages that may wait in one room."""
PATIENCE = 4.5
"""Seconds after which somebody whose message is still being written is asked to send it again: a slow disk is told from a dead line."""
TRY_AGAIN = 3.0
"""Seconds after which to send again what could not be written."""
BUCKETS = 20_000

log = structlog.get_logger()


@dataclass(eq=False)
class _Waiting:
    given: Given
    answer: "asyncio.Future[Receipt]"
    since: float


@dataclass(eq=False)
class _Queue:
    """What waits in one room; `draining` while its one task runs."""

    waiting: deque[_Waiting] = field(default_factory=deque)
    draining: bool = False


class Writers:
    """Takes messages for every room of this process; `run` drives it. `say(room, log, head)` tells the other processes."""

    def __init__(self, database: Database, clock: Clock, hub: Hub, say: Callable[[str, str, int], None]) -> None:
        self._database = database
        self._clock = clock
        self._hub = hub
        self._say = say
        self._queues: dict[str, _Queue] = {}
        self._buckets: dict[str, float] = {}
        self._open: set[asyncio.Future[Receipt]] = set()
        self._group: TaskGroup | None = None
        self.committed = 0
        self.commit_seconds, self.batch_messages, self.ack_seconds = Spread(), Spread(SIZES), Spread()

    async def run(self, *, task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED) -> None:
        """Write until cancelled; what waits then is refused as `unavailable`."""
        try:
            async with anyio.create_task_group() as group:
                self._group = group
                task_status.started()
                await anyio.sleep_forever()
        finally:
            self._group = None
            for queue in self._queues.values():
                _refuse_all(queue.waiting)

    def submit(self, given: Given) -> "asyncio.Future[Receipt]":
        """Take a message; the answer comes after its commit, or is a ForumError."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Receipt] = loop.create_future()
        self._open.add(answer)
        answer.add_done_callback(self._answered)
        queue = self._queues.setdefault(given.person.room, _Queue())
        if self._group is None or len(queue.waiting) >= WAITING:
            answer.set_exception(later("unavailable", TRY_AGAIN))
            return answer
        queue.waiting.append(_Waiting(given, answer, loop.time()))
        if not queue.draining:
            queue.draining = True
            self._group.start_soon(self._drain, given.person.room, queue)
        return answer

    @property
    def waiting(self) -> int:
        """How many messages have no answer yet."""
        return len(self._open)

    async def settle(self, seconds: float) -> None:
        """Wait until nothing waits, at most so many seconds."""
        if self._open:
            await asyncio.wait(self._open, timeout=seconds)

    def _answered(self, answer: "asyncio.Future[Receipt]") -> None:
        self._open.discard(answer)
        if not answer.cancelled():
            # Whoever asked may be gone: an answer that nobody reads is no error.
            answer.exception()

    async def _drain(self, room: str, queue: _Queue) -> None:
        loop = asyncio.get_running_loop()
        try:
            while queue.waiting:
                some = [queue.waiting.popleft() for _ in range(min(MOST, len(queue.waiting)))]
                impatient = loop.call_at(some[0].since + PATIENCE, _give_up, some, queue)
                try:
                    await self._write(room, some)
                finally:
                    impatient.cancel()
                    _refuse_all(some)
        finally:
            queue.draining = False
            _refuse_all(queue.waiting)
            if self._queues.get(room) is queue:
                del self._queues[room]

    async def _write(self, room: str, some: list[_Waiting]) -> None:
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
        self._forget_empty_buckets()
        _acknowledge(some, outcome)
        self._note(some, outcome, took)
        for name, items in ((PUBLIC, outcome.public), (DESK, outcome.desk)):
            if items:
                self._say(room, name, items[-1].seq)
                self._hub.publish(room, name, items)

    async def _commit(self, room: str, some: list[_Waiting]) -> Outcome:
        return await self._database.batch(lambda db: write(db, self._clock, room, [one.given for one in some], self._buckets))

    def _note(self, some: list[_Waiting], outcome: Outcome, took: float) -> None:
        self.committed += sum(isinstance(answer, Receipt) and not answer.dup for answer in outcome.answers)
        self.commit_seconds.note(took)
        self.batch_messages.note(len(some))
        now = asyncio.get_running_loop().time()
        for one in some:
            self.ack_seconds.note(now - one.since)

    def _forget_empty_buckets(self) -> None:
        if len(self._buckets) > BUCKETS:
            now = time.monotonic()
            self._buckets = {name: at for name, at in self._buckets.items() if at > now}


def _acknowledge(some: list[_Waiting], outcome: Outcome) -> None:
    for one, answer in zip(some, outcome.answers, strict=True):
        if one.answer.done():
            continue
        if isinstance(answer, Receipt):
            one.answer.set_result(answer)
        else:
            one.answer.set_exception(answer)


def _give_up(some: list[_Waiting], queue: _Queue) -> None:
    """The database takes too long: all who wait may send again; what is being written is found by its cid then."""
    log.warning("chat.write_slow", messages=len(some), behind=len(queue.waiting))
    _refuse_all(some)
    _refuse_all(queue.waiting)


def _refuse_all(waiting: "deque[_Waiting] | list[_Waiting]") -> None:
    """Whatever has no answer yet is to be sent again."""
    for one in waiting:
        if not one.answer.done():
            one.answer.set_exception(later("unavailable", TRY_AGAIN))
    if isinstance(waiting, deque):
        waiting.clear()

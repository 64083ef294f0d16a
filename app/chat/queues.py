"""What waits in a room for one transaction: one task per room and process takes it together and answers after the commit."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import anyio
import structlog
from anyio.abc import TaskGroup, TaskStatus

from app.chat.refusals import later
from app.errors import ForumError

WAITING = 5000
"""What may wait in one room."""
PATIENCE = 4.5
"""Seconds after which whoever still waits is asked to send it again: a slow disk is told from a dead line."""
TRY_AGAIN = 3.0
"""Seconds after which to send again what could not be written."""

A = TypeVar("A")
R = TypeVar("R")

log = structlog.get_logger()


@dataclass(eq=False)
class Waiting(Generic[A, R]):
    """Something asked, its answer, and since when (the loop's clock) it waits."""

    asked: A
    answer: "asyncio.Future[R]"
    since: float

    def reply(self, given: R | ForumError) -> None:
        """Give the answer, or the refusal; whoever asked may be gone or told already to send it again."""
        if self.answer.done():
            return
        if isinstance(given, ForumError):
            self.answer.set_exception(given)
        else:
            self.answer.set_result(given)


@dataclass(eq=False)
class _Queue(Generic[A, R]):
    """What waits in one room; `draining` while its one task runs."""

    waiting: list[Waiting[A, R]] = field(default_factory=list)
    draining: bool = False


class Queues(Generic[A, R]):
    """Queues for every room of this process; `run` drives them.

    `write(room, some)` gets at most `together` at once and answers them; what it leaves without an answer is to be sent again.
    """

    def __init__(self, write: Callable[[str, list[Waiting[A, R]]], Awaitable[None]], together: int) -> None:
        self._write = write
        self._together = together
        self._queues: dict[str, _Queue[A, R]] = {}
        self._open: set[asyncio.Future[R]] = set()
        self._group: TaskGroup | None = None

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
                _refuse(queue.waiting)

    def takes(self, room: str) -> bool:
        """Whether there is a place in the queue of a room."""
        return self._group is not None and (room not in self._queues or len(self._queues[room].waiting) < WAITING)

    def submit(self, room: str, asked: A) -> "asyncio.Future[R]":
        """Put behind what waits; the answer comes after its commit, or is a ForumError."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[R] = loop.create_future()
        self._open.add(answer)
        answer.add_done_callback(self._answered)
        if self._group is None or not self.takes(room):
            answer.set_exception(later("unavailable", TRY_AGAIN))
            return answer
        queue = self._queues.setdefault(room, _Queue())
        queue.waiting.append(Waiting(asked, answer, loop.time()))
        if not queue.draining:
            queue.draining = True
            self._group.start_soon(self._drain, room, queue)
        return answer

    @property
    def waiting(self) -> int:
        """How many have no answer yet."""
        return len(self._open)

    async def settle(self, seconds: float) -> None:
        """Wait until nothing waits, at most so many seconds."""
        if self._open:
            await asyncio.wait(self._open, timeout=seconds)

    def _answered(self, answer: "asyncio.Future[R]") -> None:
        self._open.discard(answer)
        if not answer.cancelled():
            # Whoever asked may be gone: an answer that nobody reads is no error.
            answer.exception()

    async def _drain(self, room: str, queue: _Queue[A, R]) -> None:
        loop = asyncio.get_running_loop()
        try:
            while queue.waiting:
                some, queue.waiting = queue.waiting[: self._together], queue.waiting[self._together :]
                impatient = loop.call_at(some[0].since + PATIENCE, _give_up, some, queue)
                try:
                    await self._write(room, some)
                finally:
                    impatient.cancel()
                    _refuse(some)
        finally:
            queue.draining = False
            _refuse(queue.waiting)
            if self._queues.get(room) is queue:
                del self._queues[room]


def _give_up(some: list[Waiting[A, R]], queue: _Queue[A, R]) -> None:
    """The database takes too long: all who wait may send again; what is being written is found as a repetition then."""
    log.warning("chat.write_slow", writing=len(some), behind=len(queue.waiting))
    _refuse(some)
    _refuse(queue.waiting)
    queue.waiting = []


def _refuse(waiting: list[Waiting[A, R]]) -> None:
    """Whatever has no answer yet is to be sent again."""
    for one in waiting:
        one.reply(later("unavailable", TRY_AGAIN))

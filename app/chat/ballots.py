"""Votes on their way: what comes for a room while one transaction runs goes together into the next, and is answered after its commit."""

import asyncio
import time
from dataclasses import dataclass, field

import anyio
import structlog
from anyio.abc import TaskGroup, TaskStatus

from app.chat.conduct import VOTE_BURST, VOTE_PAUSE, PartInRoom, spend
from app.chat.people import Person
from app.chat.refusals import later
from app.chat.votes import Ballot, cast_votes
from app.clock import Clock
from app.database.engine import Database
from app.errors import ForumError, Unavailable

TOGETHER = 200
"""Votes in one transaction."""
WAITING = 5000
TRY_AGAIN = 3.0
BUCKETS = 20_000

log = structlog.get_logger()


@dataclass(eq=False)
class _Waiting:
    ballot: Ballot
    answer: "asyncio.Future[None]"


@dataclass(eq=False)
class _Box:
    """What waits in one room; `counting` while its one task runs."""

    waiting: list[_Waiting] = field(default_factory=list)
    counting: bool = False


class Ballots:
    """Takes votes for every room of this process; `run` drives it."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._boxes: dict[str, _Box] = {}
        self._buckets: dict[str, float] = {}
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
            for box in self._boxes.values():
                _refuse(box.waiting)

    async def cast(self, person: Person, message: str, *, on: bool, limited: bool) -> None:
        """Done once this returns: committed. Raises the refusal; `limited` counts the vote against the person's rate."""
        box = self._boxes.setdefault(person.room, _Box())
        if self._group is None or len(box.waiting) >= WAITING:
            raise later("unavailable", TRY_AGAIN)
        if limited and person.part is PartInRoom.ATTENDEE:
            self._buckets[person.id] = spend(self._buckets.get(person.id, 0.0), time.monotonic(), burst=VOTE_BURST, pause=VOTE_PAUSE)
            self._forget_empty_buckets()
        answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        box.waiting.append(_Waiting(Ballot(person, message, on), answer))
        if not box.counting:
            box.counting = True
            self._group.start_soon(self._count, person.room, box)
        await answer

    async def _count(self, room: str, box: _Box) -> None:
        try:
            while box.waiting:
                some, box.waiting = box.waiting[:TOGETHER], box.waiting[TOGETHER:]
                try:
                    await self._write(room, some)
                except Unavailable:
                    log.warning("chat.votes_unavailable", votes=len(some))
                except Exception:
                    log.exception("chat.votes_failed", votes=len(some))
                finally:
                    _refuse(some)
        finally:
            box.counting = False
            _refuse(box.waiting)
            if self._boxes.get(room) is box:
                del self._boxes[room]

    async def _write(self, room: str, some: list[_Waiting]) -> None:
        async with self._database.write() as db:
            found = await cast_votes(db, room, [one.ballot for one in some], self._clock.now())
        for one, refusal in zip(some, found, strict=True):
            _answer(one.answer, refusal)

    def _forget_empty_buckets(self) -> None:
        if len(self._buckets) > BUCKETS:
            now = time.monotonic()
            self._buckets = {name: at for name, at in self._buckets.items() if at > now}


def _answer(answer: "asyncio.Future[None]", refusal: ForumError | None) -> None:
    """Whoever asked may be gone."""
    if answer.done():
        return
    if refusal is None:
        answer.set_result(None)
    else:
        answer.set_exception(refusal)


def _refuse(waiting: list[_Waiting]) -> None:
    """Whatever has no answer yet is to be sent again."""
    for one in waiting:
        _answer(one.answer, later("unavailable", TRY_AGAIN))

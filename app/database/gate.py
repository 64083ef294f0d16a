"""The one writer of SQLite: an in-process lock whose queue lets room batches go first."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.errors import Unavailable


class Gate:
    """A lock with two queues: whoever waits as `first` is served before all others, each queue in order of arrival; `patience` in seconds."""

    def __init__(self, patience: float = 4.5) -> None:
        self._patience = patience
        self._held = False
        self._first: deque[asyncio.Future[None]] = deque()
        self._others: deque[asyncio.Future[None]] = deque()

    @asynccontextmanager
    async def held(self, *, first: bool = False) -> AsyncIterator[None]:
        """Hold the gate for the length of the block; Unavailable when it does not come in time."""
        try:
            async with asyncio.timeout(self._patience):
                await self._take(first)
        except TimeoutError:
            raise Unavailable("database.unavailable", retry=5) from None
        try:
            yield
        finally:
            self._pass_on()

    async def _take(self, first: bool) -> None:
        if not self._held:
            self._held = True
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        queue = self._first if first else self._others
        queue.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._pass_on()
            elif turn in queue:
                # Not there any more when whoever passed the gate on has already seen that we gave up.
                queue.remove(turn)
            raise

    def _pass_on(self) -> None:
        for queue in (self._first, self._others):
            while queue:
                turn = queue.popleft()
                if not turn.done():
                    turn.set_result(None)
                    return
        self._held = False

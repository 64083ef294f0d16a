"""Asking something that may never answer: whoever waits for the answer is never held up, and however many wait, it is asked once."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Probe(Generic[T]):
    """`ask` raises nothing; its answer counts for `fresh` seconds. The question goes on when nobody waits any more."""

    def __init__(self, ask: Callable[[], Awaitable[T]], fresh: float) -> None:
        self._ask = ask
        self._fresh = fresh
        self._asked_at = float("-inf")
        self._task: asyncio.Task[T] | None = None

    async def answer(self, seconds: float) -> T | None:
        """The answer, None when it does not come in time."""
        now = time.monotonic()
        if self._task is None or (self._task.done() and now - self._asked_at > self._fresh):
            self._asked_at = now
            # No task group: a database that hangs must not hang whoever reports that it does.
            self._task = asyncio.create_task(self._once())
        await asyncio.wait({self._task}, timeout=seconds)
        return self._task.result() if self._task.done() and not self._task.cancelled() else None

    async def _once(self) -> T:
        return await self._ask()

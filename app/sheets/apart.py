"""Work over many rows that somebody brought, in a child process unless there are few, so that the room never waits for it."""

from collections.abc import Callable
from typing import TypeVar

from anyio import BrokenWorkerProcess, CapacityLimiter, to_process, to_thread

SHORT = 60
"""Rows that are looked at where they arrive: some milliseconds, a hundredth of what starting a process costs."""
_TOGETHER = CapacityLimiter(1)

Made = TypeVar("Made")


async def apart(work: Callable[..., Made], *given: object, rows: int) -> Made:
    """What a pure function of a module makes of what can be pickled; `rows` is how many it looks at."""
    if rows <= SHORT:
        return work(*given)
    try:
        return await to_process.run_sync(work, *given, cancellable=True, limiter=_TOGETHER)
    except BrokenWorkerProcess:
        # Slower for everybody than in a process, but nothing is lost of what somebody has typed on the page.
        return await to_thread.run_sync(work, *given, limiter=_TOGETHER)

"""Numbers are kept for a few seconds in each process, so that many pages that refresh themselves ask the database once."""

import time
from collections.abc import Awaitable, Callable
from typing import cast

import anyio
from fastapi import Request

from app.figures.counting import Numbers

KEEP = 4.0
"""Seconds."""
MOST = 200


class Kept:
    """What was counted last, by what was asked; made once per process."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[float, Numbers]] = {}
        self._asking: dict[str, anyio.Lock] = {}

    async def get(self, key: str, count: Callable[[], Awaitable[Numbers]]) -> Numbers:
        """The numbers of `key`, counted anew when they are older than a few seconds; who asks meanwhile waits for the same answer."""
        async with self._asking.setdefault(key, anyio.Lock()):
            at, numbers = self._found.get(key, (0.0, None))
            if numbers is None or time.monotonic() - at > KEEP:
                numbers = await count()
                if len(self._found) >= MOST:
                    self._found.clear()
                self._found[key] = (time.monotonic(), numbers)
            return numbers


def kept_of(request: Request) -> Kept:
    """The numbers that this process keeps."""
    return cast("Kept", request.app.state.figures)

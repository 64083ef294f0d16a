"""Who may come in and how long somebody may take: every HTTP connection of one process, watched by one timer for all of them."""

import asyncio
from collections import Counter
from typing import Protocol

import structlog

TICK = 0.5
"""Seconds between looks at the connections."""
MARGIN = 100
"""Connections above the limit that are still told so; whoever comes after them is cut at once."""
TOLD_EVERY = 60.0
"""Seconds between two lines in the log that say that the process is full."""

log = structlog.get_logger()


class Watched(Protocol):
    """A connection as the doorkeeper sees it."""

    due: float
    """When, by the loop's clock, `late` is to be called; infinite while it may take its time."""

    @property
    def leaving(self) -> bool:
        """Whether it has been closed from this side."""

    @property
    def idle(self) -> bool:
        """Whether it waits between two requests."""

    def late(self, now: float) -> None:
        """Its time is over."""

    def left(self, now: float) -> None:
        """It has been closed without our knowing: give it its last term."""


class Doorkeeper:
    """The connections of this process; `most` is set by whoever knows how many files the process may open."""

    def __init__(self, most: int = 20_000) -> None:
        self.most = most
        self.refused: Counter[str] = Counter()
        """How many were refused or cut since the start, by reason."""
        self.opened = 0
        self.watched: set[Watched] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._told_at = self._made_room_at = float("-inf")
        self._places = 0

    def watch(self, connection: Watched, loop: asyncio.AbstractEventLoop) -> None:
        """Look after this connection from now on."""
        self.opened += 1
        self.watched.add(connection)
        if self._loop is not loop:
            self._loop = loop
            loop.call_later(TICK, self._tick, loop)

    def release(self, connection: Watched) -> None:
        """It has ended or become a websocket, which has its own limits."""
        self.watched.discard(connection)

    def crowded(self, connections: int, now: float) -> bool:
        """Whether so many are more than may be in; those who only wait between two requests give their places away."""
        if connections <= self.most:
            return False
        if now - self._made_room_at >= TICK:
            self._made_room_at = now
            idle = [one for one in self.watched if one.idle]
            self._places = len(idle)
            for one in idle:
                one.late(now)
        if self._places > 0:
            self._places -= 1
            return False
        if now - self._told_at >= TOLD_EVERY:
            self._told_at = now
            log.warning("web.crowded", connections=connections, most=self.most)
        return True

    def _tick(self, loop: asyncio.AbstractEventLoop) -> None:
        if not self.watched:
            self._loop = None
            return
        loop.call_later(TICK, self._tick, loop)
        now = loop.time()
        for one in [one for one in self.watched if one.due <= now or one.leaving]:
            if one.due <= now:
                one.late(now)
            else:
                one.left(now)

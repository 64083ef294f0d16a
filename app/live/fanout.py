"""From released events to readers: one encoding and one write for everybody who stands at the same place, pages for those who are behind."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

import anyio

from app.live import frames
from app.live.feed import Audience, Feed
from app.live.reader import Reader
from app.live.ring import Item
from app.live.room import LiveRoom

AGAIN = 1.0
"""Seconds after which a log that could not be read is read again."""

Start: TypeAlias = Callable[..., None]
"""(work, *given): run a coroutine function in the hub's task group."""
Page: TypeAlias = Callable[[str, str, int], Awaitable[list[Item]]]
"""(room, log, after): the next committed events, none when they cannot be read now."""


class Fanout:
    """Writes released events out. `delivered` counts events times readers since the start."""

    def __init__(self, start: Start, page: Page) -> None:
        self._start = start
        self._page = page
        self.delivered = 0

    def released(self, room: LiveRoom, feed: Feed) -> None:
        """Something new may go out: soon, and together with what comes meanwhile in a busy room."""
        for audience in (feed.full, feed.lite):
            self._soon(room, feed, audience)

    def bring(self, room: LiveRoom, feed: Feed, reader: Reader, at: int) -> None:
        """Let a reader read on from a position: at once from memory where that is enough, else page by page."""
        audience = feed.audience(reader.lite)
        missing = feed.remembered(at) if at < audience.at else None
        if missing and not reader.line.full:
            items = [item for item in missing if item.seq <= audience.at]
            if items and items[-1].seq == audience.at and sum(len(item.payload) for item in items) <= frames.PAGE:
                reader.line.give(feed.run(items, lite=reader.lite))
                self.delivered += len(items)
                at = audience.at
        if not audience.place(reader, at):
            self._start(self._catch_up, room, feed, reader)
        elif audience.at < feed.head:
            self._soon(room, feed, audience)

    def _soon(self, room: LiveRoom, feed: Feed, audience: Audience) -> None:
        if audience.due:
            return
        if audience.empty and not audience.behind:
            audience.at = feed.head
            return
        audience.due = True
        wait = audience.flushed_at + audience.pace - time.monotonic()
        asyncio.get_running_loop().call_later(max(0.0, wait), self._flush, room, feed, audience)

    def _flush(self, room: LiveRoom, feed: Feed, audience: Audience) -> None:
        began = time.monotonic()
        if audience.at < feed.head:
            items = feed.ring.after(audience.at)
            if not items or items[-1].seq != feed.head:
                # Memory does not hold it all, or words were taken away meanwhile: the log is read once for everybody.
                self._start(self._flush_from_log, room, feed, audience)
                return
            self._give(room, feed, audience, items)
        audience.flushed(began, time.monotonic())
        audience.due = False

    async def _flush_from_log(self, room: LiveRoom, feed: Feed, audience: Audience) -> None:
        try:
            while audience.at < feed.head and room.readers:
                items = await self._page(room.id, feed.log, audience.at)
                if items:
                    self._give(room, feed, audience, items)
                else:
                    await anyio.sleep(AGAIN)
        finally:
            audience.due = False

    def _give(self, room: LiveRoom, feed: Feed, audience: Audience, items: Sequence[Item]) -> None:
        shared = feed.run(items, lite=audience.lite)
        before, audience.at = audience.at, items[-1].seq
        slow = []
        for reader in audience.live:
            line = reader.line
            if line.full:
                slow.append(reader)
            else:
                line.give(shared)
        self.delivered += (len(audience.live) - len(slow)) * len(items)
        for reader in slow:
            del audience.live[reader]
            room.parked.setdefault(reader, time.monotonic())
            self.bring(room, feed, reader, before)
        for reader, at in list(audience.ahead.items()):
            if at <= audience.at:
                del audience.ahead[reader]
                self.bring(room, feed, reader, at)

    async def _catch_up(self, room: LiveRoom, feed: Feed, reader: Reader) -> None:
        """Give a reader what it lacks, page by page as it reads them, from memory or from the log; then it is live again."""
        audience = feed.audience(reader.lite)
        while reader in audience.behind:
            await reader.line.drained()
            if reader not in audience.behind:
                return
            room.parked.pop(reader, None)
            at = audience.behind[reader]
            if at >= audience.at:
                del audience.behind[reader]
                audience.place(reader, at)
                return
            items = feed.remembered(at, frames.PAGE) or await self._page(room.id, feed.log, at)
            if reader not in audience.behind:
                return
            if not items:
                await anyio.sleep(AGAIN)
                continue
            last = items[-1].seq
            reader.line.give(feed.run(items, lite=reader.lite, more=last < feed.head))
            self.delivered += len(items)
            audience.behind[reader] = last
            if reader.line.full:
                room.parked[reader] = time.monotonic()
            await asyncio.sleep(0)

"""The hub of one process: rooms, their feeds, and the sockets that read them. It knows bytes and labels, never people.

Each socket has a position per log. What is released goes out as one encoded frame shared by all who stand at the same position; a socket
that does not read gets nothing more and later goes on from ring or log by its position, so it needs no copy of its own.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import anyio
import structlog
from anyio.abc import TaskGroup, TaskStatus

from app.clock import Clock, millis
from app.errors import Unavailable
from app.live import frames
from app.live.feed import Feed
from app.live.line import PARK, Line
from app.live.ring import Item

HEARTBEAT = 25
"""Seconds between heartbeats, told to clients as `hb`."""
PRESENCE = 5.0
POLL = 1.0
JOIN = 0.010
"""Seconds for which a busy room gathers events before it writes them out."""
PARKED_SECONDS = 15.0
PARKED_EVENTS = 500
PER_LABEL = 5
READ_PAGE = 500
SLOW, DRAINING, REPLACED = 4001, 4002, 4509

Key: TypeAlias = tuple[str, str]
Read: TypeAlias = Callable[[str, str, int, int], Awaitable[list[Item]]]
"""(room, log, after, limit): the next events, ascending."""
Heads: TypeAlias = Callable[[list[str]], Awaitable[dict[Key, int]]]
Revoked: TypeAlias = Callable[[], Awaitable[list[tuple[str, str | None, int]]]]
"""Who lost their place since the last call: (label, room or every room, close code)."""
Watch: TypeAlias = Callable[[str, str, Sequence[Item]], None]

log = structlog.get_logger()


@dataclass(eq=False)
class Reader:
    """A socket in a room: `at` is the last seq it was given per log, `behind` the logs in which it is being caught up."""

    line: Line
    label: str
    room: str
    at: dict[str, int]
    counted: bool = True
    behind: set[str] = field(default_factory=set)
    parked_at: float | None = None


@dataclass(eq=False)
class LiveRoom:
    """A room with at least one socket in this process."""

    id: str
    feeds: dict[str, Feed]
    readers: dict[Reader, None] = field(default_factory=dict)
    labels: dict[str, list[Reader]] = field(default_factory=dict)
    presence_due: bool = True

    def add(self, reader: Reader) -> None:
        """One socket more."""
        self.readers[reader] = None
        self.labels.setdefault(reader.label, []).append(reader)
        self.presence_due = True

    def remove(self, reader: Reader) -> None:
        """One socket less."""
        del self.readers[reader]
        others = self.labels[reader.label]
        others.remove(reader)
        if not others:
            del self.labels[reader.label]
        self.presence_due = True

    def people(self) -> int:
        """How many different labels are here; screens are not counted."""
        return sum(any(reader.counted for reader in same) for same in self.labels.values())


class Hub:
    """Every socket of this process; `run` drives it."""

    def __init__(self, clock: Clock, read: Read, heads: Heads, revoked: Revoked, watch: Watch) -> None:
        self._clock = clock
        self._read = read
        self._heads = heads
        self._revoked = revoked
        self._watch = watch
        self._group: TaskGroup | None = None
        self._bell = asyncio.Event()
        self._reads = anyio.CapacityLimiter(4)
        self.rooms: dict[str, LiveRoom] = {}
        self.polled_at = time.monotonic()
        self.delivered = 0

    # --- coming and going

    def join(self, reader: Reader, heads: dict[str, int]) -> None:
        """Let a socket read from its positions; `heads` are the logs' heads as they were just read."""
        room = self.rooms.get(reader.room)
        if room is None:
            room = self.rooms[reader.room] = LiveRoom(reader.room, {name: Feed(name, head) for name, head in heads.items()})
            self._start(self._tick, room)
            # Between the reading of the heads and this moment nobody listened for this room.
            self._bell.set()
        room.add(reader)
        for older in room.labels[reader.label][:-PER_LABEL]:
            self.dismiss(older, REPLACED)
        for name, head in heads.items():
            self.heard(room.id, name, head)
            if name in reader.at and reader.at[name] < room.feeds[name].head:
                self._fall_behind(room, reader, room.feeds[name])

    def leave(self, reader: Reader) -> None:
        """A socket has ended."""
        room = self.rooms.get(reader.room)
        if room is None or reader not in room.readers:
            return
        room.remove(reader)
        if not room.readers:
            del self.rooms[reader.room]

    def dismiss(self, reader: Reader, code: int, retry: int | None = None) -> None:
        """Say good-bye to a socket and close it; it reads nothing more."""
        reader.line.close(code, frames.farewell(code, retry))
        self.leave(reader)

    def dismiss_label(self, label: str, room: str | None, code: int) -> None:
        """Close every socket of somebody, in a room or everywhere."""
        for live in [self.rooms[room]] if room in self.rooms else [] if room else list(self.rooms.values()):
            for reader in list(live.labels.get(label, ())):
                self.dismiss(reader, code)

    def readers(self, room: str) -> list[Reader]:
        """The sockets of this process in a room."""
        live = self.rooms.get(room)
        return list(live.readers) if live else []

    def readers_of(self, room: str, label: str) -> list[Reader]:
        """The sockets of one label in a room."""
        live = self.rooms.get(room)
        return list(live.labels.get(label, ())) if live else []

    def tell(self, room: str, label: str, frame: str) -> None:
        """Write a frame to every socket of one label in a room."""
        for reader in self.readers_of(room, label):
            reader.line.write(frame)

    @property
    def sockets(self) -> int:
        """How many sockets there are in this process."""
        return sum(len(room.readers) for room in self.rooms.values())

    # --- events

    def publish(self, room: str, name: str, items: Sequence[Item]) -> None:
        """Committed events of this process; they go out as soon as everything before them has."""
        live = self.rooms.get(room)
        if live is None or not items:
            return
        feed = live.feeds[name]
        self._released(live, feed, feed.offer(items))
        if feed.gap:
            self._start_fetch(live, feed)

    def heard(self, room: str, name: str, head: int) -> None:
        """A log stands at `head`: whatever is missing here is read."""
        live = self.rooms.get(room)
        if live is None:
            return
        feed = live.feeds[name]
        feed.hear(head)
        if feed.gap:
            self._start_fetch(live, feed)

    def ring(self) -> None:
        """Compare heads and revocations now instead of at the next poll."""
        self._bell.set()

    def _released(self, room: LiveRoom, feed: Feed, items: Sequence[Item]) -> None:
        if not items:
            return
        self._watch(room.id, feed.log, items)
        if not feed.flushing:
            feed.flushing = True
            loop = asyncio.get_running_loop()
            loop.call_at(max(loop.time(), feed.flushed_at + JOIN), self._flush, room, feed)

    def _flush(self, room: LiveRoom, feed: Feed) -> None:
        feed.flushing = False
        feed.flushed_at = asyncio.get_running_loop().time()
        shared: dict[int, list[str] | None] = {}
        for reader in room.readers:
            at = reader.at.get(feed.log)
            if at is None or at >= feed.head or feed.log in reader.behind:
                continue
            if at not in shared:
                items = feed.ring.after(at)
                whole = items is not None and items[-1].seq == feed.head
                shared[at] = frames.batches(items, feed.log) if items is not None and whole else None
            ready = shared[at]
            if ready is None or reader.line.unsent > PARK:
                self._fall_behind(room, reader, feed)
                continue
            for frame in ready:
                reader.line.write(frame)
            self.delivered += feed.head - at
            reader.at[feed.log] = feed.head

    # --- those who are behind

    def _fall_behind(self, room: LiveRoom, reader: Reader, feed: Feed) -> None:
        if feed.log in reader.behind:
            return
        reader.behind.add(feed.log)
        if reader.line.unsent > PARK and reader.parked_at is None:
            reader.parked_at = time.monotonic()
        self._start(self._catch_up, room, reader, feed)

    async def _catch_up(self, room: LiveRoom, reader: Reader, feed: Feed) -> None:
        """Give a socket what it lacks, page by page as it reads them, from memory or from the log; then it is live again."""
        while reader in room.readers:
            await reader.line.drained()
            reader.parked_at = None
            at = reader.at[feed.log]
            if at >= feed.head:
                reader.behind.discard(feed.log)
                return
            items = feed.ring.after(at, frames.PAGE) or await self._page(room.id, feed.log, at)
            if not items:
                await anyio.sleep(POLL)
                continue
            last = items[-1].seq
            for frame in frames.batches(items, feed.log, more=last < feed.head):
                reader.line.write(frame)
            self.delivered += len(items)
            reader.at[feed.log] = last
            if reader.line.unsent > PARK:
                reader.parked_at = time.monotonic()

    async def _page(self, room: str, name: str, after: int) -> list[Item]:
        try:
            async with self._reads:
                return await self._read(room, name, after, READ_PAGE)
        except Unavailable:
            log.warning("live.log_unreadable")
            return []

    def _start_fetch(self, room: LiveRoom, feed: Feed) -> None:
        if not feed.fetching:
            feed.fetching = True
            self._start(self._fetch, room, feed)

    async def _fetch(self, room: LiveRoom, feed: Feed) -> None:
        try:
            while feed.gap:
                items = await self._page(room.id, feed.log, feed.head)
                if not items:
                    return
                self._released(room, feed, feed.offer(items))
        finally:
            feed.fetching = False

    # --- time

    async def run(self, *, task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED) -> None:
        """Drive the hub until cancelled."""
        async with anyio.create_task_group() as group:
            self._group = group
            task_status.started()
            while True:
                await self._poll()
                with anyio.move_on_after(POLL):
                    await self._bell.wait()

    async def _poll(self) -> None:
        """Look at heads and revocations: commits of other processes, and rings that were lost."""
        self._bell.clear()
        try:
            for label, room, code in await self._revoked():
                self.dismiss_label(label, room, code)
            if self.rooms:
                for (room_id, name), head in (await self._heads(list(self.rooms))).items():
                    self.heard(room_id, name, head)
        except Unavailable:
            log.warning("live.poll_failed")
        else:
            self.polled_at = time.monotonic()

    async def _tick(self, room: LiveRoom) -> None:
        """The one clock of a room: heartbeats, presence, and sockets that have been slow for too long."""
        beat = told = time.monotonic()
        while self.rooms.get(room.id) is room:
            await anyio.sleep(1)
            now = time.monotonic()
            self._close_slow(room, now)
            if now - beat >= HEARTBEAT:
                beat = now
                self._beat(room)
            if room.presence_due and now - told >= PRESENCE:
                told, room.presence_due = now, False
                self._to_all(room, frames.presence(room.people()))

    def _beat(self, room: LiveRoom) -> None:
        heads = {name: feed.head for name, feed in room.feeds.items()}
        now = millis(self._clock.now())
        plain, desk = frames.heartbeat(heads["public"], None, now), frames.heartbeat(heads["public"], heads["desk"], now)
        for reader in room.readers:
            if reader.parked_at is None:
                reader.line.write(desk if "desk" in reader.at else plain)

    def _to_all(self, room: LiveRoom, frame: str) -> None:
        for reader in room.readers:
            if reader.parked_at is None:
                reader.line.write(frame)

    def _close_slow(self, room: LiveRoom, now: float) -> None:
        for reader in list(room.readers):
            if reader.parked_at is None:
                continue
            lag = max(room.feeds[name].head - at for name, at in reader.at.items())
            if now - reader.parked_at > PARKED_SECONDS or lag > PARKED_EVENTS:
                self.dismiss(reader, SLOW)

    def _start(self, work: Callable[..., Coroutine[Any, Any, None]], *given: object) -> None:
        assert self._group is not None, "the hub is not running"
        self._group.start_soon(work, *given)

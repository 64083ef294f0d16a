"""The hub of one process: rooms, their feeds, and the connections that read them. It knows bytes and labels, never people.

Each reader has a position per log and mode. What is released goes out as one encoded frame shared by all who stand at the same position; a
connection that does not read gets nothing more and later goes on from ring or log by its position, so it needs no copy of its own.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from typing import Any, TypeAlias

import anyio
import structlog
from anyio.abc import TaskGroup, TaskStatus

from app.clock import Clock, millis
from app.errors import Unavailable
from app.live import frames
from app.live.fanout import Fanout
from app.live.feed import Feed
from app.live.reader import Reader
from app.live.ring import Item
from app.live.room import HEARTBEAT, LiveRoom

PRESENCE = 5.0
POLL = 2.0
"""Seconds between looks at the heads when no bell rings."""
PARKED_SECONDS = 15.0
PARKED_EVENTS = 500
PER_LABEL = 5
READ_PAGE = 500
SLOW, DRAINING, CHANGED, UNANSWERED, REPLACED = 4001, 4002, 4003, 4008, 4509
EVERYBODY = "*"
"""In place of a label: all who are in the room. They come back to a room of which this process remembers nothing."""

Key: TypeAlias = tuple[str, str]
Read: TypeAlias = Callable[[str, str, int, int], Awaitable[list[Item]]]
"""(room, log, after, limit): the next events, ascending."""
Heads: TypeAlias = Callable[[list[str]], Awaitable[dict[Key, int]]]
Revoked: TypeAlias = Callable[[], Awaitable[list[tuple[str, str | None, int]]]]
"""Who lost their place since the last call: (label, room or every room, close code)."""
Watch: TypeAlias = Callable[[str, str, Sequence[Item]], None]

log = structlog.get_logger()


class Hub:
    """Every reader of this process; `run` drives it. `closes` counts the readers it has sent away, by close code."""

    def __init__(self, clock: Clock, read: Read, heads: Heads, revoked: Revoked, watch: Watch) -> None:
        self._clock = clock
        self._read = read
        self._heads = heads
        self._revoked = revoked
        self._watch = watch
        self._group: TaskGroup | None = None
        self._bell = asyncio.Event()
        self._reads = anyio.CapacityLimiter(4)
        self._fanout = Fanout(self.start, self._page)
        self.rooms: dict[str, LiveRoom] = {}
        self.sockets = 0
        self.closes: Counter[int] = Counter()
        self.polled_at = time.monotonic()

    # --- coming and going

    def join(self, reader: Reader, at: dict[str, int], heads: dict[str, int]) -> None:
        """Let a connection read on from its positions; `heads` are the logs' heads as they were just read."""
        room = self.rooms.get(reader.room)
        if room is None:
            room = self.rooms[reader.room] = LiveRoom(reader.room, {name: Feed(name, head) for name, head in heads.items()})
            self.start(self._tick, room)
            # Between the reading of the heads and this moment nobody listened for this room.
            self._bell.set()
        room.add(reader)
        self.sockets += 1
        for older in room.labels[reader.label][:-PER_LABEL]:
            self.dismiss(older, REPLACED)
        # Before anything is given from memory: whoever has just read the heads may know of words that were taken away.
        for name, head in heads.items():
            self.heard(room.id, name, head)
        for name in reader.reads:
            self._fanout.bring(room, room.feeds[name], reader, at[name])

    def leave(self, reader: Reader) -> None:
        """A connection has ended."""
        room = self.rooms.get(reader.room)
        if room is None or reader not in room.readers:
            return
        room.remove(reader)
        self.sockets -= 1
        if not room.readers:
            del self.rooms[reader.room]

    def dismiss(self, reader: Reader, code: int, retry: int | None = None) -> None:
        """Say good-bye to a connection and close it; it reads nothing more."""
        self.closes[code] += 1
        reader.line.close(code, frames.farewell(code, retry))
        self.leave(reader)

    def dismiss_label(self, label: str, room: str | None, code: int) -> None:
        """Close every connection of somebody, in a room or everywhere."""
        for live in [self.rooms[room]] if room in self.rooms else [] if room else list(self.rooms.values()):
            for reader in list(live.readers if label == EVERYBODY else live.labels.get(label, ())):
                self.dismiss(reader, code)

    def readers(self, room: str) -> list[Reader]:
        """The connections of this process in a room."""
        live = self.rooms.get(room)
        return list(live.readers) if live else []

    def readers_of(self, room: str, label: str) -> list[Reader]:
        """The connections of one label in a room."""
        live = self.rooms.get(room)
        return list(live.labels.get(label, ())) if live else []

    def tell(self, room: str, label: str, frame: bytes) -> None:
        """Write a frame to every connection of one label in a room."""
        for reader in self.readers_of(room, label):
            reader.line.write(frame)

    def tell_all(self, room: str, frame: bytes) -> None:
        """Write a passing frame to everybody in a room who asked for all and keeps up; it is never sent again."""
        live = self.rooms.get(room)
        for reader in live.readers if live else ():
            if not reader.lite and not reader.line.full:
                reader.line.write(frame)

    @property
    def running(self) -> bool:
        """Whether anybody can come in."""
        return self._group is not None

    @property
    def delivered(self) -> int:
        """Events times readers since the start."""
        return self._fanout.delivered

    @property
    def parked(self) -> int:
        """How many connections do not read what they are sent."""
        return sum(len(room.parked) for room in self.rooms.values())

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

    def tell_elsewhere(self, people: Mapping[str, int]) -> None:
        """How many people other processes have in the rooms of this one."""
        for room in self.rooms.values():
            room.presence_due |= room.elsewhere != people.get(room.id, 0)
            room.elsewhere = people.get(room.id, 0)

    def ring(self) -> None:
        """Compare heads and revocations now instead of at the next poll."""
        self._bell.set()

    def _released(self, room: LiveRoom, feed: Feed, items: Sequence[Item]) -> None:
        if items:
            self._watch(room.id, feed.log, items)
            self._fanout.released(room, feed)

    def _start_fetch(self, room: LiveRoom, feed: Feed) -> None:
        if not feed.fetching:
            feed.fetching = True
            self.start(self._fetch, room, feed)

    async def _fetch(self, room: LiveRoom, feed: Feed) -> None:
        try:
            while feed.gap:
                items = await self._page(room.id, feed.log, feed.head)
                if not items:
                    return
                self._released(room, feed, feed.offer(items))
        finally:
            feed.fetching = False

    async def _page(self, room: str, name: str, after: int) -> list[Item]:
        try:
            async with self._reads:
                return await self._read(room, name, after, READ_PAGE)
        except Unavailable:
            log.warning("live.log_unreadable")
            return []

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

    def start(self, work: Callable[..., Coroutine[Any, Any, None]], *given: object) -> None:
        """Run something that belongs to a connection or a room, until it ends or the hub does."""
        assert self._group is not None, "the hub is not running"
        self._group.start_soon(work, *given)

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
        """The one clock of a room: heartbeats, presence, and connections that have been slow for too long."""
        told, turn = time.monotonic(), 0
        while self.rooms.get(room.id) is room:
            await anyio.sleep(1)
            now = time.monotonic()
            turn = (turn + 1) % HEARTBEAT
            self._beat(room, turn, now)
            self._close_slow(room, now)
            if room.presence_due and now - told >= PRESENCE:
                told, room.presence_due = now, False
                self.tell_all(room.id, frames.presence(room.people() + room.elsewhere))

    def _beat(self, room: LiveRoom, turn: int, now: float) -> None:
        heads = {name: feed.head for name, feed in room.feeds.items()}
        moment = millis(self._clock.now())
        plain, desk = frames.heartbeat(heads["public"], None, moment), frames.heartbeat(heads["public"], heads["desk"], moment)
        for reader in list(room.turns[turn]):
            if reader.line.full:
                room.parked.setdefault(reader, now)
            elif reader.line.ping():
                reader.line.write(desk if "desk" in reader.reads else plain)
            else:
                self.dismiss(reader, UNANSWERED)

    def _close_slow(self, room: LiveRoom, now: float) -> None:
        for reader, since in list(room.parked.items()):
            if not reader.line.full:
                del room.parked[reader]
            elif now - since > PARKED_SECONDS or room.lag(reader) > PARKED_EVENTS:
                self.dismiss(reader, SLOW)

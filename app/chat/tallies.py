"""Counts of votes in the rooms of this process: read from the database when they have changed, told at most once a second."""

import math
from dataclasses import dataclass, field

import anyio
import structlog
from anyio.abc import TaskStatus

from app.chat.answers import votes as frame_of
from app.chat.votes import Count, counts, revs
from app.database.engine import Database
from app.errors import Unavailable
from app.live.hub import Hub
from app.live.reader import Reader

PACE = 1.0
"""Seconds between two announcements."""
LOOK = 2.0
"""Seconds after which to look whether another process has counted votes."""
SHOWN = 300
"""Messages, the newest, whose counts somebody is told who comes in; those of older ones come with their page of history."""
ROOMS = 500

log = structlog.get_logger()


@dataclass(eq=False)
class _Known:
    """What is known of one room: its counts as of a rev, None before the first reading; `newcomers` have been told nothing yet."""

    rev: int | None = None
    counts: dict[str, Count] = field(default_factory=dict)
    newcomers: set[Reader] = field(default_factory=set)
    stale: bool = True

    def frame(self) -> bytes | None:
        """The counts of the newest messages that have any."""
        some = [(count.seq, message, count.votes) for message, count in self.counts.items() if count.votes]
        newest = sorted(some, reverse=True)[:SHOWN]
        return frame_of({message: votes for _, message, votes in newest}) if newest else None


class Tallies:
    """Tells the readers of every room how many are for what; `run` drives it."""

    def __init__(self, database: Database, hub: Hub) -> None:
        self._database = database
        self._hub = hub
        self._rooms: dict[str, _Known] = {}
        self._due = anyio.Event()

    def greet(self, reader: Reader) -> None:
        """Tell somebody who has just joined the hub; from then on they hear of changes. Who asked for little hears nothing."""
        if reader.lite:
            return
        known = self._rooms.setdefault(reader.room, _Known())
        if known.stale:
            known.newcomers.add(reader)
            self._due.set()
        elif (frame := known.frame()) is not None:
            reader.line.write(frame)

    def changed(self, room: str) -> None:
        """Votes of this room have been committed here."""
        if room in self._rooms:
            self._rooms[room].stale = True
            self._due.set()

    def of(self, room: str, messages: list[str]) -> dict[str, int]:
        """The counts of these messages, as far as somebody is for them."""
        known = self._rooms.get(room)
        found = {message: known.counts[message].votes for message in messages if message in known.counts} if known else {}
        return {message: votes for message, votes in found.items() if votes}

    async def run(self, *, task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED) -> None:
        """Announce until cancelled. On the embedded database nobody else counts, so nothing is looked for."""
        task_status.started()
        while True:
            with anyio.move_on_after(math.inf if self._database.on_sqlite else LOOK) as late:
                await self._due.wait()
            self._due = anyio.Event()
            try:
                await self._tell(look=late.cancelled_caught)
            except Unavailable:
                log.warning("chat.votes_unread")
                self._due.set()
            await anyio.sleep(PACE)

    async def _tell(self, *, look: bool) -> None:
        for room in [room for room in self._rooms if not self._hub.readers(room)]:
            del self._rooms[room]
        if look:
            await self._look()
        for room, known in list(self._rooms.items()):
            if known.stale:
                await self._read(room, known)
            elif known.newcomers:
                self._announce(room, known, None)

    async def _look(self) -> None:
        """One question for all rooms: which tallies have moved."""
        rooms = [room for room, known in self._rooms.items() if known.rev is not None]
        for start in range(0, len(rooms), ROOMS):
            async with self._database.read() as db:
                found = await revs(db, rooms[start : start + ROOMS])
            for room, rev in found.items():
                if room in self._rooms and rev != self._rooms[room].rev:
                    self._rooms[room].stale = True

    async def _read(self, room: str, known: _Known) -> None:
        known.stale = False
        try:
            async with self._database.read() as db:
                rev, found = await counts(db, room, known.rev or 0)
        except Unavailable:
            known.stale = True
            raise
        fresh = {message: count for message, count in found.items() if known.counts.get(message) != count}
        known.rev = rev
        known.counts |= fresh
        told = {message: count.votes for message, count in fresh.items() if count.votes is not None}
        self._announce(room, known, frame_of(told) if told else None)

    def _announce(self, room: str, known: _Known, news: bytes | None) -> None:
        whole = known.frame() if known.newcomers else None
        readers = [reader for reader in self._hub.readers(room) if not reader.lite]
        known.newcomers.intersection_update(readers)
        for reader in readers:
            if reader.line.full:
                # What a slow reader was not told is told it whole as soon as it reads again.
                known.newcomers.add(reader)
                continue
            frame = whole if reader in known.newcomers else news
            known.newcomers.discard(reader)
            if frame is not None:
                reader.line.write(frame)
        if known.newcomers:
            self._due.set()

"""The rooms of one process: hub, writers and the list of who was there, made by the assembly and driven by the web process."""

import json
import math
import random
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, cast

import anyio
import structlog
from sqlalchemy import func, select
from starlette.requests import HTTPConnection
from starlette.websockets import WebSocket

from app.chat import answers
from app.chat.attendance import Attendees
from app.chat.ballots import Ballots
from app.chat.conduct import RoomState, Rules
from app.chat.items import items
from app.chat.people import Person
from app.chat.pictures import Pictures
from app.chat.presence import Presences
from app.chat.tallies import Tallies
from app.chat.votes import TALLIED
from app.chat.welcome import SCENE, Welcome
from app.chat.writer import Writers
from app.database.tables import new_id
from app.journal.models import Log, Revocation
from app.journal.service import DESK, PUBLIC, REVOKED, RINGS, read, revocations
from app.live.bell import Bell
from app.live.hub import DRAINING, EVERYBODY, Hub, Key
from app.live.line import Line
from app.live.reader import Reader
from app.live.relayed import RelayedLine
from app.live.ring import Item
from app.web.ground import Ground

OVERLAP = 500
"""Numbers of revocations that are looked at again: numbers are given before the commit, so a lower one may come later."""
DRAIN_SECONDS = 4.0
AT_ONCE = 8
"""People who are welcomed at the same time; the rest of a crowd waits, and the room goes on meanwhile."""
LAST_WORDS = 2.0
"""Seconds for what a process writes down when it ends; what it cannot write, the others conclude."""
RETURN = (500, 4000)
"""Milliseconds, least and spread, after which clients come back when the process starts again."""
MOVE = (50, 300)
"""The same when another process is ready already."""
SLICES = 60
"""How many groups move over to it, one after the other within three seconds: few come in at once, so none of them waits at the door."""


log = structlog.get_logger()

BEING_HELD = {RoomState.OPEN, RoomState.PAUSED}
"""States of a room in which being there is attendance."""


class House:
    """Every live room of this process."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.hub = Hub(ground.clock, self._read, self._heads, self._revoked, self._watch)
        settings = ground.settings
        self.bell = Bell(None if settings.on_sqlite else settings.bell_url or settings.database_url, self.hub.heard, self.hub.ring)
        self.writers = Writers(ground.database, ground.clock, self.hub, self.bell.say)
        process = new_id()
        self.attendees = Attendees(ground.database, ground.clock, process)
        self.presences = Presences(ground.database, ground.clock, self.hub, process, self._returned)
        self.tallies = Tallies(ground.database, self.hub)
        self.ballots = Ballots(ground.database, ground.clock)
        self.people: dict[Reader, Person] = {}
        self.pictures = Pictures()
        self.door = anyio.CapacityLimiter(AT_ONCE)
        self.strangers = 0
        """Sockets that have not said who they are."""
        self.log_reads = 0
        self.refused: Counter[str] = Counter()
        """Frames refused since the start, by the code that was sent."""
        self._rules: dict[str, Rules] = {}
        self.draining = self.replaced = False
        self._told = False
        self._low: int | None = None
        self._seen: deque[int] = deque(maxlen=2 * OVERLAP)
        self._closed: deque[tuple[float, str, str | None, int]] = deque(maxlen=2 * OVERLAP)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Everything that rooms need runs inside this block."""
        self.ground.database.listeners.append(self.rung)
        async with anyio.create_task_group() as group:
            await group.start(self.hub.run)
            await group.start(self.writers.queues.run)
            await group.start(self.attendees.run)
            await group.start(self.tallies.run)
            await group.start(self.ballots.queues.run)
            await group.start(self.pictures.run)
            await group.start(self.bell.run)
            await group.start(self.presences.run)
            yield
            group.cancel_scope.cancel()
        self.ground.database.listeners.remove(self.rung)
        with anyio.move_on_after(LAST_WORDS):
            await self.attendees.write()
            await self.presences.leave()

    def rung(self, info: dict[Any, Any]) -> None:
        """A transaction of this process has committed: what it appended is read, what it revoked is closed."""
        for (room, log), head in info.get(RINGS, {}).items():
            self.hub.heard(room, log, head)
            self.bell.say(room, log, head)
        for room in info.get(TALLIED, ()):
            self.tallies.changed(room)
        if info.get(REVOKED):
            self.hub.ring()
            self.bell.say_revoked()

    def come(self, reader: Reader, person: Person, given: Welcome, since: float) -> None:
        """Somebody's connection is in the room from now on; `since` is when (monotonic) the look-up of their rights began."""
        self.people[reader] = person
        self._rules[person.room] = given.rules
        self.hub.join(reader, given.at, given.heads)
        self.tallies.greet(reader)
        if _being_held(given.rules):
            self.attendees.arrive(person)
        for at, label, room, code in self._closed:
            # Revoked between the look-up and this moment: whoever closed the others did not see this socket yet.
            if at >= since and label in {person.id, EVERYBODY} and room in {None, person.room}:
                self.hub.dismiss(reader, code)
                return

    def go(self, reader: Reader) -> None:
        """Their socket has ended."""
        person = self.people.pop(reader)
        self.hub.leave(reader)
        rules = self._rules.get(person.room)
        if rules is not None and _being_held(rules) and not self.hub.readers_of(person.room, person.id):
            self.attendees.leave(person)
        if person.room not in self.hub.rooms:
            self._rules.pop(person.room, None)

    async def vote(self, person: Person, message: str, *, on: bool) -> None:
        """Committed once this returns; raises the refusal."""
        limited = self.ground.settings.limits and not self.unlimited(person.room)
        await self.ballots.cast(person, message, on=on, limited=limited)

    def _returned(self) -> None:
        """Others took this process for dead and ended the stays of those who are in it: they go on."""
        for person in self.people.values():
            if person.room in self._rules and _being_held(self._rules[person.room]):
                self.attendees.arrive(person)

    def unlimited(self, room: str) -> bool:
        """Whether this is a load test's room, whose frames are not counted."""
        return room in self._rules and self._rules[room].unlimited

    def relayed(self, socket: WebSocket) -> Line:
        """The line of a socket under a server that does not hand its connections over."""
        if not self._told:
            self._told = True
            log.warning("live.relayed", meaning="another ASGI server: each socket keeps a task and a queue, and unsent bytes are not seen")
        return RelayedLine(socket)

    async def drain(self, *, replaced: bool = False) -> None:
        """Before the process ends: no new sockets, everybody is told when to come back, what was said is written.

        With `replaced` another process already serves in this one's place: people move over at once, some after the others.
        """
        self.draining, self.replaced = True, replaced
        await self.writers.queues.settle(1.0)
        with anyio.move_on_after(DRAIN_SECONDS):
            while self.people:
                leaving = [reader for room in self.hub.rooms.values() for reader in room.readers]
                step = math.ceil(len(leaving) / SLICES)
                for n, reader in enumerate(leaving):
                    self.hub.dismiss(reader, DRAINING, self.return_in())
                    if replaced and n % step == step - 1:
                        await anyio.sleep(0.05)
                await anyio.sleep(0.02)
        await self.writers.queues.settle(1.0)

    def return_in(self) -> int:
        """Milliseconds after which one of those who must leave comes back, spread so that they do not all come at once."""
        least, spread = MOVE if self.replaced else RETURN
        return least + random.randrange(spread)  # noqa: S311 - spread, not secrecy

    async def _read(self, room: str, log: str, after: int, limit: int) -> list[Item]:
        self.log_reads += 1
        async with self.ground.database.read() as db:
            return items(await read(db, room, log, after, limit))

    async def _heads(self, rooms: list[str]) -> dict[Key, int]:
        found: dict[Key, int] = {}
        async with self.ground.database.read() as db:
            for start in range(0, len(rooms), 500):
                rows = await db.execute(select(Log.room, Log.log, Log.head).where(Log.room.in_(rooms[start : start + 500])))
                found |= {(room, log): int(head) for room, log, head in rows}
        return found

    async def _revoked(self) -> list[tuple[str, str | None, int]]:
        async with self.ground.database.read() as db:
            if self._low is None:
                self._low = int(await db.scalar(select(func.max(Revocation.number))) or 0)
                self._seen.extend(row[0] for row in await revocations(db, max(0, self._low - OVERLAP)))
                return []
            fresh = [row for row in await revocations(db, max(0, self._low - OVERLAP)) if row[0] not in self._seen]
        self._seen.extend(row[0] for row in fresh)
        self._low = max([self._low, *(row[0] for row in fresh)])
        gone = [(person, room, code) for _, person, room, code in fresh]
        self._closed.extend((time.monotonic(), *one) for one in gone)
        return gone

    def _watch(self, room: str, log: str, released: Sequence[Item]) -> None:
        """Every event of a room with sockets comes by once: authors hear of decisions, and attendance follows the room's state."""
        self.pictures.moved(room, log)
        if log == PUBLIC:
            self.pictures.moved(room, SCENE)
        for item in released:
            if log == DESK and b'"t":"decided"' in item.payload:
                self._tell_author(room, json.loads(item.payload))
            elif log == PUBLIC and b'"op":"state"' in item.payload:
                self._state_changed(room, json.loads(item.payload))

    def _tell_author(self, room: str, event: dict[str, Any]) -> None:
        entry: dict[str, Any] = {name: event[name] for name in ("cid", "id", "state", "proposal", "reason") if name in event}
        if "at_seq" in event:
            entry["seq"] = event["at_seq"]
        self.hub.tell(room, event["person"], answers.mine([entry]))

    def _state_changed(self, room: str, event: dict[str, Any]) -> None:
        to = RoomState(event["v"]["to"])
        if room in self._rules:
            self._rules[room] = replace(self._rules[room], state=to, practice=bool(event["v"].get("practice")))
        if event["v"].get("practice"):
            return
        for reader in self.hub.readers(room):
            if to is RoomState.OPEN:
                self.attendees.arrive(self.people[reader])
            elif to is RoomState.ENDED:
                self.attendees.leave(self.people[reader])


def _being_held(rules: Rules) -> bool:
    """Whether being in the room is attendance: nobody attends a rehearsal."""
    return rules.state in BEING_HELD and not rules.practice


def house_of(asked: HTTPConnection) -> House:
    """The rooms of this process, for routes and sockets."""
    return cast("House", asked.app.state.house)

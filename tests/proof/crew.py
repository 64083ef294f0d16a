"""Twenty who send and twenty who read: good clients of docs/protocol.md that come back whatever happens, and note what they saw."""

import asyncio
import time
from collections.abc import Sequence

from tests.proof.client import Meeting
from tests.proof.readers import Poller, Reader, Streamer
from tests.proof.senders import Caller, Sender
from tests.room_client import Seeded

SENDERS = 20
READERS = 20
AT_MOST = 60.0
"""Seconds in which, after the last fault is over, everything must have been acknowledged and read."""


class Crew:
    """All of them in one room, on the servers at these addresses; between `start` and `finish` they talk."""

    def __init__(self, name: str, room: Seeded, addresses: Sequence[str]) -> None:
        self.meeting = Meeting(name, room, addresses)
        self.room = room
        self.notes = self.meeting.notes
        tokens = iter(room.tokens)
        self.senders = [kind(self.meeting, n, next(tokens)) for n, kind in enumerate([Sender] * 17 + [Caller] * 3)]
        self.readers = [kind(self.meeting, n, next(tokens)) for n, kind in enumerate([Reader] * 16 + [Poller] * 2 + [Streamer] * 2)]
        self._sending: list[asyncio.Task[None]] = []
        self._reading: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        self._reading = [asyncio.create_task(reader.run()) for reader in self.readers]
        self._sending = [asyncio.create_task(sender.run()) for sender in self.senders]

    def spread(self) -> None:
        """Everybody to their own address: each server has its share again."""
        for one in (*self.senders, *self.readers):
            one.move()

    async def finish(self) -> None:
        """Nothing new is said; what was said is acknowledged and read by all, or AT_MOST is over."""
        self.meeting.quiet.set()
        _, waiting = await asyncio.wait(self._sending, timeout=AT_MOST)
        if waiting:
            self.notes.wrong.append(f"{len(waiting)} senders still wait for an answer {AT_MOST:.0f} s after all was well again")
        head = max((ack.seq for ack in self.notes.acked.values()), default=0)
        deadline = time.monotonic() + AT_MOST
        while any(reader.seq < head for reader in self.readers) and time.monotonic() < deadline:  # noqa: ASYNC110 - the readers tell nobody
            await asyncio.sleep(0.05)
        # A ghost, or one time too many, would come about now.
        await asyncio.sleep(0.3)

    async def go_home(self) -> None:
        """Every task and line is ended; whoever died of a defect says so here."""
        tasks = [*self._sending, *self._reading]
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
        for sender in self.senders:
            await sender.close()
        await self.meeting.calls.aclose()
        for outcome in ended:
            if isinstance(outcome, Exception):
                raise outcome

"""What every client of a run has: the addresses that it tries one after the other, and how it comes back."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, field

import httpx

from tests.proof.notes import Notes
from tests.proof.way import ANSWER, Way
from tests.room_client import Seeded


@dataclass
class Meeting:
    """What all clients of a run share: the room, the servers' addresses, what was noted, and `quiet` once nothing new is to be said."""

    name: str
    room: Seeded
    addresses: Sequence[str]
    notes: Notes = field(default_factory=Notes)
    quiet: asyncio.Event = field(default_factory=asyncio.Event)
    calls: httpx.AsyncClient = field(default_factory=lambda: httpx.AsyncClient(timeout=ANSWER, limits=httpx.Limits(max_connections=None)))


class Client:
    """A client: where it goes, and how it comes back."""

    def __init__(self, meeting: Meeting, number: int, token: str) -> None:
        self.meeting = meeting
        self.number = number
        self.token = token
        self.tries = number
        self.in_vain = 0
        self.way: Way | None = None

    @property
    def address(self) -> str:
        """Every try goes to the next of the addresses."""
        return self.meeting.addresses[self.tries % len(self.meeting.addresses)]

    def move(self) -> None:
        """Go (back) to the address that is one's own by number, where that is another one."""
        if self.address != self.meeting.addresses[self.number % len(self.meeting.addresses)]:
            self.tries = self.number - (self.way is not None)
            if self.way is not None:
                self.way.cut()

    async def lost(self) -> None:
        """The line is gone: a short pause, longer each time it was in vain."""
        self.tries += 1
        self.in_vain += 1
        self.meeting.notes.trips["lost"] += 1
        await asyncio.sleep(random.uniform(0.3, 1.0) * min(1.2, 0.3 * 1.4**self.in_vain))

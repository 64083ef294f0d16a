"""A run: a crew talks in a room of its own while one kind of fault comes once per cycle; then the verdict and the figures."""

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass

from tests.proof.crew import Crew
from tests.proof.faults import SERVERS, WORKERS, Fault, bad_line
from tests.proof.place import Place
from tests.proof.verdict import Tables, judge, read_by_calls

TALK = 0.8
"""Seconds (about) of undisturbed talk before each fault."""
BACK = 60.0
"""Seconds in which anything at all must be acknowledged again."""


@dataclass(frozen=True)
class Figures:
    """What a run was like; `first` are the seconds from being reachable again to the first acknowledgement, per cycle."""

    acknowledged: int
    read: int
    repeated: int
    refused: int
    returns: int
    first: Sequence[float]

    def line(self) -> str:
        """For a table: acknowledged, read, repeated, refused, returns, first acknowledgement (median and slowest, seconds)."""
        ordered = sorted(self.first)
        counts = (self.acknowledged, self.read, self.repeated, self.refused, self.returns)
        return " ".join(f"{count:>9,}" for count in counts) + f" {ordered[len(ordered) // 2]:>7.2f} {ordered[-1]:>7.2f}"


async def run(place: Place, fault: Fault, cycles: int) -> Figures:
    """Raises AssertionError when anything was lost, doubled, reordered or made up."""
    await place.heal(SERVERS.get(fault.__name__, 1), WORKERS.get(fault.__name__, 1))
    room = await place.room()
    addresses = [server.address for server in place.servers if server.state != "dead"]
    crew = Crew(f"{fault.__name__}", room, [place.line.address] if fault is bad_line else addresses)
    await crew.start()
    try:
        await _first_after(crew, 0.0)
        first = [await _cycle(place, crew, fault) for _ in range(cycles)]
        await crew.finish()
        called = await read_by_calls(place.servers[0].address, crew)
        judge(crew, called, await Tables.read(place.url, room.room))
    except BaseException:
        for server in place.servers:
            print(f"--- {server.address} said:", *list(server.said)[-60:], sep="\n")
        raise
    finally:
        await crew.go_home()
    notes = crew.notes
    read = sum(len(reader.seen) for reader in crew.readers)
    return Figures(len(notes.acked), read, notes.repeated, len(notes.refusals), notes.trips["lost"], first)


async def _cycle(place: Place, crew: Crew, fault: Fault) -> float:
    await asyncio.sleep(TALK * random.uniform(0.5, 1.5))
    well_at = await fault(place, crew)
    return await _first_after(crew, well_at) - well_at


async def _first_after(crew: Crew, moment: float) -> float:
    """When the first acknowledgement came after a moment."""
    deadline = time.monotonic() + BACK
    while time.monotonic() < deadline:
        found = min((ack.at for ack in list(crew.notes.acked.values()) if ack.at > moment), default=None)
        if found is not None:
            return found
        await asyncio.sleep(0.02)
    raise AssertionError(f"nothing was acknowledged within {BACK:.0f} s after all was well again")

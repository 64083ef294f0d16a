"""What people notice of a rolling restart: `python -m bench.rolling`, two processes on one PostgreSQL, 200 people in a room where twenty talk.

Printed are, over all people, the longest time without anything new before the restart and while it goes on, and the longest wait of a talker.
"""

import argparse
import asyncio
import json
import os
import random
import signal
import sys
import time
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from bench import machine
from bench.serving import postgres, rembuk

EVERY = 1.0
"""Seconds between two messages of one talker."""


@dataclass
class Person:
    """What one person saw: when new events came, how long their own words waited, and which process sent them away when."""

    token: str
    talks: bool
    position: tuple[str, int] | None = None
    seen: list[float] = field(default_factory=list)
    waited: list[tuple[float, float]] = field(default_factory=list)
    moved: int = 0
    refused: int = 0
    wrong: list[str] = field(default_factory=list)
    said: int = 0
    asked_at: float | None = None

    async def live(self, address: str, done: asyncio.Event) -> None:
        """Be in the room until `done`; come back whenever told to."""
        while not done.is_set():
            try:
                async with connect(address, compression=None, ping_interval=None, max_size=None) as line:
                    resume = {"public": list(self.position)} if self.position else {}
                    await line.send(json.dumps({"t": "hello", "v": 1, "token": self.token, "resume": resume}))
                    await self._stay(line, done)
            except (OSError, ConnectionClosed):
                self.refused += 1
                await asyncio.sleep(0.1)

    async def _stay(self, line: ClientConnection, done: asyncio.Event) -> None:
        talking = asyncio.create_task(self._talk(line)) if self.talks else None
        try:
            while not done.is_set():
                try:
                    async with asyncio.timeout(1):
                        frame = json.loads(await line.recv())
                except TimeoutError:
                    continue
                if (wait := self._take(frame)) is not None:
                    await asyncio.sleep(wait)
                    return
        finally:
            if talking:
                talking.cancel()

    def _take(self, frame: dict) -> float | None:
        """Seconds to stay away, when this was a good-bye."""
        match frame["t"]:
            case "welcome" if self.position is None:
                self.position = (frame["epoch"], frame["head"])
            case "batch":
                self._hear(frame["e"])
            case "ack" if self.asked_at is not None:
                self.waited.append((self.asked_at, time.monotonic() - self.asked_at))
                self.asked_at = None
                self.said += 1
            case "bye":
                self.moved += 1
                return frame["retry"] / 1000
            case _ if "seq" in frame:
                self._hear([frame])
        return None

    def _hear(self, events: list[dict]) -> None:
        for event in events:
            assert self.position is not None
            if event["seq"] != self.position[1] + 1:
                self.wrong.append(f"{event['seq']} after {self.position[1]}")
            self.position = (self.position[0], event["seq"])
        self.seen.append(time.monotonic())

    async def _talk(self, line: ClientConnection) -> None:
        while True:
            if self.asked_at is None:
                await asyncio.sleep(EVERY * random.uniform(0.5, 1.5))
                self.asked_at = time.monotonic()
            await line.send(json.dumps({"t": "send", "i": 1, "cid": f"r{self.said}", "kind": "chat", "text": f"kata {self.said}"}))
            while self.asked_at is not None:  # noqa: ASYNC110 - the reader hears the answer
                await asyncio.sleep(0.01)


def longest(people: list[Person], since: float, until: float) -> list[float]:
    """Each person's longest time without anything new between two moments, shortest first."""
    found = []
    for one in people:
        moments = [since, *(at for at in one.seen if since < at < until), until]
        found.append(max(b - a for a, b in pairwise(moments)))
    return sorted(found)


async def roll(address: str, tokens: list[str], pid: int, quiet: float) -> None:
    people = [Person(token, talks=n % 10 == 0) for n, token in enumerate(tokens)]
    done = asyncio.Event()
    living = [asyncio.create_task(one.live(address, done)) for one in people]
    while not all(len(one.seen) > 2 for one in people):  # noqa: ASYNC110 - arrivals tell nobody
        await asyncio.sleep(0.1)
    began = time.monotonic()
    await asyncio.sleep(quiet)
    rolled = time.monotonic()
    os.kill(pid, signal.SIGHUP)
    async with asyncio.timeout(120):
        while not all(one.moved for one in people):  # noqa: ASYNC110 - good-byes tell nobody
            await asyncio.sleep(0.1)
    await asyncio.sleep(3)
    ended = time.monotonic()
    done.set()
    await asyncio.gather(*living)
    for name, since, until in (("before", began, rolled), ("while it is exchanged", rolled, ended)):
        gaps = longest(people, since, until)
        waits = sorted(wait for one in people for at, wait in one.waited if since < at < until)
        print(
            f"{name}: {until - since:.1f} s; longest silence: median {gaps[len(gaps) // 2] * 1000:.0f} ms, worst {gaps[-1] * 1000:.0f} ms; "
            f"acknowledgements {len(waits)}, median {waits[len(waits) // 2] * 1000:.0f} ms, worst {waits[-1] * 1000:.0f} ms"
        )
    wrong = [what for one in people for what in one.wrong]
    print(
        f"{len(people)} people moved {sum(one.moved for one in people)} times; refused {sum(one.refused for one in people)}; out of order {len(wrong)}"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--quiet", type=float, default=10.0, help="seconds of talk before the restart")
    given = parser.parse_args()
    print(f"noise before: {machine.noise()}")
    with postgres() as database, rembuk(given.people, database=database, more=("--workers", "2")) as running:
        tokens = Path(running.target.tokens).read_text("ascii").split()
        address = f"ws://127.0.0.1:{running.target.port}{running.target.path}"
        asyncio.run(roll(address, tokens, running.roots[0], given.quiet))
    print(f"noise after: {machine.noise()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""A good client for tests: comes back after every good-bye and every break, resumes, and sends again what was not acknowledged."""

import asyncio
from contextlib import suppress
from typing import Any

from websockets.exceptions import ConnectionClosed

from app.journal.service import PUBLIC, position
from app.live.hub import DRAINING
from app.web.ground import Ground
from tests.room_client import Client, Seeded


async def epoch_of(ground: Ground, room: Seeded) -> str:
    """Whoever resumes from the beginning of this epoch reads everything."""
    async with ground.database.read() as db:
        return (await position(db, room.room, PUBLIC)).epoch


class Wanderer:
    """Somebody who says one thing after the other, on the first of several addresses that lets them in."""

    def __init__(self, addresses: list[str], room: Seeded, who: int, epoch: str, *, pause: float = 0.2) -> None:
        self.addresses, self.room, self.who, self.pause = list(addresses), room, who, pause
        self.events: list[dict[str, Any]] = []
        self.acked: dict[str, int] = {}
        self.retries: list[int] = []
        self.refused = 0
        self._epoch = epoch

    @property
    def seqs(self) -> list[int]:
        return [event["seq"] for event in self.events]

    async def live(self, done: asyncio.Event) -> None:
        while not done.is_set():
            client = self._client()
            try:
                await client.__aenter__()
            except (OSError, AssertionError, ConnectionClosed) as problem:
                if isinstance(problem, ConnectionClosed) and problem.rcvd is not None and problem.rcvd.code == DRAINING:
                    await asyncio.sleep(0.5)
                    continue
                if client.of("bye"):
                    # Came in the moment in which that process began to leave: told when to come, not turned away.
                    await self._wait(client)
                    continue
                self.refused += 1
                self.addresses.append(self.addresses.pop(0))
                await asyncio.sleep(0.2)
                continue
            with suppress(AssertionError, ConnectionClosed):
                await self._talk(client, done)
            await self._end(client)

    def _client(self) -> Client:
        resume = {"public": [self._epoch, self.events[-1]["seq"] if self.events else 0]}
        return Client(self.addresses[0], self.room.room, self.room.tokens[self.who], resume=resume)

    async def _talk(self, client: Client, done: asyncio.Event) -> None:
        while not done.is_set():
            cid = f"{self.who}-{len(self.acked)}"
            answer = await client.say(f"kata {cid}", cid=cid)
            if answer["t"] == "ack":
                self.acked[cid] = answer["seq"]
            else:
                assert answer["code"] == "unavailable", answer
            await asyncio.sleep(self.pause)

    async def _end(self, client: Client) -> None:
        await client.__aexit__(None)
        assert client.welcome["epoch"] == self._epoch
        self.events += client.events["public"]
        if client.of("bye"):
            await self._wait(client)

    async def _wait(self, client: Client) -> None:
        retry = client.of("bye")[0]["retry"]
        self.retries.append(retry)
        await asyncio.sleep(retry / 1000)

    async def catch_up(self, head: int) -> None:
        """Come once more and read to the end of the log."""
        async with self._client() as client:
            await client.until(lambda: (self.seqs + client.seqs)[-1:] == [head], "the end of the log")
        self.events += client.events["public"]

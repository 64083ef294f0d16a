"""Those who send: each message until it is acknowledged, over sockets or by calls."""

import asyncio
import random
import time
from contextlib import suppress

import httpx

from tests.proof.client import Client
from tests.proof.notes import Said
from tests.proof.way import LOST, Frame, Way

PAUSE = 0.4
"""Seconds (about) that a sender thinks before the next message."""
AGAIN = {"unavailable", "rate_limited", "slow_mode"}


class Sender(Client):
    """Says one thing after the other, each until it is acknowledged; one in three it says twice."""

    async def run(self) -> None:
        number = 0
        while not self.meeting.quiet.is_set():
            number += 1
            kind = "aspiration" if number % 4 == 0 else "chat"
            cid = f"{self.meeting.name}-{self.number}-{number}"
            said = Said(cid, self.number, kind, f"Mohon perbaikan talud nomor {number} di gang {self.number} ({cid})")
            self.meeting.notes.said[cid] = said
            for _ in range(2 if number % 3 == 1 else 1):
                await self._deliver(said)
            with suppress(TimeoutError):
                await asyncio.wait_for(self.meeting.quiet.wait(), random.uniform(0.5, 1.5) * PAUSE)

    async def _deliver(self, said: Said) -> None:
        while True:
            asked_at = time.monotonic()
            try:
                answer = await self._say(said)
            except LOST:
                await self.close()
                await self.lost()
                continue
            self.in_vain = 0
            if answer["t"] == "ack":
                self.meeting.notes.ack(said, answer, asked_at)
                return
            if answer["code"] not in AGAIN:
                self.meeting.notes.wrong.append(f"{said.cid} was refused for good: {answer}")
                return
            self.meeting.notes.refusals.append((time.monotonic(), time.monotonic() - asked_at))
            await asyncio.sleep(answer.get("retry", 1000) / 1000)

    async def _say(self, said: Said) -> Frame:
        if self.way is None or self.way.over.done():
            self.way = await Way.through(self.address, self.meeting.room.room, {"token": self.token})
        return await self.way.ask({"t": "send", **said.body})

    async def close(self) -> None:
        if self.way is not None:
            await self.way.close()
        self.way = None


class Caller(Sender):
    """A sender without a socket."""

    async def _say(self, said: Said) -> Frame:
        url = f"{self.address}/api/v1/rooms/{self.meeting.room.room}/messages"
        try:
            found = await self.meeting.calls.post(url, json=said.body, headers={"Authorization": f"Bearer {self.token}"})
        except httpx.HTTPError as gone:
            raise EOFError from gone
        if found.status_code in {200, 201}:
            return {"t": "ack", **found.json()}
        if found.status_code in {429, 503}:
            return {"t": "err", "code": "unavailable", "retry": 1000 * float(found.headers.get("Retry-After", 1))}
        return {"t": "err", "code": str(found.status_code), "body": found.text}

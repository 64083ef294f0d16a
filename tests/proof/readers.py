"""Those who read: the public log from their position, over sockets, by long poll or by server-sent events, each event once and in order."""

import asyncio
import json
from contextlib import suppress
from typing import Any

import httpx

from tests.proof.client import Client, Meeting
from tests.proof.way import LOST, OPENING, SILENCE, Frame, Way

BEHIND = 3.0
"""Seconds that a heartbeat's head may stay ahead before a reader asks."""


class Reader(Client):
    """Reads the public log from its position; `seen` is what it was shown, in the order in which it took it."""

    def __init__(self, meeting: Meeting, number: int, token: str) -> None:
        super().__init__(meeting, number, token)
        self.epoch: str | None = None
        self.seq = 0
        self.seen: list[tuple[int, str, str, str]] = []
        self.wrong: list[str] = []
        self._ahead: dict[int, Frame] = {}
        self._synced = 0
        self._filling: asyncio.Task[None] | None = None
        self._catching_up = False

    async def run(self) -> None:
        while True:
            with suppress(*LOST):
                await self._read()
            await self.lost()

    async def _read(self) -> None:
        hello: Frame = {"token": self.token}
        if self.epoch is not None:
            hello["resume"] = {"public": [self.epoch, self.seq]}
        self._ahead.clear()
        self._synced = 0
        self._catching_up = False
        way = self.way = await Way.through(self.address, self.meeting.room.room, hello, self._hear)
        self.in_vain = 0
        try:
            # What came with the welcome may already have shown a gap.
            self._fill()
            await asyncio.wait({way.over})
        finally:
            self.way = None
            await way.close()
            if self._filling is not None:
                self._filling.cancel()
                with suppress(asyncio.CancelledError, *LOST):
                    await self._filling
                self._filling = None

    def _hear(self, frame: Frame) -> None:
        match frame["t"]:
            case "welcome":
                if frame["epoch"] != (self.epoch or frame["epoch"]):
                    self.wrong.append(f"the epoch changed from {self.epoch} to {frame['epoch']}")
                self.epoch = frame["epoch"]
                if frame["head"] < self.seq:
                    self.wrong.append(f"the log went back from {self.seq} to {frame['head']}")
            case "snapshot" if frame["head"] > self.seq:
                # More was missed than a resume gives: a harness wants every event and reads them all.
                self._catching_up = True
            case "batch":
                for event in frame["e"]:
                    self._take(event)
            case "hb" if frame["head"] > self.seq:
                asyncio.get_running_loop().call_later(BEHIND, self._still_behind, self.way, frame["head"])
            case _ if "seq" in frame:
                self._take(frame)
        self._fill()

    def _take(self, event: Frame) -> None:
        """On one line events come each once and in order, from the position that was asked for; what was asked for by `sync` may come again."""
        seq = event["seq"]
        if seq <= self._synced:
            return
        if seq <= self.seq or seq in self._ahead:
            self.wrong.append(f"event {seq} came again after {self.seq}")
        elif seq == self.seq + 1:
            self._apply(event)
        else:
            if not self._catching_up and not self._ahead:
                self.wrong.append(f"event {seq} came after {self.seq}: something was left out")
            self._ahead[seq] = event

    def _apply(self, event: Frame) -> None:
        self.seq = event["seq"]
        self.seen.append((self.seq, event["id"], event["cid"], event["text"]))

    def _still_behind(self, way: Way | None, head: int) -> None:
        if way is not None and way is self.way and self.seq < head:
            self.meeting.notes.trips["behind"] += 1
            self._catching_up = True
            self._fill()

    def _fill(self) -> None:
        if (self._ahead or self._catching_up) and self.way is not None and (self._filling is None or self._filling.done()):
            self._filling = asyncio.create_task(self._sync(self.way))

    async def _sync(self, way: Way) -> None:
        """Ask for what is missing until nothing is."""
        more = True
        with suppress(*LOST):
            while more or self._ahead:
                answer = await way.ask({"t": "sync", "after": self.seq})
                if answer["t"] != "ok":
                    await asyncio.sleep(answer.get("retry", 1000) / 1000)
                    continue
                for event in answer["e"]:
                    if event["seq"] == self.seq + 1:
                        self._apply(event)
                        self._synced = self.seq
                while self.seq + 1 in self._ahead:
                    self._apply(self._ahead.pop(self.seq + 1))
                self._ahead = {seq: event for seq, event in self._ahead.items() if seq > self.seq}
                more = answer["more"]
            self._catching_up = False


class Poller(Reader):
    """A reader without a socket, by long poll."""

    async def _read(self) -> None:
        while True:
            if not await self._page(wait=5):
                await asyncio.sleep(0.1)

    async def _page(self, *, wait: int) -> bool:
        """Read on; whether there was anything."""
        asked: dict[str, Any] = {"after": self.seq, "wait": wait}
        if self.epoch is not None:
            asked["epoch"] = self.epoch
        try:
            found = await self.meeting.calls.get(self._url("events"), params=asked, headers=self._bearer)
            found.raise_for_status()
        except httpx.HTTPError as gone:
            raise EOFError from gone
        self.in_vain = 0
        page = found.json()
        if page["epoch"] != (self.epoch or page["epoch"]):
            self.wrong.append(f"the epoch changed from {self.epoch} to {page['epoch']}")
        self.epoch = page["epoch"]
        for event in page["e"]:
            self._take(event)
        return bool(page["e"])

    def _url(self, what: str) -> str:
        return f"{self.address}/api/v1/rooms/{self.meeting.room.room}/{what}"

    @property
    def _bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


class Streamer(Poller):
    """A reader without a socket, by server-sent events."""

    async def _read(self) -> None:
        while await self._page(wait=0):
            pass
        place = {"Last-Event-ID": f"{self.epoch}:{self.seq}"}
        limits = httpx.Timeout(OPENING, read=SILENCE)
        try:
            async with self.meeting.calls.stream("GET", self._url("stream"), headers=self._bearer | place, timeout=limits) as stream:
                stream.raise_for_status()
                async for line in stream.aiter_lines():
                    if line.startswith("data:"):
                        self._hear(json.loads(line[5:]))
                    if self._catching_up:
                        return
        except httpx.HTTPError as gone:
            raise EOFError from gone

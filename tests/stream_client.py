"""A reader of server-sent events as docs/protocol.md describes it, for tests: frames in order, with the position that each names."""

import asyncio
import json
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from typing import Any, Self

import httpx

PATIENCE = 25.0


class EventReader:
    """One stream of somebody; `frames` are what came, `id` is the last position."""

    def __init__(self, address: str, room: str, headers: dict[str, str], *, last: str | None = None, **asked: Any) -> None:
        self.url = f"{address}/api/v1/rooms/{room}/stream"
        self.headers = {**headers, **({"Last-Event-ID": last} if last else {})}
        self.asked = asked
        self.id = last
        self.ids: list[str] = []
        self.frames: list[dict[str, Any]] = []
        self.status = 0
        self.answered: httpx.Headers
        self.changed = asyncio.Event()
        self.stack = AsyncExitStack()
        self.task: asyncio.Task[None]

    async def __aenter__(self) -> Self:
        client = await self.stack.enter_async_context(httpx.AsyncClient(timeout=httpx.Timeout(PATIENCE, read=None)))
        response = await self.stack.enter_async_context(client.stream("GET", self.url, headers=self.headers, params=self.asked))
        self.status, self.answered = response.status_code, response.headers
        self.task = asyncio.create_task(self._listen(response))
        return self

    async def __aexit__(self, *_: object) -> None:
        self.task.cancel()
        with suppress(asyncio.CancelledError):
            await self.task
        await self.stack.aclose()

    async def _listen(self, response: httpx.Response) -> None:
        data, position = "", None
        with suppress(httpx.TransportError):
            async for line in response.aiter_lines():
                name, _, value = line.partition(": ")
                if name == "id":
                    position = value
                elif name == "data":
                    data = value
                elif line == "" and data:
                    self.id = position or self.id
                    self.ids.append(position or "")
                    self.frames.append(json.loads(data))
                    data, position = "", None
                    self.changed.set()
        self.changed.set()

    def of(self, kind: str) -> list[dict[str, Any]]:
        """The frames of one type."""
        return [frame for frame in self.frames if frame["t"] == kind]

    @property
    def events(self) -> list[dict[str, Any]]:
        """What happened: events, those of pictures left out."""
        found = []
        for frame in self.frames:
            found += frame["e"] if frame["t"] == "batch" else [frame] if "seq" in frame else []
        return found

    async def until(self, found: Callable[[], Any], what: str) -> Any:
        """Wait for an effect."""
        async with asyncio.timeout(PATIENCE):
            while not (value := found()):
                assert not self.task.done(), f"no {what}: the stream has ended"
                self.changed.clear()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self.changed.wait(), 0.5)
        return value

    async def end(self) -> None:
        """Wait for the server to end the stream."""
        await asyncio.wait_for(asyncio.shield(self.task), PATIENCE)

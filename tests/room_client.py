"""A client of the room as docs/protocol.md describes it, for tests: events by log, answers by number, nothing assumed of the server's code."""

import asyncio
import json
import uuid
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Self

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from app.commands.seed import load
from app.web.ground import Ground

PATIENCE = 25.0


class Seeded:
    """A live room with seats, made by `seed load`."""

    def __init__(self, made: dict[str, Any]) -> None:
        self.slug: str = made["session"]
        self.room: str = made["room"]
        self.tokens: list[str] = made["tokens"]
        self.staff: dict[str, str] = made["staff"]

    def bearer(self, who: int | str) -> dict[str, str]:
        """Headers of an attendee (by number) or a member of staff (by role)."""
        secret = self.tokens[who] if isinstance(who, int) else self.staff[who]
        return {"Authorization": f"Bearer {secret}"}


async def seeded(ground: Ground, attendees: int = 3, *, unlimited: bool = True) -> Seeded:
    return Seeded(await load(ground, attendees, 0, unlimited=unlimited))


class Client:
    """One socket of somebody in a room."""

    def __init__(
        self,
        address: str,
        room: str,
        token: str | None,
        *,
        resume: dict[str, list[Any]] | None = None,
        own_origin: str | None = None,
        packed: bool = True,
        **more: Any,
    ) -> None:
        self.url = f"{address.replace('http', 'ws', 1)}/ws/v1/rooms/{room}"
        self.origin = own_origin or address
        self.compression = "deflate" if packed else None
        self.hello = {"t": "hello", "v": 1, "mode": "full", "token": token, "resume": resume, **more}
        self.welcome: dict[str, Any] = {}
        self.snapshots: dict[str, list[dict[str, Any]]] = {}
        self.events: dict[str, list[dict[str, Any]]] = {"public": [], "desk": []}
        self.other: list[dict[str, Any]] = []
        self.answers: dict[int, list[dict[str, Any]]] = {}
        self.changed = asyncio.Event()
        self.number = 0
        self.socket: ClientConnection
        self.task: asyncio.Task[None]

    async def __aenter__(self) -> Self:
        self.socket = await connect(self.url, origin=self.origin, proxy=None, max_size=2**22, compression=self.compression)  # type: ignore[arg-type]  # `Origin` is a NewType over str
        await self.raw(json.dumps({name: value for name, value in self.hello.items() if value is not None}))
        self.task = asyncio.create_task(self._listen())
        await self.until(lambda: self.welcome or self.task.done(), "welcome")
        return self

    async def __aexit__(self, *_: object) -> None:
        with suppress(Exception):
            await self.socket.close()
        await self.task

    async def _listen(self) -> None:
        with suppress(ConnectionClosed):
            async for raw in self.socket:
                self._take(json.loads(raw))
                self.changed.set()
        self.changed.set()

    def _take(self, frame: dict[str, Any]) -> None:
        log = frame.get("log", "public")
        match frame["t"]:
            case "welcome":
                self.welcome = frame
            case "snapshot":
                self.snapshots[log] = frame["e"]
            case "batch":
                self.events[log] += frame["e"]
            case "ack" | "ok" | "err" if "i" in frame:
                self.answers.setdefault(frame["i"], []).append(frame)
            case _ if "seq" in frame:
                self.events[log].append(frame)
            case _:
                self.other.append(frame)

    @property
    def seqs(self) -> list[int]:
        return [event["seq"] for event in self.events["public"]]

    @property
    def texts(self) -> list[str]:
        return [event["text"] for event in self.events["public"] if event["t"] == "msg" and "text" in event]

    @property
    def closed(self) -> int | None:
        """The close code, once the server has closed."""
        return self.socket.close_code

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [frame for frame in self.other if frame["t"] == kind]

    async def raw(self, text: str | bytes) -> None:
        await self.socket.send(text)

    async def ask(self, **frame: Any) -> dict[str, Any]:
        """The one answer to a frame."""
        self.number += 1
        number = self.number
        await self.raw(json.dumps({"i": number, **frame}))
        await self.until(lambda: number in self.answers, f"answer to {frame}")
        return self.answers[number][0]

    async def say(self, text: str, kind: str = "chat", cid: str | None = None, **more: Any) -> dict[str, Any]:
        return await self.ask(t="send", cid=cid or uuid.uuid4().hex, kind=kind, text=text, **more)

    async def mod(self, op: str, target: str | None = None, **more: Any) -> dict[str, Any]:
        return await self.ask(**{"t": "mod", "cid": uuid.uuid4().hex, "op": op, "target": target, **more})

    async def until(self, found: Callable[[], Any], what: str) -> Any:
        async with asyncio.timeout(PATIENCE):
            while not (value := found()):
                self.changed.clear()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self.changed.wait(), 0.5)
                if self.task.done() and not found():
                    raise AssertionError(f"no {what}: closed with {self.closed}")
        return value

    async def end(self) -> int | None:
        """Wait for the server to close; its code."""
        async with asyncio.timeout(PATIENCE + 10):
            await self.socket.wait_closed()
        return self.closed

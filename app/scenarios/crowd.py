"""The people of a demonstration: a process of its own that opens the room as they would, over real sockets, and speaks now and then."""

import asyncio
import json
import random
import urllib.request
import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

PRESENT = 24
"""How many sockets stay open."""
FIRST = 14
"""How many lines are there when somebody looks."""


@dataclass(frozen=True)
class Line:
    """Something that will be said: with whose token, and the rest of its `send` frame."""

    token: str
    frame: dict[str, object]


@dataclass(frozen=True)
class Play:
    """A demonstration's lines in order, and the room that they are said in; `pause` in seconds."""

    address: str
    room: str
    present: Sequence[str]
    lines: Sequence[Line]
    pause: float = 7.0


def perform(play: Play) -> None:
    """Run in a child process until it is ended with its parent; a server that goes away ends the play."""
    with suppress(KeyboardInterrupt, OSError, WebSocketException, TimeoutError):
        asyncio.run(_perform(play))


async def _perform(play: Play) -> None:
    await _until_ready(play.address)
    sockets: dict[str, ClientConnection] = {}
    for token in [*play.present[:PRESENT], *dict.fromkeys(line.token for line in play.lines)]:
        if token not in sockets:
            sockets[token] = await _enter(play, token)
    listeners = [asyncio.create_task(_listen(socket)) for socket in sockets.values()]
    dice = random.Random(7)  # noqa: S311 - the rhythm of a demonstration
    for number, line in enumerate(play.lines):
        await asyncio.sleep(0.15 if number < FIRST else dice.uniform(0.4, 1.6) * play.pause)
        await sockets[line.token].send(json.dumps({"t": "send", "i": number, "cid": str(uuid.uuid4()), **line.frame}))
    await asyncio.gather(*listeners)


async def _enter(play: Play, token: str) -> ClientConnection:
    address = "ws" + play.address.removeprefix("http") + f"/ws/v1/rooms/{play.room}"
    socket = await connect(address, origin=play.address, proxy=None, max_size=2**22)  # type: ignore[arg-type]  # `Origin` is a NewType over str
    await socket.send(json.dumps({"t": "hello", "v": 1, "token": token, "mode": "full"}))
    return socket


async def _listen(socket: ClientConnection) -> None:
    async for _ in socket:
        pass


async def _until_ready(address: str) -> None:
    for _ in range(300):
        with suppress(OSError):
            await asyncio.to_thread(lambda: urllib.request.urlopen(f"{address}/health/live", timeout=2).close())  # noqa: S310 - our own server
            return
        await asyncio.sleep(0.1)
    raise TimeoutError

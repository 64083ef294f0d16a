"""One open socket of a client of docs/protocol.md: a question gets its answer, every other frame goes to who listens."""

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Self

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

Frame = dict[str, Any]
LOST = (OSError, WebSocketException, TimeoutError, EOFError)
"""How it shows that a line is gone: the client comes back."""
OPENING = 20.0
ANSWER = 20.0
SILENCE = 35.0
"""Seconds without any frame after which a line is dead: heartbeats come every 25."""
EVENTS = (b'{"t":"msg"', b'{"t":"batch"', b'{"t":"upd"', b'{"t":"snapshot"', b'{"t":"presence"')


class Way:
    """Made by `through`; `over` is done when the line is gone."""

    def __init__(self, socket: ClientConnection, heard: Callable[[Frame], None] | None) -> None:
        self._socket = socket
        self._heard = heard
        self._number = 0
        self._asked: dict[int, asyncio.Future[Frame]] = {}
        self.welcome: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
        self.over = asyncio.create_task(self._listen())

    @classmethod
    async def through(cls, address: str, room: str, hello: Frame, heard: Callable[[Frame], None] | None = None) -> Self:
        """Open a socket, say hello and wait for the welcome; one of LOST when that does not work."""
        url = f"{address.replace('http', 'ws', 1)}/ws/v1/rooms/{room}"
        socket = await connect(url, proxy=None, compression=None, max_size=2**22, open_timeout=OPENING, ping_interval=None, close_timeout=1)
        way = cls(socket, heard)
        try:
            await socket.send(json.dumps({"t": "hello", "v": 1, "mode": "full", **hello}))
            await asyncio.wait({way.welcome, way.over}, timeout=OPENING, return_when=asyncio.FIRST_COMPLETED)
            if not way.welcome.done():
                raise TimeoutError("no welcome")
        except BaseException:
            await way.close()
            raise
        return way

    async def ask(self, frame: Frame) -> Frame:
        """The one answer to a frame; one of LOST when the line goes or nothing comes."""
        self._number += 1
        number = self._number
        answer: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
        self._asked[number] = answer
        try:
            if self.over.done():
                raise EOFError
            await self._socket.send(json.dumps({**frame, "i": number}))
            async with asyncio.timeout(ANSWER):
                return await answer
        finally:
            self._asked.pop(number, None)

    def cut(self) -> None:
        """The line breaks."""
        self._socket.transport.abort()

    async def close(self) -> None:
        """Let go of the line without any ado, as a telephone does that loses its network."""
        self.cut()
        self.over.cancel()
        with suppress(asyncio.CancelledError, *LOST):
            await self.over

    async def _listen(self) -> None:
        try:
            while True:
                async with asyncio.timeout(SILENCE):
                    raw = await self._socket.recv(decode=False)
                if self._heard is None and raw.startswith(EVENTS):
                    continue
                self._take(json.loads(raw))
        except (ConnectionClosed, *LOST):
            pass
        finally:
            self._socket.transport.abort()
            for answer in self._asked.values():
                if not answer.done():
                    answer.set_exception(EOFError())
            self._asked.clear()

    def _take(self, frame: Frame) -> None:
        answer = self._asked.get(frame["i"]) if "i" in frame else None
        if answer is not None:
            if not answer.done():
                answer.set_result(frame)
            return
        if frame["t"] == "welcome" and not self.welcome.done():
            self.welcome.set_result(frame)
        if self._heard is not None:
            self._heard(frame)

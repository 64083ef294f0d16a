"""One websocket: frames go out through a queue of its own, text comes in; who is at the other end is not known here."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import anyio
from starlette.types import Message
from starlette.websockets import WebSocket, WebSocketDisconnect

from app.live.wire import TRANSPORT

OnText: TypeAlias = Callable[[str | None], Awaitable[None]]
"""Gets each text frame, or None for a binary one."""

PARK = 64 * 1024
"""Unsent bytes above which nothing more is written to a socket until it has read."""
CLOSING_SECONDS = 5.0
"""How long a closed socket may take to read what is left before it is aborted."""


class Line:
    """An accepted websocket. `write` and `close` never wait; `run` carries the frames both ways until one side ends."""

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket
        self._transport: Any = socket.scope.get("extensions", {}).get(TRANSPORT)
        self._out: deque[str] = deque()
        self._queued = 0
        self._wake = asyncio.Event()
        self._empty = asyncio.Event()
        self._empty.set()
        self._close_code: int | None = None
        self._over = False

    @property
    def open(self) -> bool:
        """Whether frames written now can still arrive."""
        return not self._over and self._close_code is None

    @property
    def unsent(self) -> int:
        """Bytes (about) that this socket has been given and not yet read."""
        held = self._transport.get_write_buffer_size() if self._transport is not None else 0
        return self._queued + int(held)

    def write(self, frame: str) -> None:
        """Put a text frame behind those that wait; nothing once closed."""
        if self.open:
            self._out.append(frame)
            self._queued += len(frame)
            self._empty.clear()
            self._wake.set()

    def close(self, code: int, farewell: str | None = None) -> None:
        """End after what waits, and a last frame, have gone out; aborted when that takes too long."""
        if self.open:
            if farewell is not None:
                self.write(farewell)
            self._close_code = code
            self._wake.set()

    async def drained(self) -> None:
        """Wait until this socket has been handed to the network all it was given, or is over."""
        await self._empty.wait()

    async def first(self, seconds: float) -> str | None:
        """The first frame, None when it does not come in time, is no text, or the socket ends."""
        with anyio.move_on_after(seconds):
            message = await self._next()
            if message is not None:
                return message.get("text")
        return None

    async def run(self, on_text: OnText) -> None:
        """Carry frames until the socket ends; frames are handed on one after the other."""
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(self._receive_all, on_text, group.cancel_scope)
                await self._send_all()
                group.cancel_scope.cancel()
        finally:
            self._over = True
            self._out.clear()
            self._queued = 0
            self._empty.set()

    async def finish(self) -> None:
        """Send what waits and end, for a socket that is refused before it has been heard."""
        await self.run(_nothing)

    async def _receive_all(self, on_text: OnText, scope: anyio.CancelScope) -> None:
        while self._close_code is None:
            message = await self._next()
            if message is None:
                scope.cancel()
                return
            await on_text(message.get("text"))

    async def _next(self) -> Message | None:
        try:
            message = await self._socket.receive()
        except (WebSocketDisconnect, RuntimeError):
            return None
        return message if message["type"] == "websocket.receive" else None

    async def _send_all(self) -> None:
        while True:
            if self._close_code is not None:
                await self._end(self._close_code)
                return
            if self._out:
                if not await self._send_one():
                    return
                continue
            self._empty.set()
            self._wake.clear()
            await self._wake.wait()

    async def _send_one(self) -> bool:
        frame = self._out[0]
        try:
            await self._socket.send({"type": "websocket.send", "text": frame})
        except (WebSocketDisconnect, RuntimeError, OSError):
            return False
        self._out.popleft()
        self._queued -= len(frame)
        return True

    async def _end(self, code: int) -> None:
        with anyio.move_on_after(CLOSING_SECONDS) as limit:
            while self._out:
                if not await self._send_one():
                    return
            try:
                await self._socket.send({"type": "websocket.close", "code": code})
            except (WebSocketDisconnect, RuntimeError, OSError):
                return
        if limit.cancelled_caught and self._transport is not None:
            self._transport.abort()


async def _nothing(_: str | None) -> None:
    """Nobody listens any more."""

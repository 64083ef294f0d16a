"""A websocket behind any ASGI server: frames go out through a queue and the server's own `send`, carried by the route's task."""

import asyncio
from collections import deque

import anyio
from starlette.types import Message
from starlette.websockets import WebSocket, WebSocketDisconnect

from app.live.line import CLOSING_SECONDS, PARK, OnOver, OnText
from app.live.shared import Shared


class RelayedLine:
    """An accepted websocket. Only our own queue is known here: the server's buffers are not, and pings are the server's."""

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket
        self._out: deque[bytes] = deque()
        self._queued = 0
        self._wake = asyncio.Event()
        self._sent = asyncio.Event()
        self._reading = asyncio.Event()
        self._reading.set()
        self._close_code: int | None = None
        self._over = False
        self._on_text: OnText | None = None
        self._on_over: OnOver | None = None

    @property
    def open(self) -> bool:
        return not self._over and self._close_code is None

    @property
    def full(self) -> bool:
        return self.open and self._queued > PARK

    def write(self, frame: bytes) -> None:
        if self.open:
            self._out.append(frame)
            self._queued += len(frame)
            self._wake.set()

    def give(self, shared: Shared) -> None:
        for text in shared.texts:
            self.write(text)

    def ping(self) -> bool:
        return True

    def close(self, code: int, farewell: bytes | None = None) -> None:
        if self.open:
            if farewell is not None:
                self.write(farewell)
            self._close_code = code
            self._wake.set()
            self._reading.set()

    async def drained(self) -> None:
        while self.full:
            self._sent.clear()
            await self._sent.wait()

    async def first(self, seconds: float) -> str | None:
        with anyio.move_on_after(seconds):
            message = await self._next()
            if message is not None:
                return message.get("text")
        return None

    def listen(self, on_text: OnText, on_over: OnOver) -> None:
        self._on_text, self._on_over = on_text, on_over

    def hold(self) -> None:
        self._reading.clear()

    def go_on(self) -> None:
        self._reading.set()

    async def stay(self) -> None:
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(self._receive_all, group.cancel_scope)
                await self._send_all()
                group.cancel_scope.cancel()
        finally:
            self._over = True
            self._out.clear()
            self._queued = 0
            self._sent.set()
            if self._on_over is not None:
                self._on_over()

    async def _receive_all(self, scope: anyio.CancelScope) -> None:
        while self._close_code is None:
            await self._reading.wait()
            await self.drained()
            message = await self._next()
            if message is None:
                scope.cancel()
                return
            if self._on_text is not None and self.open:
                self._on_text(message.get("text"))

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
            self._wake.clear()
            await self._wake.wait()

    async def _send_one(self) -> bool:
        frame = self._out[0]
        try:
            await self._socket.send({"type": "websocket.send", "text": frame.decode()})
        except (WebSocketDisconnect, RuntimeError, OSError):
            return False
        self._out.popleft()
        self._queued -= len(frame)
        self._sent.set()
        return True

    async def _end(self, code: int) -> None:
        with anyio.move_on_after(CLOSING_SECONDS):
            while self._out:
                if not await self._send_one():
                    return
            try:
                await self._socket.send({"type": "websocket.close", "code": code})
            except (WebSocketDisconnect, RuntimeError, OSError):
                return

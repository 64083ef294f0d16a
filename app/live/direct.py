"""A websocket written to directly: one object, no task, no queue and no timer while it is idle."""

import asyncio
from collections.abc import MutableSet
from typing import Any, cast

from websockets.extensions.permessage_deflate import PerMessageDeflate

from app.live.framing import NO_CODE, Inbound, Opcode, close_frame, frame
from app.live.line import CLOSING_SECONDS, LONGEST, PARK, RESUME, OnOver, OnText
from app.live.shared import Shared

PING = frame(Opcode.PING, b"")
SERVICE_RESTART = 1012
LINGER = 0.5
"""Seconds between failing a connection and ending it."""


class DirectLine(asyncio.Protocol):
    """The protocol of a transport after the handshake; `connections` is the server's list of what it must close when it ends."""

    __slots__ = (
        "_closing",
        "_connections",
        "_early",
        "_held",
        "_inbound",
        "_on_over",
        "_on_text",
        "_over",
        "_packs",
        "_timer",
        "_waiting",
        "asked",
        "full",
        "transport",
    )

    def __init__(self, transport: asyncio.Transport, connections: MutableSet[Any], deflate: PerMessageDeflate | None) -> None:
        self.transport = transport
        self.full = False
        self.asked = False
        self._connections = connections
        self._inbound = Inbound(LONGEST, packed=deflate is not None)
        # What is packed once for all needs the whole window; who asked for a smaller one gets plain frames, which is allowed, too.
        self._packs = deflate is not None and deflate.local_max_window_bits == 15
        self._closing: int | None = None
        self._over = False
        self._held = False
        self._timer: asyncio.TimerHandle | None = None
        self._waiting: asyncio.Future[None] | None = None
        self._early: list[str | None] | None = []
        self._on_text: OnText | None = None
        self._on_over: OnOver | None = None
        connections.add(self)
        transport.set_write_buffer_limits(high=PARK, low=RESUME)
        transport.set_protocol(self)

    # --- what the hub does

    @property
    def open(self) -> bool:
        return self._closing is None and not self._over

    def write(self, frame_: bytes) -> None:
        if self._closing is None and not self._over:
            self.transport.write(frame(Opcode.TEXT, frame_))

    def give(self, shared: Shared) -> None:
        if self._closing is None and not self._over:
            self.transport.write(shared.packed if self._packs else shared.wire)

    def ping(self) -> bool:
        if self.asked:
            return False
        if self.open:
            self.asked = True
            self.transport.write(PING)
        return True

    def close(self, code: int, farewell: bytes | None = None) -> None:
        if not self.open:
            return
        if farewell is not None:
            self.write(farewell)
        self._closing = code
        self.transport.write(close_frame(code))
        # Whoever is parked reads nothing; their answer to our close is read all the same.
        self._read(hold=False)
        self._timer = asyncio.get_running_loop().call_later(CLOSING_SECONDS, self.transport.abort)

    async def drained(self) -> None:
        while self.full and not self._over:
            await self._wait()

    # --- what the route does before it returns

    async def first(self, seconds: float) -> str | None:
        try:
            async with asyncio.timeout(seconds):
                while not self._early and self.open:
                    await self._wait()
        except TimeoutError:
            return None
        return self._early.pop(0) if self._early and self.open else None

    def listen(self, on_text: OnText, on_over: OnOver) -> None:
        early, self._early = self._early or [], None
        self._on_text, self._on_over = on_text, on_over
        if self._over:
            self._end()
            return
        for text in early:
            self._hear(text)
        self._read(hold=self._held)

    async def stay(self) -> None:
        """Nothing to stay for: the transport calls this object."""

    def hold(self) -> None:
        self._held = True
        self._read(hold=True)

    def go_on(self) -> None:
        self._held = False
        self._read(hold=self.full)

    # --- what the transport calls

    def data_received(self, data: bytes) -> None:
        for opcode, payload in self._inbound.feed(data):
            match opcode:
                case Opcode.TEXT:
                    self._hear(payload.decode())
                case Opcode.BINARY:
                    self._hear(None)
                case Opcode.PING:
                    if self.open and not self.full:
                        self.transport.write(frame(Opcode.PONG, payload))
                case Opcode.PONG:
                    self.asked = False
                case Opcode.CLOSE:
                    self._closed(int.from_bytes(payload, "big") if payload else NO_CODE)
        if self._inbound.fault is not None:
            self._fail(self._inbound.fault)

    def eof_received(self) -> bool:
        return False

    def pause_writing(self) -> None:
        self.full = True
        # Who does not read is not heard either: answers would pile up.
        self._read(hold=True)

    def resume_writing(self) -> None:
        self.full = False
        self._read(hold=self._held)
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        self._over = True
        self.full = False
        self._connections.discard(self)
        if self._timer is not None:
            self._timer.cancel()
        self._wake()
        if self._early is None:
            self._end()

    def shutdown(self) -> None:
        """Asked by the server at its end, for whoever was not said good-bye to before."""
        self.close(SERVICE_RESTART)

    # --- inside

    def _hear(self, text: str | None) -> None:
        if self._early is not None:
            self._early.append(text)
            # One message is asked for before somebody listens; the next ones wait in the network.
            self._read(hold=True)
            self._wake()
        elif self.open and self._on_text is not None:
            self._on_text(text)

    def _closed(self, code: int) -> None:
        """The other side ends: answer as the rules say and be gone."""
        if self.open:
            self._closing = code
            self.transport.write(close_frame(code))
        self.transport.close()

    def _fail(self, code: int) -> None:
        """The other side broke the rules. What it still sends is read and dropped for a moment: a reset would overtake our close."""
        if self.open:
            self._closing = code
            self.transport.write(close_frame(code))
            self._timer = asyncio.get_running_loop().call_later(LINGER, self.transport.close)

    def _end(self) -> None:
        on_over, self._on_text, self._on_over = self._on_over, None, None
        if on_over is not None:
            on_over()

    def _read(self, *, hold: bool) -> None:
        if self._over or self.transport.is_closing():
            return
        if hold and self.transport.is_reading():
            self.transport.pause_reading()
        elif not hold and not self.transport.is_reading():
            self.transport.resume_reading()

    async def _wait(self) -> None:
        waiting = self._waiting
        if waiting is None or waiting.done():
            waiting = self._waiting = asyncio.get_running_loop().create_future()
        await asyncio.shield(waiting)

    def _wake(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)
        self._waiting = None


def accepted(transport: asyncio.BaseTransport, connections: MutableSet[Any], deflate: PerMessageDeflate | None) -> DirectLine:
    """Take a transport over after its handshake; `deflate` is what was agreed on, without context takeover."""
    return DirectLine(cast("asyncio.Transport", transport), connections, deflate)

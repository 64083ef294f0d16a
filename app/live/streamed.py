"""Lines without a websocket: server-sent events, a long poll, a single question; the hub writes to them as to any other line."""

import asyncio
from collections import deque
from weakref import WeakKeyDictionary

import anyio
from starlette.types import Message, Receive, Send

from app.live.line import CLOSING_SECONDS, PARK, OnOver, OnText
from app.live.ring import Item
from app.live.shared import Shared

PADDING = b":" + b" " * 2048 + b"\n\n"
"""A comment first: some proxies pass nothing on until they have about two KiB."""


class OneWay:
    """What is common to lines on which nothing comes in: texts and the end are not listened for, a sign of life is not asked."""

    def __init__(self) -> None:
        self.code: int | None = None
        self.over = False

    @property
    def open(self) -> bool:
        """Whether what is written now can still arrive."""
        return not self.over and self.code is None

    @property
    def full(self) -> bool:
        """Nothing piles up here."""
        return False

    def ping(self) -> bool:
        """The other side cannot be asked."""
        return True

    async def drained(self) -> None:
        """Nothing piles up here."""

    async def first(self, seconds: float) -> str | None:
        """Nothing comes in."""
        return None

    def listen(self, on_text: OnText, on_over: OnOver) -> None:
        """Nothing comes in."""

    def hold(self) -> None:
        """Nothing comes in."""

    def go_on(self) -> None:
        """Nothing comes in."""

    async def stay(self) -> None:
        """The route carries this line."""


class StreamLine(OneWay):
    """One log as server-sent events. `id` is `epoch:seq`, the position of a reader who has read so far."""

    def __init__(self, epoch: str) -> None:
        super().__init__()
        self._epoch = epoch
        self._out: deque[bytes] = deque([b"retry: 3000\n", PADDING])
        self._queued = 0
        self._wake = asyncio.Event()
        self._sent = asyncio.Event()
        self._closing = asyncio.Event()

    @property
    def full(self) -> bool:
        """Whether more than PARK bytes wait; what the server's own buffer holds is not seen."""
        return self.open and self._queued > PARK

    def write(self, frame: bytes) -> None:
        """One frame without a position."""
        self._put(b"data: " + frame + b"\n\n")

    def stand(self, frame: bytes, seq: int) -> None:
        """One frame after which the reader stands at this seq."""
        self._put(_event(frame, self._epoch, seq))

    def give(self, shared: Shared) -> None:
        """A run of events, encoded once for all streams."""
        self._put(_encoded(shared, self._epoch))

    def close(self, code: int, farewell: bytes | None = None) -> None:
        """End after a last frame; cut when it is not taken in time."""
        if self.open:
            if farewell is not None:
                self.write(farewell)
            self.code = code
            self._wake.set()
            self._closing.set()

    async def drained(self) -> None:
        """Wait until it is no longer full, or is over."""
        while self.full:
            self._sent.clear()
            await self._sent.wait()

    async def carry(self, receive: Receive, send: Send) -> None:
        """Send until the reader goes or the line is closed; then it is over."""
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(cancel_when_gone, receive, group.cancel_scope)
                group.start_soon(self._cut, group.cancel_scope)
                await self._send_all(send)
                group.cancel_scope.cancel()
        finally:
            self.over = True
            self._out.clear()
            self._queued = 0
            self._sent.set()

    def _put(self, event: bytes) -> None:
        if self.open:
            self._out.append(event)
            self._queued += len(event)
            self._wake.set()

    async def _send_all(self, send: Send) -> None:
        while True:
            if self._out:
                chunk = b"".join(self._out)
                self._out.clear()
                await send(_body(chunk, more=True))
                self._queued -= min(self._queued, len(chunk))
                self._sent.set()
            elif self.code is not None:
                await send(_body(b"", more=False))
                return
            else:
                self._wake.clear()
                await self._wake.wait()

    async def _cut(self, scope: anyio.CancelScope) -> None:
        """A reader who takes nothing more is let go some seconds after the end."""
        await self._closing.wait()
        await anyio.sleep(CLOSING_SECONDS)
        scope.cancel()


class PollLine(OneWay):
    """One answer to a long poll: `events` that came, and the `other` frames of the time; `ready` once there is something to tell."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[Item] = []
        self.other: list[bytes] = []
        self.ready = anyio.Event()

    def write(self, frame: bytes) -> None:
        """Only what is for this person alone is worth an answer by itself."""
        if self.open:
            self.other.append(frame)
            if frame.startswith(b'{"t":"mine"'):
                self.ready.set()

    def give(self, shared: Shared) -> None:
        """Events to answer with."""
        if self.open:
            self.events += shared.items
            self.ready.set()

    def close(self, code: int, farewell: bytes | None = None) -> None:
        """Answer now, with what this code means."""
        if self.open:
            self.code = code
            self.ready.set()


class QuestionLine(OneWay):
    """The one answer to a frame that came as a call."""

    def __init__(self) -> None:
        super().__init__()
        self.answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    def write(self, frame: bytes) -> None:
        """The first frame is the answer."""
        if not self.answer.done():
            self.answer.set_result(frame)

    def give(self, shared: Shared) -> None:
        """Events are read elsewhere."""

    def close(self, code: int, farewell: bytes | None = None) -> None:
        """The farewell is an answer, too."""
        self.code = code
        if farewell is not None:
            self.write(farewell)


async def cancel_when_gone(receive: Receive, scope: anyio.CancelScope) -> None:
    """End the work of a call whose caller has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
    scope.cancel()


_known: "WeakKeyDictionary[Shared, tuple[str, bytes]]" = WeakKeyDictionary()


def _encoded(shared: Shared, epoch: str) -> bytes:
    """All frames of a run; only the last names the position, so that a line that breaks in between goes on before them."""
    known = _known.get(shared)
    if known is None or known[0] != epoch:
        *pages, last = shared.texts
        known = epoch, b"".join(b"data: " + page + b"\n\n" for page in pages) + _event(last, epoch, shared.last)
        _known[shared] = known
    return known[1]


def _event(frame: bytes, epoch: str, seq: int) -> bytes:
    return b"id: " + f"{epoch}:{seq}".encode() + b"\ndata: " + frame + b"\n\n"


def _body(chunk: bytes, *, more: bool) -> Message:
    return {"type": "http.response.body", "body": chunk, "more_body": more}

"""uvicorn's HTTP connection with bounds of size and time, all of them answered: see docs/decisions/connections.md.

uvicorn gives a half-sent request all the time in the world, takes headers of any size, loses websocket handshakes that are too
large for the websocket library, and takes the trailers of a body for headers.
"""

import asyncio
import json
from enum import Enum, auto
from http import HTTPStatus
from math import inf

import httptools
from uvicorn._types import ASGI3Application
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from app.web.doorkeeper import MARGIN, Doorkeeper

ADDRESS = 8000
"""Bytes of the address; the whole line stays below what the websocket library reads."""
LINE = 8000
"""Bytes of one header of a websocket handshake."""
HEADERS = 32 * 1024
MOST_HEADERS = 100
PIPELINE = 16
"""Requests that a client may send ahead of their answers."""

HEADER_SECONDS = 10.0
"""From the connection to its first byte, and from a request's first byte to the end of its headers."""
BODY_SECONDS = 65.0
"""From the end of the headers to the end of the body; the guards answer more kindly after 60."""
REST_SECONDS = 5.0
"""For what is left of a body whose request has been answered already."""
STALLED_SECONDS = 60.0
"""With more of an answer waiting than fits the buffers."""
PROGRESS_SECONDS = 20.0
"""In which something of what waits must be read, once a term is over."""
LEAVING_SECONDS = 10.0
"""For reading the last bytes of a connection that has been closed."""
CROWDED_SECONDS = 2.0
RETRY = 5


class _Reading(Enum):
    """Where the incoming bytes stand."""

    NOTHING = auto()
    HEADERS = auto()
    BODY = auto()


class _TooMuch(Exception):
    """Raised inside the parser to stop it."""


def _answer(status: HTTPStatus, code: str, title: str, *, retry: int | None = None) -> bytes:
    """The whole answer; it is made before any page or catalogue can be reached, so its sentence stands here."""
    body = json.dumps({"type": "about:blank", "title": title, "status": status.value, "code": code}).encode()
    lines = [b"content-type: application/problem+json", b"content-length: %d" % len(body), b"cache-control: no-store", b"connection: close"]
    if retry is not None:
        lines.append(b"retry-after: %d" % retry)
    return STATUS_LINE[status.value] + b"\r\n".join(lines) + b"\r\n\r\n" + body


LONG = "Alamat atau keterangan peramban ini terlalu panjang. Hapus kuki situs ini, lalu coba lagi."
SLOW = "Sambungan terlalu lambat dan ditutup. Coba lagi."
CROWDED = "Server sedang sangat ramai. Coba lagi beberapa detik lagi."
ANSWERS = {
    "address": _answer(HTTPStatus.REQUEST_URI_TOO_LONG, "web.address_too_long", LONG),
    "headers": _answer(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "web.headers_too_large", LONG),
    "malformed": _answer(HTTPStatus.BAD_REQUEST, "web.bad_request", "Permintaan ini tidak dapat dibaca."),
    "pipeline": _answer(HTTPStatus.TOO_MANY_REQUESTS, "web.too_many", CROWDED, retry=RETRY),
    "slow_headers": _answer(HTTPStatus.REQUEST_TIMEOUT, "web.too_slow", SLOW),
    "slow_body": _answer(HTTPStatus.REQUEST_TIMEOUT, "web.too_slow", SLOW),
    "crowded": _answer(HTTPStatus.SERVICE_UNAVAILABLE, "web.crowded", CROWDED, retry=RETRY),
}
"""What is said before a connection is closed, by the reason under which the doorkeeper counts it."""


class Connection(HttpToolsProtocol):
    """Named as `http` in the configuration, with the process's doorkeeper as its first argument."""

    def __init__(
        self,
        doorkeeper: Doorkeeper,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, object],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.doorkeeper = doorkeeper
        self.due = inf
        self.running: RequestResponseCycle | None = None
        """The request that is being answered; uvicorn's `cycle` is the one that came in last."""
        self._reading = _Reading.NOTHING
        self._crowded = False
        self._over = False
        self._stalled = False
        self._refusal: str | None = None
        self._unsent: int | None = None
        self._raw = self._size = self._count = self._longest = 0

    # --- what the doorkeeper asks

    @property
    def leaving(self) -> bool:
        """Whether it has been closed from this side, and nobody set a term for the other."""
        return not self._over and self.transport.is_closing()

    @property
    def idle(self) -> bool:
        """Whether it waits between two requests."""
        return self.cycle is not None and self.running is None and self._reading is _Reading.NOTHING and not self._over

    def late(self, now: float) -> None:
        """Its time is over: said where somebody may be listening, then closed; what stays closed half-way is cut."""
        unsent = self.transport.get_write_buffer_size()
        if unsent and (self._unsent is None or unsent < self._unsent):
            # A slow line that goes on reading may finish.
            self._unsent = unsent
            self.due = now + PROGRESS_SECONDS
        elif unsent or self._over:
            self._cut("unread")
        elif self._crowded:
            self._refuse("crowded")
        elif self.running is not None:
            self._refuse("slow_body")
        elif self._reading is _Reading.HEADERS:
            self._refuse("slow_headers")
        else:
            self.doorkeeper.refused["rest" if self._reading is _Reading.BODY else "idle"] += 1
            self.transport.close()
            self.left(now)

    def left(self, now: float) -> None:
        """Closed, by whomever: the other side has a moment to read what is left."""
        self._over = True
        self.due = now + LEAVING_SECONDS

    # --- the connection

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn declares it wider than asyncio calls it
        super().connection_made(transport)
        now = self.loop.time()
        self.doorkeeper.watch(self, self.loop)
        self.due = now + HEADER_SECONDS
        others = len(self.connections)
        if self.doorkeeper.crowded(others, now):
            if others > self.doorkeeper.most + MARGIN:
                self._cut("crowded")
                return
            self._crowded = True
            self.due = now + CROWDED_SECONDS

    def connection_lost(self, exc: Exception | None) -> None:
        self._over = True
        self.doorkeeper.release(self)
        super().connection_lost(exc)
        self._end_running()
        self.pipeline.clear()

    def data_received(self, data: bytes) -> None:
        if self._over or self._refusal is not None:
            return
        if self._crowded:
            self._refuse("crowded")
            return
        unended = self._reading is _Reading.HEADERS
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._upgrade()
        except httptools.HttpParserError:
            self._refuse(self._refusal or "malformed")
        else:
            if unended and self._reading is _Reading.HEADERS:
                # A single header that never ends is shown to nobody until it has ended.
                self._raw += len(data)
                if self._raw > ADDRESS + HEADERS:
                    self._refuse("headers")

    def pause_writing(self) -> None:
        super().pause_writing()
        if self.running is not None and not self._over:
            self._stalled = True
            self._unsent = None
            self.due = self.loop.time() + STALLED_SECONDS

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._stalled and not self._over:
            self._stalled = False
            self._set_term()

    # --- what the parser tells

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._reading = _Reading.HEADERS
        self._raw = self._size = self._count = self._longest = 0
        self._set_term()

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        if len(self.url) > ADDRESS:
            self._stop("address")

    def on_header(self, name: bytes, value: bytes) -> None:
        length = len(name) + len(value) + 4
        self._count += 1
        self._size += length
        self._longest = max(self._longest, length)
        if self._count > MOST_HEADERS or self._size > HEADERS:
            self._stop("headers")
        # What comes after a body (trailers) must not become a header of a request that has been let in.
        if self._reading is _Reading.HEADERS:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        if len(self.pipeline) >= PIPELINE:
            self._stop("pipeline")
        self._reading = _Reading.BODY
        super().on_headers_complete()
        self._set_term()

    def on_message_complete(self) -> None:
        self._reading = _Reading.NOTHING
        if self.cycle is not None:
            super().on_message_complete()
        self._set_term()

    # --- the requests

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self.running = cycle
        super()._start_asgi_task(cycle, app)

    def on_response_complete(self) -> None:
        """In uvicorn's place: the same, without a timer of its own."""
        self.server_state.total_requests += 1
        self.running = None
        self._stalled = False
        self._unsent = None
        if self.transport.is_closing():
            return
        if self.pipeline and not self._next_is_broken():
            cycle, app = self.pipeline.pop()
            self._start_asgi_task(cycle, app)
        elif self._refusal is not None:
            self._refuse(self._refusal)
            return
        else:
            self.flow.resume_reading()
        self._set_term()

    # --- ours

    def _set_term(self) -> None:
        """How long the other side may take now."""
        if self._over or self._stalled or self._refusal is not None:
            return
        now = self.loop.time()
        if self.running is not None:
            unread = self._reading is _Reading.BODY and self.running is self.cycle
            self.due = now + BODY_SECONDS if unread else inf
        elif self._reading is _Reading.HEADERS:
            self.due = now + HEADER_SECONDS
        elif self._reading is _Reading.BODY:
            self.due = now + REST_SECONDS
        else:
            self.due = now + self.timeout_keep_alive

    def _upgrade(self) -> None:
        if not self._should_upgrade():
            # Served as if nobody had asked for another protocol; what follows would be in that protocol.
            if self.cycle is not None:
                self.cycle.keep_alive = False
            return
        if self.running is not None or self.scope["method"] != "GET" or not self.url.isascii() or _has_body(self.headers):
            self._refuse("malformed")
        elif self._longest > LINE:
            self._refuse("headers")
        else:
            self._over = True
            self.doorkeeper.release(self)
            self.handle_websocket_upgrade()
            # Nothing of the handshake is needed any more: a socket may stay for hours.
            self.parser = None  # type: ignore[assignment]  # as said above
            self.scope = None  # type: ignore[assignment]  # as said above
            self.headers = []

    def _stop(self, reason: str) -> None:
        """Inside a callback of the parser: end its work; `data_received` answers."""
        self._refusal = reason
        raise _TooMuch

    def _refuse(self, reason: str) -> None:
        """Say why and close; behind the answers to earlier requests, when there are some."""
        self._refusal = reason
        if self.running is not None:
            if self.running is not self.cycle or self._reading is not _Reading.BODY:
                self.due = inf
                return
            begun = self.running.response_started
            self._end_running()
            if begun:
                self._cut(reason)
                return
        self.doorkeeper.refused[reason] += 1
        self.transport.write(ANSWERS[reason])
        self.transport.close()
        self.left(self.loop.time())

    def _next_is_broken(self) -> bool:
        """Whether the next request waiting is the one whose body made no sense."""
        cycle, _ = self.pipeline[-1]
        return self._refusal is not None and cycle is self.cycle and cycle.more_body

    def _end_running(self) -> None:
        """Let the application that answers know that nobody listens."""
        if self.running is not None:
            self.running.disconnected = True
            self.running.message_event.set()
            self.running = None

    def _cut(self, reason: str) -> None:
        self.doorkeeper.refused[reason] += 1
        self._over = True
        self.due = inf
        self.transport.abort()


def _has_body(headers: list[tuple[bytes, bytes]]) -> bool:
    return any(name == b"transfer-encoding" or (name == b"content-length" and value.strip() != b"0") for name, value in headers)

"""uvicorn's websocket protocol up to the handshake; from then on the transport belongs to a line of ours, and the ASGI task may end."""

import asyncio
from collections.abc import Callable
from typing import Any, TypeAlias, cast

from starlette.types import Scope
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.extensions.permessage_deflate import PerMessageDeflate, ServerPerMessageDeflateFactory
from websockets.http11 import Request

from app.live.direct import DirectLine, accepted
from app.live.line import LONGEST

TAKE = "rembuk.take"
"""Name of the ASGI extension that gives the line of an accepted socket; absent under another server."""
TURNS = "handshakes"
"""Name, in the state of the application's lifespan, of the semaphore by which a crowd comes in a few at a time."""
WENT_WRONG = 1011
BAD_REQUEST = b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
Take: TypeAlias = Callable[[], DirectLine | None]


class Wire(WebSocketsSansIOProtocol):
    """Named as `ws` in uvicorn's configuration. An accepted socket is read through its line only, never through `receive`."""

    line: DirectLine | None = None
    _early = b""
    _turns: asyncio.Semaphore | None = None

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        # Without context takeover a batch is packed once for everybody, and nothing is kept per connection.
        self.conn.available_extensions = [ServerPerMessageDeflateFactory(server_no_context_takeover=True, client_no_context_takeover=True)]

    def data_received(self, data: bytes) -> None:
        if self.handshake_initiated:
            # Nobody may speak before our answer; who does is heard after it, within bounds.
            self._early += data
            if len(self._early) > LONGEST:
                self.transport.abort()
            return
        super().data_received(data)
        if not self.handshake_initiated:
            # The request comes whole: what could not be read now never will be.
            self.transport.write(BAD_REQUEST)
            self.transport.close()

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if not self.close_sent:
            extensions = cast("dict[str, object]", self.scope["extensions"])
            extensions[TAKE] = self._take

    async def send(self, message: Any) -> None:
        await super().send(message)
        if message["type"] == "websocket.accept" and self.line is None and not self.transport.is_closing():
            self.stop_keepalive()
            self.connections.discard(self)
            self.line = accepted(self.transport, self.connections, self._deflate())
            self._pass_on()
            if self._early:
                self.line.data_received(self._early)

    def connection_lost(self, exc: Exception | None) -> None:
        if self.line is None:
            super().connection_lost(exc)

    async def run_asgi(self) -> None:
        turns = cast("asyncio.Semaphore | None", self.app_state.get(TURNS))
        if turns is not None:
            await turns.acquire()
            self._turns = turns
        try:
            await self.app(self.scope, self.receive, self.send)
        except Exception:
            self.logger.exception("a room's socket failed")
            if self.line is not None:
                self.line.close(WENT_WRONG)
        finally:
            self._pass_on()
            # The line outlives this object; nothing may keep the handshake in memory.
            cast("dict[str, object]", self.scope["extensions"]).pop(TAKE, None)
            if self.line is None:
                self.send_500_response()
                self.transport.close()

    def _deflate(self) -> PerMessageDeflate | None:
        return cast("PerMessageDeflate", self.conn.extensions[0]) if self.conn.extensions else None

    def _pass_on(self) -> None:
        """Our part of the handshake is done: the next one may come."""
        if self._turns is not None:
            self._turns.release()
            self._turns = None

    def _take(self) -> DirectLine | None:
        return self.line


def taken(scope: Scope) -> DirectLine | None:
    """The line of a socket that was just accepted; None under a server without this protocol class."""
    take = cast("Take | None", scope.get("extensions", {}).get(TAKE))
    return take() if take is not None else None

"""uvicorn's websocket protocol, showing its transport to the application: only there can unsent bytes be counted and a dead line be cut."""

from typing import cast

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

TRANSPORT = "rembuk.transport"
"""Name of the ASGI extension; absent under another server, where only our own queue is counted."""


class Wire(WebSocketsSansIOProtocol):
    """Named as `ws` in the configuration of `serve`."""

    async def run_asgi(self) -> None:
        extensions = cast("dict[str, object]", self.scope["extensions"])
        extensions[TRANSPORT] = self.transport
        await super().run_asgi()

"""The whole application inside the test's own loop: sockets by ASGI, whose other side may stop reading or vanish at any moment."""

import asyncio
import json
from collections.abc import Callable, Mapping, MutableMapping
from contextlib import suppress
from typing import Any

from app.main import Application, create_app
from app.settings import Settings
from app.web.ground import Ground

Message = MutableMapping[str, Any]
Frame = dict[str, Any]
BASE = {"asgi": {"version": "3.0", "spec_version": "2.4"}, "http_version": "1.1", "root_path": "", "query_string": b"", "state": {}}
PATIENCE = 30.0


class Program:
    """One process' worth of the application, alive between `start` and `stop`."""

    def __init__(self, settings: Settings, ground: Ground) -> None:
        self.settings = settings
        self.ground = ground
        self.app: Application = create_app(ground, work=False)
        self._said: asyncio.Queue[Message] = asyncio.Queue()
        self._heard: asyncio.Queue[Message] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.create_task(self.app({"type": "lifespan", **BASE}, self._said.get, self._heard.put))
        await self._said.put({"type": "lifespan.startup"})
        assert (await self._heard.get())["type"] == "lifespan.startup.complete"

    async def stop(self) -> None:
        assert self._task is not None
        await self._said.put({"type": "lifespan.shutdown"})
        await asyncio.wait_for(self._task, PATIENCE)


class Socket:
    """A websocket to a program; `heard` gets its frames, one after the other, while `reading` is set."""

    def __init__(self, program: Program, room: str, heard: Callable[[Frame], None]) -> None:
        self._heard = heard
        self._to_app: asyncio.Queue[Message] = asyncio.Queue()
        self.reading = asyncio.Event()
        self.reading.set()
        self.over = asyncio.Event()
        path = f"/ws/v1/rooms/{room}"
        scope = {
            "type": "websocket",
            "scheme": "ws",
            "path": path,
            "raw_path": path.encode(),
            "headers": [(b"host", b"x")],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", program.settings.port),
            "subprotocols": [],
            "extensions": {},
            **BASE,
        }
        self._to_app.put_nowait({"type": "websocket.connect"})
        self._task = asyncio.create_task(self._run(program, scope))

    def send(self, frame: Mapping[str, Any]) -> None:
        """Say something, unless the line is over."""
        self._to_app.put_nowait({"type": "websocket.receive", "text": json.dumps(frame)})

    async def cut(self) -> None:
        """The line breaks."""
        if not self.over.is_set():
            self.over.set()
            self._to_app.put_nowait({"type": "websocket.disconnect", "code": 1006})
        self.reading.set()
        with suppress(OSError):
            await asyncio.wait_for(self._task, PATIENCE)

    async def _run(self, program: Program, scope: dict[str, Any]) -> None:
        try:
            await program.app(scope, self._to_app.get, self._send)
        finally:
            self.over.set()

    async def _send(self, message: Message) -> None:
        await self.reading.wait()
        if self.over.is_set():
            raise OSError("the line is gone")
        if message["type"] == "websocket.send":
            self._heard(json.loads(message["text"]))
        elif message["type"] == "websocket.close":
            self.over.set()
            self._to_app.put_nowait({"type": "websocket.disconnect", "code": message.get("code", 1000)})

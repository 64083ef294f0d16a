"""A gateway between browser and server, as offices and mobile operators have them: it counts bytes and refuses what it is told to."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

REFUSAL = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


@dataclass
class Gateway:
    """One request a connection, except where a websocket takes it over. `refuses` are words of request heads, in lower case."""

    port: int
    target: int
    refuses: set[bytes] = field(default_factory=set)
    down: int = 0
    up: int = 0
    lines: dict[asyncio.StreamWriter, bytes] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def refuse(self, *words: bytes) -> None:
        """Let nothing with these words pass any more, and cut what has passed already."""
        self.refuses = set(words)
        for writer, head in list(self.lines.items()):
            if self._refused(head):
                writer.transport.abort()

    def _refused(self, head: bytes) -> bool:
        return any(word in head.lower() for word in self.refuses)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                head = await reader.readuntil(b"\r\n\r\n")
                self.up += len(head)
                if self._refused(head):
                    writer.write(REFUSAL)
                else:
                    await self._pass(head, reader, writer)
        finally:
            # Also at the end of the test, when this is cancelled.
            writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    async def _pass(self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if b"upgrade: websocket" not in head.lower():
            head = re.sub(rb"(?i)\r\nconnection:[^\r]*", b"", head).replace(b"\r\n", b"\r\nConnection: close\r\n", 1)
        there, out = await asyncio.open_connection("127.0.0.1", self.target)
        self.lines[writer] = head
        out.write(head)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._pipe(reader, out, "up"))
                group.create_task(self._pipe(there, writer, "down"))
        finally:
            del self.lines[writer]
            out.transport.abort()

    async def _pipe(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, way: str) -> None:
        with suppress(OSError):
            while data := await source.read(65536):
                setattr(self, way, getattr(self, way) + len(data))
                sink.write(data)
                await sink.drain()
        with suppress(OSError):
            sink.write_eof()


@asynccontextmanager
async def gateway(port: int, target: int) -> AsyncIterator[Gateway]:
    """A gateway that listens on `port` and speaks to the server on `target`, both of this machine."""
    made = Gateway(port, target)
    running: set[asyncio.Task[None]] = set()

    def came(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(made.serve(reader, writer))
        running.add(task)
        task.add_done_callback(running.discard)

    server = await asyncio.start_server(came, "127.0.0.1", port)
    try:
        yield made
    finally:
        server.close()
        for task in list(running):
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

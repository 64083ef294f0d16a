"""A bad line to PostgreSQL, made to measure: it can go silent, be cut, refuse, or lose the notifications, and it can heal."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from sqlalchemy import make_url

NOTIFICATION = b"A"
"""The type of a server's message that carries a NOTIFY."""


class Line:
    """Passes bytes between clients and the server; `address` is the database's address through it."""

    def __init__(self, url: str) -> None:
        self._url = make_url(url)
        self._pairs: set[asyncio.StreamWriter] = set()
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._server: asyncio.Server
        self.port = 0
        self.deaf = False
        self.refusing = False
        self.lost = 0
        self._swallowed: tuple[bytes, bytes] | None = None

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        self._server.close()
        self.heal()
        self.cut()

    @property
    def address(self) -> str:
        return self._url.set(host="127.0.0.1", port=self.port, query={}).render_as_string(hide_password=False)

    def hang(self) -> None:
        """Nothing comes through any more, and nobody is told."""
        self._flowing.clear()

    def swallow_the_answer_to(self, request: bytes, *, after: bytes) -> None:
        """This request, on a connection that brought `after` before, reaches the server; then nothing comes through any more."""
        self._swallowed = (after, request)

    def cut(self) -> None:
        """Every connection breaks off."""
        for writer in self._pairs:
            writer.transport.abort()

    def heal(self) -> None:
        self.refusing = self.deaf = False
        self._flowing.set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.refusing:
            writer.transport.abort()
            return
        self._pairs.add(writer)
        await self._flowing.wait()
        if writer.transport.is_closing():
            self._pairs.discard(writer)
            return
        there, back = await self._connect()
        self._pairs.add(back)
        if writer.transport.is_closing():
            back.transport.abort()
        with suppress(OSError, asyncio.IncompleteReadError):
            await asyncio.gather(self._requests(reader, back), self._answers(there, writer))
        for end in (writer, back):
            end.transport.abort()
        self._pairs -= {writer, back}

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        folder = self._url.query.get("host")
        if isinstance(folder, str) and folder.startswith("/"):
            return await asyncio.open_unix_connection(str(Path(folder) / f".s.PGSQL.{self._url.port or 5432}"))
        return await asyncio.open_connection(self._url.host or "127.0.0.1", self._url.port or 5432)

    async def _requests(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        due = False
        while data := await reader.read(65536):
            await self._flowing.wait()
            if self._swallowed:
                after, request = self._swallowed
                due |= after in data
                if due and request in data:
                    self._swallowed = None
                    self.hang()
            writer.write(data)
            await writer.drain()
        raise ConnectionResetError

    async def _answers(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Message by message, so that single ones can be lost; a refusal of TLS is one byte."""
        while True:
            kind = await reader.readexactly(1)
            if kind == b"N" and not writer.transport.is_closing() and not getattr(writer, "greeted", False):
                writer.greeted = True  # type: ignore[attr-defined]  # a mark of ours on the stream
                writer.write(kind)
                continue
            writer.greeted = True  # type: ignore[attr-defined]  # a mark of ours on the stream
            size = await reader.readexactly(4)
            rest = await reader.readexactly(int.from_bytes(size) - 4)
            await self._flowing.wait()
            if kind == NOTIFICATION and self.deaf:
                self.lost += 1
                continue
            writer.write(kind + size + rest)
            await writer.drain()


@asynccontextmanager
async def line_to(url: str) -> AsyncIterator[Line]:
    line = Line(url)
    await line.start()
    try:
        yield line
    finally:
        await line.stop()

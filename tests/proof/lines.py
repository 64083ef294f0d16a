"""A bad line between clients and server: every byte takes its time, and each connection is reset after a few seconds."""

import asyncio
import random
from contextlib import suppress
from urllib.parse import urlsplit

DELAY = 0.150
"""Seconds that a byte is under way, in each direction."""
LIFE = 3.0
"""Seconds after which a connection is reset, about."""


class BadLine:
    """A relay to the server at `target`; while it is not `bad` it only relays."""

    def __init__(self, target: str) -> None:
        parts = urlsplit(target)
        self._target = (parts.hostname, parts.port)
        self.bad = False
        self.resets = 0
        self._open: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server
        self.address = ""

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._relay, "127.0.0.1", 0)
        self.address = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def close(self) -> None:
        self._server.close()
        for task in list(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            await self._carry_both_ways(reader, writer)
        except asyncio.CancelledError:
            # The end of the test: the stream's own callback would report a cancelled task as a failure.
            pass
        finally:
            writer.transport.abort()
            self._open.discard(task)

    async def _carry_both_ways(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            far_reader, far_writer = await asyncio.open_connection(*self._target)
            ways = [asyncio.create_task(self._carry(reader, far_writer)), asyncio.create_task(self._carry(far_reader, writer))]
            try:
                await asyncio.wait({*ways, asyncio.create_task(self._fate())}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                far_writer.transport.abort()
                for way in ways:
                    way.cancel()
                await asyncio.gather(*ways, return_exceptions=True)

    async def _fate(self) -> None:
        """Ends when the connection's time is over, counted from when the line became bad."""
        while not self.bad:  # noqa: ASYNC110 - a flag of the test
            await asyncio.sleep(0.05)
        await asyncio.sleep(LIFE * random.uniform(0.7, 1.3))
        if self.bad:
            self.resets += 1

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Bytes keep their order; each piece is passed on when its time has come."""
        loop = asyncio.get_running_loop()
        under_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

        async def arrive() -> None:
            while True:
                at, piece = await under_way.get()
                await asyncio.sleep(max(0.0, at - loop.time()))
                if not piece:
                    return
                writer.write(piece)
                await writer.drain()

        arriving = asyncio.create_task(arrive())
        try:
            with suppress(OSError):
                while piece := await reader.read(65536):
                    under_way.put_nowait((loop.time() + (DELAY if self.bad else 0.0), piece))
                under_way.put_nowait((loop.time() + (DELAY if self.bad else 0.0), b""))
                await arriving
        finally:
            arriving.cancel()
            await asyncio.gather(arriving, return_exceptions=True)

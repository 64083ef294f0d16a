"""Real `rembuk serve` processes for tests: started as an office starts them, ready when they say so, killed at the end whatever happens."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx

from app.web.ground import Ground

ROOT = Path(__file__).resolve().parents[1]


def environment(ground: Ground) -> dict[str, str]:
    settings = ground.settings
    url = settings.database_url.replace("+aiosqlite", "").replace("+asyncpg", "")
    return {**os.environ, "REMBUK_DATA_DIR": str(settings.data_dir), "REMBUK_DATABASE_URL": url, "REMBUK_PORT": str(settings.port)}


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


class Served:
    """A running `serve`: its process, its address, and where its log goes."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, log: Path) -> None:
        self.process = process
        self.port = port
        self.address = f"http://127.0.0.1:{port}"
        self._log = log

    @property
    def log(self) -> str:
        return self._log.read_text(encoding="utf-8")

    @property
    def members(self) -> list[int]:
        """The processes that a supervisor started and that live."""
        pid = self.process.pid
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]

    async def until_ready(self) -> None:
        async with asyncio.timeout(180), httpx.AsyncClient(base_url=self.address) as calls:
            while True:
                assert self.process.poll() is None, self.log
                with suppress(httpx.HTTPError):
                    if (await calls.get("/health/ready")).status_code == 200:
                        return
                await asyncio.sleep(0.1)

    def kill(self) -> None:
        """As a power cut would."""
        for pid in [self.process.pid, *(self.members if self.process.poll() is None else [])]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait(10)


@asynccontextmanager
async def served(ground: Ground, *arguments: str, port: int | None = None, env: Mapping[str, str] | None = None) -> AsyncIterator[Served]:
    """`rembuk serve` with these arguments, ready."""
    number = ground.settings.port if port is None else port
    log = ground.settings.data_dir / f"serve-{number}-{os.urandom(3).hex()}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "app.cli", "serve", "--port", str(number), *arguments]
    with open(log, "wb") as file:  # noqa: ASYNC230 - a test's own log
        process = subprocess.Popen(  # noqa: ASYNC220 - a test starts it
            command, cwd=ROOT, env={**environment(ground), **(env or {})}, stdout=file, stderr=file
        )
    running = Served(process, number, log)
    try:
        await running.until_ready()
        yield running
    finally:
        running.kill()

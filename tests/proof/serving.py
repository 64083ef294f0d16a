"""`rembuk serve` as an office runs it: a real process on a port of its own that may be killed, frozen and started again."""

import asyncio
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from contextlib import suppress
from pathlib import Path

import httpx
import psutil

ROOT = Path(__file__).resolve().parents[2]
STARTING = 120.0


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


class Server:
    """One server process; `address` stays the same over its deaths."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.said: deque[str] = deque(maxlen=400)
        self.workers = 1
        self._environment = environment
        self._process: subprocess.Popen[str] | None = None

    @property
    def pid(self) -> int:
        """The process that serves."""
        assert self._process is not None
        return self._process.pid

    @property
    def members(self) -> list[int]:
        """The processes that it has started and that live."""
        return [child.pid for child in psutil.Process(self.pid).children() if child.status() != psutil.STATUS_ZOMBIE]

    @property
    def state(self) -> str:
        """As the system sees it: `running`, `sleeping`, `stopped` …, or `dead`."""
        if self._process is None or self._process.poll() is not None:
            return "dead"
        return psutil.Process(self.pid).status()

    def start(self) -> None:
        """Start it; it is of no use until `ready`."""
        command = [sys.executable, "-m", "app.cli", "serve", "--port", str(self.port)]
        if self.workers > 1:
            command += ["--workers", str(self.workers)]
        env = {**self._environment, "REMBUK_PORT": str(self.port)}
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
        )
        threading.Thread(target=self._listen, args=(self._process,), daemon=True).start()

    async def ready(self) -> float:
        """Wait until it says that it is ready; when (monotonic) its port answered for the first time."""
        answered = None
        async with httpx.AsyncClient(base_url=self.address, timeout=5) as calls:
            deadline = time.monotonic() + STARTING
            while time.monotonic() < deadline:
                with suppress(httpx.HTTPError):
                    found = await calls.get("/health/ready")
                    answered = answered or time.monotonic()
                    if found.status_code == 200:
                        return answered
                if self.state == "dead":
                    break
                await asyncio.sleep(0.05)
        raise RuntimeError("the server does not become ready:\n" + "\n".join(self.said))

    def heard(self, word: str) -> int:
        """How many of its last lines have this word."""
        return sum(word in line for line in list(self.said))

    def signal(self, number: int) -> None:
        """To the process and what it has started."""
        os.killpg(self.pid, number)

    def kill(self) -> None:
        """kill -9; it and the processes it has started are gone when this returns."""
        assert self._process is not None
        for pid in self.members if self.state != "dead" else ():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        with suppress(ProcessLookupError):
            self.signal(signal.SIGKILL)
        self._process.wait(30)

    def largest_file(self, size: int | None) -> None:
        """No file of the process may grow beyond `size` bytes any more; None for no limit."""
        _, most = resource.prlimit(self.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(self.pid, resource.RLIMIT_FSIZE, (most if size is None else size, most))

    async def heal(self, workers: int = 1) -> None:
        """Up and going with this many processes, however a failed test left it."""
        if self.state != "dead" and self.workers != workers:
            self.kill()
        self.workers = workers
        if self.state != "dead":
            self.signal(signal.SIGCONT)
            self.largest_file(None)
        else:
            self.start()
        await self.ready()

    def _listen(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None
        with process.stdout as lines:
            for line in lines:
                self.said.append(line.rstrip())

"""The load client: compiled from bench/load when there is a compiler, else the one in Python; driven line by line."""

import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from bench.machine import CLIENT_CORE, pinned

SOURCES = Path(__file__).resolve().parent / "load"
FLAGS = ("-O2", "-std=gnu11", "-Wall", "-Wextra")


@dataclass(frozen=True)
class Target:
    """A server to be loaded: `dialect` is one of load/main.c, `tokens` a file with one token a line."""

    port: int
    dialect: str = "plain"
    path: str = "/"
    tokens: Path | None = None


class LoadFailed(Exception):
    """The load client has ended or could not be built; the text says why."""


def cache_folder() -> Path:
    """Where built clients and installed peers are kept between runs."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "rembuk-bench"


def built(cache: Path) -> list[str]:
    """The command that starts the load client; compiled once per state of its sources."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        return [str(_fallback_python(cache)), str(SOURCES / "fallback.py")]
    sources = sorted(SOURCES.glob("*.[ch]"))
    state = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:12]
    program = cache / f"load-{state}"
    if not program.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as folder:
            fresh = Path(folder) / "load"
            command = [compiler, *FLAGS, "-o", str(fresh), *(str(source) for source in sources if source.suffix == ".c")]
            made = subprocess.run(command, capture_output=True, text=True, check=False)
            if made.returncode:
                raise LoadFailed(made.stderr)
            fresh.replace(program)
    return [str(program)]


def _fallback_python(cache: Path) -> Path:
    from bench.peering import python_of  # noqa: PLC0415 - only a machine without a compiler needs that environment

    return python_of(cache, "picows", "uvloop")


class Load:
    """A running load client; use as a context."""

    def __init__(
        self, command: list[str], target: Target, *, most: int, senders: int = 20, text_bytes: int = 40, event_bytes: int = 250
    ) -> None:
        origin = f"http://127.0.0.1:{target.port}"
        given = {"port": target.port, "dialect": target.dialect, "path": target.path, "origin": origin, "tokens": target.tokens}
        given |= {"most": most, "senders": senders, "text-bytes": text_bytes, "event-bytes": event_bytes, "nonce": random.randrange(2**20)}
        words = [part for name, value in given.items() if value is not None for part in (f"--{name}", str(value))]
        self._process = subprocess.Popen([*command, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        os.sched_setaffinity(self._process.pid, pinned(CLIENT_CORE))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                pipe.close()

    def connect(self, n: int, **words: float) -> dict[str, Any]:
        """Open n sockets and wait until they are welcomed; `group`, `rcvbuf`, `concurrency`, `patience` as in run.c."""
        return self._ask("connect", "connected", n=n, **words)

    def wait(self, seconds: float) -> None:
        """Only answer pings for a while."""
        self._ask("wait", "waited", seconds=seconds)

    def run(self, begin: Callable[[], None], end: Callable[[], None], **words: float) -> dict[str, Any]:
        """One run of traffic; `begin` and `end` are called where the measured window begins and ends."""
        return self._ask("run", "report", {"begin": begin, "end": end}, **words)

    def _ask(self, verb: str, last: str, calls: dict[str, Callable[[], None]] | None = None, **words: float) -> dict[str, Any]:
        pipe: IO[str] | None = self._process.stdin
        assert pipe is not None
        pipe.write(" ".join([verb, *(f"{name}={value}" for name, value in words.items())]) + "\n")
        pipe.flush()
        while True:
            answer = self._hear()
            if answer["event"] == last:
                return answer
            (calls or {}).get(answer["event"], _nothing)()

    def _hear(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise LoadFailed(f"the load client ended with {self._process.wait()}")
        found: dict[str, Any] = json.loads(line)
        return found


def _nothing() -> None:
    """An event that nobody waits for."""


def python() -> str:
    """The interpreter that runs this program, and so the server under test."""
    return sys.executable

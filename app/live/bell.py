"""The bell between processes: LISTEN and NOTIFY of PostgreSQL on connections of its own, rung after the commit, never inside a transaction.

It is only a doorbell. It carries where logs stand, and whoever hears it reads them; a bell that is lost costs the time until the next poll.
"""

import asyncio
import random
import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from enum import StrEnum
from typing import Any

import anyio
import asyncpg
import structlog
from anyio.abc import TaskStatus

from app.database.postgres import Hasty, connect_arguments
from app.database.tables import new_id

CHANNEL = "rembuk"
MOST = 7900
"""Bytes in one NOTIFY; the server takes less than 8,000."""
TEST = 5.0
"""Seconds of silence after which the bell rings only to hear itself."""
HEARING = 2 * TEST
"""Seconds for which what was heard last counts."""
UNSURE = 2.0
"""Seconds that the first echo may take before the bell is called deaf."""
SPACE = 0.004
"""Seconds between two NOTIFYs: what is said meanwhile goes out together."""
PAUSES = (0.2, 0.5, 1.0, 2.0, 5.0)
"""Seconds before the next try to connect."""
REVOKED = "!"
WORD = re.compile(r"[a-z0-9_]{1,40}")

log = structlog.get_logger()


class Hearing(StrEnum):
    """What is known about the bell: nothing rings on SQLite; `deaf` means connected and hearing nothing, as through a PgBouncer."""

    NONE = "none"
    HEARD = "heard"
    DEAF = "deaf"
    AWAY = "away"


class Bell:
    """Tells other processes where logs stand, and hears it from them; `run` drives it. `url` is None where there are no other processes.

    `heard(room, log, head)` and `ring()` (compare everything, somebody was revoked or something may have been missed) are called in the loop.
    """

    def __init__(self, url: str | None, heard: Callable[[str, str, int], None], ring: Callable[[], None]) -> None:
        self._url = url
        self._heard = heard
        self._ring = ring
        self._me = new_id()
        self._heads: dict[tuple[str, str], int] = {}
        self._revoked = False
        self._wanted = asyncio.Event()
        self._connected_at: float | None = None
        self._echo_at = float("-inf")
        self._told = Hearing.AWAY
        self.rung = self.taken = 0

    @property
    def state(self) -> Hearing:
        """Whether this process hears what others commit; by hearing its own voice."""
        if self._url is None:
            return Hearing.NONE
        now = time.monotonic()
        if self._connected_at is not None and now - self._echo_at < HEARING:
            return Hearing.HEARD
        if self._connected_at is None or now - self._connected_at < UNSURE:
            return Hearing.AWAY
        return Hearing.DEAF

    def say(self, room: str, name: str, head: int) -> None:
        """A log of a room stands at `head`: committed, and told to the others soon."""
        if self._url is not None:
            self._heads[room, name] = max(head, self._heads.get((room, name), 0))
            self._wanted.set()

    def say_revoked(self) -> None:
        """Somebody lost their place: the others look for whom."""
        if self._url is not None:
            self._revoked = True
            self._wanted.set()

    async def run(self, *, task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED) -> None:
        """Listen until cancelled; a database that is away is waited for."""
        task_status.started()
        if self._url is None:
            return
        tries = 0
        while True:
            try:
                await self._listen(self._url)
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as problem:
                tries = tries + 1 if self._connected_at is None else 0
                self._connected_at = None
                self._note(type(problem).__name__)
            await anyio.sleep(PAUSES[min(tries, len(PAUSES) - 1)] * random.uniform(0.8, 1.2))  # noqa: S311 - spread, not secrecy

    async def _listen(self, url: str) -> None:
        """Hear on one connection and speak on another: through a PgBouncer one might hear oneself on a connection that hears nobody else."""
        async with self._connected(url) as ear, self._connected(url) as mouth:
            await ear.add_listener(CHANNEL, self._hear)
            self._connected_at = time.monotonic()
            self._echo_at = float("-inf")
            self._ring()
            while not (ear.is_closed() or mouth.is_closed()):
                await mouth.execute(f"NOTIFY {CHANNEL}, '{self._next()}'")
                self.rung += 1
                await anyio.sleep(SPACE)
                if self.state is not Hearing.HEARD:
                    await ear.execute("SELECT 1")
                self._note()
                if not self._heads and not self._revoked:
                    self._wanted.clear()
                    with anyio.move_on_after(TEST):
                        await self._wanted.wait()
            raise ConnectionResetError

    @asynccontextmanager
    async def _connected(self, url: str) -> AsyncIterator[Any]:
        connection = await asyncpg.connect(**connect_arguments(url), connection_class=Hasty)
        # Whoever is cut off must not wait for the next ring to find out.
        connection.add_termination_listener(lambda _: self._wanted.set())
        try:
            yield connection
        finally:
            connection.terminate()

    def _next(self) -> str:
        """What waits, as much as fits; nothing but our name when nothing does. Lines of plain words: nothing in it needs quoting."""
        lines = [self._me]
        if self._revoked:
            self._revoked = False
            lines.append(REVOKED)
        size = sum(map(len, lines)) + len(lines)
        for (room, name), head in list(self._heads.items()):
            line = f"{room} {name} {head}"
            size += len(line) + 1
            if size > MOST:
                break
            del self._heads[room, name]
            if WORD.fullmatch(room) and WORD.fullmatch(name):
                lines.append(line)
        return "\n".join(lines)

    def _hear(self, _connection: Any, _pid: int, _channel: str, said: str) -> None:
        who, *lines = said.split("\n")
        if who == self._me:
            was = self.state
            self._echo_at = time.monotonic()
            self._note()
            if was is Hearing.DEAF:
                self._ring()
            return
        self.taken += 1
        for line in lines:
            match line.split(" "):
                case ["!"]:
                    self._ring()
                case [room, name, head] if head.isdecimal():
                    self._heard(room, name, int(head))

    def _note(self, problem: str | None = None) -> None:
        """Say in the log when hearing changes."""
        state = self.state
        if state is not self._told:
            self._told = state
            (log.info if state is Hearing.HEARD else log.warning)("live.bell", state=state.value, problem=problem)

"""Several processes on one port: started anew when they die, and exchanged one after the other on SIGHUP.

Each place has a listening socket of its own (SO_REUSEPORT: the kernel spreads connections over them), and the supervisor keeps it open: a
successor accepts from the very queue of its predecessor, so an exchange refuses nobody. When a process dies, its socket is closed, and
newcomers go to the others until a new process is ready.
"""

import asyncio
import signal
import socket
import sys
import time
from asyncio.subprocess import Process
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import anyio
import structlog

from app.commands.process import READY, REPLACED
from app.settings import SettingsProblem

PAUSES = (0.0, 1.0, 2.0, 5.0, 15.0, 30.0)
"""Seconds before a process that died again and again is started anew."""
SETTLED = 60.0
"""A process that lived so long did not die of its start."""
START = 180.0
"""Seconds within which a process must be ready, its migration included."""
END = 9.2
"""Seconds after which a process that should end is killed."""

log = structlog.get_logger()


@dataclass(eq=False)
class Member:
    """A process and the line to it."""

    process: Process
    line: socket.socket
    since: float = field(default_factory=time.monotonic)

    async def ready(self) -> bool:
        """Wait until it accepts connections; False when it ended before."""
        return await asyncio.get_running_loop().sock_recv(self.line, 1) == READY

    async def end(self, *, replaced: bool = False) -> None:
        """Ask it to end, and see to it that it does."""
        with suppress(OSError, ProcessLookupError):
            if replaced:
                self.line.send(REPLACED)
            else:
                self.process.terminate()
        try:
            await asyncio.wait_for(self.process.wait(), END)
        except TimeoutError:
            log.warning("serve.process_killed", pid=self.process.pid)
            with suppress(ProcessLookupError):
                self.process.kill()
            await self.process.wait()
        self.line.close()


@dataclass(eq=False)
class Place:
    """A listening socket and the process that accepts from it; `lock` is held while the process is exchanged."""

    listener: socket.socket
    member: Member
    deaths: int = 0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Supervisor:
    """Keeps `count` processes alive; `command` starts one, given `--member` and the descriptors of its listener and its line."""

    def __init__(self, command: Sequence[str], host: str, port: int, count: int) -> None:
        self._command = command
        self._host = host
        self._port = port
        self._count = count
        self._places: list[Place] = []
        self._members: set[Member] = set()
        self._ending = asyncio.Event()
        self._rolling = asyncio.Lock()

    async def run(self, *, ready: Callable[[], None]) -> int:
        """Serve until SIGTERM or SIGINT; the exit status. `ready` is called once when all accept connections."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._ending.set)
        async with anyio.create_task_group() as group:
            loop.add_signal_handler(signal.SIGHUP, group.start_soon, self._roll)
            status = await self._first()
            if status == 0 and not self._ending.is_set():
                ready()
                for place in self._places:
                    group.start_soon(self._keep, place)
                await self._ending.wait()
            self._ending.set()
            group.cancel_scope.cancel()
        await asyncio.gather(*(member.end() for member in self._members))
        return status

    async def _first(self) -> int:
        """Start all; the exit status of one that could not start, else 0."""
        for _ in range(self._count):
            listener = listening(self._host, self._port)
            self._places.append(Place(listener, await self._start(listener)))
        for place in self._places:
            if not await self._or_end(place.member.ready()):
                return 0 if self._ending.is_set() else (await place.member.process.wait() or 1)
        return 0

    async def _or_end(self, work: Coroutine[Any, Any, bool]) -> bool:
        """The outcome, or False when the end comes first."""
        task, end = asyncio.ensure_future(work), asyncio.ensure_future(self._ending.wait())
        await asyncio.wait({task, end}, return_when=asyncio.FIRST_COMPLETED)
        end.cancel()
        if not task.done():
            task.cancel()
            return False
        return task.result()

    async def _start(self, listener: socket.socket, *more: str) -> Member:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        with theirs:
            numbers = f"{listener.fileno()},{theirs.fileno()}"
            # A group of its own: Ctrl-C reaches the supervisor alone, which ends them in order.
            process = await asyncio.create_subprocess_exec(
                *self._command, *more, "--member", numbers, pass_fds=(listener.fileno(), theirs.fileno()), process_group=0
            )
        member = Member(process, ours)
        self._members.add(member)
        return member

    async def _keep(self, place: Place) -> None:
        while True:
            member = place.member
            status = await member.process.wait()
            async with place.lock:
                if place.member is member:
                    await self._revive(place, status)

    async def _revive(self, place: Place, status: int) -> None:
        place.deaths = 0 if time.monotonic() - place.member.since > SETTLED else place.deaths + 1
        pause = PAUSES[min(max(place.deaths - 1, 0), len(PAUSES) - 1)]
        log.error("serve.process_died", pid=place.member.process.pid, status=status, again_in=pause)
        place.listener.close()
        place.member.line.close()
        self._members.discard(place.member)
        await asyncio.sleep(pause)
        place.listener = listening(self._host, self._port)
        place.member = await self._start(place.listener)
        if await self._ready(place.member):
            log.info("serve.process_ready", pid=place.member.process.pid)

    async def _roll(self) -> None:
        """Exchange one process after the other for one of the program as it now is on disk."""
        async with self._rolling:
            log.info("serve.rolling")
            for place in self._places:
                if not await self._exchange(place):
                    return
            log.info("serve.rolled")

    async def _exchange(self, place: Place) -> bool:
        async with place.lock:
            # The program on disk may be a newer one: it brings the database along before it says that it is ready.
            successor = await self._start(place.listener, "--migrate")
            if not await self._ready(successor):
                log.error("serve.successor_failed", pid=successor.process.pid)
                await self._end(successor)
                return False
            predecessor, place.member = place.member, successor
        await self._end(predecessor, replaced=True)
        return True

    async def _ready(self, member: Member) -> bool:
        with anyio.move_on_after(START):
            return await member.ready()
        return False

    async def _end(self, member: Member, *, replaced: bool = False) -> None:
        await member.end(replaced=replaced)
        self._members.discard(member)


def listening(host: str, port: int) -> socket.socket:
    """A socket bound to share its port; it takes connections once a process listens on it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listener.bind((host, port))
    return listener


def supervise(arguments: Sequence[str], host: str, port: int, count: int, *, ready: Callable[[], None]) -> int:
    """Run `count` processes of `serve` with these arguments on one port until told to end; the exit status."""
    _refuse_a_port_in_use(host, port)
    command = (sys.executable, "-m", "app.cli", "serve", "--host", host, "--port", str(port), *arguments)

    async def run() -> int:
        return await Supervisor(command, host, port, count).run(ready=ready)

    return asyncio.run(run())


def _refuse_a_port_in_use(host: str, port: int) -> None:
    """Sharing is for our own processes: another server there would get a part of the connections without a word."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as problem:
            raise SettingsProblem(f"serve: {host} port {port} cannot be used: {problem.strerror}") from None

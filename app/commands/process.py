"""One serving process: alone on its port, or as a member of several whose sockets a supervisor holds."""

import asyncio
import socket
from dataclasses import dataclass

import structlog
import uvicorn
from uvicorn.lifespan.on import LifespanOn

from app.assembly import lay_ground
from app.chat.house import House
from app.commands.configuration import configuration
from app.main import create_app
from app.settings import Settings

READY = b"+"
"""What a member tells its supervisor once it accepts connections."""
REPLACED = b"-"
"""What the supervisor tells a member whose successor is ready; the end of the line means that nobody supervises any more."""
ACCEPTED = 0.3
"""Seconds that a connection which was just accepted has to say what it wants."""

log = structlog.get_logger()


@dataclass(frozen=True)
class Membership:
    """The listening socket that a member accepts from, and its line to the supervisor."""

    listener: socket.socket
    line: socket.socket

    @staticmethod
    def inherited(numbers: str) -> "Membership":
        """From the descriptors that the supervisor passed on, as `LISTENER,LINE`."""
        listener, line = (socket.socket(fileno=int(number)) for number in numbers.split(","))
        line.setblocking(False)
        return Membership(listener, line)


class Server(uvicorn.Server):
    """uvicorn, saying good-bye to rooms before it closes their sockets, and listening to its supervisor."""

    def __init__(self, config: uvicorn.Config, house: House, membership: Membership | None = None) -> None:
        super().__init__(config)
        self._house = house
        self._membership = membership
        self._replaced = False

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn does, and tell the supervisor."""
        await super().startup(sockets)
        if self._membership is not None:
            asyncio.get_running_loop().add_reader(self._membership.line, self._told)
            self._membership.line.send(READY)

    def _told(self) -> None:
        assert self._membership is not None
        line = self._membership.line
        try:
            self._replaced = line.recv(1) == REPLACED
        except OSError:
            self._replaced = False
        asyncio.get_running_loop().remove_reader(line)
        self.should_exit = True

    @property
    def broken(self) -> bool:
        """Whether what runs in the background has ended by a fault: no word would be written or heard here any more."""
        lifespan: LifespanOn = self.lifespan
        return lifespan.error_occurred

    async def on_tick(self, counter: int) -> bool:
        """As uvicorn does; a process that is broken ends, so that another is started in its place."""
        if self.broken:
            log.critical("serve.broken", meaning="a background task failed: this process ends and must be started again")
            return True
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no new sockets, tell everybody when to come back, then end as uvicorn does."""
        for server in self.servers:
            server.close()
        await self._house.drain(replaced=self._replaced)
        await asyncio.sleep(ACCEPTED)
        await super().shutdown(sockets)


def serve_here(settings: Settings, *, work: bool, membership: Membership | None = None) -> int:
    """Serve until SIGTERM, on the settings' port or as a member; the exit status, which is not 0 for a process that broke."""
    app = create_app(lay_ground(settings), work=work)
    server = Server(configuration(app, settings), app.house, membership)
    server.run([membership.listener] if membership else None)
    return int(server.broken)

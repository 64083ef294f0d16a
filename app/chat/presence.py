"""How many people are in a room over all processes, and the end of the stays that a process which died could not write down."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import cast

import anyio
import structlog
from anyio.abc import TaskStatus
from sqlalchemy import Table, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.chat.models import LiveProcess, RoomPresence
from app.clock import Clock
from app.database.engine import Database
from app.errors import Unavailable
from app.live.hub import Hub
from app.participants.models import Attendance

EVERY = 5.0
"""Seconds between looks; what did not change is not written."""
ALIVE = timedelta(seconds=30)
"""A process that said nothing for so long is dead: long enough for a database that restarts, and a machine that stands still."""

PROCESSES = cast("Table", LiveProcess.__table__)
PRESENCES = cast("Table", RoomPresence.__table__)
ATTENDANCES = cast("Table", Attendance.__table__)

log = structlog.get_logger()


class Presences:
    """Writes how many people are here, reads how many are elsewhere; `run` drives it.

    `returned()` is called when others took this process for dead meanwhile and closed the stays of those who are in it.
    """

    def __init__(self, database: Database, clock: Clock, hub: Hub, process: str, returned: Callable[[], None]) -> None:
        self._database = database
        self._clock = clock
        self._hub = hub
        self._process = process
        self._returned = returned
        self._written: dict[str, int] = {}
        self._known = False

    async def run(self, *, task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED) -> None:
        """Look until cancelled."""
        task_status.started()
        while True:
            try:
                await self.look()
            except Unavailable:
                log.warning("chat.presence_waits")
            await anyio.sleep(EVERY)

    async def look(self) -> None:
        """Say that this process lives and who is in it; hear about the others, and bury those that died."""
        now = self._clock.now()
        here = {room.id: people for room in self._hub.rooms.values() if (people := room.people())}
        async with self._database.write() as db:
            alive = await db.scalar(update(PROCESSES).where(PROCESSES.c.id == self._process).values(seen_at=now).returning(PROCESSES.c.id))
            if alive is None:
                self._written = {}
                await db.execute(insert(PROCESSES).values(id=self._process, seen_at=now))
            await self._write(db, here)
            await _bury(db, now)
            elsewhere = await self._elsewhere(db, list(self._hub.rooms))
        self._written = here
        if alive is None and self._known:
            self._returned()
        self._known = True
        self._hub.tell_elsewhere(elsewhere)

    async def leave(self) -> None:
        """End in order: nobody is in this process any more."""
        try:
            async with self._database.write() as db:
                await _forget(db, self._process)
        except Unavailable:
            log.warning("chat.presence_stays")

    async def _write(self, db: AsyncSession, here: dict[str, int]) -> None:
        mine = PRESENCES.c.process == self._process
        changed = [room for room, people in here.items() if self._written.get(room) != people]
        gone = [room for room in self._written if room not in here]
        if changed or gone:
            await db.execute(delete(PRESENCES).where(mine, PRESENCES.c.room.in_(changed + gone)))
        if changed:
            await db.execute(insert(PRESENCES), [{"process": self._process, "room": room, "people": here[room]} for room in changed])

    async def _elsewhere(self, db: AsyncSession, rooms: list[str]) -> dict[str, int]:
        people = func.sum(PRESENCES.c.people)
        others = select(PRESENCES.c.room, people).where(PRESENCES.c.process != self._process, PRESENCES.c.room.in_(rooms))
        return {room: int(count) for room, count in await db.execute(others.group_by(PRESENCES.c.room))}


async def _bury(db: AsyncSession, now: datetime) -> None:
    """Whoever was in a process that died left when it was last seen, unless another process has them since."""
    dead = await db.execute(
        select(PROCESSES.c.id, PROCESSES.c.seen_at).where(PROCESSES.c.seen_at < now - ALIVE).with_for_update(skip_locked=True)
    )
    for process, seen_at in dead.all():
        await db.execute(
            update(ATTENDANCES).where(ATTENDANCES.c.held_by == process, ATTENDANCES.c.left_at.is_(None)).values(left_at=seen_at)
        )
        await _forget(db, process)
        log.warning("chat.process_died", seen_at=seen_at.isoformat())


async def _forget(db: AsyncSession, process: str) -> None:
    await db.execute(delete(PRESENCES).where(PRESENCES.c.process == process))
    await db.execute(delete(PROCESSES).where(PROCESSES.c.id == process))

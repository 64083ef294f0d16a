"""Who was there online, from the first to the last moment in an open room; written in small batches, off the way of messages."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from operator import attrgetter
from typing import cast

import anyio
import structlog
from anyio.abc import TaskStatus
from sqlalchemy import Table, or_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from app.chat.people import Person
from app.clock import Clock
from app.database.engine import Database
from app.database.tables import new_id
from app.errors import Unavailable
from app.participants.models import Attendance

ATTENDANCES = cast("Table", Attendance.__table__)
EVERY = 2.0
"""Seconds between writings."""
TOGETHER = 200

log = structlog.get_logger()


@dataclass(frozen=True)
class Seen:
    """A seat that was in the room: `left_at` is None while it is there."""

    session_id: str
    participant_id: str
    seat_id: str
    arrived_at: datetime
    left_at: datetime | None


class Attendees:
    """Collects comings and goings; `run` writes them down. A seat has one row: a going sets `left_at`, coming back takes it away.

    The row bears the process in which the stay goes on: somebody who went over to another has not left.
    """

    def __init__(self, database: Database, clock: Clock, process: str) -> None:
        self._database = database
        self._clock = clock
        self._process = process
        self._waiting: dict[str, Seen] = {}

    def arrive(self, person: Person) -> None:
        """Somebody is in the open room."""
        self._see(person, None)

    def leave(self, person: Person) -> None:
        """Somebody left the open room, or it ended."""
        self._see(person, self._clock.now())

    async def run(self, *, task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED) -> None:
        """Write until cancelled."""
        task_status.started()
        while True:
            await anyio.sleep(EVERY)
            await self.write()

    async def write(self) -> None:
        """Write down what was collected; what cannot be written now waits for the next time."""
        # In one order everywhere: two processes may write about the same people.
        seen, self._waiting = sorted(self._waiting.values(), key=attrgetter("seat_id")), {}
        for start in range(0, len(seen), TOGETHER):
            some = seen[start : start + TOGETHER]
            try:
                await self._database.batch(partial(_write, seen=some, process=self._process, now=self._clock.now()))
            except Unavailable:
                log.warning("chat.attendance_waits", people=len(some))
                self._waiting = {one.seat_id: one for one in some} | self._waiting

    def _see(self, person: Person, left_at: datetime | None) -> None:
        if person.seat_id is None:
            return
        known = self._waiting.get(person.seat_id)
        arrived_at = known.arrived_at if known else self._clock.now()
        self._waiting[person.seat_id] = Seen(person.session_id, person.id, person.seat_id, arrived_at, left_at)


async def _write(db: AsyncConnection, seen: Iterable[Seen], process: str, now: datetime) -> None:
    insert = (sqlite.insert if db.dialect.name == "sqlite" else postgresql.insert)(ATTENDANCES)
    rows = [
        {
            "id": new_id(),
            "session_id": one.session_id,
            "participant_id": one.participant_id,
            "way": "online",
            "nonce": f"online:{one.seat_id}",
            "arrived_at": one.arrived_at,
            "recorded_at": now,
            "recorded_by": "system",
            "left_at": one.left_at,
            "held_by": process,
        }
        for one in seen
    ]
    latest = {"left_at": insert.excluded.left_at, "held_by": process}
    # Who has come back through another process has not left.
    ours = or_(insert.excluded.left_at.is_(None), ATTENDANCES.c.held_by == process)
    await db.execute(insert.on_conflict_do_update(index_elements=["session_id", "nonce"], set_=latest, where=ours), rows)

"""Is everything there that serving needs? Asked of the parts themselves, and answered within two seconds even when they are silent."""

import asyncio
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from app.chat.house import House
from app.database.engine import Database
from app.database.migrate import current, head
from app.errors import Unavailable
from app.health.probe import Probe
from app.live.bell import Hearing
from app.outbox.models import JobState
from app.outbox.service import counts, oldest_due
from app.web.ground import Ground

PATIENCE = 2.0
"""Seconds for which the database is waited for."""
HUB_SECONDS = 10.0
"""The hub looks at the logs every second or two; silence for longer means that it does not run or cannot read."""
CLOCK_SECONDS = 5.0
"""By which this machine's clock and the database's may differ."""
LATE_JOBS = 120.0
LOW_DISK = 200 * 2**20
FRESH, WRITE_FRESH = 0.2, 5.0
"""Seconds for which an answer counts; trying to write costs the disk something."""


@dataclass(frozen=True)
class Facts:
    """What the database says about itself."""

    migration: str
    skew: float
    oldest_job: float
    jobs: Mapping[JobState, int]


@dataclass(frozen=True)
class Report:
    """All that is known; None where it could not be asked."""

    facts: Facts | None
    writes: bool
    hub_seconds: float
    bell: Hearing
    draining: bool
    disk_free: int | None

    @property
    def ready(self) -> bool:
        """Whether requests should come here. A database that takes no writes still answers every reader: it is told, not punished."""
        return self.facts is not None and self.migrated and self.hub and self.clock is True and not self.draining

    @property
    def migrated(self) -> bool:
        """Whether the database stands where this program expects it."""
        return self.facts is not None and self.facts.migration == _newest()

    @property
    def hub(self) -> bool:
        """Whether the rooms are being driven."""
        return self.hub_seconds < HUB_SECONDS

    @property
    def clock(self) -> bool | None:
        """Whether both clocks agree."""
        return self.facts.skew < CLOCK_SECONDS if self.facts is not None else None

    @property
    def warnings(self) -> list[str]:
        """What somebody should look at, though requests are served."""
        found = {
            "writes_refused": self.facts is not None and not self.writes,
            "bell_not_heard": self.bell in {Hearing.DEAF, Hearing.AWAY},
            "jobs_late": self.facts is not None and self.facts.oldest_job > LATE_JOBS,
            "jobs_set_aside": self.facts is not None and self.facts.jobs.get(JobState.SET_ASIDE, 0) > 0,
            "disk_low": self.disk_free is not None and self.disk_free < LOW_DISK,
        }
        return [name for name, true in found.items() if true]

    def told(self, now: datetime) -> dict[str, Any]:
        """The report as the load balancer and the person on duty read it."""
        return {
            "status": "unavailable" if not self.ready else "degraded" if self.warnings else "ok",
            "database": self.facts is not None,
            "writes": self.writes,
            "migrated": self.migrated,
            "hub": self.hub,
            "bell": self.bell.value,
            "clock": self.clock,
            "draining": self.draining,
            "oldest_job_seconds": self.facts.oldest_job if self.facts is not None else None,
            "disk_free_bytes": self.disk_free,
            "warnings": self.warnings,
            "now": now.isoformat(),
        }


class Checkup:
    """Examines one process; however many ask at once, the database is asked once."""

    def __init__(self, ground: Ground, house: House) -> None:
        self._ground = ground
        self._house = house
        self._facts = Probe(self._ask, FRESH)
        self._writes = Probe(self._try_to_write, WRITE_FRESH)
        self._disk = Probe(self._look_at_disk, WRITE_FRESH)

    async def report(self, patience: float = PATIENCE) -> Report:
        """How things stand now; what does not answer within `patience` seconds counts as silent."""
        facts, writes, disk = await asyncio.gather(self._facts.answer(patience), self._writes.answer(patience), self._disk.answer(patience))
        return Report(
            facts=facts,
            writes=writes is True,
            hub_seconds=time.monotonic() - self._house.hub.polled_at,
            bell=self._house.bell.state,
            draining=self._house.draining,
            disk_free=disk,
        )

    async def _ask(self) -> Facts | None:
        database = self._ground.database
        now = self._ground.clock.now()
        try:
            async with database.read() as db:
                oldest = round(await oldest_due(db, now), 1)
                return Facts(await current(db), await _skew(database, db), oldest, await counts(db))
        except (Unavailable, SQLAlchemyError):
            return None

    async def _try_to_write(self) -> bool:
        database = self._ground.database
        try:
            if not database.on_sqlite:
                async with database.read() as db:
                    return not await db.scalar(text("SELECT pg_is_in_recovery() OR current_setting('default_transaction_read_only')::bool"))
            async with database.write() as db:
                # A page is written and synced; a page more is only asked for: SQLite itself forgets how it was full once there is room.
                await db.execute(text("UPDATE alembic_version SET version_num = version_num"))
                used, free, most = [
                    int(await db.scalar(text(f"PRAGMA {name}")) or 0) for name in ("page_count", "freelist_count", "max_page_count")
                ]
                return used - free < most
        except (Unavailable, SQLAlchemyError):
            return False

    async def _look_at_disk(self) -> int | None:
        if not self._ground.database.on_sqlite:
            return None
        try:
            return (await asyncio.to_thread(shutil.disk_usage, self._ground.settings.data_dir)).free
        except OSError:
            return None


@cache
def _newest() -> str:
    return head()


async def _skew(database: Database, db: AsyncSession) -> float:
    """Seconds between this machine's clock and the database's; the embedded one has ours."""
    if database.on_sqlite:
        return 0.0
    theirs: datetime = (await db.execute(text("SELECT clock_timestamp()"))).scalar_one()
    return abs((datetime.now(UTC) - theirs).total_seconds())

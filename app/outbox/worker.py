"""Doing jobs: claim with a lease, call the handler with no transaction open, mark; failed ones come back with growing pauses.

The lease is renewed while the handler works, so that a long job has one worker; whoever lost it, having stood still, lets go of the job.
A handler gets the payload and works at least once: it must be harmless to repeat. `Again` asks for a later try at a chosen moment.
"""

import random
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeAlias

import anyio
import structlog
from sqlalchemy import Update, select, update

from app.clock import Clock
from app.database.engine import Database
from app.errors import Unavailable
from app.outbox.models import Job, JobState
from app.outbox.service import WAKE

Handler: TypeAlias = Callable[[dict[str, Any]], Awaitable[None]]

LEASE = timedelta(minutes=2)
"""After which the job of a process that died is another's."""
RENEW = 30.0
"""Seconds between two renewals."""
GIVE_BACK = 1.0
"""Seconds that a process which ends takes to give a job back."""
PAUSES = (5, 20, 60, 300, 1200, 3600, 10800)
"""Seconds before the next try; after the last a job is set aside for a person."""
IDLE = 2.0
"""Seconds between looks at the table when nothing rings."""

log = structlog.get_logger()


class Again(Exception):
    """Raised by a handler that must run again at `at`, which is no failure."""

    def __init__(self, at: datetime) -> None:
        super().__init__()
        self.at = at


@dataclass
class Worker:
    """The loop of jobs of one process; `handlers` by kind come from the assembly."""

    database: Database
    clock: Clock
    handlers: Mapping[str, Handler]
    together: int = 4

    def __post_init__(self) -> None:
        self._bell = anyio.Event()
        self.ended: Counter[str] = Counter()
        """Tries of jobs since the start, by how they ended."""
        self._busy = 0

    def ring(self, info: dict[Any, Any]) -> None:
        """A listener of commits: look at once when a transaction left a job."""
        if info.get(WAKE):
            self._bell.set()

    async def run(self) -> None:
        """Work until cancelled; a database that is away is waited for."""
        async with anyio.create_task_group() as group:
            while True:
                self._bell = anyio.Event()
                for job in await self._claimed(self.together - self._busy):
                    self._busy += 1
                    group.start_soon(self._in_a_slot, job)
                with anyio.move_on_after(IDLE):
                    await self._bell.wait()

    async def once(self) -> int:
        """Do what is due now; how many jobs that were."""
        jobs = await self._claim(self.together)
        async with anyio.create_task_group() as group:
            for job in jobs:
                group.start_soon(self._do, job)
        return len(jobs)

    async def _in_a_slot(self, job: Job) -> None:
        try:
            await self._do(job)
        finally:
            self._busy -= 1
            self._bell.set()

    async def _claimed(self, free: int) -> list[Job]:
        try:
            return await self._claim(free) if free else []
        except Unavailable:
            log.warning("outbox.database_away")
            return []

    async def _claim(self, most: int) -> list[Job]:
        now = self.clock.now()
        due = (
            select(Job.id)
            .where(Job.kind.in_(list(self.handlers)))
            .where(((Job.state == JobState.WAITING) & (Job.due_at <= now)) | ((Job.state == JobState.RUNNING) & (Job.leased_until <= now)))
            .order_by(Job.due_at)
            .limit(most)
        )
        async with self.database.read() as db:
            if not (await db.scalars(due.limit(1))).first():
                return []
        async with self.database.write() as db:
            ids = list(await db.scalars(due.with_for_update(skip_locked=True)))
            await db.execute(
                update(Job).where(Job.id.in_(ids)).values(state=JobState.RUNNING, leased_until=now + LEASE, attempts=Job.attempts + 1)
            )
            return list(await db.scalars(select(Job).where(Job.id.in_(ids)).execution_options(populate_existing=True)))

    async def _do(self, job: Job) -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(self._renew, job, group.cancel_scope)
            try:
                await self._attempt(job)
            except anyio.get_cancelled_exc_class():
                # The process ends: another one need not wait for the lease. Whoever lost the lease changes nothing here.
                with anyio.move_on_after(GIVE_BACK, shield=True):
                    await self._mark(job, JobState.WAITING, attempts=job.attempts - 1)
                raise
            group.cancel_scope.cancel()

    async def _attempt(self, job: Job) -> None:
        try:
            await self.handlers[job.kind](dict(job.payload))
        except Again as again:
            await self._mark(job, JobState.WAITING, due_at=again.at, attempts=0)
        except Exception as problem:  # noqa: BLE001 - one broken job must not end the loop; it is retried, then set aside
            await self._failed(job, problem)
        else:
            await self._mark(job, JobState.DONE, finished_at=self.clock.now())

    async def _renew(self, job: Job, work: anyio.CancelScope) -> None:
        """Keep the lease while the work goes on; stop the work when the job is somebody else's by now."""
        while True:
            await anyio.sleep(RENEW)
            try:
                async with self.database.write() as db:
                    ours = await db.scalar(_held(job).values(leased_until=self.clock.now() + LEASE).returning(Job.id))
            except Unavailable:
                log.warning("outbox.lease_unsure", job=job.id)
                continue
            if ours is None:
                log.warning("outbox.lease_lost", kind=job.kind, job=job.id)
                work.cancel()

    async def _failed(self, job: Job, problem: Exception) -> None:
        name = type(problem).__name__
        log.warning("outbox.job_failed", kind=job.kind, job=job.id, attempt=job.attempts, problem=name, exc_info=problem)
        if job.attempts > len(PAUSES):
            await self._mark(job, JobState.SET_ASIDE, last_problem=name, finished_at=self.clock.now())
            return
        pause = PAUSES[job.attempts - 1] * random.uniform(0.8, 1.2)  # noqa: S311 - spread, not secrecy
        await self._mark(job, JobState.WAITING, last_problem=name, due_at=self.clock.now() + timedelta(seconds=pause))

    async def _mark(self, job: Job, state: JobState, **values: object) -> None:
        self.ended["failed" if "last_problem" in values and state is JobState.WAITING else state.value] += 1
        try:
            async with self.database.write() as db:
                await db.execute(_held(job).values(state=state, leased_until=None, **values))
        except Unavailable:
            log.warning("outbox.mark_lost", job=job.id)


def _held(job: Job) -> Update:
    """An update of the job as long as this very attempt is the one that counts."""
    return update(Job).where(Job.id == job.id, Job.state == JobState.RUNNING, Job.attempts == job.attempts)

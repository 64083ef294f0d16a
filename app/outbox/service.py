"""Writing jobs: in the transaction that wants them, under a unique key, with a due time that can be moved."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Executable, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from app.database.tables import new_id
from app.outbox.models import Job, JobState

PENDING = (JobState.WAITING, JobState.RUNNING, JobState.SET_ASIDE)
WAKE = "outbox"
"""Key in `db.info` that tells the listeners of a commit that there is work."""


async def enqueue(db: AsyncSession, kind: str, key: str, payload: dict[str, object], *, due_at: datetime, now: datetime) -> None:
    """Want `kind` done with `payload` (ids only) at `due_at`; a key that is there already changes nothing."""
    insert = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    await db.execute(
        insert(Job)
        .values(id=new_id(), kind=kind, key=key, payload=payload, state=JobState.WAITING, attempts=0, due_at=due_at, created_at=now)
        .on_conflict_do_nothing(index_elements=["key"])
    )
    db.info[WAKE] = True


async def move(db: AsyncSession, key: str, due_at: datetime) -> bool:
    """Move a job that has not been done yet to another moment; False when there is none waiting."""
    moved = await db.execute(update(Job).where(Job.key == key, Job.state == JobState.WAITING).values(due_at=due_at).returning(Job.id))
    db.info[WAKE] = True
    return moved.first() is not None


async def want(db: AsyncSession, kind: str, key: str, payload: dict[str, object], *, due_at: datetime, now: datetime) -> None:
    """Want the job of this key done at `due_at`, whether it is new, waiting elsewhere, or was done or given up before."""
    await db.execute(wanting(db.get_bind().dialect.name, kind, key, payload, due_at=due_at, now=now))
    db.info[WAKE] = True


def wanting(dialect: str, kind: str, key: str, payload: dict[str, object], *, due_at: datetime, now: datetime) -> Executable:
    """The statement of `want`, for a bare connection: no worker is woken by it."""
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    fresh: dict[str, object] = {"state": JobState.WAITING, "attempts": 0, "due_at": due_at, "payload": payload}
    statement = insert(Job).values(id=new_id(), kind=kind, key=key, created_at=now, **fresh)
    again = {**fresh, "leased_until": None, "finished_at": None, "last_problem": None}
    return statement.on_conflict_do_update(index_elements=["key"], set_=again)


async def cancel(db: AsyncSession, key: str, now: datetime) -> None:
    """A waiting job is not wanted any more."""
    await db.execute(update(Job).where(Job.key == key, Job.state == JobState.WAITING).values(state=JobState.CANCELLED, finished_at=now))


async def undone(db: AsyncSession, kind: str) -> Sequence[str]:
    """The keys of the jobs of this kind that wait, run or were set aside."""
    return (await db.scalars(select(Job.key).where(Job.kind == kind, Job.state.in_(PENDING)))).all()


async def counts(db: AsyncSession) -> dict[JobState, int]:
    """How many jobs wait, run or were set aside; those that are over are not counted."""
    rows = await db.execute(select(Job.state, func.count()).where(Job.state.in_(PENDING)).group_by(Job.state))
    return {state: int(n) for state, n in rows}


async def oldest_due(db: AsyncSession, now: datetime) -> float:
    """Seconds by which the oldest waiting job is overdue; 0 when none is."""
    due = await db.scalar(select(Job.due_at).where(Job.state == JobState.WAITING, Job.due_at <= now).order_by(Job.due_at).limit(1))
    return (now - due).total_seconds() if due else 0.0

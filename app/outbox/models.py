"""Durable jobs: written in the transaction that wants them, done by the worker afterwards, at least once."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.database.tables import Table, id_column


class JobState(StrEnum):
    """`set_aside` waits for a person: it failed too often or was refused for good."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    SET_ASIDE = "set_aside"
    CANCELLED = "cancelled"


class Job(Table):
    """`kind` names the handler, `key` is unique and movable in time, the payload holds ids only."""

    __tablename__ = "outbox_jobs"
    __table_args__ = (Index("ix_outbox_jobs_state_due_at", "state", "due_at"),)

    id: Mapped[str] = id_column()
    kind: Mapped[str] = mapped_column(String(60))
    key: Mapped[str] = mapped_column(unique=True)
    payload: Mapped[dict[str, object]]
    state: Mapped[JobState] = mapped_column(default=JobState.WAITING)
    due_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[datetime | None]
    last_problem: Mapped[str | None]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]

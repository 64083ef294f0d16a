"""What people asked to be forgotten, for how long a session keeps what, and what was removed when the time had come."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.database.tables import Id, Table, id_column


class ErasureState(StrEnum):
    """`wanted` until everything of the person is gone; while the session is live it waits for its end, or for somebody of the desk."""

    WANTED = "wanted"
    DONE = "done"


class Erasure(Table):
    """A person of a session is to be forgotten; ids and moments only, so that the row may stay."""

    __tablename__ = "erasures"
    __table_args__ = (Index("ix_erasures_session_id", "session_id"),)

    id: Mapped[str] = id_column()
    session_id: Mapped[str] = mapped_column(ForeignKey("forum_sessions.id"), type_=Id)
    participant_id: Mapped[str] = mapped_column(ForeignKey("participants.id"), type_=Id, unique=True)
    state: Mapped[ErasureState] = mapped_column(default=ErasureState.WANTED)
    asked_by: Mapped[str]
    """`person:ID` or `account:ID`."""
    asked_at: Mapped[datetime]
    confirmed_by: Mapped[str | None]
    """Who of the desk let it happen while the session was live."""
    done_at: Mapped[datetime | None]


class RetentionPlan(Table):
    """How many months after its end a session keeps what; a session without a row keeps it as long as `DEFAULT` says."""

    __tablename__ = "retention_plans"

    session_id: Mapped[str] = mapped_column(ForeignKey("forum_sessions.id"), type_=Id, primary_key=True)
    specific_months: Mapped[int]
    contact_months: Mapped[int]
    traces_months: Mapped[int]
    changed_at: Mapped[datetime]
    changed_by: Mapped[str]


class RetentionRun(Table):
    """The report of a removal whose time had come: of how many people what was removed."""

    __tablename__ = "retention_runs"
    __table_args__ = (Index("ix_retention_runs_session_id", "session_id"),)

    id: Mapped[str] = id_column()
    session_id: Mapped[str] = mapped_column(ForeignKey("forum_sessions.id"), type_=Id)
    kind: Mapped[str] = mapped_column(String(10))
    """`specific`, `contact` or `traces`."""
    people: Mapped[int]
    began_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]

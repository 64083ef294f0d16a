"""Applications to take part, and the moderators' decisions about them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.database.tables import Id, Table, id_column


class ApplicationState(StrEnum):
    """Where an application stands on the moderators' desk; the applicant sees `told_state` only."""

    SUBMITTED = "submitted"
    SELECTED = "selected"
    RESERVE = "reserve"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LATE = "late"
    """Came after the deadline and is kept with the sender's consent; no applicant until a moderator admits it."""


class Application(Table):
    """One person's wish to take part. `phone_index`/`name_key` repeat the participant's for the rule that refuses doubles; `attributes` are what quotas count."""

    __tablename__ = "applications"
    __table_args__ = (
        UniqueConstraint("session_id", "code"),
        Index(
            "uq_applications_person",
            "session_id",
            "phone_index",
            "name_key",
            unique=True,
            sqlite_where=text("state <> 'withdrawn' AND phone_index IS NOT NULL"),
            postgresql_where=text("state <> 'withdrawn' AND phone_index IS NOT NULL"),
        ),
        Index("ix_applications_session_state", "session_id", "state"),
    )

    id: Mapped[str] = id_column()
    session_id: Mapped[str] = mapped_column(ForeignKey("forum_sessions.id"), type_=Id)
    participant_id: Mapped[str] = mapped_column(ForeignKey("participants.id"), type_=Id, unique=True)
    code: Mapped[str] = mapped_column(String(9))
    """Printed and read aloud (e.g. K7MP-2Q9T); shows nothing without the phone's last four digits."""
    key_generation: Mapped[int] = mapped_column(default=1)
    """The status page's key is derived from id and generation, so that it can be sent again."""
    phone_index: Mapped[str | None] = mapped_column(String(64))
    name_key: Mapped[str]
    attendance: Mapped[str] = mapped_column(String(10))
    """`online` or `in_person`."""
    site_id: Mapped[str | None] = mapped_column(ForeignKey("sites.id"), type_=Id)
    wish: Mapped[str | None]
    flags: Mapped[list[str]]
    """For the moderator: `same_name_village`, `same_phone`, `late`, `counter` …"""
    has_disability: Mapped[bool] = mapped_column(default=False)
    """Only whether: the sealed datum stays with the participant. Counted by quotas when consented."""
    late: Mapped[bool] = mapped_column(default=False)
    """Came after the deadline, however it went on: with an officer's reason, or kept and admitted."""
    state: Mapped[ApplicationState] = mapped_column(default=ApplicationState.SUBMITTED)
    reason: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None]
    told_state: Mapped[ApplicationState | None]
    """What publishing made visible to the applicant; nothing before."""
    told_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    received_at: Mapped[datetime]
    order: Mapped[int]
    """The participant's number: order of registration within the session."""


class Decision(Table):
    """Append-only trace of every change of an application's state, with its cause."""

    __tablename__ = "decisions"
    __table_args__ = (Index("ix_decisions_application_id", "application_id"),)

    id: Mapped[str] = id_column()
    application_id: Mapped[str] = mapped_column(ForeignKey("applications.id"), type_=Id)
    run_id: Mapped[str] = mapped_column(Id)
    """One press of a button: all changes made by it share this id."""
    version: Mapped[int]
    """The application's version after this change."""
    before: Mapped[str] = mapped_column(String(10))
    after: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str | None]
    """What the moderator wrote, or why a machine did it: `order`, `quota:gender=female`, `undo:RUN`."""
    by: Mapped[str]
    at: Mapped[datetime]

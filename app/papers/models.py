"""Paper: scans of what was signed, the numbers that forms were printed with, and forms keyed in afterwards."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.database.tables import Id, Table, id_column


class ScanKind(StrEnum):
    """Which paper was scanned."""

    ATTENDANCE = "attendance"
    RECORD = "record"
    FORMS = "forms"
    OTHER = "other"


class Scan(Table):
    """A signed paper of a session; the content is the kept file of `file_id`. Removed ones stay as a line with who, when and why."""

    __tablename__ = "scans"
    __table_args__ = (UniqueConstraint("file_id"), Index("ix_scans_session_id", "session_id"))

    id: Mapped[str] = id_column()
    session_id: Mapped[str] = mapped_column(ForeignKey("forum_sessions.id"), type_=Id)
    file_id: Mapped[str] = mapped_column(ForeignKey("kept_files.id"), type_=Id)
    site_id: Mapped[str | None] = mapped_column(ForeignKey("sites.id"), type_=Id)
    kind: Mapped[ScanKind]
    note: Mapped[str] = mapped_column(default="")
    added_by: Mapped[str]
    added_at: Mapped[datetime]
    removed_by: Mapped[str | None]
    removed_at: Mapped[datetime | None]
    removed_why: Mapped[str | None]


class FormCounter(Table):
    """The last number that a form of the session was printed with."""

    __tablename__ = "form_counters"

    session_id: Mapped[str] = mapped_column(ForeignKey("forum_sessions.id"), type_=Id, primary_key=True)
    last: Mapped[int]


class FormRange(Table):
    """Forms that were printed for a hall, from `first` to `last`: by its number a form finds its hall."""

    __tablename__ = "form_ranges"
    __table_args__ = (UniqueConstraint("session_id", "first"),)

    id: Mapped[str] = id_column()
    session_id: Mapped[str] = mapped_column(ForeignKey("forum_sessions.id"), type_=Id)
    site_id: Mapped[str] = mapped_column(ForeignKey("sites.id"), type_=Id)
    first: Mapped[int]
    last: Mapped[int]
    printed_at: Mapped[datetime]


class PaperForm(Table):
    """A form that was keyed in, under the id that the row of the grid had; `version` is the proposal's as this row left it."""

    __tablename__ = "paper_forms"
    __table_args__ = (UniqueConstraint("session_id", "number"), Index("ix_paper_forms_keyed_at", "session_id", "keyed_at"))

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    session_id: Mapped[str] = mapped_column(ForeignKey("forum_sessions.id"), type_=Id)
    site_id: Mapped[str | None] = mapped_column(ForeignKey("sites.id"), type_=Id)
    number: Mapped[str | None] = mapped_column(String(16))
    body_hash: Mapped[str] = mapped_column(String(64))
    proposal_id: Mapped[str | None] = mapped_column(ForeignKey("proposals.id"), type_=Id)
    version: Mapped[int] = mapped_column(default=1)
    written_at: Mapped[datetime | None]
    """The time that stands on the paper."""
    keyed_at: Mapped[datetime]
    keyed_by: Mapped[str]
    changed_at: Mapped[datetime]

"""What is remembered of the keying into SIPD: the forum's deadline, and of each proposal that it was entered, when and under which ID."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.database.tables import Id, Table


class SipdSheet(Table):
    """The entry of a forum's proposals into SIPD; its row is locked by every mark, so that marks come one after the other."""

    __tablename__ = "sipd_sheets"

    session_id: Mapped[str] = mapped_column(ForeignKey("forum_sessions.id"), type_=Id, primary_key=True)
    due_on: Mapped[date | None] = mapped_column(Date)
    """The last day of entry, where the forum is held."""


class SipdEntry(Table):
    """How far a proposal is: entered when `entered_on` says the day. `version` grows with each mark, correction and taking back."""

    __tablename__ = "sipd_entries"
    __table_args__ = (Index("ix_sipd_entries_session_id", "session_id"),)

    proposal_id: Mapped[str] = mapped_column(ForeignKey("proposals.id"), type_=Id, primary_key=True)
    session_id: Mapped[str] = mapped_column(ForeignKey("forum_sessions.id"), type_=Id)
    version: Mapped[int] = mapped_column(default=0)
    entered_on: Mapped[date | None] = mapped_column(Date)
    sipd_id: Mapped[str | None] = mapped_column(String(40))
    """The ID that SIPD gave; empty while nobody has written it down."""
    by: Mapped[str | None]
    """Who marked, corrected or took back last."""
    at: Mapped[datetime | None]
    held_by: Mapped[str | None]
    """Who began to copy it, so that nobody else keys it in at the same time."""
    held_at: Mapped[datetime | None]

"""The minutes' own rows: what the secretariat wrote for each point of the agenda, version by version, and notes taken while the forum went on."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.database.tables import Id, Table, id_column


class MinutesText(Table):
    """The secretariat's words for one section, as somebody saved them; append-only, the newest version counts."""

    __tablename__ = "minutes_texts"

    session_id: Mapped[str] = mapped_column(ForeignKey("forum_sessions.id"), type_=Id, primary_key=True)
    section: Mapped[str] = mapped_column(String(16), primary_key=True)
    """A point of the agenda by its id, or one of the sections that every forum has (`app.minutes.course`)."""
    version: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]
    by: Mapped[str]
    at: Mapped[datetime]


class MinutesNote(Table):
    """A running note of an officer; it stands under whatever the forum dealt with at its moment. Empty once it was taken back."""

    __tablename__ = "minutes_notes"
    __table_args__ = (Index("ix_minutes_notes_session_id", "session_id"),)

    id: Mapped[str] = id_column()
    session_id: Mapped[str] = mapped_column(ForeignKey("forum_sessions.id"), type_=Id)
    text: Mapped[str]
    by: Mapped[str]
    at: Mapped[datetime]
    removed_at: Mapped[datetime | None]

"""Rehearsals of a session: how everything stood before, so that it can stand so again."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.database.tables import Id, Table, id_column


class Rehearsal(Table):
    """One rehearsal; its row stays after the wipe, as the trace that there was one."""

    __tablename__ = "rehearsals"
    __table_args__ = (Index("ix_rehearsals_session_id", "session_id"),)

    id: Mapped[str] = id_column()
    session_id: Mapped[str] = mapped_column(ForeignKey("forum_sessions.id"), type_=Id)
    public_head: Mapped[int] = mapped_column(BigInteger)
    desk_head: Mapped[int] = mapped_column(BigInteger)
    rules: Mapped[dict[str, object]]
    """The room's rules as they were: slow_seconds, premoderated, locked, announcement."""
    started_at: Mapped[datetime]
    started_by: Mapped[str]
    wiped_at: Mapped[datetime | None]
    wiped_by: Mapped[str | None]

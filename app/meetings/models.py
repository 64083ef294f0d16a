"""The meeting of a session in somebody else's system (Zoom, Jitsi …); with the manual provider its data are typed by staff."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.database.tables import Id, Table, id_column


class Meeting(Table):
    """Link, meeting ID and passcode, each sealed (`meetings`, column, id)."""

    __tablename__ = "meetings"

    id: Mapped[str] = id_column()
    session_id: Mapped[str] = mapped_column(ForeignKey("forum_sessions.id"), type_=Id, unique=True)
    provider: Mapped[str] = mapped_column(String(20), default="manual")
    link: Mapped[bytes | None]
    meeting_id: Mapped[bytes | None]
    passcode: Mapped[bytes | None]
    version: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[datetime]

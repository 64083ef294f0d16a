"""The hall's own rows: the big screen and what an operator has put on it."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.database.tables import Id, Table, id_column


class Screen(Table):
    """The big screen of a session: opened by its code, blanked by one press."""

    __tablename__ = "screens"

    session_id: Mapped[str] = mapped_column(ForeignKey("forum_sessions.id"), type_=Id, primary_key=True)
    code: Mapped[str] = mapped_column(String(9))
    blank: Mapped[bool] = mapped_column(default=False)
    dark: Mapped[bool] = mapped_column(default=False)
    changed_at: Mapped[datetime]


class ScreenItem(Table):
    """An aspiration that an operator has put up; the newest stands large."""

    __tablename__ = "screen_items"

    id: Mapped[str] = id_column()
    session_id: Mapped[str] = mapped_column(ForeignKey("forum_sessions.id"), type_=Id)
    message_id: Mapped[str] = mapped_column(Id)
    put_up_at: Mapped[datetime]
    put_up_by: Mapped[str]
    taken_down_at: Mapped[datetime | None]


class Sighting(Table):
    """When a hall's desk (`what` is the hall's id) or a screen (`screen`) last asked for something, to the third of a minute."""

    __tablename__ = "sightings"

    session_id: Mapped[str] = mapped_column(ForeignKey("forum_sessions.id"), type_=Id, primary_key=True)
    what: Mapped[str] = mapped_column(String(16), primary_key=True)
    seen_at: Mapped[datetime]

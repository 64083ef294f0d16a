"""The hall's own rows: the big screen and what an operator has put on it, presses at the door that were uploaded, and needs that are seen to."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
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


class Settled(StrEnum):
    """How an operator settled a press that could not simply be counted."""

    ADMITTED = "admitted"
    DROPPED = "dropped"


class DoorPress(Table):
    """One press at the door of a hall, perhaps made while the line was down; refused ones are kept until somebody settles them."""

    __tablename__ = "door_presses"
    __table_args__ = (UniqueConstraint("session_id", "nonce"), Index("ix_door_presses_site_id", "site_id"))

    id: Mapped[str] = id_column()
    session_id: Mapped[str] = mapped_column(ForeignKey("forum_sessions.id"), type_=Id)
    site_id: Mapped[str] = mapped_column(ForeignKey("sites.id"), type_=Id)
    nonce: Mapped[str] = mapped_column(String(64))
    participant_id: Mapped[str | None] = mapped_column(ForeignKey("participants.id"), type_=Id)
    hint: Mapped[str | None] = mapped_column(String(12))
    """The beginning of a code that nobody has: enough to find the paper again, too little to open anything."""
    refusal: Mapped[str | None] = mapped_column(String(40))
    """Why it was not counted at once; none for those that were."""
    pressed_at: Mapped[datetime]
    """By the clock of the device."""
    uploaded_at: Mapped[datetime]
    uploaded_by: Mapped[str]
    settled: Mapped[Settled | None]
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[str | None]


class NeedSeenTo(Table):
    """Somebody's need (ramp, sign language) that an operator has seen to."""

    __tablename__ = "needs_seen_to"

    participant_id: Mapped[str] = mapped_column(ForeignKey("participants.id"), type_=Id, primary_key=True)
    session_id: Mapped[str] = mapped_column(ForeignKey("forum_sessions.id"), type_=Id)
    at: Mapped[datetime]
    by: Mapped[str]

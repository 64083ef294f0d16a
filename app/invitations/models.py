"""Seats, the browsers that opened them, and the ledger of meeting credentials per person."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.database.tables import Id, Table, id_column


class SeatState(StrEnum):
    """A revoked seat opens nothing any more."""

    ACTIVE = "active"
    REVOKED = "revoked"


class Seat(Table):
    """A person's place in the session, online or in a hall; its personal link is derived from id and generation."""

    __tablename__ = "seats"
    __table_args__ = (UniqueConstraint("participant_id"), Index("ix_seats_session_id", "session_id"))

    id: Mapped[str] = id_column()
    session_id: Mapped[str] = mapped_column(ForeignKey("forum_sessions.id"), type_=Id)
    participant_id: Mapped[str] = mapped_column(ForeignKey("participants.id"), type_=Id)
    way: Mapped[str] = mapped_column(String(10))
    site_id: Mapped[str | None] = mapped_column(ForeignKey("sites.id"), type_=Id)
    generation: Mapped[int] = mapped_column(default=1)
    state: Mapped[SeatState] = mapped_column(default=SeatState.ACTIVE)
    needs_last_four: Mapped[bool] = mapped_column(default=True)
    """Whether a new device must give the last four digits of the phone (no phone known: it need not)."""
    letter_version: Mapped[int | None]
    """The session's version from which the last letter on paper for this seat was written; empty while there is none."""
    issued_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    """Why it was revoked or its link rotated last, in the moderator's words."""
    version: Mapped[int] = mapped_column(default=1)


class SeatDevice(Table):
    """A browser in which a seat's link was opened: the cookie's SHA-256, good for one generation of the link."""

    __tablename__ = "seat_devices"
    __table_args__ = (Index("ix_seat_devices_seat_id", "seat_id"),)

    id: Mapped[str] = id_column()
    fingerprint: Mapped[str] = mapped_column(unique=True)
    seat_id: Mapped[str] = mapped_column(ForeignKey("seats.id"), type_=Id)
    generation: Mapped[int]
    opened_at: Mapped[datetime]


class CredentialState(StrEnum):
    """Where a person's access to the meeting stands, for every provider alike."""

    WANTED = "wanted"
    ISSUING = "issuing"
    ISSUED = "issued"
    FAILED = "failed"
    REVOKING = "revoking"
    REVOKED = "revoked"


class Credential(Table):
    """The ledger: one row per seat and meeting. The manual provider issues at once what everybody shares."""

    __tablename__ = "credentials"
    __table_args__ = (UniqueConstraint("seat_id", "meeting_id"),)

    id: Mapped[str] = id_column()
    seat_id: Mapped[str] = mapped_column(ForeignKey("seats.id"), type_=Id)
    meeting_id: Mapped[str] = mapped_column(ForeignKey("meetings.id"), type_=Id)
    state: Mapped[CredentialState]
    attempts: Mapped[int] = mapped_column(default=0)
    last_problem: Mapped[str | None]
    next_try_at: Mapped[datetime | None]
    issued_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class Reveal(Table):
    """The log of every press on "show link": who, when, from which browser."""

    __tablename__ = "reveals"
    __table_args__ = (Index("ix_reveals_seat_id", "seat_id"),)

    id: Mapped[str] = id_column()
    seat_id: Mapped[str] = mapped_column(ForeignKey("seats.id"), type_=Id)
    device_id: Mapped[str | None] = mapped_column(Id)
    at: Mapped[datetime]

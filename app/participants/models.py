"""Everybody of a session however they came, what they agreed to, and when they were there."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.database.tables import Id, Table, id_column


class Origin(StrEnum):
    """How somebody came onto the list of the session."""

    APPLICATION = "application"
    COUNTER = "counter"
    INVITEE = "invitee"
    WALK_IN = "walk_in"
    IMPORT = "import"
    RELAY = "relay"
    PLACEHOLDER = "placeholder"


class Participant(Table):
    """A person of one session. Display fields are plain; contact and specific data are sealed (`participants`, column, id); the phone is found by `phone_index`."""

    __tablename__ = "participants"
    __table_args__ = (
        UniqueConstraint("session_id", "number"),
        Index("ix_participants_session_phone", "session_id", "phone_index"),
        Index("ix_participants_session_name", "session_id", "name_key"),
    )

    id: Mapped[str] = id_column()
    session_id: Mapped[str] = mapped_column(ForeignKey("forum_sessions.id"), type_=Id)
    number: Mapped[int]
    origin: Mapped[Origin]
    name: Mapped[str]
    name_key: Mapped[str]
    capacity: Mapped[str | None]
    institution: Mapped[str | None]
    element: Mapped[str | None] = mapped_column(String(30))
    village_code: Mapped[str | None] = mapped_column(String(13))
    village: Mapped[str | None]
    site_id: Mapped[str | None] = mapped_column(ForeignKey("sites.id"), type_=Id)
    gender: Mapped[str | None] = mapped_column(String(10))
    age_group: Mapped[str | None] = mapped_column(String(10))
    child: Mapped[bool] = mapped_column(default=False)
    publish_name: Mapped[bool] = mapped_column(default=False)
    publish_photos: Mapped[bool] = mapped_column(default=False)
    phone: Mapped[bytes | None]
    phone_index: Mapped[str | None] = mapped_column(String(64))
    email: Mapped[bytes | None]
    address: Mapped[bytes | None]
    disability: Mapped[bytes | None]
    needs: Mapped[bytes | None]
    guardian_name: Mapped[bytes | None]
    guardian_phone: Mapped[bytes | None]
    former_names: Mapped[bytes | None]
    """Names that were corrected, a line each: others may have written them, so an erasure looks for them too."""
    former_contacts: Mapped[bytes | None]
    """The same of phones (E.164), e-mail and postal addresses."""
    former_guardians: Mapped[bytes | None]
    """The same of names and phones of guardians."""
    language: Mapped[str] = mapped_column(String(5), default="id")
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]
    merged_into: Mapped[str | None] = mapped_column(Id)
    """The participant whom a placeholder turned out to be; all that was said and done by it is theirs now."""


class ParticipantCounter(Table):
    """The last number given to a participant of the session."""

    __tablename__ = "participant_counters"

    session_id: Mapped[str] = mapped_column(ForeignKey("forum_sessions.id"), type_=Id, primary_key=True)
    last: Mapped[int] = mapped_column(default=0)


class Consent(Table):
    """What somebody was shown or chose, and when: `notice` (version shown), `publish_name`, `disability_data`, `photos`. Append-only; the newest row of a purpose counts."""

    __tablename__ = "consents"
    __table_args__ = (Index("ix_consents_participant_id", "participant_id"),)

    id: Mapped[str] = id_column()
    participant_id: Mapped[str] = mapped_column(ForeignKey("participants.id"), type_=Id)
    purpose: Mapped[str] = mapped_column(String(20))
    given: Mapped[bool]
    notice_version: Mapped[int | None]
    at: Mapped[datetime]


class Attendance(Table):
    """One stay: in a hall from its check-in, online from the first to the last moment in the room. `nonce` makes a repeated scan nothing."""

    __tablename__ = "attendances"
    __table_args__ = (
        UniqueConstraint("session_id", "nonce"),
        Index("ix_attendances_participant_id", "participant_id"),
    )

    id: Mapped[str] = id_column()
    session_id: Mapped[str] = mapped_column(ForeignKey("forum_sessions.id"), type_=Id)
    participant_id: Mapped[str] = mapped_column(ForeignKey("participants.id"), type_=Id)
    way: Mapped[str] = mapped_column(String(10))
    """`online` or `in_person`."""
    site_id: Mapped[str | None] = mapped_column(ForeignKey("sites.id"), type_=Id)
    nonce: Mapped[str] = mapped_column(String(64))
    arrived_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    """`account:ID`, `token:ID`, `duty:ID`, `self` (by their own hand) or `system`."""
    held_by: Mapped[str | None] = mapped_column(Id)
    """The process in which an online stay goes on; whoever finds it dead ends the stay."""

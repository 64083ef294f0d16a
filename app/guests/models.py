"""Guests who are invited by letter: lists as they were brought, whom they invite, a place for each seat, and what the letters say."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.database.tables import Id, Table, id_column


class GuestImport(Table):
    """One list that was taken in, to be undone as a whole; its id is chosen by the page, so that a second press makes nothing twice."""

    __tablename__ = "guest_imports"
    __table_args__ = (Index("ix_guest_imports_session_id", "session_id"),)

    id: Mapped[str] = id_column()
    session_id: Mapped[str] = mapped_column(ForeignKey("forum_sessions.id"), type_=Id)
    title: Mapped[str]
    """What its owner calls it: a file's name, or nothing."""
    invitees: Mapped[int]
    seats: Mapped[int]
    by: Mapped[str]
    at: Mapped[datetime]
    undone_by: Mapped[str | None]
    undone_at: Mapped[datetime | None]


class Invitee(Table):
    """An institution that is invited, or the delegates that a village sends (`delegates`); `office` is to whom the letter goes."""

    __tablename__ = "invitees"
    __table_args__ = (Index("ix_invitees_session_id", "session_id"), Index("ix_invitees_import_id", "import_id"))

    id: Mapped[str] = id_column()
    session_id: Mapped[str] = mapped_column(ForeignKey("forum_sessions.id"), type_=Id)
    import_id: Mapped[str] = mapped_column(ForeignKey("guest_imports.id"), type_=Id)
    position: Mapped[int]
    institution: Mapped[str]
    office: Mapped[str | None]
    element: Mapped[str | None] = mapped_column(String(30))
    way: Mapped[str] = mapped_column(String(10))
    site_id: Mapped[str | None] = mapped_column(ForeignKey("sites.id"), type_=Id)
    seats: Mapped[int]
    delegates: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class InviteePlace(Table):
    """One seat of an invitee and the participant who takes it; `name` and contact are those on the list, kept while a deputy comes instead."""

    __tablename__ = "invitee_places"
    __table_args__ = (
        UniqueConstraint("participant_id"),
        UniqueConstraint("session_id", "code"),
        Index("ix_invitee_places_invitee_id", "invitee_id"),
    )

    id: Mapped[str] = id_column()
    session_id: Mapped[str] = mapped_column(ForeignKey("forum_sessions.id"), type_=Id)
    invitee_id: Mapped[str] = mapped_column(ForeignKey("invitees.id"), type_=Id)
    participant_id: Mapped[str] = mapped_column(ForeignKey("participants.id"), type_=Id)
    code: Mapped[str] = mapped_column(String(9))
    """Printed on the letter and read aloud at the door (S7MP-2Q9T); no application's code begins with S."""
    position: Mapped[int]
    name: Mapped[str | None]
    office: Mapped[str | None]
    gender: Mapped[str | None] = mapped_column(String(10))
    phone: Mapped[bytes | None]
    email: Mapped[bytes | None]
    deputy: Mapped[bool] = mapped_column(default=False)
    """Whether somebody else than the list says takes this seat."""


class FormerHolder(Table):
    """Somebody who held a guest's seat before another came; `known_by` are names and contact as JSON, until they are forgotten or no longer kept.

    Who asked to be forgotten, and when it was done, stands here too: ids and moments, so that the row may stay.
    """

    __tablename__ = "former_holders"
    __table_args__ = (Index("ix_former_holders_session_id", "session_id"), Index("ix_former_holders_participant_id", "participant_id"))

    id: Mapped[str] = id_column()
    session_id: Mapped[str] = mapped_column(ForeignKey("forum_sessions.id"), type_=Id)
    participant_id: Mapped[str] = mapped_column(ForeignKey("participants.id"), type_=Id)
    """The seat's guest, who is somebody else now."""
    known_by: Mapped[bytes | None]
    until: Mapped[datetime]
    asked_by: Mapped[str | None]
    asked_at: Mapped[datetime | None]
    confirmed_by: Mapped[str | None]
    """Who of the desk let it happen while the session was live."""
    done_at: Mapped[datetime | None]


class InvitationLetter(Table):
    """What the office writes on the letters of a session; the rest comes from the session itself."""

    __tablename__ = "invitation_letters"

    session_id: Mapped[str] = mapped_column(ForeignKey("forum_sessions.id"), type_=Id, primary_key=True)
    number: Mapped[str]
    city: Mapped[str]
    dated_on: Mapped[str] = mapped_column(String(10))
    """The day on the letter, as 2021-04-01."""
    subject: Mapped[str]
    opening: Mapped[str]
    closing: Mapped[str]
    signer_office: Mapped[str]
    signer_name: Mapped[str]
    signer_rank: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[datetime]

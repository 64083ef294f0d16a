"""The people's side of rooms: messages with the state that the log's events lead to, sanctions, and acts of staff."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.database.tables import Id, Table, id_column


class MessageState(StrEnum):
    """What became of a message; `gone` ones (hidden, deleted, erased) are tombstones in the log."""

    VISIBLE = "visible"
    HELD = "held"
    LATE = "late"
    REJECTED = "rejected"
    HIDDEN = "hidden"
    DELETED = "deleted"
    ERASED = "erased"


class Room(Table):
    """The rules now in force in a room; `id` is the forum session's `room`. Its open/paused/ended state is the session's."""

    __tablename__ = "rooms"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    session_id: Mapped[str] = mapped_column(ForeignKey("forum_sessions.id"), type_=Id, unique=True)
    slow_seconds: Mapped[int] = mapped_column(default=0)
    premoderated: Mapped[bool] = mapped_column(default=False)
    locked: Mapped[bool] = mapped_column(default=False)
    unlimited: Mapped[bool] = mapped_column(default=False)
    """No limits of rate: a load test's room."""
    announcement: Mapped[dict[str, object] | None]
    """The last announcement as its event says it: `{"id", "text", "until"?, "texts"?}`."""


class Message(Table):
    """One message as it now stands. `(room, sender, cid)` is unique for ever; `by` and `fields` are JSON as in the protocol."""

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("room", "sender", "cid"),
        Index("ix_messages_room_seq", "room", "seq"),
        Index("ix_messages_room_state", "room", "state"),
        Index("ix_messages_sender", "room", "sender", "received_at"),
    )

    id: Mapped[str] = id_column()
    room: Mapped[str] = mapped_column(Id)
    sender: Mapped[str] = mapped_column(Id)
    """Participant id, or account or token id for staff."""
    cid: Mapped[str] = mapped_column(String(64))
    body_hash: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(12))
    text: Mapped[str]
    """Empty once deleted or erased; a hidden message keeps it for `unhide`."""
    by: Mapped[dict[str, object]]
    re: Mapped[str | None] = mapped_column(Id)
    participant_id: Mapped[str | None] = mapped_column(ForeignKey("participants.id"), type_=Id)
    """Whose words they are: the sender's own participant, or the person in the hall for whom an operator typed."""
    on_behalf: Mapped[str | None]
    site_id: Mapped[str | None] = mapped_column(Id)
    via: Mapped[str] = mapped_column(String(10))
    source: Mapped[str | None] = mapped_column(String(20))
    fields: Mapped[dict[str, object] | None]
    state: Mapped[MessageState]
    reason: Mapped[str | None]
    seq: Mapped[int | None] = mapped_column(BigInteger)
    proposal: Mapped[str | None] = mapped_column(String(30))
    """Number of the proposal that it was captured as."""
    pinned_at: Mapped[datetime | None]
    received_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    """The device's own time, when it said one."""
    decided_by: Mapped[str | None] = mapped_column(Id)
    decided_at: Mapped[datetime | None]


class Vote(Table):
    """Somebody's word for an aspiration, one row per person and message; taken back it stays with `given` false."""

    __tablename__ = "votes"
    __table_args__ = (Index("ix_votes_room_rev", "room", "rev"), Index("ix_votes_room_person", "room", "person"))

    message_id: Mapped[str] = mapped_column(ForeignKey("messages.id"), type_=Id, primary_key=True)
    person: Mapped[str] = mapped_column(Id, primary_key=True)
    """Participant id, or account or token id for staff."""
    room: Mapped[str] = mapped_column(Id)
    given: Mapped[bool]
    rev: Mapped[int] = mapped_column(BigInteger)
    """The room's tally as of which this is so."""
    at: Mapped[datetime]


class Tally(Table):
    """How often votes of a room have changed; its row is locked to change one, so that whoever reads up to a `rev` has read everything below."""

    __tablename__ = "tallies"

    room: Mapped[str] = mapped_column(Id, primary_key=True)
    rev: Mapped[int] = mapped_column(BigInteger, default=0)


class Sanction(Table):
    """A mute or ban in a room until a moment (or for good); lifting sets `until` to that moment."""

    __tablename__ = "sanctions"
    __table_args__ = (Index("ix_sanctions_room_person", "room", "person"),)

    id: Mapped[str] = id_column()
    room: Mapped[str] = mapped_column(Id)
    person: Mapped[str] = mapped_column(Id)
    kind: Mapped[str] = mapped_column(String(5))
    reason: Mapped[str | None]
    by: Mapped[str]
    at: Mapped[datetime]
    until: Mapped[datetime | None]


class StaffAct(Table):
    """An act of staff in a room under its `cid`, so that a repeated frame does nothing twice."""

    __tablename__ = "room_acts"
    __table_args__ = (UniqueConstraint("room", "actor", "cid"),)

    id: Mapped[str] = id_column()
    room: Mapped[str] = mapped_column(Id)
    actor: Mapped[str] = mapped_column(Id)
    cid: Mapped[str] = mapped_column(String(64))
    body_hash: Mapped[str] = mapped_column(String(64))
    answer: Mapped[dict[str, object]]
    at: Mapped[datetime]


class LiveProcess(Table):
    """A process that holds sockets, and when it last said that it lives."""

    __tablename__ = "live_processes"

    id: Mapped[str] = id_column()
    seen_at: Mapped[datetime]


class RoomPresence(Table):
    """How many people are in a room in one process."""

    __tablename__ = "room_presences"

    process: Mapped[str] = mapped_column(ForeignKey("live_processes.id"), type_=Id, primary_key=True)
    room: Mapped[str] = mapped_column(Id, primary_key=True)
    people: Mapped[int]

"""The logs of rooms as rows: heads that are locked to append, and events stored as the bytes that everybody receives."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKeyConstraint, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.database.tables import Id, Table

FORMAT = 1
"""Version of the event encoding: UTF-8 JSON objects of room protocol version 1."""


class Log(Table):
    """One log of a room (`public` or `desk`): its epoch and the last seq given out."""

    __tablename__ = "journal_logs"

    room: Mapped[str] = mapped_column(Id, primary_key=True)
    log: Mapped[str] = mapped_column(String(10), primary_key=True)
    epoch: Mapped[str] = mapped_column(Id)
    head: Mapped[int] = mapped_column(BigInteger, default=0)


class Event(Table):
    """One event: its `seq`, the `subject` that a tombstone finds it by (a message id), and its encoded payload with the seq inside."""

    __tablename__ = "journal_events"
    __table_args__ = (
        ForeignKeyConstraint(["room", "log"], ["journal_logs.room", "journal_logs.log"]),
        Index("ix_journal_events_subject", "room", "subject"),
    )

    room: Mapped[str] = mapped_column(Id, primary_key=True)
    log: Mapped[str] = mapped_column(String(10), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    subject: Mapped[str | None] = mapped_column(Id)
    kind: Mapped[str] = mapped_column(String(20))
    """What a snapshot selects by: `msg`, `upd`, `room`, or a desk event."""
    format: Mapped[int] = mapped_column(default=FORMAT)
    payload: Mapped[bytes]
    at: Mapped[datetime]


class Revocation(Table):
    """Somebody lost their place in rooms; processes read from where they stand and close those sockets."""

    __tablename__ = "journal_revocations"

    number: Mapped[int] = mapped_column(BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=True)
    person: Mapped[str] = mapped_column(Id)
    """Participant, account or token id, as sockets are labelled."""
    room: Mapped[str | None] = mapped_column(Id)
    code: Mapped[int]
    """The close code: 4503 revoked or banned, 4003 role or state changed."""
    at: Mapped[datetime]

"""Telling a person something: a notice per person and event, a delivery per channel, an attempt per try."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.database.tables import Id, Table, id_column


class Channel(StrEnum):
    """How a notice travels; `whatsapp_hand` is opened and marked as sent by an officer, `letter` is printed (`sending`) and handed over (`sent`)."""

    EMAIL = "email"
    WHATSAPP_HAND = "whatsapp_hand"
    LETTER = "letter"
    CONSOLE = "console"


class DeliveryState(StrEnum):
    """`queued → sending → sent`, or `waiting_retry`, `failed` (for a person to look at), `cancelled`; `claimed`: an officer has it in hand."""

    QUEUED = "queued"
    CLAIMED = "claimed"
    SENDING = "sending"
    SENT = "sent"
    WAITING_RETRY = "waiting_retry"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Notice(Table):
    """Something that one person must be told once: `kind` picks the letter, `key` is unique, `facts` holds ids only."""

    __tablename__ = "notices"
    __table_args__ = (Index("ix_notices_session_id", "session_id"), Index("ix_notices_participant_id", "participant_id"))

    id: Mapped[str] = id_column()
    session_id: Mapped[str] = mapped_column(ForeignKey("forum_sessions.id"), type_=Id)
    participant_id: Mapped[str] = mapped_column(ForeignKey("participants.id"), type_=Id)
    kind: Mapped[str] = mapped_column(String(30))
    key: Mapped[str] = mapped_column(unique=True)
    facts: Mapped[dict[str, object]]
    created_at: Mapped[datetime]


class Delivery(Table):
    """A notice on one channel."""

    __tablename__ = "deliveries"
    __table_args__ = (UniqueConstraint("notice_id", "channel"), Index("ix_deliveries_state", "channel", "state"))

    id: Mapped[str] = id_column()
    notice_id: Mapped[str] = mapped_column(ForeignKey("notices.id"), type_=Id)
    channel: Mapped[Channel]
    state: Mapped[DeliveryState] = mapped_column(default=DeliveryState.QUEUED)
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime | None]
    last_problem: Mapped[str | None]
    """A code, never the provider's text with an address in it."""
    claimed_by: Mapped[str | None]
    claimed_until: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)


class Attempt(Table):
    """One try of a delivery and how it ended."""

    __tablename__ = "delivery_attempts"
    __table_args__ = (UniqueConstraint("delivery_id", "number"),)

    id: Mapped[str] = id_column()
    delivery_id: Mapped[str] = mapped_column(ForeignKey("deliveries.id"), type_=Id)
    number: Mapped[int]
    at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(String(15))
    problem: Mapped[str | None]
    by: Mapped[str]


class ToldChange(Table):
    """That a notice tells a person of one change of plans; the key makes it once per person and change, and changes that come before it goes out join it."""

    __tablename__ = "told_changes"
    __table_args__ = (Index("ix_told_changes_notice_id", "notice_id"),)

    change_id: Mapped[str] = mapped_column(Id, primary_key=True)
    participant_id: Mapped[str] = mapped_column(Id, primary_key=True)
    notice_id: Mapped[str] = mapped_column(ForeignKey("notices.id", ondelete="CASCADE"), type_=Id)

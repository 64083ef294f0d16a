"""The audit chain: one per forum session, and one named `office` for acts that belong to none."""

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.database.tables import Id, Table

OFFICE = "office"


class AuditHead(Table):
    """The last link of a chain, locked by whoever adds the next."""

    __tablename__ = "audit_heads"

    chain: Mapped[str] = mapped_column(Id, primary_key=True)
    number: Mapped[int]
    link: Mapped[bytes]


class AuditEntry(Table):
    """One act: who did what to what, as ids and codes only (never personal data), with its link to all before it."""

    __tablename__ = "audit_entries"
    __table_args__ = (Index("ix_audit_entries_subject", "subject"),)

    chain: Mapped[str] = mapped_column(Id, primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str]
    """`account:ID`, `token:ID`, `duty:ID`, `seat:ID`, `person:ID` (by status key) or `system`."""
    act: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str]
    """`kind:ID` of what was acted on."""
    facts: Mapped[str]
    """Canonical JSON as it was hashed."""
    link: Mapped[bytes]

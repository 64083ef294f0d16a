"""Who of the office wants to be told once a day what waits, when, and where to."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.database.tables import Id, Table, id_column


class DigestWish(Table):
    """An account's wish for the daily digest; gone when it is switched off, so that the address in old letters stops nothing new."""

    __tablename__ = "digest_wishes"

    id: Mapped[str] = id_column()
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), type_=Id, unique=True)
    hour: Mapped[int]
    """From 0 to 23, where the office is."""
    address: Mapped[bytes]
    """The e-mail address, sealed."""
    language: Mapped[str] = mapped_column(String(5))
    dealt_on: Mapped[date | None]
    """The last day, where the office is, of which nothing is to be told any more: told, nothing to tell, or refused."""
    told_at: Mapped[datetime | None]
    """When the last one left."""
    claimed_until: Mapped[datetime | None]
    """Until when somebody else is sending it."""
    problem: Mapped[str | None] = mapped_column(String(60))
    """Why the last one did not leave, as a code; empty when it did."""

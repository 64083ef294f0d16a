"""Staff: accounts, what they may do and where, their sign-ins, and bearer tokens for programs."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.database.tables import Id, Table, id_column


class Role(StrEnum):
    """What a grant allows; `admin` includes every other role."""

    ADMIN = "admin"
    MODERATOR = "moderator"
    OPERATOR = "operator"
    SECRETARIAT = "secretariat"
    RESPONDER = "responder"
    READER = "reader"


class Account(Table):
    """A person of the office; `login` is the e-mail address or short name they sign in with, in lower case."""

    __tablename__ = "accounts"

    id: Mapped[str] = id_column()
    login: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    agency: Mapped[str | None]
    """Institution shown as capacity in the room (e.g. "DPUPR"), for responders and moderators."""
    password_hash: Mapped[str | None]
    totp_secret: Mapped[bytes | None]
    """The key of the second step, sealed; empty while the password alone is enough."""
    totp_pending: Mapped[bytes | None]
    """A key that was shown but not yet proven by a first code."""
    totp_step: Mapped[int | None]
    """The step (30 seconds each) of the last code that was taken: no code counts twice."""
    disabled_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class BearerToken(Table):
    """A program's (or seeded staff member's) key; only its SHA-256 is stored."""

    __tablename__ = "bearer_tokens"

    id: Mapped[str] = id_column()
    fingerprint: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    agency: Mapped[str | None]
    """As of an account."""
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class Grant(Table):
    """Account or token may act in `role`: everywhere, in one forum session, or at one of its sites."""

    __tablename__ = "grants"
    __table_args__ = (
        UniqueConstraint("account_id", "token_id", "role", "session_id", "site_id"),
        Index("ix_grants_session_id", "session_id"),
        Index(
            "uq_grants_everywhere",
            "account_id",
            "role",
            unique=True,
            sqlite_where=text("session_id IS NULL"),
            postgresql_where=text("session_id IS NULL"),
        ),
    )

    id: Mapped[str] = id_column()
    account_id: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"), type_=Id)
    token_id: Mapped[str | None] = mapped_column(ForeignKey("bearer_tokens.id"), type_=Id)
    role: Mapped[Role]
    session_id: Mapped[str | None] = mapped_column(Id)
    site_id: Mapped[str | None] = mapped_column(Id)
    created_at: Mapped[datetime]


class SignIn(Table):
    """A signed-in browser of staff: the cookie's SHA-256, and the CSRF secret that its forms carry."""

    __tablename__ = "sign_ins"

    id: Mapped[str] = id_column()
    fingerprint: Mapped[str] = mapped_column(unique=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), type_=Id)
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    device: Mapped[str] = mapped_column(String(40), default="")
    """Browser and system in two words; no address is kept."""


class SetupAddress(Table):
    """The one-time address printed at the first start, by which the administrator is made."""

    __tablename__ = "setup_addresses"

    fingerprint: Mapped[str] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class ResetLink(Table):
    """A link by which a member of staff chooses a new password, once; only the SHA-256 of its secret is stored."""

    __tablename__ = "reset_links"

    fingerprint: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), type_=Id, unique=True)
    expires_at: Mapped[datetime]


class RecoveryCode(Table):
    """A code that stands once for the second step when the telephone is lost; only its SHA-256 is stored."""

    __tablename__ = "recovery_codes"
    __table_args__ = (Index("ix_recovery_codes_account_id", "account_id"),)

    fingerprint: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), type_=Id)


class DutyLink(Table):
    """Operator's work in one hall on one day, for whoever opens the link and gives a name; derived from id and generation, so that it can be shown again."""

    __tablename__ = "duty_links"
    __table_args__ = (UniqueConstraint("site_id", "day"), Index("ix_duty_links_session_id", "session_id"))

    id: Mapped[str] = id_column()
    session_id: Mapped[str] = mapped_column(Id)
    site_id: Mapped[str] = mapped_column(Id)
    day: Mapped[str] = mapped_column(String(10))
    """The day in the session's zone, as 2021-04-11."""
    starts_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    generation: Mapped[int] = mapped_column(default=1)
    revoked_at: Mapped[datetime | None]
    created_by: Mapped[str]
    created_at: Mapped[datetime]


class DutyShift(Table):
    """Somebody on duty by a link, in one browser: the name they gave and the cookie's SHA-256."""

    __tablename__ = "duty_shifts"
    __table_args__ = (Index("ix_duty_shifts_link_id", "link_id"),)

    id: Mapped[str] = id_column()
    link_id: Mapped[str] = mapped_column(ForeignKey("duty_links.id"), type_=Id)
    generation: Mapped[int]
    name: Mapped[str]
    fingerprint: Mapped[str] = mapped_column(unique=True)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

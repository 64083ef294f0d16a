"""Who works in a session: accounts with their roles and halls, given and taken away."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import Account, Grant, Role
from app.access.passwords import Hashed
from app.access.rights import GrantOf
from app.access.service import create_account, grant, ungrant
from app.errors import FieldError, Invalid
from app.journal.service import revoke
from app.sessions.models import ForumSession
from app.sessions.rows import sites_of
from app.vault import Vault

ROLE_CHANGED = 4003
"""The close code that lets a client come back with the rights it still has."""


@dataclass(frozen=True)
class Duty:
    """One right of an account: in this session (`everywhere` False) or in every session of the office."""

    role: Role
    site_id: str | None
    everywhere: bool


@dataclass(frozen=True)
class Member:
    """An account with what it may do here."""

    id: str
    login: str
    name: str
    agency: str | None
    duties: list[Duty]


async def members_of(db: AsyncSession, session_id: str) -> list[Member]:
    """Everybody who may work in a session, by name; accounts that are disabled are left out."""
    rows = await db.execute(
        select(Account, Grant)
        .join(Grant, Grant.account_id == Account.id)
        .where(or_(Grant.session_id == session_id, Grant.session_id.is_(None)), Account.disabled_at.is_(None))
        .order_by(Account.name, Account.id, Grant.created_at, Grant.id)
    )
    found: dict[str, Member] = {}
    for account, given in rows:
        member = found.setdefault(account.id, Member(account.id, account.login, account.name, account.agency, []))
        member.duties.append(Duty(given.role, given.site_id, given.session_id is None))
    return list(found.values())


async def others(db: AsyncSession) -> list[Account]:
    """Accounts of the office that could be given a duty here, by name."""
    return list(await db.scalars(select(Account).where(Account.disabled_at.is_(None)).order_by(Account.name, Account.id)))


async def give_duty(
    db: AsyncSession, vault: Vault, session: ForumSession, account_id: str, role: Role, site_id: str | None, *, actor: str, now: datetime
) -> None:
    """Let an account work in this session, at one hall or in the whole of it; twice changes nothing."""
    if site_id is not None and site_id not in {site.id for site in await sites_of(db, session.id)}:
        raise Invalid(FieldError("site", "sessions.hall_unknown"))
    await grant(db, vault, account_id, GrantOf(role, session.id, site_id), actor=actor, now=now)
    await revoke(db, account_id, session.room, ROLE_CHANGED, now)


async def take_duty(
    db: AsyncSession, vault: Vault, session: ForumSession, account_id: str, role: Role, site_id: str | None, *, actor: str, now: datetime
) -> None:
    """Take a duty in this session away; open sockets come back with the rights that are left."""
    await ungrant(db, vault, account_id, GrantOf(role, session.id, site_id), actor=actor, now=now)


async def new_member(
    db: AsyncSession,
    vault: Vault,
    session: ForumSession,
    *,
    name: str,
    login: str,
    agency: str | None,
    password: Hashed,
    role: Role,
    site_id: str | None,
    actor: str,
    now: datetime,
) -> Account:
    """An account for somebody new, with a duty here."""
    account = await create_account(db, vault, login=login, name=name, agency=agency, password=password, actor=actor, now=now)
    await give_duty(db, vault, session, account.id, role, site_id, actor=actor, now=now)
    return account

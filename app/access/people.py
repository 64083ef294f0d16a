"""The accounts of the office: who there is, first passwords, and locking somebody out."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import Account, Grant, Role
from app.access.passwords import Hashed, matches
from app.access.service import change_password
from app.access.signing import end_sign_ins
from app.audit.service import Act, record
from app.errors import Conflict, FieldError, Invalid, NotFound
from app.vault import Vault

SYLLABLES = tuple(a + b for a in "bdgjklmnprstw" for b in "aeiou")
PARTS = 4
"""Words of a first password: four of three syllables are more than 70 bits, and can be read aloud."""


@dataclass(frozen=True)
class Person:
    """An account with its roles in the whole office and the number of its duties in single forums."""

    account: Account
    everywhere: tuple[Role, ...]
    duties: int


def first_password() -> str:
    """A fresh password that can be read aloud and typed on a phone."""
    words = ("".join(secrets.choice(SYLLABLES) for _ in range(3)) for _ in range(PARTS))
    return "-".join(words)


async def people(db: AsyncSession) -> list[Person]:
    """Every account of the office, by name; those locked out at the end."""
    accounts = list(await db.scalars(select(Account).order_by(Account.disabled_at.is_not(None), Account.name, Account.id)))
    grants: Sequence[Grant] = (await db.scalars(select(Grant).where(Grant.account_id.is_not(None)).order_by(Grant.created_at))).all()
    found = []
    for account in accounts:
        own = [grant for grant in grants if grant.account_id == account.id]
        everywhere = tuple(grant.role for grant in own if grant.session_id is None)
        found.append(Person(account, everywhere, len(own) - len(everywhere)))
    return found


async def lock_out(db: AsyncSession, vault: Vault, account_id: str, *, actor: str, now: datetime) -> None:
    """End every sign-in of an account and allow no new one; Conflict for the last administrator, nothing when it is out already."""
    account = await _account(db, account_id)
    if account.disabled_at is not None:
        return
    admins = select(Grant.account_id).join(Account, Account.id == Grant.account_id)
    held = await db.scalars(
        admins.where(Grant.role == Role.ADMIN, Grant.session_id.is_(None), Account.disabled_at.is_(None)).with_for_update()
    )
    if set(held.all()) == {account.id}:
        raise Conflict("access.last_admin")
    account.disabled_at = now
    await end_sign_ins(db, account.id, now)
    await record(db, vault, None, now, Act(actor, "access.locked_out", f"account:{account.id}", {}))


async def let_in(db: AsyncSession, vault: Vault, account_id: str, *, actor: str, now: datetime) -> None:
    """Let an account sign in again; nothing when it may already."""
    account = await _account(db, account_id)
    if account.disabled_at is None:
        return
    account.disabled_at = None
    await record(db, vault, None, now, Act(actor, "access.let_in", f"account:{account.id}", {}))


async def own_password(db: AsyncSession, vault: Vault, account_id: str, old: str, new: Hashed, *, now: datetime) -> None:
    """Change one's own password; Invalid when the old one is not right. Every sign-in of the account ends."""
    await must_know_password(db, account_id, old, field="old")
    await change_password(db, vault, account_id, new, actor=f"account:{account_id}", now=now)


async def must_know_password(db: AsyncSession, account_id: str, password: str, *, field: str) -> None:
    """Invalid at `field` unless this is the password of the account."""
    account = await _account(db, account_id)
    if not await matches(account.password_hash, password):
        raise Invalid(FieldError(field, "access.old_password_wrong"))


async def _account(db: AsyncSession, account_id: str) -> Account:
    account = await db.get(Account, account_id)
    if account is None:
        raise NotFound("access.no_account")
    return account

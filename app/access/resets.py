"""A new password by a link that an administrator hands over: shown once, used once, good for some hours."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import Account, ResetLink
from app.access.passwords import Hashed
from app.access.service import change_password
from app.access.signing import end_sign_ins
from app.audit.service import Act, record
from app.errors import NotFound
from app.vault import Vault, fingerprint, token

LINK_LASTS = timedelta(hours=12)


async def make_link(db: AsyncSession, vault: Vault, account_id: str, *, actor: str, now: datetime) -> tuple[Account, str]:
    """The account and the secret of its link; an earlier link, the old password and every sign-in stop working at once."""
    account = await db.get(Account, account_id, with_for_update=True)
    if account is None or account.disabled_at is not None:
        raise NotFound("access.no_account")
    secret = token()
    await db.execute(delete(ResetLink).where(ResetLink.account_id == account.id))
    db.add(ResetLink(fingerprint=fingerprint(secret), account_id=account.id, expires_at=now + LINK_LASTS))
    account.password_hash = None
    await end_sign_ins(db, account.id, now)
    await db.flush()
    await record(db, vault, None, now, Act(actor, "access.reset_link_made", f"account:{account.id}", {}))
    return account, secret


async def link_owner(db: AsyncSession, secret: str, now: datetime) -> Account:
    """Whose link this is; NotFound when it was used, replaced, has run out or never was."""
    found = await db.scalar(
        select(Account)
        .join(ResetLink, ResetLink.account_id == Account.id)
        .where(ResetLink.fingerprint == fingerprint(secret), ResetLink.expires_at > now, Account.disabled_at.is_(None))
    )
    if found is None:
        raise NotFound("access.reset_gone")
    return found


async def use_link(db: AsyncSession, vault: Vault, secret: str, password: Hashed, *, now: datetime) -> Account:
    """Set the password that the owner of the link chose; the link is gone with it."""
    account = await link_owner(db, secret, now)
    used = delete(ResetLink).where(ResetLink.fingerprint == fingerprint(secret)).returning(ResetLink.account_id)
    if (await db.execute(used)).first() is None:
        raise NotFound("access.reset_gone")
    await change_password(db, vault, account.id, password, actor=f"account:{account.id}", now=now)
    return account

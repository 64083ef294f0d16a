"""The second step of signing in: six digits from a telephone, each code once, or a recovery code."""

import base64
import secrets
from datetime import datetime

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.codes import new_key, step_of
from app.access.models import Account, RecoveryCode
from app.audit.service import Act, record
from app.errors import Conflict, FieldError, Invalid, NotFound
from app.vault import Vault, fingerprint

RECOVERY_CODES = 10
RECOVERY_BYTES = 10
"""80 bits each: what is stored of them tells nobody anything."""


def plain(code: str) -> str:
    """A code as it is compared, however it was typed."""
    return "".join(sign for sign in code.lower() if sign.isalnum())


async def begin(db: AsyncSession, vault: Vault, account_id: str) -> None:
    """Make a key that counts once its first code was given; Conflict when there is one in force."""
    account = await _locked(db, account_id)
    if account.totp_secret is not None:
        raise Conflict("access.totp_on")
    account.totp_pending = vault.seal(new_key(), "accounts", "totp_pending", account.id)


def pending(vault: Vault, account: Account) -> str | None:
    """The key that waits for its first code."""
    return vault.open(account.totp_pending, "accounts", "totp_pending", account.id)


async def confirm(db: AsyncSession, vault: Vault, account_id: str, code: str, *, now: datetime) -> list[str]:
    """Put the key in force with its first code; the recovery codes, which are never shown again. Invalid for a wrong code."""
    account = await _locked(db, account_id)
    secret = pending(vault, account)
    if secret is None:
        raise Conflict("access.totp_not_begun")
    step = step_of(secret, plain(code), now)
    if step is None:
        raise Invalid(FieldError("code", "access.code_wrong"))
    account.totp_secret = vault.seal(secret, "accounts", "totp_secret", account.id)
    account.totp_pending, account.totp_step = None, step
    codes = await _new_codes(db, account.id)
    await record(db, vault, None, now, Act(f"account:{account.id}", "access.totp_set", f"account:{account.id}", {}))
    return codes


async def renew_codes(db: AsyncSession, vault: Vault, account_id: str, *, now: datetime) -> list[str]:
    """New recovery codes; the old ones stop working."""
    account = await _locked(db, account_id)
    if account.totp_secret is None:
        raise Conflict("access.totp_not_begun")
    codes = await _new_codes(db, account.id)
    await record(db, vault, None, now, Act(f"account:{account.id}", "access.recovery_renewed", f"account:{account.id}", {}))
    return codes


async def remove(db: AsyncSession, vault: Vault, account_id: str, *, actor: str, now: datetime) -> None:
    """The password alone is enough again; nothing when it was already."""
    account = await _locked(db, account_id)
    if account.totp_secret is None and account.totp_pending is None:
        return
    account.totp_secret = account.totp_pending = account.totp_step = None
    await db.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    await record(db, vault, None, now, Act(actor, "access.totp_removed", f"account:{account.id}", {}))


async def spend(db: AsyncSession, vault: Vault, account_id: str, code: str, *, now: datetime) -> None:
    """Take a code at sign-in, once and for all; Invalid for a wrong one, and for one that was taken before."""
    account = await _locked(db, account_id)
    secret = vault.open(account.totp_secret, "accounts", "totp_secret", account.id)
    given = plain(code)
    step = step_of(secret, given, now) if secret is not None else None
    if step is not None:
        fresh = or_(Account.totp_step.is_(None), Account.totp_step < step)
        taken = await db.execute(update(Account).where(Account.id == account.id, fresh).values(totp_step=step).returning(Account.id))
        if taken.first() is None:
            raise Invalid(FieldError("code", "access.code_used"))
        return
    used = delete(RecoveryCode).where(RecoveryCode.fingerprint == fingerprint(given), RecoveryCode.account_id == account.id)
    if (await db.execute(used.returning(RecoveryCode.account_id))).first() is None:
        raise Invalid(FieldError("code", "access.code_wrong"))
    await record(db, vault, None, now, Act(f"account:{account.id}", "access.recovery_used", f"account:{account.id}", {}))


async def codes_left(db: AsyncSession, account_id: str) -> int:
    """How many recovery codes somebody has left."""
    return await db.scalar(select(func.count()).select_from(RecoveryCode).where(RecoveryCode.account_id == account_id)) or 0


async def _new_codes(db: AsyncSession, account_id: str) -> list[str]:
    await db.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    fresh = [base64.b32encode(secrets.token_bytes(RECOVERY_BYTES)).decode().lower() for _ in range(RECOVERY_CODES)]
    db.add_all([RecoveryCode(fingerprint=fingerprint(code), account_id=account_id) for code in fresh])
    await db.flush()
    return ["-".join(code[at : at + 4] for at in range(0, len(code), 4)) for code in fresh]


async def _locked(db: AsyncSession, account_id: str) -> Account:
    found = await db.get(Account, account_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound("access.no_account")
    return found

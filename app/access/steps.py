"""Between the password and the code: a proof that the password was right a moment ago, carried by the form and kept nowhere."""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import Account
from app.errors import FieldError, Invalid
from app.vault import Vault, fingerprint, same

PROOF_LASTS = timedelta(minutes=10)
PROOF_LENGTH = 40


def proof(vault: Vault, account: Account, now: datetime) -> str:
    """What the form of the second step carries; a change of the password makes it worthless."""
    until = int((now + PROOF_LASTS).timestamp())
    return f"{account.id}.{until}.{_seal(vault, account, until)}"


async def proven(db: AsyncSession, vault: Vault, given: str, now: datetime) -> str:
    """The id of the account whose password was right; Invalid when that was too long ago or never."""
    account_id, _, rest = given.partition(".")
    until, _, seal = rest.partition(".")
    account = await db.get(Account, account_id) if len(account_id) <= 16 and until.isdecimal() and len(until) <= 12 else None
    if (
        account is None
        or account.disabled_at is not None
        or not same(seal, _seal(vault, account, int(until)))
        or now.timestamp() >= int(until)
    ):
        raise Invalid(FieldError("code", "access.step_too_late"))
    return account.id


def _seal(vault: Vault, account: Account, until: int) -> str:
    return vault.derive("second-step", f"{account.id}|{until}|{fingerprint(account.password_hash or '')}", 0, PROOF_LENGTH)

"""Staff comes in: first administrator, accounts, grants, sign-in and out, bearer tokens."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import Account, BearerToken, Grant, Role, SetupAddress
from app.access.passwords import Hashed
from app.access.rights import GrantOf, Staff
from app.access.signing import ROLE_CHANGED, end_sign_ins, grants_of
from app.audit.service import Act, record
from app.database.tables import new_id
from app.errors import Conflict, FieldError, Invalid, NotAllowed, NotFound
from app.journal.service import revoke
from app.vault import Vault, fingerprint, token


async def needs_setup(db: AsyncSession) -> bool:
    """Whether nobody can sign in yet."""
    return (await db.scalars(select(Account.id).limit(1))).first() is None


async def new_setup_secret(db: AsyncSession, now: datetime) -> str:
    """A fresh one-time secret for the set-up address; older ones stop working."""
    await db.execute(delete(SetupAddress).where(SetupAddress.used_at.is_(None)))
    secret = token(10)
    db.add(SetupAddress(fingerprint=fingerprint(secret), created_at=now))
    return secret


async def setup_open(db: AsyncSession, secret: str) -> bool:
    """Whether this set-up address still makes an administrator."""
    found = await db.get(SetupAddress, fingerprint(secret))
    return found is not None and found.used_at is None and await needs_setup(db)


async def set_up(db: AsyncSession, vault: Vault, secret: str, *, login: str, name: str, password: Hashed, now: datetime) -> Account:
    """Make the first administrator with the one-time secret; NotFound when it was used or never given out."""
    found = await db.get(SetupAddress, fingerprint(secret), with_for_update=True)
    if found is None or found.used_at is not None or not await needs_setup(db):
        raise NotFound("access.setup_used")
    account = await create_account(db, vault, login=login, name=name, password=password, actor="system", now=now)
    found.used_at = now
    await grant(db, vault, account.id, GrantOf(Role.ADMIN), actor="system", now=now)
    return account


async def create_account(
    db: AsyncSession, vault: Vault, *, login: str, name: str, password: Hashed, actor: str, now: datetime, agency: str | None = None
) -> Account:
    """A new account without any right; Invalid for an empty name or a taken log-in."""
    login, name = login.strip().lower(), name.strip()
    problems = [FieldError(field, "field.required") for field, value in (("login", login), ("name", name)) if not value]
    if problems:
        raise Invalid(*problems)
    if await db.scalar(select(Account.id).where(Account.login == login)):
        raise Invalid(FieldError("login", "access.login_taken"), code="access.login_taken")
    account = Account(
        id=new_id(),
        login=login,
        name=name,
        agency=agency or None,
        password_hash=password.text,
        created_at=now,
    )
    db.add(account)
    await db.flush()
    await record(db, vault, None, now, Act(actor, "access.account_created", f"account:{account.id}", {}))
    return account


async def account_by_login(db: AsyncSession, login: str) -> Account | None:
    """The account that may sign in with this name."""
    return await db.scalar(select(Account).where(Account.login == login.strip().lower(), Account.disabled_at.is_(None)))


async def staff_by_bearer(db: AsyncSession, secret: str, now: datetime) -> Staff | None:
    """Whose bearer token this is."""
    found = await db.scalar(select(BearerToken).where(BearerToken.fingerprint == fingerprint(secret), BearerToken.revoked_at.is_(None)))
    if found is None or (found.expires_at is not None and found.expires_at <= now):
        return None
    return Staff(found.id, "token", found.name, await grants_of(db, Grant.token_id == found.id), agency=found.agency)


async def create_token(
    db: AsyncSession,
    vault: Vault,
    *,
    name: str,
    grants: list[GrantOf],
    expires_at: datetime | None,
    actor: str,
    now: datetime,
    agency: str | None = None,
) -> str:
    """A bearer token with these rights, which speaks for this agency; the secret is shown once."""
    secret = token()
    row = BearerToken(id=new_id(), fingerprint=fingerprint(secret), name=name, agency=agency or None, expires_at=expires_at, created_at=now)
    db.add(row)
    await db.flush()
    for given in grants:
        db.add(Grant(token_id=row.id, role=given.role, session_id=given.session_id, site_id=given.site_id, created_at=now))
    facts: dict[str, object] = {"roles": sorted(g.role for g in grants)}
    await record(db, vault, None, now, Act(actor, "access.token_created", f"token:{row.id}", facts))
    return secret


async def grant(db: AsyncSession, vault: Vault, account_id: str, given: GrantOf, *, actor: str, now: datetime) -> None:
    """Give a right; giving it twice changes nothing."""
    if await db.get(Account, account_id) is None:
        raise NotFound("access.no_account")
    held = await grants_of(db, Grant.account_id == account_id)
    if given in held:
        return
    db.add(Grant(account_id=account_id, role=given.role, session_id=given.session_id, site_id=given.site_id, created_at=now))
    await db.flush()
    await record(db, vault, given.session_id, now, Act(actor, "access.granted", f"account:{account_id}", _facts(given)))


async def ungrant(db: AsyncSession, vault: Vault, account_id: str, given: GrantOf, *, actor: str, now: datetime) -> None:
    """Take a right away; Conflict when it is the last administrator's."""
    if given == GrantOf(Role.ADMIN):
        admins = await db.scalars(select(Grant.id).where(Grant.role == Role.ADMIN, Grant.session_id.is_(None)).with_for_update())
        if len(admins.all()) <= 1:
            raise Conflict("access.last_admin")
    where = (
        Grant.account_id == account_id,
        Grant.role == given.role,
        Grant.session_id.is_not_distinct_from(given.session_id),
        Grant.site_id.is_not_distinct_from(given.site_id),
    )
    gone = await db.execute(delete(Grant).where(*where).returning(Grant.id))
    if gone.first() is None:
        raise NotFound("access.no_grant")
    await revoke(db, account_id, None, ROLE_CHANGED, now)
    await record(db, vault, given.session_id, now, Act(actor, "access.ungranted", f"account:{account_id}", _facts(given)))


async def change_password(db: AsyncSession, vault: Vault, account_id: str, password: Hashed, *, actor: str, now: datetime) -> None:
    """Set a new password and end every sign-in of the account, its open sockets included."""
    await db.execute(update(Account).where(Account.id == account_id).values(password_hash=password.text))
    await end_sign_ins(db, account_id, now)
    await record(db, vault, None, now, Act(actor, "access.password_changed", f"account:{account_id}", {}))


def must(staff: Staff, roles: set[Role], session_id: str | None = None, site_id: str | None = None) -> None:
    """Refuse with NotAllowed unless the person may act in one of these roles there."""
    if not staff.may(roles, session_id, site_id):
        raise NotAllowed("access.not_allowed")


def bound(given: GrantOf, session_id: str) -> GrantOf:
    """The same right, in one session only."""
    return replace(given, session_id=session_id)


def _facts(given: GrantOf) -> dict[str, object]:
    return {"role": given.role, "session": given.session_id, "site": given.site_id}

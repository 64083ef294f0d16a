"""Sign-ins of staff: begun after the right password, kept while they are used, ended one by one or all at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, column, delete, or_, select, table, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.duties import leave, staff_on_duty
from app.access.lasting import AFTER_SESSION, KEPT_BY_SESSION, USED_ANEW, Work, ends_at, lasts
from app.access.models import Account, Grant, Role, SignIn
from app.access.rights import GrantOf, Staff
from app.audit.service import Act, record
from app.database.tables import UtcDateTime, new_id
from app.errors import NotFound
from app.journal.service import revoke
from app.vault import Vault, fingerprint, token

ROLE_CHANGED = 4003
"""Close code of room sockets whose owner's rights have changed: they come back with what is left."""
# Sessions belong to a higher floor: only whether one is being held is asked here, of the table by its name.
_SESSIONS = table("forum_sessions", column("id"), column("state"), column("ended_at", UtcDateTime()))


@dataclass(frozen=True)
class Place:
    """Where somebody is signed in; `here` is the browser that asks."""

    account_id: str
    name: str
    device: str
    started_at: datetime
    used_at: datetime
    here: bool


async def sign_in(db: AsyncSession, account_id: str, now: datetime, device: str = "") -> str:
    """Start a sign-in after the password was found right; the secret goes into the cookie, `device` is two words."""
    secret = token()
    db.add(
        SignIn(
            id=new_id(),
            fingerprint=fingerprint(secret),
            account_id=account_id,
            started_at=now,
            seen_at=now,
            expires_at=ends_at(now, now),
            device=device,
        )
    )
    over = and_(SignIn.expires_at < now, SignIn.seen_at < now - KEPT_BY_SESSION)
    await db.execute(delete(SignIn).where(SignIn.account_id == account_id, over))
    return secret


async def sign_out(db: AsyncSession, secret: str, now: datetime) -> None:
    """End the sign-in of this cookie; open sockets of the account are closed, and those of other browsers come back."""
    ended = await db.execute(delete(SignIn).where(SignIn.fingerprint == fingerprint(secret)).returning(SignIn.account_id))
    for (account_id,) in ended.all():
        await revoke(db, account_id, None, ROLE_CHANGED, now)
    await leave(db, secret, now)


async def staff_by_cookie(db: AsyncSession, secret: str, now: datetime) -> Staff | None:
    """Who is signed in with this cookie, or on duty by a link."""
    row = (
        await db.execute(
            select(SignIn, Account)
            .join(Account, Account.id == SignIn.account_id)
            .where(SignIn.fingerprint == fingerprint(secret), Account.disabled_at.is_(None))
        )
    ).first()
    if row is None:
        return await staff_on_duty(db, secret, now)
    if not await _counts(db, row[0], now):
        return None
    found, account = row
    grants = await grants_of(db, Grant.account_id == account.id)
    return Staff(account.id, "account", account.name, grants, agency=account.agency, sign_in_id=found.id, used_at=found.seen_at)


def to_be_noted(staff: Staff, now: datetime) -> bool:
    """Whether this use of a sign-in is to be written down."""
    return staff.sign_in_id is not None and staff.used_at is not None and now - staff.used_at >= USED_ANEW


async def note_use(db: AsyncSession, sign_in_id: str, now: datetime) -> None:
    """Write down that a sign-in is being used, which makes it last longer."""
    started = await db.scalar(select(SignIn.started_at).where(SignIn.id == sign_in_id))
    if started is not None:
        values = {"seen_at": now, "expires_at": ends_at(started, now)}
        await db.execute(update(SignIn).where(SignIn.id == sign_in_id, SignIn.seen_at < now).values(values))


async def places(db: AsyncSession, now: datetime, *, account_id: str | None = None, here: str | None = None) -> list[Place]:
    """Where people are signed in, the latest use first: one account's, or everybody's; `here` is the id of the asking sign-in."""
    wanted = select(SignIn, Account.name).join(Account, Account.id == SignIn.account_id).order_by(SignIn.seen_at.desc(), SignIn.id)
    if account_id is not None:
        wanted = wanted.where(SignIn.account_id == account_id)
    rows = (await db.execute(wanted.where(or_(SignIn.expires_at > now, SignIn.seen_at > now - KEPT_BY_SESSION)))).all()
    return [
        Place(one.account_id, name, one.device, one.started_at, one.seen_at, one.id == here)
        for one, name in rows
        if await _counts(db, one, now)
    ]


async def end_sign_ins(db: AsyncSession, account_id: str, now: datetime) -> None:
    """End every sign-in of an account; its room sockets close within seconds and do not come back without a new one."""
    await db.execute(delete(SignIn).where(SignIn.account_id == account_id))
    await revoke(db, account_id, None, ROLE_CHANGED, now)


async def sign_out_everywhere(db: AsyncSession, vault: Vault, account_id: str, *, actor: str, now: datetime) -> None:
    """The same by a press of the person or of an administrator, and recorded."""
    if await db.get(Account, account_id) is None:
        raise NotFound("access.no_account")
    await end_sign_ins(db, account_id, now)
    await record(db, vault, None, now, Act(actor, "access.signed_out_everywhere", f"account:{account_id}", {}))


async def grants_of(db: AsyncSession, whose: ColumnElement[bool]) -> tuple[GrantOf, ...]:
    """The rights of an account or token."""
    rows = await db.execute(select(Grant.role, Grant.session_id, Grant.site_id).where(whose))
    return tuple(GrantOf(Role(role), session_id, site_id) for role, session_id, site_id in rows)


async def _counts(db: AsyncSession, found: SignIn, now: datetime) -> bool:
    if now < found.expires_at:
        return True
    return lasts(found.expires_at, found.seen_at, await _work(db, found.account_id, now), now)


async def _work(db: AsyncSession, account_id: str, now: datetime) -> Sequence[Work]:
    held = _SESSIONS.c.state.in_(("live", "paused"))
    over = and_(_SESSIONS.c.state == "ended", _SESSIONS.c.ended_at > now - AFTER_SESSION)
    reaches: Any = or_(Grant.session_id.is_(None), Grant.session_id == _SESSIONS.c.id)
    rows = await db.execute(
        select(_SESSIONS.c.state, _SESSIONS.c.ended_at)
        .join_from(_SESSIONS, Grant, reaches)
        .where(Grant.account_id == account_id, or_(held, over))
    )
    return [Work(ended_at if state == "ended" else None) for state, ended_at in rows]

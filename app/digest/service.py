"""Switching the daily digest on and off, and finding whose it is."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.database.tables import new_id
from app.digest.hours import day_of, waits_until
from app.digest.models import DigestWish
from app.errors import NotFound
from app.outbox.service import cancel, want
from app.sessions.models import ForumSession
from app.vault import Vault, same
from app.web.pages import DEFAULT_ZONE

SEND = "digest.send"
SECRET = 16


@dataclass(frozen=True)
class Wished:
    """What an officer asks for: the hour where the office is, the e-mail address, and the language of the letter."""

    hour: int
    address: str
    language: str


async def switch_on(db: AsyncSession, vault: Vault, account_id: str, wished: Wished, *, now: datetime) -> DigestWish:
    """Want the digest, or want it otherwise. When its hour is over today, the first one comes tomorrow."""
    zone = await zone_of(db)
    wish = await wish_of(db, account_id, lock=True)
    if wish is None:
        wish = DigestWish(id=new_id(), account_id=account_id)
        db.add(wish)
    today = day_of(now, zone)
    if wish.dealt_on != today and waits_until(now, wished.hour, zone, wish.dealt_on) is None:
        wish.dealt_on = today
    sealed = vault.seal(wished.address, "digest_wishes", "address", wish.id)
    assert sealed is not None
    wish.hour, wish.address, wish.language, wish.problem = wished.hour, sealed, wished.language, None
    await db.flush()
    due = waits_until(now, wish.hour, zone, wish.dealt_on) or now
    await want(db, SEND, _job(account_id), {"account_id": account_id}, due_at=due, now=now)
    return wish


async def switch_off(db: AsyncSession, account_id: str, *, now: datetime) -> None:
    """Want it no more; a second time is nothing."""
    await db.execute(delete(DigestWish).where(DigestWish.account_id == account_id))
    await cancel(db, _job(account_id), now)


async def wish_of(db: AsyncSession, account_id: str, *, lock: bool = False) -> DigestWish | None:
    """The wish of an account; None while it is switched off."""
    wanted = select(DigestWish).where(DigestWish.account_id == account_id)
    return await db.scalar(wanted.with_for_update().execution_options(populate_existing=True) if lock else wanted)


def stop_key(vault: Vault, wish_id: str) -> str:
    """What stands in the address by which a letter is the last one: the id, and what only this house can make of it."""
    return wish_id + vault.derive("digest_stop", wish_id, 1, SECRET)


async def by_stop_key(db: AsyncSession, vault: Vault, key: str) -> DigestWish | None:
    """Whose digest this address stops; None when it is switched off already, NotFound for what is no such address."""
    id_ = key[:-SECRET]
    if not (key.isascii() and key.isalnum() and id_ and same(key, stop_key(vault, id_))):
        raise NotFound("web.not_found")
    return await db.get(DigestWish, id_)


async def zone_of(db: AsyncSession) -> str:
    """Where the office is: where its newest forum is held."""
    newest = select(ForumSession.zone).where(ForumSession.practice.is_(False)).order_by(ForumSession.created_at.desc(), ForumSession.id)
    return await db.scalar(newest.limit(1)) or DEFAULT_ZONE


def _job(account_id: str) -> str:
    return f"{SEND}:{account_id}"

"""Audit chains: every act in order, and any change, removal or cut noticed."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.models import AuditEntry, AuditHead
from app.audit.service import Act, facts_of, record, verify
from app.database.tables import new_id
from app.web.ground import Ground

CHAIN = new_id()


async def write(ground: Ground, count: int) -> None:
    async with ground.database.write() as db:
        acts = [Act("account:a", "selection.decided", f"application:{n}", {"to": "selected", "n": n}) for n in range(count)]
        await record(db, ground.vault, CHAIN, ground.clock.now(), *acts)


async def check(ground: Ground) -> tuple[int, int | None]:
    async with ground.database.read() as db:
        verdict = await verify(db, ground.vault, CHAIN)
    return verdict.entries, verdict.broken_at


async def test_acts_written_at_once_stand_in_one_unbroken_order(ground: Ground) -> None:
    await asyncio.gather(*(write(ground, 3) for _ in range(8)))
    assert await check(ground) == (24, None)
    async with ground.database.read() as db:
        numbers = list(await db.scalars(select(AuditEntry.number).order_by(AuditEntry.number)))
        first = await db.get_one(AuditEntry, (CHAIN, 1))
    assert numbers == list(range(1, 25))
    assert facts_of(first) == {"to": "selected", "n": 0}


Forgery = Callable[[AsyncSession], Awaitable[object]]


@pytest.mark.parametrize(
    ("forge", "found"),
    [
        (lambda db: db.execute(update(AuditEntry).where(AuditEntry.number == 2).values(actor="account:b")), (2, 2)),
        (lambda db: db.execute(update(AuditEntry).where(AuditEntry.number == 3).values(facts='{"to":"declined"}')), (3, 3)),
        (lambda db: db.execute(delete(AuditEntry).where(AuditEntry.number == 2)), (2, 2)),
        (lambda db: db.execute(delete(AuditEntry).where(AuditEntry.number == 5)), (4, 5)),
    ],
    ids=["other actor", "other facts", "one removed", "tail cut"],
)
async def test_a_forgery_is_found_where_it_was_made(ground: Ground, forge: Forgery, found: tuple[int, int]) -> None:
    await write(ground, 5)
    assert await check(ground) == (5, None)
    async with ground.database.write() as db:
        await forge(db)
    assert await check(ground) == found


async def test_a_chain_rebuilt_without_the_key_is_noticed(ground: Ground) -> None:
    await write(ground, 2)
    async with ground.database.write() as db:
        await db.execute(update(AuditEntry).where(AuditEntry.number == 2).values(link=b"\x00" * 32))
        await db.execute(update(AuditHead).values(link=b"\x00" * 32))
    assert await check(ground) == (2, 2)

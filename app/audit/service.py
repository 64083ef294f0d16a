"""Adding to an audit chain and checking that nothing in it was changed, removed or cut off."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.models import OFFICE, AuditEntry, AuditHead
from app.database.tables import canonical
from app.vault import Vault

START = bytes(32)


@dataclass(frozen=True)
class Act:
    """What somebody did: `actor` and `subject` as `kind:ID`, `act` as `area.verb`, `facts` of ids, codes and numbers only."""

    actor: str
    act: str
    subject: str
    facts: dict[str, object]


async def record(db: AsyncSession, vault: Vault, session_id: str | None, now: datetime, *acts: Act) -> None:
    """Append acts to the chain of a forum session (or of the office) in the caller's transaction. Last in the lock order."""
    if not acts:
        return
    head = await _locked_head(db, session_id or OFFICE)
    for act in acts:
        head.number += 1
        facts = canonical(act.facts).decode()
        head.link = vault.chain(head.link, _entry(head.chain, head.number, now, act.actor, act.act, act.subject, facts))
        db.add(
            AuditEntry(
                chain=head.chain,
                number=head.number,
                at=now,
                actor=act.actor,
                act=act.act,
                subject=act.subject,
                facts=facts,
                link=head.link,
            )
        )


@dataclass(frozen=True)
class Verdict:
    """What a check of one chain found: `broken_at` is the first wrong number, None when all is as written."""

    chain: str
    entries: int
    head: str
    broken_at: int | None


async def verify(db: AsyncSession, vault: Vault, chain: str) -> Verdict:
    """Recompute a chain from its start and compare each link and the head."""
    link, number = START, 0
    async for entry in _entries(db, chain):
        number += 1
        link = vault.chain(link, _entry(chain, number, entry.at, entry.actor, entry.act, entry.subject, entry.facts))
        if entry.number != number or entry.link != link:
            return Verdict(chain, number, link.hex(), number)
    head = await db.get(AuditHead, chain)
    if head is not None and (head.number != number or head.link != link):
        return Verdict(chain, number, link.hex(), number + 1)
    return Verdict(chain, number, link.hex(), None)


async def chains(db: AsyncSession) -> list[str]:
    """The names of all chains, oldest name first."""
    return list(await db.scalars(select(AuditHead.chain).order_by(AuditHead.chain)))


async def head_of(db: AsyncSession, session_id: str) -> str:
    """The present head of a session's chain as hex, to be printed where a cut tail should be noticed."""
    head = await db.get(AuditHead, session_id)
    return (head.link if head else START).hex()


def facts_of(entry: AuditEntry) -> dict[str, object]:
    """The facts of an entry as a mapping."""
    read = json.loads(entry.facts)
    assert isinstance(read, dict)
    return read


async def _locked_head(db: AsyncSession, chain: str) -> AuditHead:
    found = await db.get(AuditHead, chain, with_for_update=True, populate_existing=True)
    if found is not None:
        return found
    insert = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    await db.execute(insert(AuditHead).values(chain=chain, number=0, link=START).on_conflict_do_nothing())
    made = await db.get(AuditHead, chain, with_for_update=True, populate_existing=True)
    assert made is not None
    return made


async def _entries(db: AsyncSession, chain: str) -> AsyncIterator[AuditEntry]:
    last = 0
    while True:
        page = await db.scalars(
            select(AuditEntry).where(AuditEntry.chain == chain, AuditEntry.number > last).order_by(AuditEntry.number).limit(1000)
        )
        rows = page.all()
        if not rows:
            return
        for row in rows:
            yield row
        last = rows[-1].number
        db.expunge_all()


def _entry(chain: str, number: int, at: datetime, actor: str, act: str, subject: str, facts: str) -> bytes:
    return canonical([chain, number, at.isoformat(), actor, act, subject, facts])

"""Telling people: a notice is written once per key in the transaction that causes it; a job then chooses channels and delivers.

The channels of a person are chosen by the job "notices.route" (`route` below), which stands above and knows people and settings.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from app.database.tables import new_id
from app.notices.models import Notice
from app.outbox.service import enqueue

ROUTE = "notices.route"
DELIVER = "notices.deliver"
CHUNK = 100


@dataclass(frozen=True)
class Told:
    """One person who must be told: `key` makes it once, `facts` holds ids and codes only."""

    participant_id: str
    key: str
    facts: dict[str, object] = field(default_factory=dict)


async def notify(
    db: AsyncSession, *, session_id: str, participant_id: str, kind: str, key: str, facts: dict[str, object], now: datetime
) -> None:
    """Tell one person of one thing (`kind` picks the letter); a key that is there already changes nothing."""
    await notify_all(db, session_id=session_id, kind=kind, people=[Told(participant_id, key, facts)], now=now)


async def notify_all(db: AsyncSession, *, session_id: str, kind: str, people: Iterable[Told], now: datetime) -> int:
    """Tell many people of the same thing; how many of these notices are new. People must be in the database or in this transaction."""
    await db.flush()
    everybody = list(people)
    new = 0
    for start in range(0, len(everybody), CHUNK):
        ids = await _write(db, session_id, kind, everybody[start : start + CHUNK], now)
        new += len(ids)
        if ids:
            await enqueue(db, ROUTE, f"route:{ids[0]}", {"notice_ids": ids}, due_at=now, now=now)
    return new


async def _write(db: AsyncSession, session_id: str, kind: str, people: Sequence[Told], now: datetime) -> list[str]:
    dialect = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    rows = [
        {
            "id": new_id(),
            "session_id": session_id,
            "participant_id": person.participant_id,
            "kind": kind,
            "key": person.key,
            "facts": person.facts,
            "created_at": now,
        }
        for person in people
    ]
    written = await db.execute(dialect(Notice).values(rows).on_conflict_do_nothing(index_elements=["key"]).returning(Notice.id))
    return list(written.scalars())

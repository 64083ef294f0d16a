"""Who held a guest's seat before: kept apart and sealed, so that of several people on one seat each can be forgotten alone."""

import json
from dataclasses import asdict
from datetime import datetime

from rapidfuzz import fuzz
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.database.tables import new_id
from app.guests.models import FormerHolder
from app.participants.models import Participant
from app.participants.service import Former, former_of, keep_former, known_by
from app.regions import name_key
from app.vault import Vault

HOLDERS = FormerHolder.__tablename__
ALIKE = 85
"""From which likeness (0 to 100) two names are one that was misspelt."""


def resembles(former: str, now: str) -> bool:
    """Whether two names are one person's, misspelt or in full, rather than two people's."""
    one, other = name_key(former), name_key(now)
    some, more = sorted((set(one.split()), set(other.split())), key=len)
    return some <= more or fuzz.ratio(one, other) >= ALIKE


def opened(vault: Vault, row: FormerHolder) -> Former:
    """What somebody was known by; nothing of those who were forgotten."""
    kept = vault.open(row.known_by, HOLDERS, "known_by", row.id)
    return Former(**{name: tuple(said) for name, said in json.loads(kept).items()}) if kept else Former()


async def give_way(db: AsyncSession, vault: Vault, guest: Participant, now: datetime) -> None:
    """Whoever has the seat leaves it; to be called before somebody else is written over them."""
    row = FormerHolder(id=new_id(), session_id=guest.session_id, participant_id=guest.id, until=now)
    row.known_by = vault.seal(json.dumps(asdict(known_by(vault, guest)), ensure_ascii=False), HOLDERS, "known_by", row.id)
    db.add(row)
    keep_former(vault, guest, Former())
    await db.flush()


async def held_since(db: AsyncSession, participant_id: str, until: datetime | None = None) -> datetime | None:
    """When whoever has the seat took it over, or had it until that moment; None for the first."""
    before = select(func.max(FormerHolder.until)).where(FormerHolder.participant_id == participant_id)
    found: datetime | None = await db.scalar(before if until is None else before.where(FormerHolder.until < until))
    return found


async def come_back(db: AsyncSession, vault: Vault, guest: Participant) -> None:
    """Whoever has the seat now may have had it before: what was kept of that time is theirs again, unless they asked to be forgotten."""
    before = select(FormerHolder).where(FormerHolder.participant_id == guest.id, FormerHolder.asked_at.is_(None))
    for row in await db.scalars(before.order_by(FormerHolder.id).with_for_update()):
        then, now = opened(vault, row), former_of(vault, guest)
        if any(resembles(name, guest.name) for name in then.names):
            keep_former(vault, guest, Former(then.names + now.names, then.contacts + now.contacts, then.guardians + now.guardians))
            await db.delete(row)
    await db.flush()

"""Whom the desk forgets: who asked for it, and who can be found by a name for whoever asks by word of mouth."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.guests.holders import opened
from app.guests.models import FormerHolder
from app.participants.models import Participant
from app.regions import name_key
from app.rights.known import former_pseudonym_of
from app.rights.models import Erasure
from app.vault import Vault

MOST_FOUND = 20


@dataclass(frozen=True)
class Wish:
    """Who wants to be forgotten, and what became of it: `field` and `id` say it to the doors."""

    field: str
    id: str
    name: str
    asked_at: datetime
    by_themselves: bool
    confirmed: bool
    done_at: datetime | None


@dataclass(frozen=True)
class Somebody:
    """A person who can be forgotten here; `former` held the seat of that number before somebody else."""

    field: str
    id: str
    name: str
    number: int
    village: str | None
    former: bool


async def wishes_of(db: AsyncSession, vault: Vault, session_id: str) -> list[Wish]:
    """Everybody of the session who wants to be forgotten or has been, newest first."""
    asked = select(Erasure, Participant.name).join(Participant, Participant.id == Erasure.participant_id)
    found = [
        Wish("erasure", one.id, name, one.asked_at, one.asked_by.startswith("person:"), one.confirmed_by is not None, one.done_at)
        for one, name in await db.execute(asked.where(Erasure.session_id == session_id))
    ]
    before = select(FormerHolder, Participant).join(Participant, Participant.id == FormerHolder.participant_id)
    for row, person in await db.execute(before.where(FormerHolder.session_id == session_id, FormerHolder.asked_at.is_not(None))):
        if row.asked_at is None:
            continue
        name = next(iter(opened(vault, row).names), former_pseudonym_of(person))
        by_themselves = (row.asked_by or "").startswith("person:")
        found.append(Wish("holder", row.id, name, row.asked_at, by_themselves, row.confirmed_by is not None, row.done_at))
    return sorted(found, key=lambda one: one.asked_at, reverse=True)


async def people_called(db: AsyncSession, vault: Vault, session_id: str, q: str) -> list[Somebody]:
    """People of the session whose name holds these words; then those who held a seat before, of whom names are sealed."""
    wanted = select(Participant).where(
        Participant.session_id == session_id,
        Participant.erased_at.is_(None),
        Participant.name_key.contains(name_key(q), autoescape=True),
    )
    people = await db.scalars(wanted.order_by(Participant.name, Participant.id).limit(MOST_FOUND))
    found = [Somebody("participant", one.id, one.name, one.number, one.village, False) for one in people]
    held = select(FormerHolder, Participant.number).join(Participant, Participant.id == FormerHolder.participant_id)
    held = held.where(FormerHolder.session_id == session_id, FormerHolder.known_by.is_not(None), FormerHolder.asked_at.is_(None))
    for row, number in await db.execute(held.order_by(FormerHolder.until.desc(), FormerHolder.id)):
        names = opened(vault, row).names
        if any(name_key(q) in name_key(name) for name in names) and len(found) < MOST_FOUND:
            found.append(Somebody("holder", row.id, names[0], number, None, True))
    return found

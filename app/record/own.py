"""The address of one's own page of corrections, good for whoever has the seat now, and whose an objection is on a seat that changed hands.

A page behind a link is opened by whoever it was forwarded to: of the row in annex I it shows where somebody lives in one word and the last digits.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import NotFound
from app.guests.models import FormerHolder
from app.hall.present import institution_of, remark_of
from app.i18n import Translator
from app.invitations.models import Seat
from app.participants.models import Attendance, Participant
from app.record.models import RecordObjection
from app.regions import mask_phone
from app.vault import Vault, same

ID_LENGTH, LENGTH = 16, 16


@dataclass(frozen=True)
class OwnRow:
    """One's row of annex I as far as a link may show it; `hidden` when an address stands there that is not shown."""

    name: str
    institution: str
    contact: str
    hidden: bool
    remark: str


def key_of(vault: Vault, participant_id: str, generation: int, since: datetime | None) -> str:
    """The key in the address: the id, and what only this house can make of it for this link and this holder of the seat."""
    held = f"{participant_id}:{since.isoformat() if since else ''}"
    return participant_id + vault.derive("own_corrections", held, generation, LENGTH)


async def correction_key(db: AsyncSession, vault: Vault, participant_id: str) -> str:
    """The key of somebody as things stand: another one once the seat's link is replaced or somebody else has the seat."""
    generation = await db.scalar(select(Seat.generation).where(Seat.participant_id == participant_id))
    return key_of(vault, participant_id, generation or 1, (await held_since(db, [participant_id])).get(participant_id))


async def by_correction_key(db: AsyncSession, vault: Vault, key: str) -> Participant:
    """Whose page this is; NotFound for any other text, for a key of before, and for whoever was erased."""
    person = await db.get(Participant, key[:ID_LENGTH]) if key.isascii() and key.isalnum() else None
    if person is None or person.erased_at is not None or not same(key, await correction_key(db, vault, person.id)):
        raise NotFound("record.unknown_key")
    return person


async def held_since(db: AsyncSession, participant_ids: Collection[str]) -> dict[str, datetime]:
    """Since when those have their seat who were not the first on it."""
    wanted = select(FormerHolder.participant_id, func.max(FormerHolder.until)).where(FormerHolder.participant_id.in_(participant_ids))
    return {row[0]: row[1] for row in await db.execute(wanted.group_by(FormerHolder.participant_id))}


async def own_objections(db: AsyncSession, participant_id: str) -> ColumnElement[bool]:
    """The condition for objections of whoever has the seat now, not of whoever had it before."""
    return filed_between(participant_id, (await held_since(db, [participant_id])).get(participant_id), None)


def filed_between(participant_id: str, after: datetime | None, until: datetime | None) -> ColumnElement[bool]:
    """The condition for objections that were filed on a seat after one moment and until another."""
    found = [RecordObjection.participant_id == participant_id]
    found += [RecordObjection.received_at > after] if after else []
    return and_(*found, *([RecordObjection.received_at <= until] if until else []))


def own_row(vault: Vault, words: Translator, zone: str, person: Participant, stays: Sequence[Attendance]) -> OwnRow:
    """The row of somebody with these stays."""
    phone = vault.open(person.phone, "participants", "phone", person.id)
    contact = ", ".join(filter(None, (person.village, mask_phone(phone) if phone else None)))
    return OwnRow(person.name, institution_of(words, person), contact, person.address is not None, remark_of(words, zone, stays))

"""What people may change about themselves at any time: data that are wrong, and consent that they do not give any longer."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import Act, record
from app.errors import FieldError, Gone, Invalid, NotFound
from app.guests.holders import held_since
from app.outbox.service import enqueue
from app.participants.models import Participant
from app.participants.service import PURPOSES, Person, add_consents, consents_of, open_contact, rewrite, take_turn
from app.proposals.photos_forgetting import withdraw_photos_of
from app.registration.doubles import refuse_doubles
from app.registration.fields import Email, Name, Phone, one_line, without_nik
from app.registration.filing import PERSON
from app.registration.models import Application
from app.vault import Vault

_Line = BeforeValidator(lambda value: without_nik(one_line(value)))


class Corrected(BaseModel):
    """The data that somebody may correct by themselves also after the deadline; what decides about seats is not among them."""

    name: Name
    phone: Phone = None
    email: Email = None
    address: Annotated[Annotated[str, Field(max_length=300)] | None, _Line] = None
    capacity: Annotated[Annotated[str, Field(max_length=120)] | None, _Line] = None
    institution: Annotated[Annotated[str, Field(max_length=160)] | None, _Line] = None


async def correct(db: AsyncSession, vault: Vault, participant_id: str, given: Corrected, *, actor: str, now: datetime) -> Participant:
    """Write right data over wrong ones; raises Invalid, or Conflict when that person stands on the list already."""
    person, application = await _held(db, participant_id)
    before = open_contact(vault, person)
    if before.phone and not given.phone:
        raise Invalid(FieldError("phone", "registration.phone_missing"))
    rewrite(vault, person, replace(_as_is(vault, person), **given.model_dump()))
    await db.flush()
    if application is not None:
        former = vault.former_blinds("phone", given.phone)
        await refuse_doubles(db, person.session_id, person.phone_index, person.name_key, besides=application.id, former=former)
        application.phone_index, application.name_key = person.phone_index, person.name_key
        application.version += 1
    await _tell(db, person, now)
    await record(db, vault, person.session_id, now, Act(actor, "rights.corrected", f"participant:{person.id}", {"version": person.version}))
    return person


async def withdraw_consent(db: AsyncSession, vault: Vault, participant_id: str, purpose: str, *, actor: str, now: datetime) -> Participant:
    """Take back one consent; what was kept because of it goes."""
    if purpose not in PURPOSES:
        raise NotFound("rights.unknown_purpose")
    person, application = await _held(db, participant_id)
    if not (await consents_of(db, person.id)).get(purpose):
        return person
    await add_consents(db, person.id, {purpose: False}, None, now)
    match purpose:
        case "publish_name":
            person.publish_name = False
        case "photos":
            person.publish_photos = False
            await withdraw_photos_of(db, person.id, await held_since(db, person.id), actor=actor, now=now)
        case _:
            person.disability = person.needs = None
            if application is not None:
                application.has_disability = False
                application.version += 1
    person.version += 1
    await _tell(db, person, now)
    facts: dict[str, object] = {"purpose": purpose}
    await record(db, vault, person.session_id, now, Act(actor, "rights.consent_withdrawn", f"participant:{person.id}", facts))
    return person


async def _held(db: AsyncSession, participant_id: str) -> tuple[Participant, Application | None]:
    """The person and their application, locked in that of everybody: the session's turn first."""
    found = await db.get(Participant, participant_id)
    if found is None:
        raise NotFound("rights.unknown_person")
    await take_turn(db, found.session_id)
    person = await db.get_one(Participant, participant_id, with_for_update=True, populate_existing=True)
    if person.erased_at is not None:
        raise Gone("rights.erased")
    application = await db.scalar(select(Application).where(Application.participant_id == participant_id).with_for_update())
    return person, application


async def _tell(db: AsyncSession, person: Participant, now: datetime) -> None:
    """Proposals carry the name and whether it is public."""
    await enqueue(db, PERSON, f"person:{person.id}:{person.version}", {"participant_id": person.id}, due_at=now, now=now)


def _as_is(vault: Vault, person: Participant) -> Person:
    contact = vars(open_contact(vault, person))
    return Person(**contact, **{name: getattr(person, name) for name in Person.__dataclass_fields__ if name not in contact})

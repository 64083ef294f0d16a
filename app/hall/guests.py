"""Guests who came in by name alone: who they are, and what is known about them later."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import Act, record
from app.errors import NotFound
from app.hall.checkin import hold_person
from app.hall.people import GuestFields, known_of
from app.hall.placeholders import as_person
from app.participants.models import Origin, Participant
from app.participants.service import rewrite
from app.sessions.models import ForumSession, Site
from app.vault import Vault


async def walk_in_of(db: AsyncSession, session: ForumSession, site: Site, participant_id: str) -> Participant:
    """A guest of this hall who was on no list; NotFound `hall.unknown_person` for anybody else."""
    person = await db.get(Participant, participant_id)
    if person is None or person.session_id != session.id or person.origin != Origin.WALK_IN or person.site_id != site.id:
        raise NotFound("hall.unknown_person")
    return person


async def describe(
    db: AsyncSession,
    vault: Vault,
    session: ForumSession,
    site: Site,
    participant_id: str,
    known: GuestFields,
    *,
    actor: str,
    now: datetime,
) -> None:
    """Write down what is now known about such a guest; fields left empty stay as they were."""
    await walk_in_of(db, session, site, participant_id)
    person = await hold_person(db, session.id, participant_id)
    rewrite(vault, person, replace(as_person(vault, person), name=known.name, **known_of(known, session)))
    await record(db, vault, session.id, now, Act(actor, "hall.guest_described", f"participant:{person.id}", {"site": site.id}))

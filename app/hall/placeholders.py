"""People of whom only a word was known when they spoke ("Ibu, RT 3"): who is still to be completed, and how they become somebody.

The room's log keeps what was said as it was said; messages, proposals and attendance then belong to the person.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.rights import Staff
from app.access.service import must
from app.audit.service import Act, record
from app.chat.models import Message, MessageState
from app.errors import Conflict, FieldError, Invalid, NotFound
from app.hall.checkin import Scan, check_in, hold_person
from app.hall.guards import COMPLETING
from app.hall.people import CompletionFields, known_of
from app.participants.models import Attendance, Origin, Participant
from app.participants.service import Person, open_contact, rewrite
from app.proposals.answering import spoken_by
from app.proposals.models import Proposal, ProposalSource
from app.proposals.privacy import name_is_public
from app.proposals.upkeep import named_as
from app.sessions.models import ForumSession, Site
from app.vault import Vault

MOST = 100
LENGTH = 160


@dataclass(frozen=True)
class Unfinished:
    """A placeholder with the beginning of what was said last in its name."""

    id: str
    name: str
    capacity: str | None
    created_at: datetime
    said: str


async def unfinished(db: AsyncSession, session_id: str, site_id: str) -> list[Unfinished]:
    """The placeholders of a hall, newest first."""
    people = list(
        await db.scalars(
            select(Participant)
            .where(
                Participant.session_id == session_id,
                Participant.origin == Origin.PLACEHOLDER,
                Participant.site_id == site_id,
                Participant.merged_into.is_(None),
                Participant.erased_at.is_(None),
            )
            .order_by(Participant.created_at.desc(), Participant.id)
            .limit(MOST)
        )
    )
    said = await db.execute(
        select(Message.participant_id, Message.text)
        .where(Message.participant_id.in_([one.id for one in people]), Message.state.in_([MessageState.VISIBLE, MessageState.LATE]))
        .order_by(Message.received_at, Message.id)
    )
    words: dict[str | None, str] = {row.participant_id: row.text for row in said}
    return [Unfinished(one.id, one.name, one.capacity, one.created_at, words.get(one.id, "")[:LENGTH]) for one in people]


async def become(
    db: AsyncSession, vault: Vault, session: ForumSession, placeholder_id: str, known: CompletionFields, *, staff: Staff, now: datetime
) -> Participant:
    """A placeholder becomes somebody on the list, or somebody with this name. Site-bound operators reach those of their hall: NotAllowed else."""
    ghost = await db.get(Participant, placeholder_id)
    if ghost is None or ghost.session_id != session.id:
        raise NotFound("hall.unknown_person")
    must(staff, COMPLETING, session.id, ghost.site_id)
    if known.same_as:
        return await join(db, vault, session.id, placeholder_id, known.same_as, actor=staff.actor, now=now)
    if not known.name:
        raise Invalid(FieldError("name", "field.required"))
    given = {"name": known.name, **known_of(known, session)}
    return await complete(db, vault, session.id, placeholder_id, given, actor=staff.actor, now=now)


async def complete(
    db: AsyncSession, vault: Vault, session_id: str, placeholder_id: str, known: Mapping[str, Any], *, actor: str, now: datetime
) -> Participant:
    """Write what is now known (fields of `Person`) over a placeholder, who counts as present in the hall where they spoke.

    Conflict `hall.already_complete` when it is none any more, NotFound for another session's.
    """
    person = await _hold_placeholder(db, session_id, placeholder_id)
    rewrite(vault, person, replace(as_person(vault, person), **known))
    person.origin = Origin.WALK_IN
    await db.flush()
    await _give_words(db, person.id, person)
    await _present(db, vault, person, placeholder_id, actor, now, spoke_at=person.created_at)
    await record(db, vault, session_id, now, Act(actor, "hall.placeholder_completed", f"participant:{person.id}", {}))
    return person


async def join(
    db: AsyncSession, vault: Vault, session_id: str, placeholder_id: str, same_as: str, *, actor: str, now: datetime
) -> Participant:
    """The placeholder is somebody on the list: their messages, proposals and attendance are that person's from now on. Raises as `complete`."""
    if same_as == placeholder_id:
        raise Conflict("hall.same_person")
    held = {one: await _held(db, session_id, one) for one in sorted({placeholder_id, same_as})}
    ghost, person = _still_placeholder(held[placeholder_id]), held[same_as]
    if person.merged_into or person.origin == Origin.PLACEHOLDER:
        raise Conflict("hall.join_with_person")
    ghost.merged_into = person.id
    ghost.version += 1
    await _give_words(db, ghost.id, person)
    await db.execute(update(Attendance).where(Attendance.participant_id == ghost.id).values(participant_id=person.id))
    await db.flush()
    if ghost.site_id:
        await _present(db, vault, person, placeholder_id, actor, now, spoke_at=ghost.created_at, site_id=ghost.site_id)
    facts: dict[str, object] = {"same_as": person.id}
    await record(db, vault, session_id, now, Act(actor, "hall.placeholder_joined", f"participant:{ghost.id}", facts))
    return person


async def _held(db: AsyncSession, session_id: str, participant_id: str) -> Participant:
    found = await db.get(Participant, participant_id, with_for_update=True, populate_existing=True)
    if found is None or found.session_id != session_id or found.erased_at is not None:
        raise NotFound("hall.unknown_person")
    return found


async def _hold_placeholder(db: AsyncSession, session_id: str, participant_id: str) -> Participant:
    return _still_placeholder(await _held(db, session_id, participant_id))


def _still_placeholder(person: Participant) -> Participant:
    if person.origin != Origin.PLACEHOLDER or person.merged_into is not None:
        raise Conflict("hall.already_complete")
    return person


def as_person(vault: Vault, row: Participant) -> Person:
    """Everything that is known about a participant, in clear, to be written over."""
    contact = vars(open_contact(vault, row))
    plain = {name: getattr(row, name) for name in Person.__dataclass_fields__ if name not in contact}
    return Person(**plain, **contact)


async def _give_words(db: AsyncSession, from_id: str, person: Participant) -> None:
    """Whatever was said and proposed under one id is said and proposed by this person."""
    public = name_is_public(child=person.child, opted_in=person.publish_name, element=person.element)
    shown = {"capacity": person.capacity, "child": person.child, "name_public": public, "participant_id": person.id}
    messages = await db.scalars(select(Message).where(Message.participant_id == from_id))
    for message in messages:
        capacity = {"capacity": person.capacity} if person.capacity else {}
        kept = {name: value for name, value in message.by.items() if name != "capacity"}
        message.by = {**kept, "id": person.id, "name": person.name, **capacity}
        message.participant_id = person.id
    await db.flush()
    await db.execute(update(Proposal).where(Proposal.participant_id == from_id).values(proposer=person.name, **shown))
    await db.execute(
        update(ProposalSource).where(ProposalSource.participant_id == from_id).values(author=person.name, village=person.village, **shown)
    )
    await spoken_by(db, from_id, person)
    await named_as(db, from_id, person)


async def _present(
    db: AsyncSession,
    vault: Vault,
    person: Participant,
    placeholder_id: str,
    actor: str,
    now: datetime,
    *,
    spoke_at: datetime,
    site_id: str | None = None,
) -> None:
    """Who spoke in a hall was in it, from when they spoke, whenever their name is written in."""
    site = await db.get(Site, site_id or person.site_id) if site_id or person.site_id else None
    if site is None:
        return
    await hold_person(db, person.session_id, person.id)
    at_hall = select(Attendance.id).where(Attendance.participant_id == person.id, Attendance.site_id == site.id)
    if (await db.scalars(at_hall.limit(1))).first() is None:
        await check_in(db, vault, site, person.id, Scan(f"spoke-{placeholder_id}", spoke_at), actor=actor, now=now)

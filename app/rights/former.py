"""Forgetting somebody who held a guest's seat before somebody else came: what is kept of them apart, and their name and numbers in others' words.

The seat and whoever has it now are left alone; so are proposals of the seat, which carry the present name.
"""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import Act, record
from app.errors import NotFound
from app.guests.holders import held_since, opened
from app.guests.models import FormerHolder, Invitee, InviteePlace
from app.kept.service import give_up_made
from app.outbox.service import WAKE, enqueue
from app.outbox.worker import Again
from app.participants.models import Participant
from app.participants.service import take_turn
from app.proposals.photos_forgetting import forget_photos_between
from app.record.forgetting import forget_attendee, forget_in_objections, forget_own_objections
from app.record.own import filed_between
from app.registration.filing import PERSON
from app.rights.erasure import BEING_HELD, WAIT, seats_of
from app.rights.forgotten import former_wanted, note
from app.rights.identity import Identity
from app.rights.known import identity_of_former, is_listed
from app.rights.models import Erasure, ErasureState
from app.rights.sweep import sweep, sweep_records
from app.rights.traces import scrub_pages
from app.rights.words import take_messages
from app.sessions.models import ForumSession
from app.vault import Vault
from app.web.ground import Ground


async def ask_former(db: AsyncSession, vault: Vault, session: ForumSession, holder_id: str, *, actor: str, now: datetime) -> None:
    """Want somebody forgotten who held a seat before; waits for the end of a live session as others do. Twice is once."""
    row = await _held(db, session, holder_id)
    if row.asked_at is not None:
        return
    row.asked_by, row.asked_at = actor, now
    await _want(db, row, now)
    await record(db, vault, session.id, now, Act(actor, "rights.erasure_asked", f"holder:{row.id}", {}))


async def let_former_happen(db: AsyncSession, vault: Vault, session: ForumSession, holder_id: str, *, actor: str, now: datetime) -> None:
    """Do not wait for the end of the live session any longer."""
    row = await _held(db, session, holder_id)
    if row.asked_at is None or row.done_at is not None or row.confirmed_by is not None:
        return
    row.confirmed_by = actor
    await _want(db, row, now)
    await record(db, vault, session.id, now, Act(actor, "rights.erasure_confirmed", f"holder:{row.id}", {}))


async def erase_former(ground: Ground, holder_id: str) -> None:
    """Do it, harmless to repeat; raises Again while the session is live and the desk has not let it happen."""
    database, vault, now = ground.database, ground.vault, ground.clock.now()
    async with database.read() as db:
        row = await db.get_one(FormerHolder, holder_id)
        session = await db.get_one(ForumSession, row.session_id)
        person = await db.get_one(Participant, row.participant_id)
        listed, holders = await seats_of(db, [person.id])
    if row.done_at is None:
        if session.state in BEING_HELD and row.confirmed_by is None:
            raise Again(now + WAIT)
        others = [opened(vault, one) for one in holders if one.id != row.id]
        identity = identity_of_former(vault, person, opened(vault, row), listed, others)
        await take_messages(database, identity, session.room, now)
        await sweep(database, identity, session.id, session.room, now)
        async with database.write() as db:
            await _forget(db, vault, session, row.id, identity, ground.clock.now())
    await note(ground.settings.data_dir, row.id)
    if not await scrub_pages(database):
        raise Again(now + timedelta(seconds=5))


async def handed_on(ground: Ground, erasure_id: str) -> bool:
    """Whether the wish is not that of whoever has the seat by now: then it is handed on to whom it was of."""
    async with ground.database.write() as db:
        wish = await db.get(Erasure, erasure_id, with_for_update=True)
        if wish is None or wish.state is ErasureState.DONE:
            return wish is None
        since = select(FormerHolder).where(FormerHolder.participant_id == wish.participant_id, FormerHolder.until > wish.asked_at)
        row = (await db.scalars(since.order_by(FormerHolder.until, FormerHolder.id).limit(1).with_for_update())).first()
        if row is None:
            return False
        row.asked_by, row.asked_at, row.confirmed_by = wish.asked_by, wish.asked_at, wish.confirmed_by
        await _want(db, row, ground.clock.now())
        await db.delete(wish)
        return True


async def _forget(db: AsyncSession, vault: Vault, session: ForumSession, holder_id: str, identity: Identity, now: datetime) -> None:
    """The last step, in one transaction: the list where it means them, words about whoever came for them, and what they were known by."""
    await take_turn(db, session.id)
    await sweep_records(db, identity, session.id, now)
    person = await db.get_one(Participant, identity.person_id, with_for_update=True)
    row = await db.get_one(FormerHolder, holder_id, with_for_update=True)
    known = opened(vault, row)
    await forget_photos_between(db, person.id, await held_since(db, person.id, row.until), row.until, now)
    await give_up_made(db, session.id, now)
    await forget_attendee(db, [person.id], identity.is_called, identity.pseudonym, now)
    began = select(func.max(FormerHolder.until)).where(FormerHolder.participant_id == person.id, FormerHolder.until < row.until)
    await forget_own_objections(db, filed_between(person.id, await db.scalar(began), row.until))
    await forget_in_objections(db, vault, session.id, identity.out_of)
    theirs = (
        select(InviteePlace, Invitee).join(Invitee, Invitee.id == InviteePlace.invitee_id).where(InviteePlace.participant_id == person.id)
    )
    for place, invitee in (await db.execute(theirs.with_for_update())).all():
        invitee.institution = identity.out_of(invitee.institution)
        if is_listed(place, known.names):
            place.name, place.office, place.phone, place.email = identity.pseudonym, None, None, None
    person.capacity, person.institution = (identity.out_of(one) if one else one for one in (person.capacity, person.institution))
    person.version += 1
    await enqueue(db, PERSON, f"person:{person.id}:{person.version}", {"participant_id": person.id}, due_at=now, now=now)
    row.known_by, row.done_at = None, now
    await db.flush()
    await record(db, vault, session.id, now, Act("system", "rights.erased", f"holder:{row.id}", {"asked_by": row.asked_by or ""}))


async def _held(db: AsyncSession, session: ForumSession, holder_id: str) -> FormerHolder:
    row = await db.get(FormerHolder, holder_id, with_for_update=True, populate_existing=True)
    if row is None or row.session_id != session.id:
        raise NotFound("rights.unknown_person")
    return row


async def _want(db: AsyncSession, row: FormerHolder, now: datetime) -> None:
    await db.execute(former_wanted(db.get_bind().dialect.name, row.id, now))
    db.info[WAKE] = True

"""Forgetting a person: asked for, waited with while the session is live, then done step by step, each step harmless to repeat.

What names the person is kept until everything else is gone: what others wrote can only be searched with it. The last step takes it away.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import Act, record
from app.chat.models import Sanction
from app.database.tables import new_id
from app.errors import NotFound
from app.guests.holders import HOLDERS, opened
from app.guests.models import FormerHolder, Invitee, InviteePlace
from app.invitations.models import Credential, CredentialState, Reveal, Seat, SeatDevice, SeatState
from app.invitations.seats import REVOKED
from app.journal.service import revoke as close_sockets
from app.kept.service import give_up_made
from app.notices.models import Attempt, Delivery, Notice
from app.outbox.service import want
from app.outbox.worker import Again
from app.participants.models import Consent, Participant
from app.participants.service import take_turn
from app.proposals.photos_forgetting import forget_photos_of
from app.record.forgetting import forget_attendee, forget_in_objections, forget_own_objections
from app.record.models import RecordAttendee, RecordObjection
from app.record.own import own_objections
from app.regions import name_key
from app.registration.models import Application, ApplicationState, Decision
from app.rights.forgotten import ERASE, note
from app.rights.identity import Identity
from app.rights.known import SEATS, Listed, identity_of, is_of
from app.rights.models import Erasure, ErasureState
from app.rights.places import emptied, owned
from app.rights.sweep import sweep, sweep_records
from app.rights.traces import scrub_pages
from app.rights.words import ERASED, take_messages, take_proposals
from app.sessions.models import ForumSession, SessionState
from app.vault import Vault
from app.web.ground import Ground

WAIT = timedelta(minutes=10)
"""Between looks at whether a live session has ended."""
BEING_HELD = {SessionState.LIVE, SessionState.PAUSED}


async def ask(db: AsyncSession, vault: Vault, session: ForumSession, participant_id: str, *, actor: str, now: datetime) -> Erasure:
    """Want somebody forgotten: at once, or after the session when it is live and nobody of the desk lets it happen before. Twice is once."""
    person = await db.get(Participant, participant_id, with_for_update=True)
    if person is None or person.session_id != session.id:
        raise NotFound("rights.unknown_person")
    found = await db.scalar(select(Erasure).where(Erasure.participant_id == participant_id))
    if found is None:
        found = Erasure(id=new_id(), session_id=session.id, participant_id=participant_id, asked_by=actor, asked_at=now)
        db.add(found)
        await db.flush()
        await want(db, ERASE, f"erase:{found.id}", {"erasure_id": found.id}, due_at=now, now=now)
        await record(db, vault, session.id, now, Act(actor, "rights.erasure_asked", f"participant:{participant_id}", {}))
    return found


async def let_happen(db: AsyncSession, vault: Vault, session: ForumSession, erasure_id: str, *, actor: str, now: datetime) -> None:
    """Do not wait for the end of the live session any longer."""
    found = await db.get(Erasure, erasure_id, with_for_update=True)
    if found is None or found.session_id != session.id:
        raise NotFound("rights.unknown_person")
    if found.state is ErasureState.DONE or found.confirmed_by is not None:
        return
    found.confirmed_by = actor
    await want(db, ERASE, f"erase:{found.id}", {"erasure_id": found.id}, due_at=now, now=now)
    await record(db, vault, session.id, now, Act(actor, "rights.erasure_confirmed", f"participant:{found.participant_id}", {}))


async def erase(ground: Ground, erasure_id: str) -> None:
    """Do it; raises Again while the session is live and the desk has not let it happen."""
    database, now = ground.database, ground.clock.now()
    async with database.read() as db:
        task = await db.get_one(Erasure, erasure_id)
        session = await db.get_one(ForumSession, task.session_id)
        person = await db.get_one(Participant, task.participant_id)
        ghosts = (await db.scalars(select(Participant).where(Participant.merged_into == person.id))).all()
        listed, holders = await seats_of(db, [person.id, *(one.id for one in ghosts)])
    if task.state is not ErasureState.DONE:
        if session.state in BEING_HELD and task.confirmed_by is None:
            raise Again(now + WAIT)
        identity = identity_of(ground.vault, person, ghosts, listed, [opened(ground.vault, one) for one in holders])
        await take_messages(database, identity, session.room, now)
        await take_proposals(database, identity, session.room, now)
        await sweep(database, identity, session.id, session.room, now)
        async with database.write() as db:
            await _forget(db, ground.vault, session, task.id, identity, ground.clock.now())
    await note(ground.settings.data_dir, task.participant_id)
    if not await scrub_pages(database):
        raise Again(now + timedelta(seconds=5))


async def seats_of(db: AsyncSession, ids: Sequence[str]) -> tuple[Listed, Sequence[FormerHolder]]:
    """The seats on guest lists of somebody who stands under these ids, and whoever held them before and is not forgotten."""
    listed = select(InviteePlace, Invitee).join(Invitee, Invitee.id == InviteePlace.invitee_id).where(InviteePlace.participant_id.in_(ids))
    holders = select(FormerHolder).where(FormerHolder.participant_id.in_(ids), FormerHolder.known_by.is_not(None)).order_by(FormerHolder.id)
    return [(place, invitee) for place, invitee in await db.execute(listed)], (await db.scalars(holders)).all()


async def _forget(db: AsyncSession, vault: Vault, session: ForumSession, erasure_id: str, identity: Identity, now: datetime) -> None:
    """The last step, in one transaction: the person's own rows."""
    await take_turn(db, session.id)
    await sweep_records(db, identity, session.id, now)
    person = await db.get_one(Participant, identity.person_id, with_for_update=True)
    task = await db.get_one(Erasure, erasure_id, with_for_update=True)
    key = name_key(identity.pseudonym)
    await _withdraw(db, identity, now)
    await _close_seat(db, session, identity, now)
    await give_up_made(db, session.id, now)
    await forget_photos_of(db, identity.ids, now)
    told = select(Notice.id).where(Notice.participant_id == person.id)
    tried = select(Delivery.id).where(Delivery.notice_id.in_(told))
    for gone in (
        delete(Attempt).where(Attempt.delivery_id.in_(tried)),
        delete(Delivery).where(Delivery.notice_id.in_(told)),
        delete(Notice).where(Notice.participant_id == person.id),
        delete(Consent).where(Consent.participant_id == person.id),
    ):
        await db.execute(gone)
    await db.execute(update(Sanction).where(Sanction.room == session.room, Sanction.person == person.id).values(reason=None))
    # Whoever is invited may stand in the name of what invites them: of others' institutions such names are left alone.
    theirs = select(InviteePlace.invitee_id).where(InviteePlace.participant_id.in_(identity.ids))
    for invitee in await db.scalars(select(Invitee).where(Invitee.id.in_(theirs)).with_for_update()):
        invitee.institution = identity.out_of(invitee.institution)
    # Nor did the invited ask for anything, for whom a deputy came.
    lists = await db.scalars(select(InviteePlace).where(InviteePlace.participant_id.in_(identity.ids)))
    of_others = [one.id for one in lists if not is_of(one, [person.name])]
    # Annex I as it was frozen may name whoever had the seat by then.
    await forget_attendee(db, identity.ids, lambda name: name_key(name) not in identity.others, identity.pseudonym, now)
    for one in identity.ids:
        await forget_own_objections(db, await own_objections(db, one))
    await forget_in_objections(db, vault, session.id, identity.out_of)
    people = Participant.metadata.tables["participants"]
    for table in owned():
        # Whoever held the seat before did not ask.
        if table.name not in {HOLDERS, RecordAttendee.__tablename__, RecordObjection.__tablename__} and (
            values := emptied(table, identity.pseudonym, key)
        ):
            rows = update(table).where(table.c.participant_id.in_(identity.ids))
            await db.execute((rows.where(table.c.id.not_in(of_others)) if table.name == SEATS else rows).values(**values))
    if identity.ghosts:
        await db.execute(
            update(people).where(people.c.id.in_(identity.ghosts)).values(**emptied(people, identity.pseudonym, key), erased_at=now)
        )
    for name, value in emptied(people, identity.pseudonym, key).items():
        setattr(person, name, value)
    person.publish_name = person.publish_photos = False
    person.erased_at, person.version = now, person.version + 1
    task.state, task.done_at = ErasureState.DONE, now
    await db.flush()
    await record(db, vault, session.id, now, Act("system", "rights.erased", f"participant:{person.id}", {"asked_by": task.asked_by}))


async def _withdraw(db: AsyncSession, identity: Identity, now: datetime) -> None:
    application = await db.scalar(select(Application).where(Application.participant_id == identity.person_id).with_for_update())
    if application is None:
        return
    application.wish, application.reason, application.has_disability, application.flags = None, None, False, []
    await db.execute(update(Decision).where(Decision.application_id == application.id).values(reason=None))
    if application.state is not ApplicationState.WITHDRAWN:
        application.version += 1
        db.add(
            Decision(
                application_id=application.id,
                run_id=new_id(),
                version=application.version,
                before=application.state,
                after=ApplicationState.WITHDRAWN,
                reason=ERASED,
                by="system",
                at=now,
            )
        )
        application.state = ApplicationState.WITHDRAWN
    await db.flush()


async def _close_seat(db: AsyncSession, session: ForumSession, identity: Identity, now: datetime) -> None:
    seat = await db.scalar(select(Seat).where(Seat.participant_id == identity.person_id).with_for_update())
    if seat is None:
        return
    if seat.state is SeatState.ACTIVE:
        seat.state, seat.revoked_at, seat.version = SeatState.REVOKED, now, seat.version + 1
    seat.reason = ERASED
    await db.execute(delete(SeatDevice).where(SeatDevice.seat_id == seat.id))
    await db.execute(delete(Reveal).where(Reveal.seat_id == seat.id))
    await db.execute(update(Credential).where(Credential.seat_id == seat.id).values(state=CredentialState.REVOKED, revoked_at=now))
    await close_sockets(db, identity.person_id, session.room, REVOKED, now)

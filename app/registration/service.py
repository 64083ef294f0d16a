"""Correcting, moving and withdrawing: each in one transaction that holds the session's row shared, so that closing waits for it and it for closing."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import Act, record
from app.errors import Conflict, Invalid
from app.outbox.service import enqueue
from app.participants.models import Participant
from app.participants.service import add_consents, consents_of, rewrite, take_turn
from app.registration.doubles import flag_lookalikes, refuse_doubles
from app.registration.filing import (
    PERSON,
    actor,
    by_key,
    consents_in,
    decision,
    hold_session,
    kept_at,
    person_of,
    repeated_of,
    subject,
    want_wish,
)
from app.registration.form import ApplicationForm, Strictness, checked, hall_chosen, wrong_place
from app.registration.models import Application, ApplicationState
from app.registration.offer import offer_of
from app.registration.window import must_be_open
from app.sessions.models import ForumSession
from app.vault import Vault

MOVED = "moved"


async def correct(db: AsyncSession, vault: Vault, key: str, form: ApplicationForm, *, received_at: datetime, now: datetime) -> Application:
    """Write corrected data over an application whose key this is, until the deadline; choices about consent are appended."""
    session, application, participant = await _held_by_key(db, vault, key, received_at)
    offer = await offer_of(db, session)
    strictness: Strictness = "counter" if participant.phone is None else "api"
    form = checked(form, offer, strictness, kept_site=kept_at(application))
    person = person_of(form, offer, session, participant.language)
    rewrite(vault, participant, person)
    await db.flush()
    former = vault.former_blinds("phone", person.phone)
    await refuse_doubles(db, session.id, participant.phone_index, participant.name_key, besides=application.id, former=former)
    new_wish = form.wish != application.wish
    place = (application.attendance, application.site_id)
    for name, value in repeated_of(participant, form).items():
        setattr(application, name, value)
    application.version += 1
    _reconsider(db, application, place, now)
    await db.flush()
    before = await consents_of(db, participant.id)
    changed = {purpose: given for purpose, given in consents_in(form).items() if before.get(purpose) != given}
    await add_consents(db, participant.id, changed, form.consent_version, now)
    await flag_lookalikes(db, application, participant)
    if new_wish:
        await want_wish(db, application, now, first=False)
    await enqueue(db, PERSON, f"person:{participant.id}:{participant.version}", {"participant_id": participant.id}, due_at=now, now=now)
    await record(
        db,
        vault,
        session.id,
        now,
        Act(actor(application), "registration.corrected", subject(application), {"version": application.version}),
    )
    return application


async def move(
    db: AsyncSession, vault: Vault, key: str, *, attendance: str, site: str | None, received_at: datetime, now: datetime
) -> Application:
    """Attend in another way, until the deadline; Invalid when that place does not exist or is full."""
    session, application, participant = await _held_by_key(db, vault, key, received_at)
    offer = await offer_of(db, session)
    wrong = wrong_place({"attendance": attendance, "site": site}, offer, kept_at(application))
    if wrong:
        raise Invalid(*wrong)
    hall = hall_chosen(offer, attendance, site)
    place = (application.attendance, application.site_id)
    application.attendance, application.site_id = attendance, hall.id if hall else None
    application.version += 1
    _reconsider(db, application, place, now)
    participant.site_id = application.site_id
    participant.version += 1
    facts: dict[str, object] = {"attendance": attendance, "site": application.site_id, "version": application.version}
    await record(db, vault, session.id, now, Act(actor(application), "registration.moved", subject(application), facts))
    return application


async def withdraw(db: AsyncSession, vault: Vault, key: str, *, received_at: datetime, now: datetime) -> Application:
    """Take an application back until the deadline; a second time changes nothing."""
    session, application, _ = await _held_by_key(db, vault, key, received_at, withdrawn=True)
    if application.state == ApplicationState.WITHDRAWN:
        return application
    _must_have_no_seat(application)
    db.add(decision(application, before=application.state, after=ApplicationState.WITHDRAWN, by=actor(application), at=now))
    application.state = ApplicationState.WITHDRAWN
    application.version += 1
    await record(db, vault, session.id, now, Act(actor(application), "registration.withdrawn", subject(application), {}))
    return application


async def _held_by_key(
    db: AsyncSession, vault: Vault, key: str, received_at: datetime, *, withdrawn: bool = False
) -> tuple[ForumSession, Application, Participant]:
    """Session, turn, application and participant, locked in that order, when the form came in time."""
    session = await hold_session(db, (await by_key(db, vault, key)).session_id)
    await take_turn(db, session.id)
    application = await db.get(Application, key[:16], with_for_update=True, populate_existing=True)
    assert application is not None
    # Whoever came late may take it back whenever they like; they were never on the list that was counted.
    if not (withdrawn and application.state is ApplicationState.LATE):
        must_be_open(session, received_at)
    if application.state == ApplicationState.WITHDRAWN and not withdrawn:
        raise Conflict("registration.withdrawn")
    participant = await db.get(Participant, application.participant_id, with_for_update=True, populate_existing=True)
    assert participant is not None
    return session, application, participant


def _reconsider(db: AsyncSession, application: Application, place: tuple[str, str | None], now: datetime) -> None:
    """Who was chosen for one place and, not knowing it, asks for another is decided about again: its seats may all be given."""
    if place == (application.attendance, application.site_id) or application.state != ApplicationState.SELECTED:
        return
    _must_have_no_seat(application)
    back = ApplicationState.SUBMITTED
    application.state, application.reason, application.decided_by, application.decided_at = back, None, None, None
    db.add(decision(application, before=ApplicationState.SELECTED, reason=MOVED, by=actor(application), at=now))


def _must_have_no_seat(application: Application) -> None:
    """Whoever was told of a seat changes it or gives it back as a seat: `invitations.switching` counts those."""
    if application.state == application.told_state == ApplicationState.SELECTED:
        raise Conflict("registration.has_seat")

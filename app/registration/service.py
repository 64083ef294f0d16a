"""Applying, correcting and withdrawing: each in one transaction that holds the session's row shared, so that closing waits for it and it for closing."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import Act, record
from app.database.tables import new_id
from app.errors import Conflict, Invalid, NotFound
from app.notices.service import notify
from app.outbox.service import enqueue
from app.participants.models import Origin, Participant
from app.participants.service import Person, add_consents, add_participant, consents_of, rewrite, take_turn
from app.registration.doubles import flag_lookalikes, refuse_doubles
from app.registration.form import ApplicationForm, Offer, Strictness, checked, hall_chosen, wrong_place
from app.registration.keys import new_code, opens
from app.registration.models import Application, ApplicationState, Decision
from app.registration.offer import offer_of, village_named
from app.registration.window import Window, must_be_open, window
from app.sessions.models import ForumSession
from app.sessions.vocabulary import Attendance
from app.vault import Vault

WISH = "proposals.wish"
"""Kind of the job that turns what somebody wished to propose into a proposal."""
COUNTER = "counter"
LATE = "late"
MOVED = "moved"


@dataclass(frozen=True)
class Sender:
    """Who hands in an application: a resident (`actor` none) or an officer at the counter, who gives a reason when it is out of time."""

    language: str = "id"
    nonce: str | None = None
    actor: str | None = None
    late_reason: str | None = None

    @property
    def at_counter(self) -> bool:
        """Whether an officer fills in for somebody."""
        return self.actor is not None


async def apply(
    db: AsyncSession, vault: Vault, session_id: str, form: ApplicationForm, sender: Sender, *, received_at: datetime, now: datetime
) -> Application:
    """A new application, or the one that this very form made before (same nonce, same person).

    Raises Conflict `registration.not_open` or `registration.duplicate`, Gone `registration.closed`, Invalid.
    """
    session = await hold_session(db, session_id)
    late = _out_of_time(session, sender, received_at)
    offer = await offer_of(db, session)
    form = checked(form, offer, "counter" if sender.at_counter else "api")
    person = person_of(form, offer, session, sender.language)
    await take_turn(db, session_id)
    wanted_id = _id_from_nonce(vault, session_id, sender.nonce, form)
    again = await db.get(Application, wanted_id) if wanted_id else None
    if again is not None and again.state != ApplicationState.WITHDRAWN:
        return again
    participant = await add_participant(
        db, vault, session_id, person, origin=Origin.COUNTER if sender.at_counter else Origin.APPLICATION, now=now
    )
    await refuse_doubles(db, session_id, participant.phone_index, participant.name_key)
    application = Application(
        id=new_id() if again is not None or wanted_id is None else wanted_id,
        code=await _free_code(db, session_id),
        flags=[*([COUNTER] if sender.at_counter else []), *([LATE] if late else [])],
        late=late,
        state=ApplicationState.SUBMITTED,
        received_at=received_at,
        **_from_person(participant, form),
    )
    await _place(db, application)
    await add_consents(db, participant.id, _consents(form), form.consent_version, now)
    await flag_lookalikes(db, application, participant)
    if late:
        db.add(_decision(application, before="-", reason=sender.late_reason, by=sender.actor or "system", at=now))
    await _want_wish(db, application, now, first=True)
    await notify(
        db,
        session_id=session_id,
        participant_id=participant.id,
        kind="registered",
        key=f"registered:{application.id}",
        facts={"application_id": application.id},
        now=now,
    )
    facts: dict[str, object] = {"origin": participant.origin.value, "late": late, "order": application.order}
    await record(db, vault, session_id, now, Act(sender.actor or actor(application), "registration.received", subject(application), facts))
    return application


async def correct(db: AsyncSession, vault: Vault, key: str, form: ApplicationForm, *, received_at: datetime, now: datetime) -> Application:
    """Write corrected data over an application whose key this is, until the deadline; choices about consent are appended."""
    session, application, participant = await _held_by_key(db, vault, key, received_at)
    offer = await offer_of(db, session)
    strictness: Strictness = "counter" if participant.phone is None else "api"
    form = checked(form, offer, strictness, kept_site=kept_at(application))
    person = person_of(form, offer, session, participant.language)
    rewrite(vault, participant, person)
    await db.flush()
    await refuse_doubles(db, session.id, participant.phone_index, participant.name_key, besides=application.id)
    new_wish = form.wish != application.wish
    place = (application.attendance, application.site_id)
    for name, value in _from_person(participant, form).items():
        setattr(application, name, value)
    application.version += 1
    _reconsider(db, application, place, now)
    await db.flush()
    before = await consents_of(db, participant.id)
    changed = {purpose: given for purpose, given in _consents(form).items() if before.get(purpose) != given}
    await add_consents(db, participant.id, changed, form.consent_version, now)
    await flag_lookalikes(db, application, participant)
    if new_wish:
        await _want_wish(db, application, now, first=False)
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
    db.add(_decision(application, before=application.state, after=ApplicationState.WITHDRAWN, by=actor(application), at=now))
    application.state = ApplicationState.WITHDRAWN
    application.version += 1
    await record(db, vault, session.id, now, Act(actor(application), "registration.withdrawn", subject(application), {}))
    return application


async def hold_session(db: AsyncSession, session_id: str) -> ForumSession:
    """The session with its row held shared: its times and state cannot change before the commit."""
    held = await db.scalar(
        select(ForumSession).where(ForumSession.id == session_id).with_for_update(read=True).execution_options(populate_existing=True)
    )
    if held is None:
        raise NotFound("sessions.unknown")
    return held


async def by_key(db: AsyncSession, vault: Vault, key: str) -> Application:
    """The application whose status key this is; NotFound for any other text."""
    found = await db.get(Application, key[:16]) if key.isascii() else None
    if found is None or not opens(vault, key, found.id, found.key_generation):
        raise NotFound("registration.unknown_key")
    return found


def person_of(form: ApplicationForm, offer: Offer, session: ForumSession, language: str) -> Person:
    """The form as a person of the session; disability and needs are kept only with the consent for them."""
    code, village = village_named(form.village, session.region_code)
    hall = hall_chosen(offer, form.attendance, form.site)
    return Person(
        name=form.name,
        phone=form.phone,
        capacity=form.capacity,
        institution=form.institution,
        element=form.element,
        village_code=code,
        village=village,
        site_id=hall.id if hall else None,
        gender=form.gender,
        age_group=form.age_group,
        child=form.child,
        publish_name=form.publish_name,
        publish_photos=form.photos,
        email=form.email,
        address=form.address,
        disability=form.disability if form.disability_data else None,
        needs=form.needs if form.disability_data else None,
        guardian_name=form.guardian_name if form.child else None,
        guardian_phone=form.guardian_phone if form.child else None,
        language=language,
    )


def kept_at(application: Application) -> str | None:
    """The place that an application has already: `online` or the hall's id."""
    return Attendance.ONLINE if application.attendance == Attendance.ONLINE else application.site_id


def actor(application: Application) -> str:
    """The applicant as the audit chain writes them: known by their key."""
    return f"person:{application.participant_id}"


def subject(application: Application) -> str:
    """The application as the audit chain writes it."""
    return f"application:{application.id}"


async def _held_by_key(
    db: AsyncSession, vault: Vault, key: str, received_at: datetime, *, withdrawn: bool = False
) -> tuple[ForumSession, Application, Participant]:
    """Session, turn, application and participant, locked in that order, when the form came in time."""
    session = await hold_session(db, (await by_key(db, vault, key)).session_id)
    must_be_open(session, received_at)
    await take_turn(db, session.id)
    application = await db.get(Application, key[:16], with_for_update=True, populate_existing=True)
    assert application is not None
    if application.state == ApplicationState.WITHDRAWN and not withdrawn:
        raise Conflict("registration.withdrawn")
    participant = await db.get(Participant, application.participant_id, with_for_update=True, populate_existing=True)
    assert participant is not None
    return session, application, participant


def _out_of_time(session: ForumSession, sender: Sender, received_at: datetime) -> bool:
    """Whether this is late and may be: only an officer with a reason passes outside the time."""
    if sender.at_counter and sender.late_reason and window(session, received_at) == Window.CLOSED:
        return True
    must_be_open(session, received_at)
    return False


def _id_from_nonce(vault: Vault, session_id: str, nonce: str | None, form: ApplicationForm) -> str | None:
    """The id that this form gives to this person, so that a repeated post finds what the first one made."""
    if not nonce:
        return None
    return vault.derive("application", f"{session_id}|{nonce}|{form.phone or ''}|{form.name}", 0, 16)


async def _place(db: AsyncSession, application: Application) -> None:
    """Write the row; should the check for doubles ever have missed one, the index speaks for it."""
    db.add(application)
    try:
        await db.flush()
    except IntegrityError as problem:
        if "uq_applications_person" in str(problem.orig) or "applications.name_key" in str(problem.orig):
            raise Conflict("registration.duplicate") from problem
        raise


async def _free_code(db: AsyncSession, session_id: str) -> str:
    """A code that nobody in the session has; the turn keeps others from taking it."""
    while True:
        code = new_code()
        if await db.scalar(select(Application.id).where(Application.session_id == session_id, Application.code == code)) is None:
            return code


def _from_person(participant: Participant, form: ApplicationForm) -> dict[str, Any]:
    """What an application repeats of its participant, and what was chosen with it."""
    return {
        "session_id": participant.session_id,
        "participant_id": participant.id,
        "phone_index": participant.phone_index,
        "name_key": participant.name_key,
        "order": participant.number,
        "attendance": str(form.attendance),
        "site_id": participant.site_id,
        "wish": form.wish,
        "has_disability": participant.disability is not None,
    }


def _consents(form: ApplicationForm) -> dict[str, bool]:
    return {"publish_name": form.publish_name, "disability_data": form.disability_data, "photos": form.photos}


def _reconsider(db: AsyncSession, application: Application, place: tuple[str, str | None], now: datetime) -> None:
    """Who was chosen for one place and, not knowing it, asks for another is decided about again: its seats may all be given."""
    if place == (application.attendance, application.site_id) or application.state != ApplicationState.SELECTED:
        return
    if application.told_state == ApplicationState.SELECTED:
        return
    back = ApplicationState.SUBMITTED
    application.state, application.reason, application.decided_by, application.decided_at = back, None, None, None
    db.add(_decision(application, before=ApplicationState.SELECTED, reason=MOVED, by=actor(application), at=now))


def _decision(
    application: Application, *, before: str, by: str, at: datetime, reason: str | None = None, after: str | None = None
) -> Decision:
    return Decision(
        application_id=application.id,
        run_id=new_id(),
        version=application.version + (after is not None),
        before=before,
        after=after or application.state,
        reason=reason,
        by=by,
        at=at,
    )


async def _want_wish(db: AsyncSession, application: Application, now: datetime, *, first: bool) -> None:
    if application.wish or not first:
        key = f"wish:{application.id}" if first else f"wish:{application.id}:{application.version}"
        await enqueue(db, WISH, key, {"application_id": application.id}, due_at=now, now=now)

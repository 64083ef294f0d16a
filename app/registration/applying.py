"""Applying, in one transaction that holds the session's row shared, so that closing waits for it and it for closing. Late ones are kept when their senders agree."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import Act, record
from app.database.tables import new_id
from app.errors import Conflict
from app.notices.service import notify
from app.participants.models import Origin
from app.participants.service import add_consents, add_participant, take_turn
from app.registration.doubles import flag_lookalikes, refuse_doubles
from app.registration.filing import actor, consents_in, decision, hold_session, person_of, repeated_of, subject, want_wish
from app.registration.form import ApplicationForm, checked
from app.registration.keys import new_code
from app.registration.models import Application, ApplicationState
from app.registration.offer import offer_of
from app.registration.window import Window, keeps_late, must_be_open, window
from app.sessions.models import ForumSession
from app.vault import Vault

COUNTER = "counter"
LATE = "late"


@dataclass(frozen=True)
class Sender:
    """Who hands in an application: a resident (`actor` none) or an officer at the counter, who gives a reason when it is out of time.

    `late_consent` says that the resident wants a form that came after the deadline to be kept as late.
    """

    language: str = "id"
    nonce: str | None = None
    actor: str | None = None
    late_reason: str | None = None
    late_consent: bool = False

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
    waits = late and not sender.at_counter
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
    former = vault.former_blinds("phone", person.phone)
    await refuse_doubles(db, session_id, participant.phone_index, participant.name_key, former=former)
    application = Application(
        id=new_id() if again is not None or wanted_id is None else wanted_id,
        code=await _free_code(db, session_id),
        flags=[*([COUNTER] if sender.at_counter else []), *([LATE] if late else [])],
        late=late,
        state=ApplicationState.LATE if waits else ApplicationState.SUBMITTED,
        received_at=received_at,
        **repeated_of(participant, form),
    )
    await _place(db, application)
    await add_consents(db, participant.id, consents_in(form), form.consent_version, now)
    await flag_lookalikes(db, application, participant)
    if late:
        db.add(decision(application, before="-", reason=sender.late_reason, by=sender.actor or "system", at=now))
    await want_wish(db, application, now, first=True)
    await notify(
        db,
        session_id=session_id,
        participant_id=participant.id,
        kind="late_kept" if waits else "registered",
        key=f"registered:{application.id}",
        facts={"application_id": application.id},
        now=now,
    )
    facts: dict[str, object] = {"origin": participant.origin.value, "late": late, "order": application.order}
    facts |= {"waits": True} if waits else {}
    await record(db, vault, session_id, now, Act(sender.actor or actor(application), "registration.received", subject(application), facts))
    return application


def _out_of_time(session: ForumSession, sender: Sender, received_at: datetime) -> bool:
    """Whether this is late and may be: with an officer's reason, or by consent while the forum is still to be held or being held."""
    closed = window(session, received_at) is Window.CLOSED
    if closed and (sender.late_reason if sender.at_counter else sender.late_consent and keeps_late(session)):
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

"""What an application consists of: the rows that applying and correcting both write, and who and what it is in the audit chain."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.database.tables import new_id
from app.errors import NotFound
from app.outbox.service import enqueue
from app.participants.models import Participant
from app.participants.service import Person
from app.registration.form import ApplicationForm, Offer, hall_chosen
from app.registration.keys import opens
from app.registration.models import Application, Decision
from app.registration.offer import village_named
from app.sessions.models import ForumSession
from app.sessions.vocabulary import Attendance
from app.vault import Vault

WISH = "proposals.wish"
"""Kind of the job that turns what somebody wished to propose into a proposal."""
PERSON = "proposals.person"
"""Kind of the job that writes a corrected name or consent to the proposals of that person."""


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


def repeated_of(participant: Participant, form: ApplicationForm) -> dict[str, Any]:
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


def consents_in(form: ApplicationForm) -> dict[str, bool]:
    """What was chosen, by purpose."""
    return {"publish_name": form.publish_name, "disability_data": form.disability_data, "photos": form.photos}


def decision(
    application: Application, *, before: str, by: str, at: datetime, reason: str | None = None, after: str | None = None
) -> Decision:
    """A line of the trace; `after` only when the state changes with it."""
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


async def want_wish(db: AsyncSession, application: Application, now: datetime, *, first: bool) -> None:
    """Have a proposal made of what the applicant wishes, or corrected."""
    if application.wish or not first:
        key = f"wish:{application.id}" if first else f"wish:{application.id}:{application.version}"
        await enqueue(db, WISH, key, {"application_id": application.id}, due_at=now, now=now)

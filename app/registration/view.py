"""What an applicant sees of their application: only what they were told, never a decision that is still being made."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import Gone, NotFound
from app.participants.models import Participant
from app.participants.service import Contact, consents_of, open_contact
from app.registration.filing import by_key
from app.registration.models import Application, ApplicationState
from app.registration.window import Window, window
from app.sessions.changes import Shown, shown_of
from app.sessions.crowd import taken_by_place
from app.sessions.models import ForumSession, SessionState, Site
from app.sessions.registering import Place, places_of
from app.sessions.rows import sites_of
from app.vault import Vault


class Standing(StrEnum):
    """Where an application stands in the applicant's eyes."""

    RECEIVED = "received"
    UNDER_REVIEW = "under_review"
    SELECTED = "selected"
    RESERVE = "reserve"
    NOT_SELECTED = "not_selected"
    WITHDRAWN = "withdrawn"
    LATE = "late"
    """Kept though it came after the deadline; the moderators have not admitted it."""


TOLD = {
    ApplicationState.SELECTED: Standing.SELECTED,
    ApplicationState.RESERVE: Standing.RESERVE,
    ApplicationState.DECLINED: Standing.NOT_SELECTED,
    ApplicationState.WITHDRAWN: Standing.WITHDRAWN,
}


@dataclass(frozen=True)
class Status:
    """One application for the eyes of whoever holds its key; `reason` only when it belongs to what was told."""

    application: Application
    participant: Participant
    contact: Contact
    consents: dict[str, bool]
    session: ForumSession
    site: Site | None
    standing: Standing
    window: Window
    reason: str | None
    changes: list[Shown]
    """What changed of the forum's plans, newest first."""
    places: list[Place]
    """Where a seat may be taken instead of one's own; empty for those who have none."""


async def status_of(db: AsyncSession, vault: Vault, key: str, now: datetime) -> Status:
    """The application of a key with everything around it; NotFound for any other text, Gone once the person was forgotten."""
    application = await by_key(db, vault, key)
    participant = await db.get(Participant, application.participant_id)
    session = await db.get(ForumSession, application.session_id)
    if participant is None or session is None:
        raise NotFound("registration.unknown_key")
    if participant.erased_at is not None:
        raise Gone("registration.erased")
    stands = window(session, now)
    return Status(
        application=application,
        participant=participant,
        contact=open_contact(vault, participant),
        consents=await consents_of(db, participant.id),
        session=session,
        site=await db.get(Site, application.site_id) if application.site_id else None,
        standing=standing(application.state, application.told_state, stands),
        window=stands,
        reason=application.reason if application.told_state == application.state else None,
        changes=await shown_of(db, session),
        places=await _places(db, session, application),
    )


async def _places(db: AsyncSession, session: ForumSession, application: Application) -> list[Place]:
    seated = application.state == application.told_state == ApplicationState.SELECTED
    if not seated or session.state not in {SessionState.PUBLISHED, SessionState.LIVE, SessionState.PAUSED}:
        return []
    return places_of(session, await sites_of(db, session.id), await taken_by_place(db, session.id))


def standing(state: ApplicationState, told: ApplicationState | None, stands: Window) -> Standing:
    """What may be said: a withdrawal is the applicant's own act, everything else only as told."""
    if state == ApplicationState.WITHDRAWN:
        return Standing.WITHDRAWN
    if state == ApplicationState.LATE:
        return Standing.LATE
    if told in TOLD:
        return TOLD[told]
    return Standing.UNDER_REVIEW if stands is Window.CLOSED else Standing.RECEIVED

"""What was announced is not changed in passing: a hall that people come to, and a meeting they were given, change with a reason and are told."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import FieldError, Invalid
from app.meetings.service import MeetingAccess, meeting_of, opened
from app.sessions.crowd import applied_by_place, seated_by_place
from app.sessions.fields import SessionChanges
from app.sessions.models import ForumSession, SessionState
from app.sessions.rows import sites_of
from app.vault import Vault

LINK = "meeting.link"
"""The field of the form that is shown as wrong."""


async def refuse_silence(db: AsyncSession, vault: Vault, session: ForumSession, changes: SessionChanges, given: set[str]) -> None:
    """Invalid for another name or address of a hall that people chose, and for another meeting once the results are out."""
    if session.state is SessionState.DRAFT:
        return
    wrong = await _moved_halls(db, session, changes) if "sites" in given else []
    if "meeting" in given and session.selection_published_at is not None:
        known = opened(vault, await meeting_of(db, session.id))
        one = changes.meeting
        wanted = MeetingAccess(one.link or None, one.meeting_id or None, one.passcode or None) if one else MeetingAccess()
        if known.complete and wanted != known:
            wrong.append(FieldError(LINK, "sessions.meeting_announced"))
    if wrong:
        raise Invalid(*wrong)


async def _moved_halls(db: AsyncSession, session: ForumSession, changes: SessionChanges) -> list[FieldError]:
    there = {site.id: site for site in await sites_of(db, session.id)}
    applied, seated = await applied_by_place(db, session.id), await seated_by_place(db, session.id)
    return [
        FieldError(f"sites.{place}.name", "sessions.hall_announced")
        for place, site in enumerate(changes.sites)
        if (known := there.get(site.id or "")) is not None
        and (known.name, known.address) != (site.name, site.address)
        and (applied.get(known.id) or seated.get(known.id))
    ]

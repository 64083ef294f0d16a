"""The manual provider: link, meeting ID and passcode are typed by staff, kept sealed, and opened for those who may see them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.database.tables import new_id
from app.meetings.models import Meeting
from app.vault import Vault

PROVIDER = "manual"


@dataclass(frozen=True)
class MeetingAccess:
    """What somebody needs to enter the meeting, in clear; any part may be missing."""

    link: str | None = None
    meeting_id: str | None = None
    passcode: str | None = None

    @property
    def complete(self) -> bool:
        """Whether somebody could enter with this: a link is enough, else ID and passcode."""
        return bool(self.link or (self.meeting_id and self.passcode))


async def meeting_of(db: AsyncSession, session_id: str) -> Meeting | None:
    """The meeting of a session, sealed."""
    return await db.scalar(select(Meeting).where(Meeting.session_id == session_id))


async def store(db: AsyncSession, vault: Vault, session_id: str, given: MeetingAccess, now: datetime) -> bool:
    """Write the meeting of a session, sealed; False when it says what was there already. Makes the row when there is none."""
    found = await meeting_of(db, session_id)
    if found is None:
        found = Meeting(id=new_id(), session_id=session_id, provider=PROVIDER, version=0, changed_at=now)
        db.add(found)
    elif opened(vault, found) == given:
        return False
    found.link = vault.seal(given.link, "meetings", "link", found.id)
    found.meeting_id = vault.seal(given.meeting_id, "meetings", "meeting_id", found.id)
    found.passcode = vault.seal(given.passcode, "meetings", "passcode", found.id)
    found.version += 1
    found.changed_at = now
    await db.flush()
    return True


def opened(vault: Vault, meeting: Meeting | None) -> MeetingAccess:
    """The meeting in clear, for those who may see it; empty when there is none."""
    if meeting is None:
        return MeetingAccess()
    return MeetingAccess(
        link=vault.open(meeting.link, "meetings", "link", meeting.id),
        meeting_id=vault.open(meeting.meeting_id, "meetings", "meeting_id", meeting.id),
        passcode=vault.open(meeting.passcode, "meetings", "passcode", meeting.id),
    )

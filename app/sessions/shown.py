"""A session as programs see it: more for its staff, the meeting in clear for administrators alone."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import Role
from app.access.rights import Staff
from app.meetings.service import meeting_of, opened
from app.regions import full_name
from app.sessions.models import ForumSession, Publication, QuotaUnit, SessionState, Tier
from app.sessions.notice import notice_of
from app.sessions.registering import Registration, registration_of
from app.sessions.rows import rows_of
from app.vault import Vault


class Shown(BaseModel):
    """Made from rows and dataclasses by their attributes."""

    model_config = ConfigDict(from_attributes=True)


class SiteShown(Shown):
    """A hall."""

    id: str
    code: str
    name: str
    address: str
    access_notes: str
    seats: int


class AgendaShown(Shown):
    """A point of the agenda."""

    id: str
    title: str
    planned_at: datetime | None
    started_at: datetime | None


class QuotaShown(Shown):
    """A quota; the value of a hall's quota is the hall's code."""

    attribute: str
    value: str
    minimum: int | None
    maximum: int | None
    unit: QuotaUnit


class NoticeShown(Shown):
    """The privacy notice in force; `version` is what a registration gives as `consent_version`."""

    version: int
    text: str


class MeetingShown(Shown):
    """The meeting in clear."""

    link: str | None
    meeting_id: str | None
    passcode: str | None


class SessionSummary(Shown):
    """A session in a list."""

    slug: str
    title: str
    state: SessionState
    tier: Tier
    region_code: str
    plan_year: int
    zone: str
    starts_at: datetime
    ends_at: datetime
    undated: bool = Field(description="Postponed until further notice: `starts_at` and `ends_at` are those announced last and do not hold")
    registration_opens_at: datetime
    registration_closes_at: datetime


class SessionList(BaseModel):
    """Newest start first; `next` is the cursor of what follows, absent at the end."""

    items: list[SessionSummary]
    next: str | None = None


class StaffPart(Shown):
    """What only staff of the session sees."""

    version: int
    number_prefix: str
    publication: Publication
    screen_shows_all: bool
    late_hours: int
    practice: bool
    opened_at: datetime | None
    ended_at: datetime | None
    closed_at: datetime | None
    closed_count: int | None
    closed_hash: str | None
    quorum: int | None
    quorum_unit: QuotaUnit
    quotas: list[QuotaShown]
    meeting_ready: bool = Field(description="Whether somebody could enter the meeting with what is stored")
    meeting: MeetingShown | None = Field(None, description="For administrators only")


class SessionShown(SessionSummary):
    """A session as a whole."""

    id: str
    room: str
    summary: str
    region: str
    year_held: int
    registration: Registration
    seats_online: int
    elements: list[str]
    criteria: str
    stream_url: str | None
    interpreter_url: str | None
    contact_number: str | None
    contact_name: str | None
    public_proposals_until: datetime | None
    selection_published_at: datetime | None
    sites: list[SiteShown]
    agenda: list[AgendaShown]
    notice: NoticeShown | None
    staff: StaffPart | None = Field(None, description="For staff of this session only")


async def shown(db: AsyncSession, vault: Vault, session: ForumSession, staff: Staff | None, now: datetime) -> SessionShown:
    """The session as this person may see it."""
    rows = await rows_of(db, session.id)
    notice = await notice_of(db, session.id)
    plain = {name: getattr(session, name) for name in SessionShown.model_fields if hasattr(session, name)}
    part = None
    if staff is not None and staff.may(set(Role), session.id):
        access = opened(vault, await meeting_of(db, session.id))
        own = {name: getattr(session, name) for name in StaffPart.model_fields if hasattr(session, name)}
        admin = staff.may({Role.ADMIN}, session.id)
        quotas = [QuotaShown.model_validate(quota) for quota in rows.quotas]
        meeting = MeetingShown.model_validate(access) if admin else None
        part = StaffPart(**own, quotas=quotas, meeting_ready=access.complete, meeting=meeting)
    return SessionShown(
        **plain,
        region=full_name(session.region_code),
        registration=registration_of(session, now),
        sites=[SiteShown.model_validate(site) for site in rows.sites],
        agenda=[AgendaShown.model_validate(item) for item in rows.agenda],
        notice=NoticeShown.model_validate(notice) if notice else None,
        staff=part,
    )

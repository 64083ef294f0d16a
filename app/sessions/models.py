"""A forum session with everything that the office sets: sites, agenda, quotas, notice, region."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.database.tables import Id, Table, id_column


class SessionState(StrEnum):
    """The life of a session; the room is waiting until `live`, paused when `paused`, ended from `ended` on."""

    DRAFT = "draft"
    PUBLISHED = "published"
    LIVE = "live"
    PAUSED = "paused"
    ENDED = "ended"
    CANCELLED = "cancelled"


class Tier(StrEnum):
    """The level of planning at which the forum stands."""

    NEIGHBOURHOOD = "neighbourhood"
    VILLAGE = "village"
    PRE_DISTRICT = "pre_district"
    DISTRICT = "district"
    AGENCY_FORUM = "agency_forum"
    REGENCY = "regency"
    PROVINCE = "province"
    THEMATIC = "thematic"


class Publication(StrEnum):
    """When the public sees a proposal: once the secretariat has verified it, or at once."""

    AFTER_VERIFICATION = "after_verification"
    LIVE = "live"


class ScheduleKind(StrEnum):
    """What changed of a plan that people know: the deadline, the day, a hall, the meeting, or that there is a forum at all."""

    EXTENDED = "extended"
    REOPENED = "reopened"
    MOVED = "moved"
    POSTPONED = "postponed"
    """Until further notice: the day that was announced does not hold, and there is no other yet."""
    RELOCATED = "relocated"
    HALL_ADDED = "hall_added"
    MEETING = "meeting"
    CANCELLED = "cancelled"


class Series(Table):
    """Several sessions that belong together (one city, five days): they share staff and settings, one public page and one list."""

    __tablename__ = "series"

    id: Mapped[str] = id_column()
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    title: Mapped[str]
    summary: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]


class QuotaUnit(StrEnum):
    """Whether a quota's bounds count people or percent of all selected; a quorum's percent is of those with a seat."""

    NUMBER = "number"
    PERCENT = "percent"


class ForumSession(Table):
    """One forum; `room` is the id of its room, `number_prefix` + plan year begin the numbers of its proposals (PKL-2022-0042)."""

    __tablename__ = "forum_sessions"

    id: Mapped[str] = id_column()
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    room: Mapped[str] = mapped_column(Id, unique=True)
    title: Mapped[str]
    summary: Mapped[str] = mapped_column(default="")
    tier: Mapped[Tier]
    region_code: Mapped[str] = mapped_column(String(13))
    number_prefix: Mapped[str] = mapped_column(String(10))
    year_held: Mapped[int]
    plan_year: Mapped[int]
    zone: Mapped[str] = mapped_column(String(40))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    registration_opens_at: Mapped[datetime]
    registration_closes_at: Mapped[datetime]
    """The deadline: a form whose body was complete at this moment or before is in time."""
    seats_online: Mapped[int]
    elements: Mapped[list[str]]
    criteria: Mapped[str] = mapped_column(default="")
    stream_url: Mapped[str | None]
    interpreter_url: Mapped[str | None]
    """Where the sign language interpreter is seen, large enough to be read."""
    contact_number: Mapped[str | None]
    """The office's official WhatsApp number, public, E.164."""
    contact_name: Mapped[str | None]
    publication: Mapped[Publication] = mapped_column(default=Publication.AFTER_VERIFICATION)
    screen_shows_all: Mapped[bool] = mapped_column(default=False)
    late_hours: Mapped[int] = mapped_column(default=24)
    """For how long after the end aspirations are still taken, as late."""
    public_proposals_until: Mapped[datetime | None]
    """Until when anybody may hand in a proposal on the public page; empty while that page is closed."""
    state: Mapped[SessionState] = mapped_column(default=SessionState.DRAFT)
    opened_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    """When the list of applications was counted and hashed."""
    closed_count: Mapped[int | None]
    closed_hash: Mapped[str | None]
    selection_published_at: Mapped[datetime | None]
    agenda_item_id: Mapped[str | None] = mapped_column(Id)
    quorum: Mapped[int | None]
    """How many must be there at the same time for the forum to decide; None where no rule says so."""
    quorum_unit: Mapped[QuotaUnit] = mapped_column(default=QuotaUnit.NUMBER)
    version: Mapped[int] = mapped_column(default=1)
    practice: Mapped[bool] = mapped_column(default=False)
    """A demonstration or load test: left out of every public list."""
    rehearsal: Mapped[SessionState | None]
    """What the room plays while the office rehearses in it: live, paused or ended; `state` stays published meanwhile."""
    rehearsal_at: Mapped[datetime | None]
    """Since when: whatever is made in the room from then on is practice and goes with it."""
    undated: Mapped[bool] = mapped_column(default=False)
    """Postponed until further notice: `starts_at` and `ends_at` are those that were announced last and do not hold."""
    series_id: Mapped[str | None] = mapped_column(ForeignKey("series.id"), type_=Id)
    created_at: Mapped[datetime]

    @property
    def late_until(self) -> datetime | None:
        """Until when the room and the join page still take aspirations, as late; None before the end."""
        return self.ended_at + timedelta(hours=self.late_hours) if self.state == SessionState.ENDED and self.ended_at else None

    def comes_late(self, at: datetime) -> bool:
        """Whether what was said at this moment came after the end."""
        return self.ended_at is not None and at > self.ended_at


class Site(Table):
    """A hall of the session with its own seats; `code` is the short word in its address."""

    __tablename__ = "sites"
    __table_args__ = (UniqueConstraint("session_id", "code"),)

    id: Mapped[str] = id_column()
    session_id: Mapped[str] = mapped_column(ForeignKey("forum_sessions.id"), type_=Id)
    code: Mapped[str] = mapped_column(String(30))
    name: Mapped[str]
    address: Mapped[str] = mapped_column(default="")
    access_notes: Mapped[str] = mapped_column(default="")
    """Ramp, lift, sign language: what somebody must know before choosing this hall."""
    seats: Mapped[int]
    position: Mapped[int]


class AgendaItem(Table):
    """A point of the agenda with its planned time and the moments at which it really began and ended, as the moves tell."""

    __tablename__ = "agenda_items"

    id: Mapped[str] = id_column()
    session_id: Mapped[str] = mapped_column(ForeignKey("forum_sessions.id"), type_=Id)
    position: Mapped[int]
    title: Mapped[str]
    planned_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    """Empty while it is being dealt with, or not reached."""


class AgendaMove(Table):
    """One press of the chair: from this moment the forum deals with `item_id` (none: nothing yet, or no more). Append-only; a slip is marked as undone."""

    __tablename__ = "agenda_moves"
    __table_args__ = (Index("ix_agenda_moves_session_id", "session_id"),)

    id: Mapped[str] = id_column()
    session_id: Mapped[str] = mapped_column(ForeignKey("forum_sessions.id"), type_=Id)
    number: Mapped[int]
    """Order within the session, from 1."""
    item_id: Mapped[str | None] = mapped_column(Id)
    at: Mapped[datetime]
    by: Mapped[str]
    undone_at: Mapped[datetime | None]


class Quota(Table):
    """At least `minimum` and at most `maximum` of the selected have `value` in `attribute` (element, gender, age_group, disability, village, attendance, site)."""

    __tablename__ = "quotas"
    __table_args__ = (UniqueConstraint("session_id", "attribute", "value"),)

    id: Mapped[str] = id_column()
    session_id: Mapped[str] = mapped_column(ForeignKey("forum_sessions.id"), type_=Id)
    attribute: Mapped[str] = mapped_column(String(20))
    value: Mapped[str]
    minimum: Mapped[int | None]
    maximum: Mapped[int | None]
    unit: Mapped[QuotaUnit] = mapped_column(default=QuotaUnit.NUMBER)
    position: Mapped[int] = mapped_column(default=0)


class PrivacyNotice(Table):
    """A version of the notice that registrants are shown: which data, for which public duty, kept how long. Never changed, only followed by a newer one."""

    __tablename__ = "privacy_notices"
    __table_args__ = (UniqueConstraint("session_id", "version"),)

    id: Mapped[str] = id_column()
    session_id: Mapped[str] = mapped_column(ForeignKey("forum_sessions.id"), type_=Id)
    version: Mapped[int]
    text: Mapped[str]
    created_at: Mapped[datetime]


class ScheduleChange(Table):
    """What was changed after people had been told, with the reason that they are told; append-only, without any secret."""

    __tablename__ = "schedule_changes"
    __table_args__ = (Index("ix_schedule_changes_session_id", "session_id"),)

    id: Mapped[str] = id_column()
    session_id: Mapped[str] = mapped_column(ForeignKey("forum_sessions.id"), type_=Id)
    kind: Mapped[ScheduleKind]
    reason: Mapped[str]
    site_id: Mapped[str | None] = mapped_column(Id)
    """The hall that moved or was added."""
    before: Mapped[dict[str, object]]
    """The moved moments as they were, by column name, RFC 3339 in UTC; of a hall its name and address; of a meeting nothing."""
    after: Mapped[dict[str, object]]
    session_version: Mapped[int]
    """The session's version with the change: whatever was written from that version or a later one says it already."""
    by: Mapped[str]
    at: Mapped[datetime]

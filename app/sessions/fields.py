"""What somebody may say about a session, checked value by value; how values fit together is in `checks.py`."""

import unicodedata
from datetime import datetime
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from app.regions import composed, normalize_phone, phone_problem, region
from app.sessions.models import Publication, QuotaUnit, Tier
from app.sessions.vocabulary import ZONES, Element, QuotaAttribute
from app.web.problems import CodedValueError

FIRST_YEAR, LAST_YEAR = 2000, 2100
RESERVED = frozenset({"angka", "baru", "petugas", "sandi", "seri"})
"""Last parts of addresses of the desk that are no session."""
PHONE_CODES = {"too_short": "sessions.phone_short", "too_long": "sessions.phone_long", "not_a_phone": "sessions.not_a_phone"}


def _clean(value: object) -> object:
    """Drop what no keyboard types and no database stores; line ends become one kind."""
    if not isinstance(value, str):
        return value
    text = composed(value.encode("utf-8", "ignore").decode()).replace("\r\n", "\n").replace("\r", "\n")
    return "".join(sign for sign in text if sign == "\n" or unicodedata.category(sign) not in {"Cc", "Cs"})


def _one_line(value: str) -> str:
    return " ".join(value.split())


def _https(value: str) -> str:
    try:
        parts = urlsplit(value)
        right = parts.scheme == "https" and bool(parts.hostname) and not any(sign.isspace() for sign in value)
    except ValueError:
        right = False
    if not right:
        raise CodedValueError("sessions.not_https")
    return value


def _phone(value: str) -> str:
    found = normalize_phone(value)
    if found is None:
        raise CodedValueError(PHONE_CODES[phone_problem(value) or "not_a_phone"])
    return found


def _region(value: str) -> str:
    found = region(value)
    if found is None:
        raise CodedValueError("sessions.region_unknown")
    return found.code


def _zone(value: str) -> str:
    if value not in ZONES:
        raise CodedValueError("field.not_a_choice")
    return value


def _within_years(value: datetime) -> datetime:
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise CodedValueError("sessions.year_out_of_range", first=FIRST_YEAR, last=LAST_YEAR)
    return value


def _capitals(value: str) -> str:
    wanted = value.upper()
    if not (wanted.isascii() and wanted.isalnum() and wanted[:1].isalpha()):
        raise CodedValueError("sessions.prefix_letters")
    return wanted


def _slug(value: str) -> str:
    if value in RESERVED:
        raise CodedValueError("sessions.slug_taken")
    if not all(part.isascii() and part.isalnum() and part == part.lower() for part in value.split("-")):
        raise CodedValueError("sessions.slug_letters")
    return value


Line80 = Annotated[str, BeforeValidator(_clean), AfterValidator(_one_line), StringConstraints(strip_whitespace=True, max_length=80)]
Line160 = Annotated[str, BeforeValidator(_clean), AfterValidator(_one_line), StringConstraints(strip_whitespace=True, max_length=160)]
Named = Annotated[
    str, BeforeValidator(_clean), AfterValidator(_one_line), StringConstraints(strip_whitespace=True, min_length=1, max_length=160)
]
Paragraph = Annotated[str, BeforeValidator(_clean), StringConstraints(strip_whitespace=True, max_length=600)]
LongText = Annotated[str, BeforeValidator(_clean), StringConstraints(strip_whitespace=True, max_length=3000)]
NoticeText = Annotated[str, BeforeValidator(_clean), StringConstraints(strip_whitespace=True, min_length=100, max_length=8000)]
Link = Annotated[str, BeforeValidator(_clean), StringConstraints(strip_whitespace=True, max_length=500), AfterValidator(_https)]
Phone = Annotated[str, BeforeValidator(_clean), StringConstraints(strip_whitespace=True, max_length=40), AfterValidator(_phone)]
RegionCode = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=13), AfterValidator(_region)]
Zone = Annotated[str, AfterValidator(_zone)]
Moment = Annotated[AwareDatetime, AfterValidator(_within_years)]
Year = Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR)]
Seats = Annotated[int, Field(ge=0, le=100_000)]
Prefix = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=8), AfterValidator(_capitals)]
Slug = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=80), AfterValidator(_slug)]
RowId = Annotated[str, StringConstraints(pattern=r"^[a-z2-7]{16}$")]


class Fields(BaseModel):
    """What all of these have in common: a name that is not known is a mistake, not something to ignore."""

    model_config = ConfigDict(extra="forbid")


class SiteFields(Fields):
    """A hall. With `id` it is one that exists; `code` (made from the name when absent) stands in its address."""

    id: RowId | None = None
    code: Annotated[Slug, StringConstraints(max_length=30)] | None = None
    name: Named
    address: Line160 = ""
    access_notes: Line160 = ""
    seats: Annotated[int, Field(ge=1, le=20_000)]


class AgendaFields(Fields):
    """A point of the agenda; `planned_at` may be left open."""

    id: RowId | None = None
    title: Named
    planned_at: Moment | None = None


class QuotaFields(Fields):
    """At least and at most so many people (or percent of all selected) with this value; one of the two bounds must be given."""

    attribute: QuotaAttribute
    value: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
    minimum: Annotated[int, Field(ge=0, le=100_000)] | None = None
    maximum: Annotated[int, Field(ge=0, le=100_000)] | None = None
    unit: QuotaUnit = QuotaUnit.NUMBER


class MeetingFields(Fields):
    """The meeting at the provider, as its host sees it; stored sealed."""

    link: Link | None = None
    meeting_id: Line80 | None = None
    passcode: Line80 | None = None


class SessionChanges(Fields):
    """Fields of a session to change: only those that are given count. Their defaults are those of a new session."""

    title: Named = ""
    summary: Paragraph = ""
    tier: Tier | None = Field(None, description="Absent in a new session: follows from the region's level")
    region_code: RegionCode = ""
    number_prefix: Prefix | None = Field(
        None, description="Begins the numbers of proposals; absent in a new session: from the region's name"
    )
    year_held: Year | None = Field(None, description="Absent in a new session: the year of `starts_at`")
    plan_year: Year | None = Field(None, description="Absent in a new session: the year after `year_held`")
    zone: Zone | None = Field(None, description="Absent in a new session: the zone of the region")
    starts_at: Moment | None = None
    ends_at: Moment | None = Field(None, description="Absent in a new session: three hours after `starts_at`")
    registration_opens_at: Moment | None = Field(None, description="Absent in a new session: now")
    registration_closes_at: Moment | None = Field(None, description="The deadline. Absent in a new session: one day before `starts_at`")
    seats_online: Seats = 100
    elements: Annotated[list[Element], Field(min_length=1, max_length=len(Element))] = Field(default_factory=lambda: list(Element))
    criteria: LongText = ""
    stream_url: Link | None = None
    interpreter_url: Link | None = Field(None, description="Where the sign language interpreter is seen")
    quorum: Annotated[int, Field(ge=1, le=100_000)] | None = Field(None, description="How many must be there at the same time")
    quorum_unit: QuotaUnit = Field(QuotaUnit.NUMBER, description="Percent: of those with a seat")
    contact_number: Phone | None = Field(None, description="The office's public WhatsApp number, in any usual form")
    contact_name: Line80 | None = None
    publication: Publication = Publication.AFTER_VERIFICATION
    screen_shows_all: bool = False
    late_hours: Annotated[int, Field(ge=0, le=168)] = 24
    public_proposals_until: Moment | None = Field(None, description="Until when everybody may hand in a proposal; absent: nobody may")
    sites: Annotated[list[SiteFields], Field(max_length=60)] = Field(default_factory=list)
    agenda: Annotated[list[AgendaFields], Field(max_length=60)] = Field(default_factory=list)
    quotas: Annotated[list[QuotaFields], Field(max_length=100)] = Field(default_factory=list)
    meeting: MeetingFields | None = Field(None, description="Written by administrators; given back to them alone")
    notice: NoticeText | None = Field(None, description="A new text becomes a new version of the privacy notice")


class SessionFields(SessionChanges):
    """A new session: title, region and start are enough."""

    title: Named
    region_code: RegionCode
    starts_at: Moment
    slug: Slug | None = Field(None, description="The last part of its address; absent: made from the title")
    practice: bool = Field(default=False, description="A rehearsal: left out of every public list")


Reason = Annotated[str, BeforeValidator(_clean), StringConstraints(strip_whitespace=True, min_length=5, max_length=500)]


class ScheduleFields(Fields):
    """New moments with the reason that everybody already told will read; only what is given changes."""

    starts_at: Moment | None = None
    ends_at: Moment | None = None
    registration_closes_at: Moment | None = None
    until_further_notice: bool = Field(default=False, description="Postponed, and no new day is known yet; a later `starts_at` ends that")
    reason: Reason


class HallMove(Fields):
    """Another building for a hall that was announced; the seats may be fewer, not fewer than people in them."""

    name: Named
    address: Line160 = ""
    access_notes: Line160 = ""
    seats: Annotated[int, Field(ge=1, le=20_000)] | None = None
    reason: Reason


class HallFields(HallMove):
    """One more hall."""

    seats: Annotated[int, Field(ge=1, le=20_000)]


class CopyFields(Fields):
    """A session made from another: all its times move by as much as the start; people, results and the meeting are not copied."""

    starts_at: Moment
    title: Named | None = Field(None, description="Absent: the old one, with its years moved on")
    staff: bool = Field(default=False, description="Whether those who worked in the old one work in the new one")


class SeriesFields(Fields):
    """The name of sessions that belong together."""

    title: Named
    summary: Paragraph = ""


class CancelFields(Fields):
    """Why the forum does not take place."""

    reason: Reason


class MeetingSwap(MeetingFields):
    """Another meeting in place of the one that people were given: a link, or an ID with its passcode."""

    reason: Reason

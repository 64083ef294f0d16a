"""The set-up form: from what was typed, in the forum's own time, to fields, and back from a session to what stands in the form."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from app.errors import FieldError
from app.meetings.service import MeetingAccess
from app.regions import find_regencies, full_name, region, show_phone, zone_of
from app.sessions.models import ForumSession
from app.sessions.rows import Rows
from app.sessions.vocabulary import ZONES
from app.web.forms import Typed

ROWS = {
    "sites": ("id", "name", "address", "access_notes", "seats"),
    "agenda": ("id", "title", "planned_at"),
    "quotas": ("who", "minimum", "maximum", "unit"),
}
BLANK = {"sites": 2, "agenda": 3, "quotas": 2}
"""How many empty rows wait at the end."""
TEXTS = (
    "title",
    "summary",
    "tier",
    "number_prefix",
    "year_held",
    "plan_year",
    "zone",
    "seats_online",
    "criteria",
    "stream_url",
    "interpreter_url",
    "quorum",
    "quorum_unit",
    "contact_number",
    "contact_name",
    "publication",
    "late_hours",
    "notice",
)
MEETING = ("link", "meeting_id", "passcode")
MOMENTS = ("starts_at", "ends_at", "registration_opens_at", "registration_closes_at")
UNTIL = "public_proposals_until"
CLEARED = ("stream_url", "interpreter_url", "quorum", "contact_number", "contact_name")
"""What an emptied field takes away; elsewhere in a new session empty means: as proposed."""
BY_HAND = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})[ ,T]+(?:pukul )?(\d{1,2})[.:](\d{2})")
LOCAL = "%Y-%m-%dT%H:%M"


@dataclass
class Read:
    """Values for the model, and what could not be read."""

    values: dict[str, object] = field(default_factory=dict)
    errors: list[FieldError] = field(default_factory=list)


def tidy(form: Typed) -> Typed:
    """The same form with its rows counted anew: rows left empty or ticked for removal are gone, the others keep their order."""
    values = {name: value for name, value in form.values.items() if name.split(".")[0] not in ROWS}
    for kind in ROWS:
        for place, row in enumerate(_rows(form, kind)):
            values |= {f"{kind}.{place}.{name}": value for name, value in row.items()}
    return Typed(values, form.many, form.errors)


def read_new(form: Typed) -> Read:
    """A tidied form as values of a new session; what is left empty is proposed by the service."""
    read = Read()
    zone = _place(form, read)
    _texts(form, read, keep_empty=())
    _moments(form, read, zone)
    _moment(read, UNTIL, form.get(UNTIL), zone, read.values)
    _lists(form, read, zone)
    meeting = {name: form.get(f"meeting.{name}") for name in MEETING if form.get(f"meeting.{name}")}
    if meeting:
        read.values["meeting"] = meeting
    return read


def read_changes(form: Typed, session: ForumSession, *, moments: bool) -> Read:
    """A tidied form as changes of a session; the moments only while they have not been announced."""
    read = Read()
    zone = form.get("zone") if form.get("zone") in ZONES else session.zone
    if form.get("region"):
        _place(form, read)
    _texts(form, read, keep_empty=("summary", "criteria"))
    read.values |= {name: None for name in CLEARED if not form.get(name)}
    if moments:
        _moments(form, read, zone)
    read.values[UNTIL] = None
    _moment(read, UNTIL, form.get(UNTIL), zone, read.values)
    _lists(form, read, zone)
    read.values["meeting"] = {name: form.get(f"meeting.{name}") or None for name in MEETING}
    for name in ("title", "seats_online", "late_hours"):
        if not form.get(name):
            read.errors.append(FieldError(name, "field.required"))
    return read


def region_of(text: str) -> tuple[str | None, list[str]]:
    """The code that a text means: a code, a code and a name, or a name; else the names that it may mean."""
    code = re.match(r"\d{2}(?:\.\d{2}){0,2}(?:\.\d{4})?", text.strip())
    if code:
        found = region(code.group())
        return (found.code, []) if found else (None, [])
    meant = find_regencies(text)
    asked = " ".join(text.split()).casefold()
    for names in ([one.name for one in meant], [one.name.partition(" ")[2] for one in meant]):
        exact = [one for one, name in zip(meant, names, strict=True) if name.casefold() == asked]
        if exact:
            break
    chosen = exact or meant
    if len(chosen) == 1:
        return chosen[0].code, []
    return None, [f"{one.code} {one.name}" for one in meant[:4]]


def local_moment(text: str, zone: str) -> datetime | None:
    """A moment as a browser or a hand writes it (2021-04-10T10:00, 10-04-2021 10.00), in this zone; None when it is neither."""
    by_hand = BY_HAND.fullmatch(text.strip())
    try:
        if by_hand:
            day, month, year, hour, minute = map(int, by_hand.groups())
            return datetime(year, month, day, hour, minute, tzinfo=ZoneInfo(zone))
        read = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return read.replace(tzinfo=ZoneInfo(zone)) if read.tzinfo is None else read


def filled(session: ForumSession, rows: Rows, access: MeetingAccess, notice: str, *, anew: bool = False) -> Typed:
    """What stands in the form for a session; `anew` for a copy as a new session, without its moments, years and secrets."""
    plain = {name: getattr(session, name, None) for name in TEXTS}
    values = {name: str(value) for name, value in plain.items() if value is not None}
    values["region"] = _region_words(session.region_code)
    if session.contact_number:
        values["contact_number"] = show_phone(session.contact_number)
    if session.screen_shows_all:
        values["screen_shows_all"] = "1"
    if anew:
        values = {name: value for name, value in values.items() if name not in {"year_held", "plan_year"}}
    else:
        values |= {name: local(getattr(session, name), session.zone) for name in MOMENTS}
        values |= {f"meeting.{name}": getattr(access, name) or "" for name in MEETING}
        values["notice"] = notice
        values |= {UNTIL: local(session.public_proposals_until, session.zone)} if session.public_proposals_until else {}
    for place, site in enumerate(rows.sites):
        row = {name: str(getattr(site, name)) for name in ROWS["sites"]}
        values |= _row("sites", place, row | ({"id": ""} if anew else {}))
    for place, item in enumerate(rows.agenda):
        at = local(item.planned_at, session.zone) if item.planned_at and not anew else ""
        values |= _row("agenda", place, {"id": "" if anew else item.id, "title": item.title, "planned_at": at})
    for place, quota in enumerate(rows.quotas):
        bounds = {name: "" if value is None else str(value) for name, value in (("minimum", quota.minimum), ("maximum", quota.maximum))}
        names = {site.code: site.name for site in rows.sites} if quota.attribute == "site" else {}
        who = f"{quota.attribute}:{names.get(quota.value, quota.value)}"
        values |= _row("quotas", place, {"who": who, "unit": str(quota.unit), **bounds})
    return Typed(values, {"elements": list(session.elements)})


def local(moment: datetime, zone: str) -> str:
    """A moment as a browser's date field wants it, in this zone."""
    return moment.astimezone(ZoneInfo(zone)).strftime(LOCAL)


def counts(form: Typed, wanted: str | None = None) -> dict[str, int]:
    """How many rows of each kind the form shows: those that are filled and some empty ones, more where a row was asked for."""
    return {kind: len(_rows(form, kind)) + blank + (2 if wanted == kind else 0) for kind, blank in BLANK.items()}


def _place(form: Typed, read: Read) -> str:
    code, meant = region_of(form.get("region"))
    if not form.get("region"):
        read.errors.append(FieldError("region", "field.required"))
    elif code is None and meant:
        read.errors.append(FieldError("region", "sessions.region_unclear", {"names": ", ".join(meant)}))
    elif code is None:
        read.errors.append(FieldError("region", "sessions.region_unknown"))
    else:
        read.values["region_code"] = code
    if form.get("zone") in ZONES:
        return form.get("zone")
    return zone_of(code) if code else ZONES[0]


def _texts(form: Typed, read: Read, *, keep_empty: tuple[str, ...]) -> None:
    read.values |= {name: form.get(name) for name in TEXTS if form.get(name) or name in keep_empty}
    read.values["screen_shows_all"] = form.get("screen_shows_all") == "1"
    read.values["elements"] = form.many.get("elements", [])


def _moments(form: Typed, read: Read, zone: str) -> None:
    for name in MOMENTS:
        _moment(read, name, form.get(name), zone, read.values)


def _lists(form: Typed, read: Read, zone: str) -> None:
    for kind in ROWS:
        rows = [{name: value for name, value in row.items() if value} for row in _rows(form, kind)]
        read.values[kind] = rows
    quotas = read.values["quotas"]
    assert isinstance(quotas, list)
    for quota in quotas:
        # One list to choose from gives attribute and value together: nothing depends on a script.
        quota["attribute"], _, quota["value"] = quota.pop("who", "").partition(":")
    agenda = read.values["agenda"]
    assert isinstance(agenda, list)
    for place, item in enumerate(agenda):
        _moment(read, "planned_at", item.pop("planned_at", ""), zone, item, shown=f"agenda.{place}.planned_at")


def _moment(read: Read, name: str, text: str, zone: str, into: dict[str, object], shown: str | None = None) -> None:
    if not text:
        return
    moment = local_moment(text, zone)
    if moment is None:
        read.errors.append(FieldError(shown or name, "field.not_a_moment"))
    else:
        into[name] = moment


def _rows(form: Typed, kind: str) -> list[dict[str, str]]:
    """The rows of a kind as typed, in the order of their numbers, without empty and removed ones."""
    numbers = sorted({int(found.group(1)) for name in form.values if (found := re.fullmatch(rf"{kind}\.(\d{{1,3}})\.\w+", name))})
    rows = [{name: form.get(f"{kind}.{number}.{name}") for name in ROWS[kind]} for number in numbers]
    kept = [row for number, row in zip(numbers, rows, strict=True) if not form.get(f"{kind}.{number}.remove")]
    return [row for row in kept if any(_typed(row))]


def _typed(row: Mapping[str, str]) -> list[str]:
    return [value for name, value in row.items() if name not in {"id", "unit"}]


def _row(kind: str, place: int, row: Mapping[str, str]) -> dict[str, str]:
    return {f"{kind}.{place}.{name}": value for name, value in row.items()}


def _region_words(code: str) -> str:
    return f"{code} {full_name(code)}"

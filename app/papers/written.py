"""What people write by hand, as it is typed: times on a form, neighbourhoods, and the sector that was ticked; pure rules."""

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from app.proposals.sectors import Sector
from app.web.problems import CodedValueError

_CLOCK = re.compile(r"(\d{1,2})[.:](\d{2})")
_DAY = re.compile(r"(\d{1,2})[-/.](\d{1,2})(?:[-/.](\d{4}|\d{2}))?")
_NEIGHBOURS = re.compile(r"(?:RT\s*)?([\d\s,&+]*?)\s*(?:/|\bRW\b|/\s*RW)\s*([\d\s,&+]*)", re.IGNORECASE)
SECTORS = tuple(Sector)
"""As they are numbered on the form, from 1."""
LONGEST_NEIGHBOURHOODS = 200
"""Characters of a cell of neighbourhoods."""
OLDEST = timedelta(days=400)
"""A form older than this was mistyped."""


def written_moment(text: str, day: date, zone: str, now: datetime) -> datetime:
    """The moment on a paper: `19.40` on the given day, `11/4 19.40`, `11-4-2021 19:40`. CodedValueError for none, one to come, or a very old one."""
    words = text.replace(",", " ").split()
    clock = _CLOCK.fullmatch(words[-1]) if words else None
    if clock is None or len(words) > 2:
        raise CodedValueError("papers.not_a_time")
    local = ZoneInfo(zone)
    try:
        on = _day(words[0], now.astimezone(local).date()) if len(words) == 2 else day
        moment = datetime(on.year, on.month, on.day, int(clock[1]), int(clock[2]), tzinfo=local)
    except ValueError:
        raise CodedValueError("papers.not_a_time") from None
    if moment > now:
        raise CodedValueError("papers.time_to_come")
    if moment < now - OLDEST:
        raise CodedValueError("papers.time_too_old")
    return moment


def neighbourhoods(text: str) -> tuple[list[int], list[int]]:
    """RT and RW from `03/05`, `RT 3 RW 5`, `3, 4/5`, `/5`: both as different numbers in order. CodedValueError for anything else."""
    found = _NEIGHBOURS.fullmatch(text.strip().replace("dan", ",")) if len(text) <= LONGEST_NEIGHBOURHOODS else None
    if found is None:
        raise CodedValueError("papers.not_neighbourhoods")
    rt, rw = (sorted({int(one) for one in re.findall(r"\d+", part)}) for part in found.groups())
    if not (rt or rw) or any(not 1 <= one <= 999 for one in (*rt, *rw)) or len(rt) > 30 or len(rw) > 30:
        raise CodedValueError("papers.not_neighbourhoods")
    return rt, rw


def shown_neighbourhoods(rt: list[int], rw: list[int]) -> str:
    """RT and RW as they are typed."""
    if not (rt or rw):
        return ""
    return "/".join(", ".join(f"{one:02}" for one in some) for some in (rt, rw))


def typed_sector(text: str) -> Sector:
    """The sector from its number on the form, whatever stands behind it: `5`, `05`, `5 Penerangan jalan`. CodedValueError for anything else."""
    found = re.match(r"\s*(\d{1,2})(?!\d)", text)
    if found is None or not 1 <= int(found[1]) <= len(SECTORS):
        raise CodedValueError("papers.not_a_sector", most=len(SECTORS))
    return SECTORS[int(found[1]) - 1]


def shown_sector(stored: str | None, label: str) -> str:
    """A sector as it is typed, with its name behind."""
    return f"{SECTORS.index(Sector(stored)) + 1} {label}" if stored else ""


def shown_moment(moment: datetime | None, zone: str) -> str:
    """A moment as it is typed."""
    return f"{moment.astimezone(ZoneInfo(zone)):%d-%m-%Y %H.%M}" if moment else ""


def _day(text: str, today: date) -> date:
    """A day; without a year the latest of that date that has come."""
    found = _DAY.fullmatch(text)
    if found is None:
        raise ValueError(text)
    day, month, year = int(found[1]), int(found[2]), found[3]
    if year is not None:
        return date(int(year) + (2000 if len(year) == 2 else 0), month, day)
    this_year = date(today.year, month, day)
    return this_year if this_year <= today else date(today.year - 1, month, day)

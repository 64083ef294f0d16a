"""The page of the head of office: live numbers and plots of one session, or of all that somebody may see. No names."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from app.access.guards import SignedIn
from app.access.models import Role
from app.access.rail import office_items
from app.access.rights import Staff
from app.figures.counting import UNKNOWN, Numbers, numbers_of
from app.figures.kept import kept_of
from app.sessions.guards import Desk, desk
from app.sessions.lists import own
from app.sessions.models import ForumSession, SessionState
from app.sessions.navigation import desk_items
from app.web.ground import Ground, ground
from app.web.pages import page, translator

router = APIRouter(include_in_schema=False)
Parts = Annotated[Ground, Depends(ground)]
READING = (Role.READER, Role.MODERATOR, Role.SECRETARIAT)
At = Annotated[Desk, Depends(desk(*READING))]
MOST = 12
"""Bars of a plot; the rest is summed up in one."""
DAYS = 31
REST = "rest"
SESSIONS = 60
FEWEST = 8
"""Columns of a plot over time: a single one would say nothing."""
HOURS = 24
"""While all proposals came within so many hours, they are shown by the hour."""


@router.get("/meja/angka")
async def all_numbers(request: Request, parts: Parts, staff: SignedIn) -> Response:
    """The numbers of all sessions together."""
    return await _all(request, parts, staff, "figures/all.html")


@router.get("/meja/angka/data")
async def all_parts(request: Request, parts: Parts, staff: SignedIn) -> Response:
    """The moving parts of that page; 304 while nothing has changed."""
    return await _all(request, parts, staff, "figures/parts.html")


@router.get("/meja/{slug}/angka")
async def session_numbers(request: Request, parts: Parts, at: At) -> Response:
    """The numbers of one session."""
    return await _one(request, parts, at, "figures/one.html")


@router.get("/meja/{slug}/angka/data")
async def session_parts(request: Request, parts: Parts, at: At) -> Response:
    """The moving parts of that page; 304 while nothing has changed."""
    return await _one(request, parts, at, "figures/parts.html")


async def _one(request: Request, parts: Ground, at: Desk, template: str) -> Response:
    numbers = await _numbers(request, parts, [at.session])
    items = desk_items(at.session, at.staff, "angka", translator(request))
    return _drawn(request, template, numbers, f"/meja/{at.session.slug}/angka/data", session=at.session, desk_items=items)


async def _all(request: Request, parts: Ground, staff: Staff, template: str) -> Response:
    async with parts.database.read() as db:
        found = await own(db, staff, SESSIONS)
    sessions = [one for one in found if staff.may(READING, one.id) and one.state is not SessionState.DRAFT and not one.practice]
    numbers = await _numbers(request, parts, sessions)
    items = office_items(staff, "angka", translator(request))
    return _drawn(request, template, numbers, "/meja/angka/data", session=None, desk_items=items)


async def _numbers(request: Request, parts: Ground, sessions: Sequence[ForumSession]) -> Numbers:
    async def count() -> Numbers:
        async with parts.database.read() as db:
            return await numbers_of(db, sessions, parts.clock.now(), sqlite=parts.database.on_sqlite)

    return await kept_of(request).get(" ".join(sorted(one.id for one in sessions)), count)


def _drawn(request: Request, template: str, numbers: Numbers, data: str, **context: Any) -> Response:
    words = translator(request)
    version = hashlib.sha256(repr((numbers, words.language)).encode()).hexdigest()[:24]
    tag = f'"{version}"'
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers={"ETag": tag})
    return page(
        request,
        template,
        headers={"ETag": tag},
        numbers=numbers,
        days=[(datetime.combine(one, time(12), UTC), count) for one, count in numbers.by_day[-DAYS:]],
        came=over_time(numbers.by_hour),
        earlier=sum(count for _, count in numbers.by_day[:-DAYS]),
        data=data,
        version=version,
        top=top,
        **context,
    )


@dataclass(frozen=True)
class OverTime:
    """Counts over time: by the hour while all came within a day or two, else by the day; `earlier` came before the first shown."""

    hourly: bool = False
    rows: list[tuple[datetime, int]] = field(default_factory=list)
    earlier: int = 0


def over_time(by_hour: Sequence[tuple[datetime, int]]) -> OverTime:
    """What came when, hours or days without anything among them; moments are those of the forum's clocks, written as if in UTC."""
    if not by_hour:
        return OverTime()
    first, last = by_hour[0][0], by_hour[-1][0]
    hourly = last - first < timedelta(hours=HOURS)
    step = timedelta(hours=1) if hourly else timedelta(days=1)
    counted: dict[datetime, int] = {}
    for moment, count in by_hour:
        at = moment if hourly else datetime.combine(moment.date(), time(12))
        counted[at] = counted.get(at, 0) + count
    begin, end = min(counted), max(counted)
    begin = min(max(begin, end - step * (DAYS - 1)), end - step * (FEWEST - 1))
    shown = [begin + step * n for n in range((end - begin) // step + 1)]
    earlier = sum(count for at, count in counted.items() if at < begin)
    return OverTime(hourly, [(at.replace(tzinfo=UTC), counted.get(at, 0)) for at in shown], earlier)


def top(counts: Mapping[str, int], most: int = MOST) -> list[tuple[str, int]]:
    """The largest first, then the rest as one (`rest`), then those of whom it is not known, under an empty key."""
    known = [(key, count) for key, count in counts.items() if key != UNKNOWN]
    rest = sum(count for _, count in known[most:])
    unknown = counts.get(UNKNOWN, 0)
    return [*known[:most], *([(REST, rest)] if rest else []), *([(UNKNOWN, unknown)] if unknown else [])]

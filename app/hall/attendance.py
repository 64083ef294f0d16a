"""Attendance in numbers: how many people came, by hall, way, sex and element, ever or at a moment. Each person counts once per figure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.participants.models import Attendance, Participant

ONLINE = "online"
IN_PERSON = "in_person"
UNKNOWN = ""
"""Under this key stand those of whom the attribute is not known."""


@dataclass(frozen=True)
class Figures:
    """How many came: `total` people; by way (`online`, `in_person`), hall (site id), sex and element, `UNKNOWN` where it was not said."""

    total: int
    by_way: Mapping[str, int]
    by_site: Mapping[str, int]
    by_gender: Mapping[str, int]
    by_element: Mapping[str, int]


@dataclass(frozen=True)
class Stayed:
    """One stay as it is counted."""

    person: str
    way: str
    site: str | None
    gender: str | None
    element: str | None


async def figures(db: AsyncSession, session_id: str, *, at: datetime | None = None, site_id: str | None = None) -> Figures:
    """Who attended the session (or one hall of it) at all, or who is there `at` a moment."""
    conditions: list[ColumnElement[bool]] = [Attendance.session_id == session_id]
    if at is not None:
        conditions.append(and_(Attendance.arrived_at <= at, or_(Attendance.left_at.is_(None), Attendance.left_at > at)))
    if site_id is not None:
        conditions.append(Attendance.site_id == site_id)
    rows = await db.execute(
        select(Attendance.participant_id, Attendance.way, Attendance.site_id, Participant.gender, Participant.element)
        .join(Participant, Participant.id == Attendance.participant_id)
        .where(*conditions)
    )
    return counted([Stayed(*row) for row in rows])


def counted(stays: list[Stayed]) -> Figures:
    """The figures of stays; somebody with two stays in one hall is one person there."""
    ways: dict[str, set[str]] = {}
    sites: dict[str, set[str]] = {}
    genders: dict[str, set[str]] = {}
    elements: dict[str, set[str]] = {}
    for stay in stays:
        ways.setdefault(stay.way, set()).add(stay.person)
        genders.setdefault(stay.gender or UNKNOWN, set()).add(stay.person)
        elements.setdefault(stay.element or UNKNOWN, set()).add(stay.person)
        if stay.site is not None:
            sites.setdefault(stay.site, set()).add(stay.person)
    everybody = {stay.person for stay in stays}
    return Figures(len(everybody), _sizes(ways), _sizes(sites), _sizes(genders), _sizes(elements))


def _sizes(groups: Mapping[str, set[str]]) -> dict[str, int]:
    return {name: len(people) for name, people in sorted(groups.items())}

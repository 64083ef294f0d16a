"""For how long what is kept: months after a session's end as dates, a pure rule."""

import calendar
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

MOST_MONTHS = 120


class Kept(StrEnum):
    """What is removed when its time has come: disability, needs and guardians; phones and addresses; who was told what, by which browser."""

    SPECIFIC = "specific"
    CONTACT = "contact"
    TRACES = "traces"


@dataclass(frozen=True)
class Months:
    """Whole months after the end; the names on attendance sheets and records stay, as the law on archives wants it."""

    specific: int = 3
    contact: int = 12
    traces: int = 12

    def of(self, kind: Kept) -> int:
        """The months of one kind."""
        return {Kept.SPECIFIC: self.specific, Kept.CONTACT: self.contact, Kept.TRACES: self.traces}[kind]


DEFAULT = Months()


def dates(months: Months, ended_at: datetime, zone: str) -> dict[Kept, datetime]:
    """When each kind is removed: the same day so many months later, where the session was held; the last day of a shorter month."""
    local = ended_at.astimezone(ZoneInfo(zone))
    return {kind: _later(local, months.of(kind)) for kind in Kept}


def _later(moment: datetime, months: int) -> datetime:
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)

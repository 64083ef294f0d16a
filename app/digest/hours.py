"""When the digest of a day is due, where the office is. Pure."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def day_of(now: datetime, zone: str) -> date:
    """The day on which it is `now` there."""
    return now.astimezone(ZoneInfo(zone)).date()


def waits_until(now: datetime, hour: int, zone: str, dealt_on: date | None) -> datetime | None:
    """When to look again; None when the digest of today is due. One that was missed on an earlier day is not made up for: today's says it all."""
    today = day_of(now, zone)
    if dealt_on is not None and dealt_on >= today:
        return _at(dealt_on + timedelta(days=1), hour, zone)
    due = _at(today, hour, zone)
    return due if now < due else None


def _at(day: date, hour: int, zone: str) -> datetime:
    return datetime.combine(day, time(hour), ZoneInfo(zone))

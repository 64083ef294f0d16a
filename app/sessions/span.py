"""When a forum was held, as its papers say it. Pure."""

from datetime import datetime
from zoneinfo import ZoneInfo

from app.sessions.models import ForumSession


def held_between(session: ForumSession) -> tuple[datetime, datetime]:
    """When the forum was held: as it really was, once it is over; with the planned end when *end* was pressed only on a later day."""
    began, ended, planned = session.opened_at, session.ended_at, session.ends_at
    if not began or not ended:
        return session.starts_at, planned
    zone = ZoneInfo(session.zone)
    forgotten = began < planned < ended and planned.astimezone(zone).date() != ended.astimezone(zone).date()
    return began, planned if forgotten else ended

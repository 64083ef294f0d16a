"""How long a sign-in lasts: nobody is thrown out in the middle of a live session.

The rule: 18 hours after it was last used, but at most 14 days after it began. While a session in which the person works is live or paused, and until
6 hours after it has ended, a sign-in that was used within the last 3 days does not end at all.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

AFTER_USE = timedelta(hours=18)
LONGEST = timedelta(days=14)
AFTER_SESSION = timedelta(hours=6)
KEPT_BY_SESSION = timedelta(days=3)
"""A session that nobody ended must not keep a lost telephone signed in for ever."""
USED_ANEW = timedelta(minutes=5)
"""Use is written down no oftener than this."""


@dataclass(frozen=True)
class Work:
    """A session in which somebody works, begun and not cancelled: `ended_at` is None while it is live or paused."""

    ended_at: datetime | None


def ends_at(started_at: datetime, used_at: datetime) -> datetime:
    """When a sign-in ends by itself, as long as no session keeps it."""
    return min(used_at + AFTER_USE, started_at + LONGEST)


def lasts(ends: datetime, used_at: datetime, work: Iterable[Work], now: datetime) -> bool:
    """Whether a sign-in still counts; `work` is only looked at when it would have ended."""
    if now < ends:
        return True
    if now >= used_at + KEPT_BY_SESSION:
        return False
    return any(one.ended_at is None or now < one.ended_at + AFTER_SESSION for one in work)

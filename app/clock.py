"""The clock of the entry points: services and rules are handed `now` and never ask for it themselves."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(frozen=True)
class Clock:
    """The present moment in UTC, shifted by `offset` when an event of another day is demonstrated."""

    offset: timedelta = timedelta()

    def now(self) -> datetime:
        """The moment, aware, UTC."""
        return datetime.now(UTC) + self.offset


def millis(moment: datetime) -> int:
    """Whole milliseconds UTC since 1970, the form of time in the room protocol."""
    return int(moment.timestamp() * 1000)


def moment(millis: int) -> datetime:
    """The aware UTC moment of milliseconds since 1970."""
    return datetime.fromtimestamp(millis / 1000, UTC)

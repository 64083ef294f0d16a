"""When a letter that could not be handed in is tried again: growing pauses, then a person must look."""

from datetime import datetime, timedelta

PAUSES = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 180, 360, 720))


def next_try(attempts: int, now: datetime) -> datetime | None:
    """The moment of the next try after so many since it was queued; None when it was tried often enough."""
    return now + PAUSES[attempts - 1] if attempts <= len(PAUSES) else None

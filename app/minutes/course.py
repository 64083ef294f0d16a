"""What the forum dealt with at which moment, as the moves of its chair tell: pure rules."""

from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.sessions.progress import Move

BEFORE = "before"
"""Whatever came before the first point of the agenda; everything where there is no agenda."""
AFTER = "after"
"""Whatever came after the end."""
CLOSING = "closing"
"""The conclusion: only the secretariat's words stand there."""


@dataclass(frozen=True)
class Stretch:
    """From `since` (from the very beginning when empty) until the next one the forum dealt with this section."""

    section: str
    since: datetime | None
    until: datetime | None


@dataclass(frozen=True)
class Course:
    """The whole course of a forum, stretch after stretch."""

    stretches: Sequence[Stretch]

    def section_at(self, moment: datetime) -> str:
        """The section that was being dealt with; a stretch begins with its first moment."""
        starts = [one.since for one in self.stretches if one.since is not None]
        return self.stretches[bisect_right(starts, moment)].section

    def of(self, section: str) -> list[Stretch]:
        """When the forum dealt with a section; the chair may come back to one."""
        return [one for one in self.stretches if one.section == section]


def course_of(moves: Sequence[Move], known: Collection[str], ended_at: datetime | None) -> Course:
    """The course that moves add up to, in their order. What was said on a point that is no longer on the agenda belongs to the one before it.

    `ended_at` is the end of the forum: empty while it is held.
    """
    starts: list[tuple[str, datetime | None]] = [(BEFORE, None)]
    for move in moves:
        if move.item in known and (ended_at is None or move.at < ended_at) and starts[-1][0] != move.item:
            starts.append((move.item or BEFORE, move.at))
    if ended_at is not None:
        starts.append((AFTER, ended_at))
    ends = [since for _, since in starts[1:]] + [None]
    return Course([Stretch(section, since, until) for (section, since), until in zip(starts, ends, strict=True)])

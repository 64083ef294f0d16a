"""The quorum: whether enough people are there at the same time, and since when; pure rules."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.sessions.models import QuotaUnit


class QuorumState(StrEnum):
    """`none`: no rule was set; `unknown`: a share of nobody; `short` or `reached` now."""

    NONE = "none"
    UNKNOWN = "unknown"
    SHORT = "short"
    REACHED = "reached"


@dataclass(frozen=True)
class Quorum:
    """`needed` people at the same time (none where no number follows), `present` now, first reached at `reached_at` if ever."""

    state: QuorumState
    needed: int | None
    present: int
    reached_at: datetime | None


@dataclass(frozen=True)
class Span:
    """Somebody's stay, in a hall or online; open when it has not ended."""

    person: str
    arrived_at: datetime
    left_at: datetime | None


def needed(quorum: int | None, unit: QuotaUnit, seats: int) -> int | None:
    """How many people the rule asks for; a share is rounded up, and a share of nobody is no number."""
    if quorum is None or unit is QuotaUnit.NUMBER:
        return quorum
    return -(-quorum * seats // 100) if seats else None


def quorum_of(quorum: int | None, unit: QuotaUnit, seats: int, spans: Sequence[Span], at: datetime) -> Quorum:
    """Where the quorum stands at a moment."""
    wanted = needed(quorum, unit, seats)
    there = len({one.person for one in spans if one.arrived_at <= at and (one.left_at is None or one.left_at > at)})
    if quorum is None:
        return Quorum(QuorumState.NONE, None, there, None)
    if wanted is None:
        return Quorum(QuorumState.UNKNOWN, None, there, None)
    state = QuorumState.REACHED if there >= wanted else QuorumState.SHORT
    return Quorum(state, wanted, there, reached(spans, wanted, at))


def reached(spans: Sequence[Span], wanted: int, until: datetime) -> datetime | None:
    """The first moment, not after `until`, at which so many different people were there at once; somebody in two places is one."""
    # At one moment, who leaves goes before who comes: a stay's end is not part of it.
    moves = [(one.arrived_at, 1, one.person) for one in spans if one.left_at is None or one.left_at > one.arrived_at]
    moves += [(one.left_at, -1, one.person) for one in spans if one.left_at is not None and one.left_at > one.arrived_at]
    stays: Counter[str] = Counter()
    there = 0
    for moment, step, person in sorted(moves):
        if moment > until:
            return None
        before = stays[person] > 0
        stays[person] += step
        there += (stays[person] > 0) - before
        if there >= wanted:
            return moment
    return None

"""What points add up to, exactly: criteria with weights, several assessors, a factor on a condition. Pure; nothing here decides anything.

Sums are fractions and never rounded on the way; `written` rounds to two decimals, half away from zero, for people only. Ranks compare the exact values.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from typing import Any


class Weighing(StrEnum):
    """`times`: points × weight, added up; `share`: that divided by the sum of the weights, so that the total stays on the scale of the points."""

    TIMES = "times"
    SHARE = "share"


class Combine(StrEnum):
    """How the totals of several assessors become one."""

    SUM = "sum"
    MEAN = "mean"


@dataclass(frozen=True)
class Criterion:
    """What is looked at; whole points from `low` to `high`; `meanings` are (point, words). The key stays when the words change."""

    key: str
    name: str
    weight: Decimal = Decimal(1)
    low: int = 1
    high: int = 5
    meanings: tuple[tuple[int, str], ...] = ()

    def holds(self, points: object) -> bool:
        """Whether these points can be given."""
        return isinstance(points, int) and not isinstance(points, bool) and self.low <= points <= self.high


@dataclass(frozen=True)
class Scheme:
    """How a forum scores; the combined total is multiplied by `factor` where the condition is met; from `threshold` on it gets a mark."""

    criteria: tuple[Criterion, ...]
    weighing: Weighing = Weighing.TIMES
    combine: Combine = Combine.SUM
    factor: Decimal | None = None
    condition: str | None = None
    threshold: Decimal | None = None

    @cached_property
    def whole(self) -> tuple[tuple[int, ...], int]:
        """The weights as whole numbers, and by what they were multiplied to be so: sums over thousands of sheets stay quick and exact."""
        exact = [Fraction(one.weight) for one in self.criteria]
        scale = math.lcm(*(one.denominator for one in exact))
        return tuple(int(one * scale) for one in exact), scale

    def stored(self) -> dict[str, Any]:
        """As it stands in a row and in a step: numbers that are not whole as text."""
        found = asdict(self)
        found["criteria"] = [
            {**asdict(one), "weight": _text(one.weight), "meanings": [list(pair) for pair in one.meanings]} for one in self.criteria
        ]
        return {**found, **{name: _text(found[name]) for name in ("factor", "threshold")}}


def scheme_of(stored: Mapping[str, Any]) -> Scheme:
    """The scheme that was stored."""
    criteria = tuple(
        Criterion(
            one["key"], one["name"], Decimal(one["weight"]), one["low"], one["high"], tuple((at, said) for at, said in one["meanings"])
        )
        for one in stored["criteria"]
    )
    factor, threshold = (None if stored[name] is None else Decimal(stored[name]) for name in ("factor", "threshold"))
    return Scheme(criteria, Weighing(stored["weighing"]), Combine(stored["combine"]), factor, stored["condition"], threshold)


def lacking(scheme: Scheme, points: Mapping[str, object]) -> list[Criterion]:
    """The criteria without points that count: none given, or outside of what may be given now."""
    return [one for one in scheme.criteria if not one.holds(points.get(one.key))]


def own_total(scheme: Scheme, points: Mapping[str, Any]) -> Fraction | None:
    """What one assessor's points add up to; None while a criterion lacks points. Points of criteria that are gone do not count."""
    if not scheme.criteria or lacking(scheme, points):
        return None
    weights, scale = scheme.whole
    total = sum(weight * points[one.key] for one, weight in zip(scheme.criteria, weights, strict=True))
    return Fraction(total, sum(weights) if scheme.weighing is Weighing.SHARE else scale)


def combined(scheme: Scheme, totals: Sequence[Fraction], *, met: bool) -> Fraction | None:
    """One total of all who have scored; None while nobody has."""
    if not totals:
        return None
    total = sum(totals, Fraction(0))
    if scheme.combine is Combine.MEAN:
        total /= len(totals)
    return total * Fraction(scheme.factor) if met and scheme.factor is not None else total


def highest(scheme: Scheme, assessors: int) -> Fraction:
    """The most that a proposal can get from so many assessors."""
    best = own_total(scheme, {one.key: one.high for one in scheme.criteria}) or Fraction(0)
    return combined(scheme, [best] * max(1, assessors), met=True) or Fraction(0)


def reaches(scheme: Scheme, total: Fraction | None) -> bool | None:
    """Whether a total has the mark; None where there is no mark or no total."""
    return None if scheme.threshold is None or total is None else total >= Fraction(scheme.threshold)


def ranks(totals: Mapping[str, Fraction | None]) -> dict[str, int]:
    """Places from 1 for whoever has a total, equal ones sharing the best place (1, 2, 2, 4)."""
    found = {name: total for name, total in totals.items() if total is not None}
    places: dict[Fraction, int] = {}
    for place, total in enumerate(sorted(found.values(), reverse=True), 1):
        places.setdefault(total, place)
    return {name: places[total] for name, total in found.items()}


def by_points(order: Iterable[str], totals: Mapping[str, Fraction | None]) -> list[str]:
    """The same subjects, most points first; equal ones and those without points keep their order, the latter last."""
    return sorted(order, key=lambda name: (totals.get(name) is None, -(totals.get(name) or Fraction(0))))


def written(total: Fraction) -> Decimal:
    """For people: at most two decimals, half away from zero."""
    hundredths = math.floor(abs(total) * 100 + Fraction(1, 2))
    return Decimal(hundredths if total >= 0 else -hundredths) / 100


def _text(value: Decimal | None) -> str | None:
    return None if value is None else format(value.normalize(), "f")

"""Which other proposals of a forum may say the same."""

from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, utils

ALIKE = 72.0
VERY_ALIKE = 88.0
MOST = 3


@dataclass(frozen=True)
class Rival:
    """Another proposal as far as likeness goes."""

    number: str
    title: str
    village: str | None
    rw: tuple[int, ...]


@dataclass(frozen=True)
class Double:
    """A rival with how alike it is, 0..100."""

    rival: Rival
    score: float

    @property
    def very(self) -> bool:
        """Whether it is most likely the same."""
        return self.score >= VERY_ALIKE


def doubles(one: Rival, others: Sequence[Rival]) -> list[Double]:
    """At most three that may be the same, the likest first: likeness of titles, moved by a village or RW that fits or does not."""
    found = [Double(other, _score(one, other)) for other in others if other.number != one.number]
    return sorted((double for double in found if double.score >= ALIKE), key=lambda double: (-double.score, double.rival.number))[:MOST]


def _score(one: Rival, other: Rival) -> float:
    score = fuzz.token_set_ratio(one.title, other.title, processor=utils.default_process) * 0.5
    score += fuzz.token_sort_ratio(one.title, other.title, processor=utils.default_process) * 0.5
    if one.village and other.village:
        score += 6 if one.village == other.village else -20
    if one.rw and other.rw:
        score += 4 if set(one.rw) & set(other.rw) else -10
    return max(0.0, min(100.0, score))

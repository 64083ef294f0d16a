"""What is counted while the process works: plain numbers on plain objects, cheap where it is hot, read when a watcher asks."""

from bisect import bisect_left
from dataclasses import dataclass, field

SECONDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""Upper bounds for what people wait for."""
SIZES = (1, 2, 5, 10, 20, 50, 100, 200, 500)
"""Upper bounds for how many go together."""


@dataclass
class Spread:
    """How often values fell below each bound (the last count is for those above all), and their sum."""

    bounds: tuple[float, ...] = SECONDS
    counts: list[int] = field(default_factory=list)
    total: float = 0.0

    def __post_init__(self) -> None:
        self.counts = [0] * (len(self.bounds) + 1)

    def note(self, value: float) -> None:
        """One more value."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value

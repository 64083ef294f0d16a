"""What a run has shown, as figures: per delivery and per attendee, medians and spread over rounds, ratios beside their goals."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

LOOP, NODE, BROKER = "fastapi", "ws", "nats"


@dataclass(frozen=True)
class Run:
    """One contender under one kind of traffic in one round; CPU in seconds, of the server with its database, within the window."""

    contender: str
    kind: str
    cpu: float
    report: dict[str, Any]

    @property
    def deliveries(self) -> int:
        """Events × recipients within the window."""
        return int(self.report["deliveries_in_window"])

    @property
    def micros(self) -> float:
        """Server CPU per delivery, µs."""
        return self.cpu * 1e6 / max(1, self.deliveries)

    @property
    def a_second(self) -> float:
        """Deliveries a second."""
        return self.deliveries / max(1e-9, float(self.report["window"]))

    @property
    def p50(self) -> float:
        """Median time from sending to delivery, ms."""
        return float(self.report["attendees"]["latency"].get("p50", float("nan")))

    @property
    def p99(self) -> float:
        """99th percentile of the same, ms."""
        return float(self.report["attendees"]["latency"].get("p99", float("nan")))

    @property
    def faults(self) -> int:
        """Deliveries that were lost, doubled, out of order or still missing at the end, of those who stayed; lines that broke count once each."""
        seen = sum(int(self.report[name]) for name in ("lost", "doubled", "reordered", "bad_frames"))
        return (
            seen
            + sum(int(self.report[who]["undelivered"]) for who in ("attendees", "herd", "slow"))
            + int(self.report["attendees"]["closed"])
        )


@dataclass
class Results:
    """Everything that was measured; `memory` is KiB and `arrival` µs of CPU per attendee, by contender."""

    runs: list[Run] = field(default_factory=list)
    memory: dict[str, list[float]] = field(default_factory=dict)
    arrival: dict[str, list[float]] = field(default_factory=dict)

    def of(self, contender: str, kind: str) -> list[Run]:
        """The runs of one contender under one kind of traffic, in the order of the rounds."""
        return [run for run in self.runs if run.contender == contender and run.kind == kind]


def spread(values: Sequence[float], form: str = ".2f") -> str:
    """Median and, of several, the smallest and the largest."""
    if not values:
        return "–"
    middle = format(statistics.median(values), form)
    return middle if len(values) == 1 else f"{middle} ({min(values):{form}}–{max(values):{form}})"


def ratios(results: Results, one: str, other: str, kind: str, figure: Callable[[Run], float]) -> list[float]:
    """one ÷ other, round by round."""
    pairs = zip(results.of(one, kind), results.of(other, kind), strict=False)
    return [figure(a) / figure(b) for a, b in pairs if figure(b)]


@dataclass(frozen=True)
class Goal:
    """A figure that is to be at most or at least so much; `values` are those of the rounds."""

    name: str
    values: list[float]
    at_most: float | None = None
    at_least: float | None = None

    def line(self) -> str:
        """The goal as one line of the table."""
        bound = f"≤ {self.at_most:g}" if self.at_most is not None else f"≥ {self.at_least:g}"
        return f"{self.name:<58}{bound:>9}  {spread(self.values):<26}{self.verdict()}"

    def verdict(self) -> str:
        """Whether the median keeps the bound."""
        if not self.values:
            return "not measured"
        middle = statistics.median(self.values)
        met = middle <= self.at_most if self.at_most is not None else middle >= (self.at_least or 0)
        return "met" if met else "NOT met"


def goals(results: Results, attendees: int) -> list[Goal]:
    """The goals that this run can tell about."""
    micros, a_second, p99 = (lambda run: run.micros), (lambda run: run.a_second), (lambda run: run.p99)
    saturated, calm = results.of("rembuk", "saturated"), results.of("rembuk", "calm")
    found = [Goal("faults of rembuk, all runs", [float(sum(run.faults for run in results.runs if run.contender == "rembuk"))], at_most=0)]
    if attendees >= 5000:
        return [*found, Goal("calm: p99 ÷ FastAPI loop", ratios(results, "rembuk", LOOP, "calm", p99), at_most=0.5)]
    if saturated:
        found += [
            Goal("saturated: CPU per delivery, FastAPI loop ÷ rembuk", ratios(results, LOOP, "rembuk", "saturated", micros), at_least=15),
            Goal("saturated: CPU per delivery, NATS ÷ rembuk", ratios(results, BROKER, "rembuk", "saturated", micros), at_least=5),
            Goal("saturated: CPU per delivery, Node ws ÷ rembuk", ratios(results, NODE, "rembuk", "saturated", micros), at_least=10),
            Goal("saturated: deliveries a second ÷ FastAPI loop", ratios(results, "rembuk", LOOP, "saturated", a_second), at_least=10),
            Goal("saturated: p99, ms", [run.p99 for run in saturated], at_most=50),
        ]
    if calm:
        found += [
            Goal("calm: CPU per delivery ÷ FastAPI loop", ratios(results, "rembuk", LOOP, "calm", micros), at_most=0.55),
            Goal("calm: CPU per delivery ÷ Node ws", ratios(results, "rembuk", NODE, "calm", micros), at_most=0.9),
            Goal("calm: p99 ÷ FastAPI loop", ratios(results, "rembuk", LOOP, "calm", p99), at_most=0.7),
        ]
    if "rembuk" in results.memory:
        found.append(Goal("idle attendee, KiB", results.memory["rembuk"], at_most=8))
    return found


HEAD = f"{'':<22}{'µs CPU/delivery':>24}{'deliveries/s':>28}{'p50 ms':>10}{'p99 ms':>22}{'KiB each':>10}{'µs to come in':>15}{'faults':>8}{'client':>8}"


def table(results: Results, kind: str) -> list[str]:
    """One line a contender for one kind of traffic."""
    lines = [HEAD]
    for contender in dict.fromkeys(run.contender for run in results.runs if run.kind == kind):
        runs = results.of(contender, kind)
        lines.append(
            f"{contender:<22}{spread([run.micros for run in runs]):>24}{spread([run.a_second for run in runs], '.0f'):>28}"
            f"{statistics.median(run.p50 for run in runs):>10.1f}{spread([run.p99 for run in runs], '.1f'):>22}"
            f"{spread(results.memory.get(contender, [])[:1]):>10}{spread(results.arrival.get(contender, [])[:1], '.0f'):>15}{sum(run.faults for run in runs):>8}"
            f"{max(float(run.report['client']['core_share']) for run in runs):>8.0%}"
        )
    return lines

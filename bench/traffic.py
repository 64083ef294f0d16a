"""Kinds of traffic against a started server, each giving figures: calm, saturated, idle, a herd that comes at once, readers who do not read."""

from dataclasses import dataclass
from typing import Any

from bench import machine
from bench.figures import Run
from bench.loader import Load
from bench.serving import Running

FILLERS, AHEAD = 4, 125
"""Sockets that fill a room's history, and how many posts each keeps on its way."""


@dataclass(frozen=True)
class Plan:
    """How many, how long (seconds) and how much; `rate` is messages a second of calm traffic."""

    attendees: int = 1000
    seconds: float = 10.0
    warm: float = 2.0
    idle: float = 60.0
    rate: float = 20.0
    senders: int = 20
    text_bytes: int = 40
    herd: int = 1000
    slow: int = 20
    history: int = 200_000


class Meter:
    """CPU of a server's process trees between two moments."""

    def __init__(self, running: Running) -> None:
        self._roots = running.roots
        self._began = 0.0
        self.spent = 0.0

    def begin(self) -> None:
        """The window begins."""
        self._began = machine.cpu_seconds(self._roots)

    def end(self) -> None:
        """The window has ended."""
        self.spent = machine.cpu_seconds(self._roots) - self._began


def measured(load: Load, running: Running, name: str, kind: str, **words: float) -> Run:
    """One run of traffic with the server's CPU in its window."""
    meter = Meter(running)
    report = load.run(meter.begin, meter.end, **words)
    return Run(name, kind, meter.spent, report)


def calm(load: Load, running: Running, name: str, plan: Plan, **words: float) -> Run:
    """So many messages a second, from the senders in turn."""
    given: dict[str, float] = {"rate": plan.rate, "seconds": plan.seconds, "warm": plan.warm, **words}
    return measured(load, running, name, "calm", **given)


def saturated(load: Load, running: Running, name: str, plan: Plan) -> Run:
    """Each sender posts again as soon as it sees its own message."""
    return measured(load, running, name, "saturated", closed=1, seconds=plan.seconds, warm=plan.warm)


def comes_in(load: Load, running: Running, plan: Plan) -> tuple[dict[str, Any], float]:
    """Connect everybody and sit idle with pings on: the report of connecting with the server's CPU in it, and KiB of memory per attendee."""
    before, meter = machine.pss_kib(running.roots), Meter(running)
    meter.begin()
    report = load.connect(plan.attendees)
    meter.end()
    load.wait(plan.idle)
    return {**report, "cpu": meter.spent}, (machine.pss_kib(running.roots) - before) / max(1, int(report["n"]))


def herd(load: Load, running: Running, plan: Plan) -> Run:
    """Many come at once while those who are in go on hearing calm traffic: their p99, and how long the many waited for their welcome."""
    return measured(load, running, "rembuk", "herd", herd=plan.herd, rate=plan.rate, seconds=max(plan.seconds, 5), warm=plan.warm, drain=60)


def slow_readers(load: Load, running: Running, plan: Plan) -> Run:
    """Some stop reading in the middle of heavy traffic and read again before its end."""
    load.connect(plan.slow, group=2, rcvbuf=4096)
    seconds = max(plan.seconds, 6)
    return measured(load, running, "rembuk", "slow", closed=1, pause=seconds * 0.7, seconds=seconds, warm=plan.warm, drain=30)


def fill(load: Load, messages: int) -> None:
    """Post so many messages into the room, as fast as they are acknowledged."""
    load.connect(FILLERS)
    load.run(_nothing, _nothing, closed=2, window=AHEAD, posts=messages, warm=0, seconds=600, drain=60)


def _nothing() -> None:
    """Nothing is measured."""

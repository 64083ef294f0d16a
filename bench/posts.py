"""`bench posts`: how many messages are committed and acknowledged a second, at what CPU, and how long an acknowledgement takes; on both databases."""

import argparse
import math
import sys
from contextlib import ExitStack

from bench import machine
from bench.figures import Goal, Results, Run, spread
from bench.loader import Load, built
from bench.serving import Postgres, postgres, rembuk
from bench.traffic import measured

WRITERS = 100
FEW = 4
"""Sockets that keep a hundred posts on their way without making a room of a hundred: nearly nothing is delivered."""
RATE = 200.0
ROOM = 100
ACK_MS = 50.0


def measure(given: argparse.Namespace) -> Results:
    """Each kind on each database, round after round."""
    results = Results()
    command = built(given.cache)
    with ExitStack() as stack:
        databases: dict[str, Postgres | None] = {}
        for name in given.databases:
            databases[name] = stack.enter_context(postgres()) if name == "postgres" else None
        for number in range(given.rounds):
            for name, database in databases.items():
                print(f"round {number + 1}: {name} …", file=sys.stderr, flush=True)
                results.runs += _round(command, name, database, given)
    return results


def _round(command: list[str], name: str, database: Postgres | None, given: argparse.Namespace) -> list[Run]:
    seconds, runs = 3.0 if given.quick else given.seconds, []
    with rembuk(ROOM, database=database) as running:
        few = Load(command, running.target, most=FEW, senders=FEW, text_bytes=given.text_bytes)
        with few as load:
            load.connect(FEW)
            words = {"closed": 2, "window": WRITERS // FEW, "seconds": seconds, "warm": 1}
            runs.append(measured(load, running, name, "posts", **words))
        room = Load(command, running.target, most=ROOM, senders=WRITERS, text_bytes=given.text_bytes)
        with room as load:
            load.connect(ROOM)
            runs.append(measured(load, running, name, "posts in a room of 100", closed=2, seconds=seconds, warm=1))
            runs.append(measured(load, running, name, "200 a second", rate=RATE, seconds=seconds, warm=1))
    return runs


def report(results: Results, before: machine.Noise) -> list[str]:
    """The lines to print."""
    lines = []
    for kind in dict.fromkeys(run.kind for run in results.runs):
        lines += [f"{kind:<26}{'posts/s':>24}{'µs CPU/post':>24}{'ack p50 ms':>22}{'ack p99 ms':>24}{'faults':>8}{'client':>8}"]
        for name in dict.fromkeys(run.contender for run in results.runs):
            lines.append(_line(name, results.of(name, kind)))
        lines.append("")
    lines += [
        "posts: 100 wait through 4 sockets, so that next to nothing is delivered; in a room of 100: each of 100 waits for its own",
        "",
        "goals",
    ]
    for name in dict.fromkeys(run.contender for run in results.runs):
        waits = [_ack(run, "p99") for run in results.of(name, "200 a second")]
        lines.append(Goal(f"{name}: acknowledgement p99 at 200 posts/s, room of 100, ms", waits, at_most=ACK_MS).line())
    return [*lines, "", f"noise before: {before}", f"noise after:  {machine.noise()}"]


def _line(name: str, runs: list[Run]) -> str:
    posts = [run.report["ack"]["n"] / run.report["window"] for run in runs]
    cpu = [run.cpu * 1e6 / max(1, run.report["ack"]["n"]) for run in runs]
    share = max(float(run.report["client"]["core_share"]) for run in runs)
    half, most = ([_ack(run, which) for run in runs] for which in ("p50", "p99"))
    return (
        f"  {name:<24}{spread(posts, '.0f'):>24}{spread(cpu, '.0f'):>24}{spread(half, '.1f'):>22}{spread(most, '.1f'):>24}"
        f"{sum(faults(run) for run in runs):>8}{share:>8.0%}"
    )


def _ack(run: Run, which: str) -> float:
    return float(run.report["ack"].get(which, math.inf))


def faults(run: Run) -> int:
    """Faults of delivery, and posts that were refused or never answered."""
    return run.faults + int(run.report["posts"]) - int(run.report["acks"])

"""`bench room`: the room as users run it beside its peers, round after round in one run, then what only the room can do."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from bench import figures, machine, peering, traffic
from bench.figures import Results
from bench.loader import Load, LoadFailed, built
from bench.serving import Postgres, Running, ServerFailed, postgres, rembuk
from bench.traffic import Plan

SCENARIOS = ("calm", "saturated", "herd", "slow", "history")


@dataclass(frozen=True)
class Bench:
    """What every measurement needs: the client's command, the plan, where peers are installed, and the database server, if it is one."""

    command: list[str]
    plan: Plan
    cache: Path
    database: Postgres | None
    scenarios: tuple[str, ...]

    @contextmanager
    def load(self, running: Running, *, most: int | None = None, event_bytes: int = 250, senders: int | None = None) -> Iterator[Load]:
        """A load client for a started server."""
        plan = self.plan
        given = {"most": most or plan.attendees, "senders": min(senders or plan.senders, plan.attendees), "text_bytes": plan.text_bytes}
        with Load(self.command, running.target, event_bytes=event_bytes, **given) as load:
            yield load


def measure(given: argparse.Namespace) -> Results:
    """Everything that was asked for; progress goes to standard error."""
    with ExitStack() as stack:
        database = stack.enter_context(postgres()) if given.database == "postgres" else None
        bench = Bench(built(given.cache), plan_of(given), given.cache, database, tuple(given.scenarios))
        results = Results()
        peers = list(_prepared(given.peers, given.cache))
        for number in range(given.rounds):
            size = _rembuk_round(bench, results, number)
            for peer in list(peers):
                try:
                    _peer_round(bench, results, peer, number, size)
                except (ServerFailed, LoadFailed) as problem:
                    print(f"{peer.name}: left out from here on ({problem})", file=sys.stderr, flush=True)
                    peers.remove(peer)
        _alone(bench, results)
        return results


def plan_of(given: argparse.Namespace) -> Plan:
    """The plan that the command line describes."""
    plan = Plan(
        attendees=given.attendees, seconds=given.seconds, rate=given.rate, text_bytes=given.text_bytes, herd=given.herd or given.attendees
    )
    return replace(plan, seconds=min(plan.seconds, 3), warm=1, idle=3, history=20_000, slow=5) if given.quick else plan


def _prepared(names: list[str], cache: Path) -> Iterator[peering.Peer]:
    for name in names:
        try:
            peering.prepare(peering.PEERS[name], cache)
        except peering.LeftOut as reason:
            print(reason, flush=True)
        else:
            yield peering.PEERS[name]


def _rembuk_round(bench: Bench, results: Results, number: int) -> int:
    """One round of the room; the bytes of one of its events, for the peers to relay as many."""
    _tell(number, "rembuk")
    with rembuk(bench.plan.attendees, database=bench.database) as running, bench.load(running) as load:
        _come_in(bench, results, running, load, "rembuk", number)
        first = traffic.calm(load, running, "rembuk", bench.plan)
        if "calm" in bench.scenarios:
            results.runs.append(first)
        if "saturated" in bench.scenarios:
            results.runs.append(traffic.saturated(load, running, "rembuk", bench.plan))
        # An event alone in a frame has four bytes of head.
        return round(first.report["bytes"] / max(1, first.report["deliveries"])) - 4


def _peer_round(bench: Bench, results: Results, peer: peering.Peer, number: int, size: int) -> None:
    _tell(number, peer.name)
    with peering.started(peer, bench.cache) as running, bench.load(running, event_bytes=size) as load:
        _come_in(bench, results, running, load, peer.name, number)
        if "calm" in bench.scenarios:
            results.runs.append(traffic.calm(load, running, peer.name, bench.plan))
        if "saturated" in bench.scenarios:
            results.runs.append(traffic.saturated(load, running, peer.name, bench.plan))


def _come_in(bench: Bench, results: Results, running: Running, load: Load, name: str, number: int) -> None:
    """Everybody connects; the first round sits idle long enough for the memory to be told."""
    plan = bench.plan if number == 0 else replace(bench.plan, idle=1)
    report, memory = traffic.comes_in(load, running, plan)
    if report["failed"]:
        raise LoadFailed(f"{report['failed']} of {plan.attendees} could not come in: {report['codes']}")
    results.arrival.setdefault(name, []).append(report["cpu"] * 1e6 / plan.attendees)
    if number == 0:
        results.memory.setdefault(name, []).append(memory)


def _alone(bench: Bench, results: Results) -> None:
    """What only the room is asked for."""
    plan = bench.plan
    for scenario, meaning, more, measure in (
        ("herd", "a herd", plan.herd, traffic.herd),
        ("slow", "slow readers", plan.slow, traffic.slow_readers),
    ):
        if scenario not in bench.scenarios:
            continue
        _tell(0, f"rembuk, {meaning}")
        with rembuk(plan.attendees + more, database=bench.database) as running, bench.load(running, most=plan.attendees + more) as load:
            load.connect(plan.attendees)
            results.runs.append(measure(load, running, plan))
    if "history" in bench.scenarios:
        _tell(0, f"rembuk, a room with {plan.history} messages")
        _long_history(bench, results)


def _long_history(bench: Bench, results: Results) -> None:
    plan = bench.plan
    with rembuk(plan.attendees + traffic.FILLERS, database=bench.database) as running:
        with bench.load(running, senders=traffic.FILLERS) as filling:
            traffic.fill(filling, plan.history)
        with bench.load(running) as load:
            load.connect(plan.attendees)
            for run in (traffic.calm(load, running, "rembuk", plan), traffic.saturated(load, running, "rembuk", plan)):
                results.runs.append(replace(run, kind=f"history-{run.kind}"))


def _tell(number: int, name: str) -> None:
    print(f"round {number + 1}: {name} …", file=sys.stderr, flush=True)


def report(results: Results, plan: Plan, before: machine.Noise) -> list[str]:
    """The lines to print."""
    lines = [
        f"{plan.attendees} attendees, {plan.rate:g} messages a second when calm, {plan.senders} senders when saturated, {plan.seconds:g} s a run"
    ]
    for kind in ("calm", "saturated", "history-calm", "history-saturated", "slow", "herd"):
        if any(run.kind == kind for run in results.runs):
            lines += ["", kind, *figures.table(results, kind)]
    lines += [""] + [_ack_line(run) for run in results.runs if run.contender == "rembuk" and run.report["ack"]["n"]]
    lines += [line for run in results.runs for line in _special(run)]
    lines += ["", "goals", *(goal.line() for goal in figures.goals(results, plan.attendees))]
    return [*lines, "", f"noise before: {before}", f"noise after:  {machine.noise()}"]


def _ack_line(run: figures.Run) -> str:
    ack = run.report["ack"]
    return f"{run.kind}: {ack['n']} acknowledgements, p50 {ack['p50']:.1f} ms, p99 {ack['p99']:.1f} ms; posts {run.report['posts']}, refused {run.report['errors']}"


def _special(run: figures.Run) -> list[str]:
    told = run.report
    if run.kind == "herd":
        came = told["welcome"]
        waited = f"welcomed p50 {came.get('p50', 0):.0f} ms, p99 {came.get('p99', 0):.0f} ms, failed {told['herd_failed']}"
        return [f"herd: {came['n']} came at once, {waited}; meanwhile p99 of those who were in {run.p99:.1f} ms"]
    if run.kind == "slow":
        slow = told["slow"]
        became = f"{slow['open']} caught up, {slow['closed']} closed {told['codes']}, missing to those who caught up {slow['undelivered']}"
        return [f"slow readers: {became}; p99 of the others {run.p99:.1f} ms"]
    return []

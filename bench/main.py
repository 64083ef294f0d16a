"""`./rembuk bench`: measures from outside; writes nothing but what is asked for with --write."""

import argparse
import json
import os
import signal
import sys
from dataclasses import asdict
from pathlib import Path

from bench import machine, peering, posts, room
from bench.figures import Results
from bench.loader import LoadFailed, cache_folder
from bench.serving import ServerFailed

DATABASES = ("sqlite", "postgres")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="rembuk bench", description=__doc__)
    kinds = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    rooms = kinds.add_parser("room", help="deliveries: calm, saturated, herd, slow readers, long history, memory; beside the peers")
    rooms.add_argument("--attendees", type=int, default=1000)
    rooms.add_argument("--rounds", type=int, default=3)
    rooms.add_argument("--rate", type=float, default=20.0, help="messages a second of calm traffic")
    rooms.add_argument("--peers", type=_peers, default=list(peering.PEERS), metavar="A,B|none", help=", ".join(peering.PEERS))
    rooms.add_argument("--scenarios", type=_scenarios, default=list(room.SCENARIOS), metavar="A,B", help=", ".join(room.SCENARIOS))
    rooms.add_argument("--herd", type=int, default=0, help="how many come at once (as many as there are attendees)")
    rooms.add_argument("--database", choices=DATABASES, default="sqlite")
    rooms.set_defaults(run=_room)
    writing = kinds.add_parser("posts", help="durable posts: how many a second, at what CPU, and how long an acknowledgement takes")
    writing.add_argument("--rounds", type=int, default=3)
    writing.add_argument("--databases", type=_databases, default=list(DATABASES), metavar="A,B", help=", ".join(DATABASES))
    writing.set_defaults(run=_posts)
    for kind in (rooms, writing):
        kind.add_argument("--seconds", type=float, default=10.0, help="of one measured window")
        kind.add_argument("--text-bytes", type=int, default=40, help="of one message's text")
        kind.add_argument("--quick", action="store_true", help="short windows, short idling: shows that it works, not how well")
        kind.add_argument("--cache", type=Path, default=cache_folder(), help="where the client is built and peers are installed")
        kind.add_argument("--write", type=Path, metavar="FILE", help="also write every run's report as JSON")
    return parser


def _peers(text: str) -> list[str]:
    return [] if text == "none" else _named(text, tuple(peering.PEERS))


def _scenarios(text: str) -> list[str]:
    return _named(text, room.SCENARIOS)


def _databases(text: str) -> list[str]:
    return _named(text, DATABASES)


def _named(text: str, known: tuple[str, ...]) -> list[str]:
    names = text.split(",")
    if unknown := [name for name in names if name not in known]:
        raise argparse.ArgumentTypeError(f"{', '.join(unknown)}: there are {', '.join(known)}")
    return names


def _room(given: argparse.Namespace) -> int:
    before = machine.noise()
    results = room.measure(given)
    print("\n".join(room.report(results, room.plan_of(given), before)))
    _write(given, results)
    return 1 if any(run.faults for run in results.runs if run.contender == "rembuk") else 0


def _posts(given: argparse.Namespace) -> int:
    before = machine.noise()
    results = posts.measure(given)
    print("\n".join(posts.report(results, before)))
    _write(given, results)
    return 1 if any(posts.faults(run) for run in results.runs) else 0


def _write(given: argparse.Namespace, results: Results) -> None:
    if given.write:
        given.write.write_text(json.dumps(asdict(results), indent=1), "utf-8")


def main(arguments: list[str] | None = None) -> int:
    """Exit status 0 only when everything was measured and the room had no fault."""
    given = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that servers are ended and folders removed
    os.sched_setaffinity(0, machine.pinned(machine.CLIENT_CORE))
    try:
        return int(given.run(given))
    except (ServerFailed, LoadFailed) as problem:
        print(f"rembuk bench: {problem}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())

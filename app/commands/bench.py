"""`bench`: measures deliveries and posts from outside; the measuring itself stands in the source tree, in `bench/`."""

import argparse
import os
import subprocess
import sys
from pathlib import Path

from app.settings import SettingsProblem

ROOT = Path(__file__).resolve().parents[2]
KINDS = ("room", "posts")


def add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The verb of this module; everything after the kind is handed on, so `bench room --help` tells the rest."""
    bench = verbs.add_parser("bench", help="measure: " + ", ".join(KINDS))
    bench.add_argument("kind", choices=KINDS)
    bench.add_argument("words", nargs=argparse.REMAINDER, metavar="...", help="options of that kind: see its --help")
    bench.set_defaults(run=_bench)


def _bench(given: argparse.Namespace) -> int:
    if not (ROOT / "bench" / "main.py").is_file():
        raise SettingsProblem("bench: only in a checkout of the sources, where the folder `bench` is")
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))}
    command = [sys.executable, "-m", "bench.main", given.kind, *given.words]
    return subprocess.run(command, env=env, check=False).returncode  # noqa: S603 - our own program

"""`test`: everything that must pass, in the order of its cost."""

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from app.settings import SettingsProblem

ROOT = Path(__file__).resolve().parents[2]
RULES = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("mypy", "app"),
    ("lint-imports", "--no-cache"),
)
PARTS = ("rules", "unit", "integration", "browser", "scenarios", "proof")
APART = ("planted",)
"""Only when named: known faults are put into copies of the tree, and the proof must find each; takes minutes."""
MEMORY = Path("/dev/shm")  # noqa: S108 - where Linux keeps files in memory; pytest and tempfile make folders of their own in it
ROOM = 4 * 2**30
"""Bytes that the whole run may take there."""
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The verb of this module."""
    test = verbs.add_parser("test", help="run every test, or the named parts: " + ", ".join((*PARTS, *APART)))
    test.add_argument("parts", nargs="*", metavar="PART")
    test.add_argument(
        "--cycles",
        type=int,
        default=20,
        metavar="N",
        help="proof: how many times something goes wrong on each database (20; at length: 200)",
    )
    test.set_defaults(run=_test)


def _test(given: argparse.Namespace) -> int:
    wanted = given.parts or list(PARTS)
    if unknown := set(wanted) - {*PARTS, *APART}:
        raise SettingsProblem(f"test: no part {', '.join(sorted(unknown))}; there are {', '.join((*PARTS, *APART))}")
    if not 1 <= given.cycles <= 100_000:
        raise SettingsProblem("test: --cycles is a number from 1")
    if not _others(wanted):
        return 2
    bin_dir = Path(sys.executable).parent
    if "rules" in wanted:
        for rule in RULES:
            if subprocess.run([bin_dir / rule[0], *rule[1:]], cwd=ROOT, check=False).returncode != 0:  # noqa: S603 - our own tools
                return 1
    env = {**_quick(os.environ), "REMBUK_PROOF_CYCLES": str(given.cycles)}
    if "planted" in wanted:
        planted = subprocess.run([sys.executable, "-m", "tests.proof.planted"], cwd=ROOT, env=env, check=False).returncode
        if planted != 0:
            return planted
    folders = [f"tests/{part}" for part in PARTS if part in wanted and (ROOT / "tests" / part).is_dir()]
    if not folders:
        return 0
    command = [sys.executable, "-m", "pytest", "-n", "2", "--dist", "loadgroup", "--durations", "25", *folders]
    return subprocess.run(command, cwd=ROOT, env=env, check=False).returncode  # noqa: S603 - our own tests


def _quick(env: Mapping[str, str]) -> dict[str, str]:
    """The environment for tests that start hundreds of servers and commit for thousands: compiled modules are kept, and files lie in memory where it is large."""
    quick = {name: value for name, value in env.items() if name != "PYTHONDONTWRITEBYTECODE"}
    if "TMPDIR" not in env and MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM:
        quick["TMPDIR"] = str(MEMORY)
    return quick


def _others(wanted: list[str]) -> bool:
    """Whether the programs that these parts cannot do without are there."""
    if "integration" in wanted:
        _bouncer()
    return "browser" not in wanted or _browser()


def _browser() -> bool:
    """Whether there is a browser, after trying to install one where this user may; else says exactly what to do."""
    if any(map(shutil.which, BROWSERS)):
        return True
    _install("chromium", "Chromium for the browser tests")
    if shutil.which("chromium"):
        return True
    print(
        "rembuk: the browser tests need Chromium. Debian and Ubuntu: sudo apt-get install chromium; Fedora: sudo dnf install chromium. "
        "Without it: ./rembuk test rules unit integration",
        file=sys.stderr,
    )
    return False


def _bouncer() -> None:
    """Try to have a PgBouncer; without one, what is proven behind a real one is left out, and that is said."""
    if shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin") is None:
        _install("pgbouncer", "PgBouncer for the tests of what stands before a database")
    if shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin") is None:
        print("rembuk: no PgBouncer on this machine; its two tests are left out", file=sys.stderr, flush=True)


def _install(package: str, meaning: str) -> None:
    """Where this user may, let Debian's package come."""
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        return
    print(f"rembuk: installing {meaning} …", file=sys.stderr, flush=True)
    for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "--no-install-recommends", package]):
        subprocess.run(command, check=False, stdout=subprocess.DEVNULL)  # noqa: S603 - fixed words

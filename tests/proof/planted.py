"""Plants known faults in a copy of the tree, one after the other, and runs the proof on it: `python -m tests.proof.planted [NAME …]`.

Ends with 0 only when every one was found, that is when the proof failed and said why.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.proof.plants import PLANTS, Edit, Plant

ROOT = Path(__file__).resolve().parents[2]
TREE = (
    "app",
    "migrations",
    "templates",
    "static",
    "locales",
    "tests",
    "bench",
    "docs",
    "pyproject.toml",
    "README.md",
    "CHANGELOG.md",
    "rembuk",
)
LONGEST = 600.0


class Unplantable(Exception):
    """The code has changed where a fault should be planted: the plant must be written anew."""


def main(names: list[str]) -> int:
    """Plant those that are named, or all."""
    unknown = set(names) - {plant.name for plant in PLANTS}
    if unknown:
        print(f"no plant {', '.join(sorted(unknown))}; there are {', '.join(plant.name for plant in PLANTS)}", file=sys.stderr)
        return 2
    missed = 0
    for plant in PLANTS:
        if names and plant.name not in names:
            continue
        print(f"{plant.name}: {plant.meaning}", flush=True)
        began = time.monotonic()
        try:
            found, said = tried(plant)
        except Unplantable as changed:
            found, said = False, str(changed)
        missed += not found
        print(f"  {'found' if found else 'NOT FOUND'} after {time.monotonic() - began:.0f} s: {said}\n", flush=True)
    print("every planted fault was found" if not missed else f"{missed} planted faults were not found")
    return 1 if missed else 0


def tried(plant: Plant) -> tuple[bool, str]:
    """Whether the proof fails on a copy with this fault as it must, and what it said."""
    with tempfile.TemporaryDirectory(prefix="rembuk-planted-") as folder:
        copy = Path(folder)
        _copy(copy)
        for edit in plant.edits:
            _edit(copy, edit)
        env = {**os.environ, "PYTHONPATH": str(copy), "REMBUK_PROOF_CYCLES": str(plant.cycles)}
        command = [sys.executable, "-m", "pytest", "-x", "-p", "no:cacheprovider", "--tb=short", "tests/proof", "-k", plant.test]
        process = subprocess.Popen(command, cwd=copy, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        try:
            output, _ = process.communicate(timeout=LONGEST)
        except subprocess.TimeoutExpired:
            # As by hand: the tests end their servers and databases.
            process.send_signal(signal.SIGINT)
            process.communicate()
            return False, f"no verdict within {LONGEST:.0f} s"
    if process.returncode == 0:
        return False, "the proof passed all the same"
    said = next((line.strip() for line in output.splitlines() if plant.shows in line and line.startswith("E ")), None)
    if said is None:
        return False, f"it failed for another reason (exit status {process.returncode}):\n" + "\n".join(output.splitlines()[-30:])
    return True, said.removeprefix("E").strip()[:200]


def _copy(copy: Path) -> None:
    for name in TREE:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif (ROOT / name).exists():
            shutil.copy(ROOT / name, copy / name)


def _edit(copy: Path, edit: Edit) -> None:
    found = sorted(copy.glob(edit.path))
    if len(found) != 1:
        raise Unplantable(f"{edit.path}: {len(found)} such files")
    text = found[0].read_text(encoding="utf-8")
    if text.count(edit.anchor) != 1:
        raise Unplantable(f"{edit.path}: the anchor stands there {text.count(edit.anchor)} times instead of once: {edit.anchor.strip()!r}")
    found[0].write_text(text.replace(edit.anchor, edit.instead), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

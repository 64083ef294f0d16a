"""The machine under a measurement: cores, CPU and memory of process trees from /proc, and how noisy it is."""

import os
import statistics
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
SERVER_CORE, CLIENT_CORE = 0, 1
ALLOWED = sorted(os.sched_getaffinity(0))
"""The cores that this process was given, before it pinned itself."""
BUSY_ROUNDS = 400_000


@dataclass(frozen=True)
class Noise:
    """A fixed loop timed several times: the fastest in ms, and how much longer the median and the slowest took."""

    fastest_ms: float
    median_share: float
    slowest_share: float

    def __str__(self) -> str:
        return f"fixed loop {self.fastest_ms:.1f} ms at best, median +{self.median_share:.0%}, slowest +{self.slowest_share:.0%}"


def pinned(core: int) -> set[int]:
    """The cores to run on: the asked one, or all where this machine has fewer."""
    return {ALLOWED[core]} if core < len(ALLOWED) else set(ALLOWED)


def noise(times: int = 15) -> Noise:
    """Time the fixed loop on the core that this process runs on."""
    spent = []
    for _ in range(times):
        began = time.perf_counter()
        total = 0
        for n in range(BUSY_ROUNDS):
            total += n & 7
        spent.append((time.perf_counter() - began) * 1000)
    fastest = min(spent)
    return Noise(fastest, statistics.median(spent) / fastest - 1, max(spent) / fastest - 1)


def tree(roots: Iterable[int]) -> list[int]:
    """These processes and all that descend from them, as far as they are alive."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and (fields := _stat(int(folder.name))):
            children.setdefault(int(fields[1]), []).append(int(folder.name))
    found: list[int] = []
    waiting = list(roots)
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        waiting += children.get(pid, [])
    return found


def cpu_seconds(roots: Iterable[int]) -> float:
    """User and system time of process trees so far, children that have ended included."""
    return sum(sum(map(int, fields[11:15])) for pid in tree(roots) if (fields := _stat(pid))) / TICK


def pss_kib(roots: Iterable[int]) -> float:
    """Proportional memory of process trees now, KiB; memory of the kernel for sockets is not in it."""
    total = 0
    for pid in tree(roots):
        try:
            text = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii")
        except OSError:
            continue
        total += next((int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")), 0)
    return float(total)


def pin_tree(roots: Iterable[int], core: int) -> None:
    """Move processes that already run, and so what they start later, to a core."""
    for pid in tree(roots):
        for task in Path(f"/proc/{pid}/task").iterdir():
            os.sched_setaffinity(int(task.name), pinned(core))


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat after the name (state, parent, …), or nothing when it has ended."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
    except OSError:
        return []
    return text.rpartition(")")[2].split()

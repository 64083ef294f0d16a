"""A bar for the person at the console: redrawn on a terminal, a line now and then in a log."""

import sys
import time

WIDTH = 30
OFTEN, SELDOM = 0.2, 5.0
"""Seconds between drawings on a terminal, and between lines elsewhere."""


class Progress:
    """How much of `total` is done; writes to standard error, so that the answer on standard output stays clean."""

    def __init__(self, label: str, total: int) -> None:
        self._label = label
        self._total = max(total, 1)
        self._done = 0
        self._live = sys.stderr.isatty()
        self._told_at = time.monotonic()

    def step(self, count: int = 1) -> None:
        """So many more are done."""
        self._done += count
        now = time.monotonic()
        if now - self._told_at >= (OFTEN if self._live else SELDOM):
            self._told_at = now
            self._tell()

    def end(self) -> None:
        """All is done."""
        self._done = self._total
        self._tell()
        if self._live:
            print(file=sys.stderr)

    def _tell(self) -> None:
        share = min(self._done / self._total, 1.0)
        full = int(share * WIDTH)
        line = f"{self._label} [{'#' * full}{'.' * (WIDTH - full)}] {share:4.0%}"
        print(f"\r{line}" if self._live else line, end="" if self._live else "\n", file=sys.stderr, flush=True)

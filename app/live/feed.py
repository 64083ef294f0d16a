"""One log of one room in this process: releases only the contiguous next seq, and knows where its readers stand."""

from collections.abc import Sequence

from app.live.reader import Reader
from app.live.ring import Item, Ring
from app.live.shared import Shared

RUNS = 64
"""Encodings kept for readers who come to the same position."""
WAITING = 64
"""Batches that may wait for a gap to be read; what is beyond is read from the log as well."""
JOIN = 0.010
"""Seconds for which a busy room gathers events before it writes them out."""
MOST_PACE = 0.050
"""Seconds for which the events of a room wait at most because writing to all of its readers takes so long."""
LITE = 1.0
"""The same for those who asked for little."""


class Audience:
    """Those who read one log in one way. Everybody in `live` stands at `at`, so that one encoding serves them all.

    `behind` are being caught up and stand where it says; `ahead` know more than was released here (they came from another process).
    """

    def __init__(self, at: int, *, pace: float, lite: bool) -> None:
        self.at = at
        self.pace = self.least = pace
        self.lite = lite
        self.live: dict[Reader, None] = {}
        self.behind: dict[Reader, int] = {}
        self.ahead: dict[Reader, int] = {}
        self.due = False
        self.flushed_at = 0.0

    def flushed(self, began: float, ended: float) -> None:
        """A flush took from `began` to `ended` (monotonic): the next gathers for as long, so that a busy room writes half of its time at most."""
        self.flushed_at = ended
        self.pace = max(self.least, min(ended - began, MOST_PACE))

    def place(self, reader: Reader, at: int) -> bool:
        """Let a reader stand at `at`; False when events are missing that it must be given first."""
        if at < self.at:
            self.behind[reader] = at
            return False
        if at > self.at:
            self.ahead[reader] = at
        else:
            self.live[reader] = None
        return True

    def drop(self, reader: Reader) -> None:
        """A reader has left."""
        self.live.pop(reader, None)
        self.behind.pop(reader, None)
        self.ahead.pop(reader, None)

    def position(self, reader: Reader) -> int:
        """The last seq that a reader was given."""
        return self.behind.get(reader, self.ahead.get(reader, self.at))

    @property
    def empty(self) -> bool:
        """Whether nobody would read what is released."""
        return not self.live and not self.ahead


class Feed:
    """`head` is the last seq released to readers, `known` the last seq that is known to be committed."""

    def __init__(self, log: str, head: int) -> None:
        self.log = log
        self.head = head
        self.known = head
        self.ring = Ring()
        self.fetching = False
        self.full = Audience(head, pace=JOIN, lite=False)
        self.lite = Audience(head, pace=LITE, lite=True)
        self._waiting: dict[int, Sequence[Item]] = {}
        self._runs: dict[tuple[int, int, bool], Shared] = {}

    @property
    def gap(self) -> bool:
        """Whether something committed has not been released: it must be read from the log."""
        return self.known > self.head

    def audience(self, lite: bool) -> Audience:
        """The readers of one mode."""
        return self.lite if lite else self.full

    def hear(self, head: int) -> None:
        """The log stands at `head`, at least."""
        self.known = max(self.known, head)

    def remembered(self, after: int, most_bytes: int | None = None) -> list[Item] | None:
        """The events after a seq from memory; None when it does not hold them all, or may hold words that a committed event has taken away."""
        return None if self.gap else self.ring.after(after, most_bytes)

    def offer(self, items: Sequence[Item]) -> list[Item]:
        """Take committed events with ascending contiguous seqs; what is released now, each seq once and in order."""
        if not items:
            return []
        self.hear(items[-1].seq)
        if items[0].seq > self.head + 1:
            if len(self._waiting) < WAITING:
                self._waiting[items[0].seq] = items
            return []
        released = self._release(items)
        while ready := [first for first in sorted(self._waiting) if first <= self.head + 1]:
            for first in ready:
                released += self._release(self._waiting.pop(first))
        return released

    def run(self, items: Sequence[Item], *, lite: bool, more: bool = False) -> Shared:
        """These events as they go out; several readers at the same position share them until the next release."""
        if self.gap:
            # What was encoded before may hold words that are taken away by what is not known here yet.
            return Shared(items, self.log, more=more, lite=lite)
        key = (items[0].seq, items[-1].seq, lite)
        found = self._runs.get(key)
        if found is None or found.more is not more:
            if len(self._runs) >= RUNS:
                self._runs.clear()
            found = self._runs[key] = Shared(items, self.log, more=more, lite=lite)
        return found

    def _release(self, items: Sequence[Item]) -> list[Item]:
        fresh = [item for item in items if item.seq > self.head]
        if fresh:
            self.ring.add(fresh)
            self.head = fresh[-1].seq
            # What was encoded may hold words that these events take away.
            self._runs.clear()
        return fresh

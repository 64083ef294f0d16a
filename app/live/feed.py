"""One log of one room in this process: releases only the contiguous next seq, whatever order batches come in."""

from collections.abc import Sequence

from app.live.ring import Item, Ring

WAITING = 64
"""Batches that may wait for a gap to be read; what is beyond is read from the log as well."""


class Feed:
    """`head` is the last seq released to sockets, `known` the last seq that is known to be committed."""

    def __init__(self, log: str, head: int) -> None:
        self.log = log
        self.head = head
        self.known = head
        self.ring = Ring()
        self.fetching = False
        self.flushing = False
        self.flushed_at = 0.0
        self._waiting: dict[int, Sequence[Item]] = {}

    @property
    def gap(self) -> bool:
        """Whether something committed has not been released: it must be read from the log."""
        return self.known > self.head

    def hear(self, head: int) -> None:
        """The log stands at `head`, at least."""
        self.known = max(self.known, head)

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

    def _release(self, items: Sequence[Item]) -> list[Item]:
        fresh = [item for item in items if item.seq > self.head]
        if fresh:
            self.ring.add(fresh)
            self.head = fresh[-1].seq
        return fresh

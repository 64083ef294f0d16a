"""The last events of one log in memory, as the bytes that everybody receives; what it does not hold is read from the log."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

MOST = 1000
MOST_BYTES = 1024 * 1024
GONE = b""
"""Stands in memory for a payload that was taken away: only the log knows what is shown in its place."""


@dataclass(frozen=True, slots=True)
class Item:
    """One event: its bytes with the seq inside, and what it is about.

    `takes_away` says that it removes the subject's words, `ordinary` that those who asked for little may do without it.
    """

    seq: int
    payload: bytes
    subject: str | None = None
    takes_away: bool = False
    ordinary: bool = False


class Ring:
    """Events with contiguous seqs, bounded in number and bytes."""

    def __init__(self, most: int = MOST, most_bytes: int = MOST_BYTES) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self._items: list[Item] = []
        self._bytes = 0

    def add(self, items: Sequence[Item]) -> None:
        """Keep events that follow those here; an event that takes words away also takes them from memory."""
        if self._items and items and items[0].seq != self._items[-1].seq + 1:
            self.clear()
        for item in items:
            if item.takes_away and item.subject is not None:
                self._forget(item.subject)
            self._items.append(item)
            self._bytes += len(item.payload)
        self._trim()

    def after(self, seq: int, most_bytes: int | None = None) -> list[Item] | None:
        """The events after a seq, from the oldest, at most so many bytes (but one at least); None when memory does not hold them all."""
        if not self._items or seq + 1 < self._items[0].seq:
            return None
        found: list[Item] = []
        size = 0
        for item in self._items[seq + 1 - self._items[0].seq :]:
            if item.payload == GONE:
                return found or None
            size += len(item.payload)
            if found and most_bytes is not None and size > most_bytes:
                break
            found.append(item)
        return found

    def clear(self) -> None:
        """Hold nothing."""
        self._items.clear()
        self._bytes = 0

    def _forget(self, subject: str) -> None:
        for place, item in enumerate(self._items):
            if item.subject == subject and not item.takes_away:
                self._bytes -= len(item.payload)
                self._items[place] = replace(item, payload=GONE)

    def _trim(self) -> None:
        drop = max(0, len(self._items) - self._most)
        size = self._bytes - sum(len(item.payload) for item in self._items[:drop])
        while size > self._most_bytes and drop < len(self._items) - 1:
            size -= len(self._items[drop].payload)
            drop += 1
        if drop:
            del self._items[:drop]
            self._bytes = size

"""A room as one process holds it: who reads it, under which label, and whose turn it is to be asked for a sign of life."""

from dataclasses import dataclass, field

from app.live.feed import Feed
from app.live.reader import Reader

HEARTBEAT = 25
"""Seconds between heartbeats, told to clients as `hb`; a line that has not answered the ping of one by the next is over."""


@dataclass(eq=False)
class LiveRoom:
    """A room with at least one reader in this process."""

    id: str
    feeds: dict[str, Feed]
    readers: dict[Reader, None] = field(default_factory=dict)
    labels: dict[str, list[Reader]] = field(default_factory=dict)
    parked: dict[Reader, float] = field(default_factory=dict)
    """Who does not read, and since when (monotonic)."""
    turns: list[dict[Reader, None]] = field(default_factory=lambda: [{} for _ in range(HEARTBEAT)])
    """The readers in as many parts as a heartbeat has seconds: one part a second, so that nobody waits for all of them at once."""
    presence_due: bool = True
    elsewhere: int = 0
    """People whom other processes have in this room."""

    def add(self, reader: Reader) -> None:
        """One reader more."""
        self.readers[reader] = None
        self.labels.setdefault(reader.label, []).append(reader)
        reader.turn = min(range(HEARTBEAT), key=lambda turn: len(self.turns[turn]))
        self.turns[reader.turn][reader] = None
        self.presence_due |= reader.counted

    def remove(self, reader: Reader) -> None:
        """One reader less."""
        del self.readers[reader]
        others = self.labels[reader.label]
        others.remove(reader)
        if not others:
            del self.labels[reader.label]
        del self.turns[reader.turn][reader]
        self.parked.pop(reader, None)
        for name in reader.reads:
            self.feeds[name].audience(reader.lite).drop(reader)
        self.presence_due |= reader.counted

    def people(self) -> int:
        """How many different labels are here; screens are not counted."""
        return sum(any(reader.counted for reader in same) for same in self.labels.values())

    def lag(self, reader: Reader) -> int:
        """How many released events this reader has not been given."""
        return max(self.feeds[name].head - self.feeds[name].audience(reader.lite).position(reader) for name in reader.reads)

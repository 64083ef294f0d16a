"""The last messages of a room as newcomers are given them: made once for a crowd that comes at the same moment."""

import time
from collections.abc import Awaitable, Callable, Sequence

KEPT = 1.0
"""Seconds; within them a log that stands at the same seq looks the same."""
MOST = 100


class Pictures:
    """Snapshots by log, epoch and head."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, str, str, int], tuple[float, Sequence[bytes]]] = {}

    async def of(self, room: str, log: str, epoch: str, head: int, make: Callable[[], Awaitable[Sequence[bytes]]]) -> Sequence[bytes]:
        """The snapshot at this place; `make` reads it in the transaction that found the place."""
        key, now = (room, log, epoch, head), time.monotonic()
        known = self._made.get(key)
        if known is not None and now - known[0] < KEPT:
            return known[1]
        found = await make()
        if len(self._made) >= MOST:
            self._made.clear()
        self._made[key] = (now, found)
        return found

    def forget(self) -> None:
        """Keep nothing that is too old to be given."""
        now = time.monotonic()
        self._made = {key: made for key, made in self._made.items() if now - made[0] < KEPT}

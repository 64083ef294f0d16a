"""The last messages of a room as newcomers are given them: made once for a crowd that comes at the same moment."""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import anyio
from anyio.abc import TaskStatus

KEPT = 1.0
"""Seconds for which a picture may be given again; it is gone from memory within two of them, and at once when its log moves on."""


@dataclass(frozen=True, slots=True)
class _Picture:
    epoch: str
    head: int
    made_at: float
    events: Sequence[bytes]


class Pictures:
    """One snapshot per room and log at most; `run` forgets the old ones, since words that are taken away must leave memory, too."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, str], _Picture] = {}

    async def of(self, room: str, log: str, epoch: str, head: int, make: Callable[[], Awaitable[Sequence[bytes]]]) -> Sequence[bytes]:
        """The snapshot of a log at this place; `make` reads it in the transaction that found the place."""
        known, now = self._made.get((room, log)), time.monotonic()
        if known is not None and (known.epoch, known.head) == (epoch, head) and now - known.made_at < KEPT:
            return known.events
        found = await make()
        self._made[room, log] = _Picture(epoch, head, now, found)
        return found

    def moved(self, room: str, log: str) -> None:
        """Something new stands in a log."""
        self._made.pop((room, log), None)

    async def run(self, *, task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED) -> None:
        """Forget until cancelled."""
        task_status.started()
        while True:
            await anyio.sleep(KEPT)
            # People are looked up in a thread: what it adds meanwhile is left for the next time.
            for key, picture in list(self._made.items()):
                if time.monotonic() - picture.made_at >= KEPT and self._made.get(key) is picture:
                    self._made.pop(key, None)

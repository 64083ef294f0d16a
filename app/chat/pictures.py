"""What newcomers are told about a room, the same for all of them: read once for a crowd that comes at the same moment."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import anyio
from anyio.abc import TaskStatus

T = TypeVar("T")

KEPT = 1.0
"""Seconds for which a picture may be given again; it is gone from memory within two of them, and at once when its log moves on."""


@dataclass(frozen=True, slots=True)
class _Picture:
    epoch: str
    head: int
    made_at: float
    shown: Any


class Pictures:
    """One picture per room and kind of picture at most; `run` forgets the old ones, since words that are taken away must leave memory, too."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, str], _Picture] = {}

    async def of(self, room: str, kind: str, epoch: str, head: int, make: Callable[[], Awaitable[T]]) -> T:
        """What is shown of the room while its log stands at this place; `make` reads it in the transaction that found the place."""
        known, now = self._made.get((room, kind)), time.monotonic()
        if known is not None and (known.epoch, known.head) == (epoch, head) and now - known.made_at < KEPT:
            shown: T = known.shown
            return shown
        found = await make()
        self._made[room, kind] = _Picture(epoch, head, now, found)
        return found

    def moved(self, room: str, kind: str) -> None:
        """What was shown is no longer so."""
        self._made.pop((room, kind), None)

    async def run(self, *, task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED) -> None:
        """Forget until cancelled."""
        task_status.started()
        while True:
            await anyio.sleep(KEPT)
            # People are looked up in a thread: what it adds meanwhile is left for the next time.
            for key, picture in list(self._made.items()):
                if time.monotonic() - picture.made_at >= KEPT and self._made.get(key) is picture:
                    self._made.pop(key, None)

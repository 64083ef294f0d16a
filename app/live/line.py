"""What the hub asks of a connection, however it is carried: bytes go out without waiting, text comes in by a callback."""

from collections.abc import Callable
from typing import Protocol, TypeAlias

from app.live.shared import Shared

PARK = 64 * 1024
"""Unsent bytes above which nothing more is written to a connection until it has read."""
RESUME = 16 * 1024
"""Unsent bytes below which it is written to again."""
LONGEST = 64 * 1024
"""Bytes of a message above which a connection is failed with 1009; smaller ones above the protocol's own bound are answered."""
CLOSING_SECONDS = 5.0
"""How long a closed connection may take to read what is left and to answer, before it is aborted."""

OnText: TypeAlias = Callable[[str | None], None]
"""Gets each text message, or None for a binary one."""
OnOver: TypeAlias = Callable[[], None]
"""Called once when the connection has ended, however it ended."""


class Line(Protocol):
    """A connection that was accepted. Nothing here waits but `first`, `drained` and `stay`."""

    @property
    def open(self) -> bool:
        """Whether what is written now can still arrive."""

    @property
    def full(self) -> bool:
        """Whether it holds more than PARK unsent bytes: write events only once it is drained."""

    def write(self, frame: bytes) -> None:
        """Send one JSON frame; nothing once closed."""

    def give(self, shared: Shared) -> None:
        """Send a run of events that many receive."""

    def ping(self) -> bool:
        """Ask for a sign of life; False when the last question was not answered."""

    def close(self, code: int, farewell: bytes | None = None) -> None:
        """End after a last frame; aborted when the other side does not answer in time."""

    async def drained(self) -> None:
        """Wait until it is no longer full, or is over."""

    async def first(self, seconds: float) -> str | None:
        """The first message; None when it does not come in time, is no text, or the connection ends."""

    def listen(self, on_text: OnText, on_over: OnOver) -> None:
        """From now on messages and the end are told; before, they wait."""

    def hold(self) -> None:
        """Read nothing more for now: the sender is faster than we are."""

    def go_on(self) -> None:
        """Read again."""

    async def stay(self) -> None:
        """Return when the caller's task is no longer needed: at once where the connection carries itself, else at its end."""

"""How late the event loop is: what keeps it busy keeps everybody waiting."""

import time

import anyio

from app.measures import Spread

BEAT = 0.25
WINDOW = 60.0
"""Seconds after which the worst lag is forgotten."""


class Pulse:
    """Beats while the application runs; `worst` is the longest delay of a beat in the last minute or two, in seconds."""

    def __init__(self) -> None:
        self.lag = Spread()
        self._since = time.monotonic()
        self._now = self._before = 0.0

    @property
    def worst(self) -> float:
        """The longest delay of late."""
        return max(self._now, self._before)

    async def run(self) -> None:
        """Beat until cancelled."""
        while True:
            expected = time.monotonic() + BEAT
            await anyio.sleep(BEAT)
            now = time.monotonic()
            late = max(0.0, now - expected)
            self.lag.note(late)
            if now - self._since > WINDOW:
                self._since, self._before, self._now = now, self._now, 0.0
            self._now = max(self._now, late)

"""Throttles in memory: so many tries in a window per name, counted per process."""

import time
from collections import OrderedDict
from dataclasses import dataclass, field

from fastapi import Request

from app.errors import Unavailable

MOST_NAMES = 50_000


@dataclass
class Throttle:
    """A leaky bucket per name: `burst` at once, then one per `pause` seconds."""

    burst: int
    pause: float
    _full_at: OrderedDict[str, float] = field(default_factory=OrderedDict)

    def take(self, name: str, *, now: float | None = None) -> float:
        """Count one try; 0 when it may go on, else the seconds to wait (a refused try costs nothing)."""
        now = time.monotonic() if now is None else now
        ready = max(self._full_at.pop(name, now), now)
        wait = ready - now - (self.burst - 1) * self.pause
        if wait > 0:
            self._full_at[name] = ready
            return wait
        self._full_at[name] = ready + self.pause
        while len(self._full_at) > MOST_NAMES:
            self._full_at.popitem(last=False)
        return 0.0

    def forget(self, name: str) -> None:
        """Start anew for this name, after a success."""
        self._full_at.pop(name, None)

    def give_back(self, name: str) -> None:
        """One try of this name was no guess: it costs nothing, what others tried stays counted."""
        if name in self._full_at:
            self._full_at[name] -= self.pause


@dataclass(frozen=True)
class Guesses:
    """Tries at a secret: `near` counts them per name and address, so that a stranger elsewhere locks nobody out; `far` all of a name's together."""

    near: Throttle
    far: Throttle

    def must_wait(self, name: str, request: Request) -> None:
        """Refuse with `web.too_many` when this name was tried too often, from here or from everywhere."""
        must_wait(self.near, _here(name, request))
        must_wait(self.far, name)

    def forget(self, name: str, request: Request) -> None:
        """Start anew here, after a success; what others tried stays counted."""
        self.near.forget(_here(name, request))

    def was_right(self, name: str, request: Request) -> None:
        """A try that knew the secret is not counted, neither here nor everywhere: many may know it behind one address."""
        self.near.give_back(_here(name, request))
        self.far.give_back(name)


def _here(name: str, request: Request) -> str:
    return f"{name}|{request.client.host if request.client else ''}"


@dataclass(frozen=True)
class Throttles:
    """Every throttle of the pages. A village hall or a mobile operator is one address: nothing that residents need is throttled by address alone.

    Signing in is for staff and costs a hash, whatever the name: one address may try many names, but not without end.
    """

    sign_in: Guesses = field(default_factory=lambda: Guesses(Throttle(burst=8, pause=15), Throttle(burst=120, pause=10)))
    second_step: Guesses = field(default_factory=lambda: Guesses(Throttle(burst=5, pause=60), Throttle(burst=30, pause=300)))
    sign_in_address: Throttle = field(default_factory=lambda: Throttle(burst=60, pause=2))
    last_four: Guesses = field(default_factory=lambda: Guesses(Throttle(burst=5, pause=60), Throttle(burst=30, pause=300)))
    sighting: Throttle = field(default_factory=lambda: Throttle(burst=1, pause=20))
    """Not against anybody: how often a hall or screen that asks all the time is written down."""
    test_mail: Throttle = field(default_factory=lambda: Throttle(burst=3, pause=120))
    hall_pin: Guesses = field(default_factory=lambda: Guesses(Throttle(burst=60, pause=6), Throttle(burst=400, pause=1)))
    send_again: Throttle = field(default_factory=lambda: Throttle(burst=2, pause=300))
    apply: Throttle = field(default_factory=lambda: Throttle(burst=200, pause=0.5))
    hand_in: Throttle = field(default_factory=lambda: Throttle(burst=200, pause=3))
    """Proposals from the public page by address: a hall of a hundred may send two each at once."""
    hand_in_unproven: Throttle = field(default_factory=lambda: Throttle(burst=40, pause=20))
    """The same without a browser's proof."""
    photo: Throttle = field(default_factory=lambda: Throttle(burst=12, pause=60))
    """Photos of one proposal by its writer: three, each brought a few times over a bad line."""
    photo_address: Throttle = field(default_factory=lambda: Throttle(burst=400, pause=3))
    """The same by address, of those who came by the public page: a hall of a hundred may send three each at once, some of them twice."""
    objection: Throttle = field(default_factory=lambda: Throttle(burst=10, pause=30))
    """Objections to a draft record by whoever objects: a hundred behind one address are not in each other's way."""
    open_data: Throttle = field(default_factory=lambda: Throttle(burst=60, pause=5))
    """Whole files of open data by address: an office or a newsroom may take all it wants once, a machine not all the time."""
    address: Throttle = field(default_factory=lambda: Throttle(burst=600, pause=0.2))


def must_wait(throttle: Throttle, name: str) -> None:
    """Refuse with `web.too_many` and the whole seconds to wait when this name tried too often."""
    wait = throttle.take(name)
    if wait > 0:
        raise Unavailable("web.too_many", retry=int(wait) + 1, status=429)

"""Passwords: argon2id off the event loop, and the least that a password must be."""

from dataclasses import dataclass
from functools import cache

from anyio import CapacityLimiter, to_thread
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from app.errors import FieldError, Invalid

HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
SHORTEST = 10
LONGEST = 200
TOGETHER = CapacityLimiter(2)
"""Two hashes at a time: a burst of sign-ins must not take memory and cores from the room."""


@dataclass(frozen=True)
class Hashed:
    """A password that may be stored: its argon2id hash."""

    text: str


async def choose(password: str, field: str = "password") -> Hashed:
    """The hash of a password that somebody chose; length is the only rule (Invalid at `field`).

    Takes tens of milliseconds by design: call it before a transaction begins.
    """
    if len(password) < SHORTEST:
        raise Invalid(FieldError(field, "access.password_short", {"least": SHORTEST}))
    if len(password) > LONGEST:
        raise Invalid(FieldError(field, "field.too_long", {"most": LONGEST}))
    return Hashed(await to_thread.run_sync(HASHER.hash, password, limiter=TOGETHER))


async def matches(stored: str | None, password: str) -> bool:
    """Whether the password is right; takes as long when there is no account."""
    return await to_thread.run_sync(_verify, stored, password, limiter=TOGETHER)


@cache
def _nobody() -> str:
    return HASHER.hash("there is no such account")


def _verify(stored: str | None, password: str) -> bool:
    try:
        HASHER.verify(stored or _nobody(), password)
    except (VerifyMismatchError, InvalidHashError):
        return False
    return stored is not None

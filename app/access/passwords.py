"""Passwords: argon2id off the event loop, and the least that a password must be."""

from functools import cache

from anyio import CapacityLimiter, to_thread
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
SHORTEST = 10
LONGEST = 200
TOGETHER = CapacityLimiter(2)
"""Two hashes at a time: a burst of sign-ins must not take memory and cores from the room."""


async def hash_password(password: str) -> str:
    """The argon2id hash to store."""
    return await to_thread.run_sync(HASHER.hash, password, limiter=TOGETHER)


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

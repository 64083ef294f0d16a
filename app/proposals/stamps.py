"""The stamp of a public form: signed, so that a form was really fetched; with its moment, so that it was read; and a small work for the browser.

Nobody else is asked. What a machine must do costs it a second a form; what a person must do is nothing. Without script the work is missing:
the form is taken all the same, told to the secretariat as unproven, and slowed down sooner.
"""

import hashlib
import re
from datetime import datetime, timedelta
from enum import StrEnum

from app.clock import millis, moment
from app.vault import Vault, same, token

LEAST = timedelta(seconds=3)
"""Nobody reads and fills a form faster."""
MOST = timedelta(hours=12)
BITS = 13
"""Leading zero bits of the work: eight thousand tries on average, a second or two on a cheap phone."""
_STAMP = re.compile(r"(\d{13})\.([a-z2-7]{16})\.([a-z2-7]{32})")
_ANSWER = re.compile(r"\d{1,12}")


class Worth(StrEnum):
    """What a stamp is worth when its form comes back."""

    RIGHT = "right"
    TOO_FAST = "too_fast"
    OLD = "old"
    FOREIGN = "foreign"


def stamp(vault: Vault, session_id: str, now: datetime) -> str:
    """A fresh stamp for a form of this session."""
    bare = f"{millis(now)}.{token(10)}"
    return f"{bare}.{_signed(vault, session_id, bare)}"


def worth(vault: Vault, session_id: str, given: str, now: datetime) -> Worth:
    """What it is worth now."""
    found = _STAMP.fullmatch(given)
    if found is None or not same(found[3], _signed(vault, session_id, f"{found[1]}.{found[2]}")):
        return Worth.FOREIGN
    age = now - moment(int(found[1]))
    return Worth.TOO_FAST if age < LEAST else Worth.OLD if age > MOST else Worth.RIGHT


def nonce(given: str) -> str:
    """What of a stamp makes a repeated press the same."""
    return given.split(".")[1]


def proves(given: str, answer: str) -> bool:
    """Whether the browser found a number that, behind the stamp, hashes to enough zero bits."""
    if not _ANSWER.fullmatch(answer):
        return False
    digest = hashlib.sha256(f"{given}:{answer}".encode()).digest()
    return int.from_bytes(digest[:4]) >> (32 - BITS) == 0


def _signed(vault: Vault, session_id: str, bare: str) -> str:
    return vault.derive("public_form", f"{session_id}|{bare}", 0, 32)

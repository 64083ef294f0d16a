"""The hall's PIN: derived, never stored, six digits that turn every few minutes; the one before still opens, for whoever is slow to type."""

import base64
from datetime import datetime, timedelta

from app.vault import Vault, same

TURN = timedelta(minutes=5)
GRACE = 1
"""How many earlier PINs are still accepted."""
DIGITS = 6


def turn_of(now: datetime) -> int:
    """The number of the turn that a moment falls into."""
    return int(now.timestamp() // TURN.total_seconds())


def pin_of(vault: Vault, site_id: str, turn: int) -> str:
    """The PIN of a hall in a turn."""
    mac = base64.b32decode(vault.derive("hall-pin", site_id, turn, 16).upper())
    return str(int.from_bytes(mac) % 10**DIGITS).zfill(DIGITS)


def opens(vault: Vault, site_id: str, typed: str, now: datetime) -> bool:
    """Whether the PIN that was typed, with or without spaces, is said in this hall now or was a moment ago."""
    digits = "".join(sign for sign in typed[:20] if sign.isascii() and sign.isdigit())
    accepted = [pin_of(vault, site_id, turn_of(now) - back) for back in range(GRACE + 1)]
    return any([same(digits, pin) for pin in accepted])  # noqa: C419 - every one is compared, however early one fits


def until(now: datetime) -> datetime:
    """When the PIN of this moment turns."""
    return datetime.fromtimestamp((turn_of(now) + 1) * TURN.total_seconds(), now.tzinfo)

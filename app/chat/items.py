"""Stored events as the hub carries them."""

from collections.abc import Sequence

from app.journal.service import Stored
from app.live.ring import Item

TAKING_AWAY = (b'"op":"hide"', b'"op":"delete"')
"""How an encoded update says that words were taken away; inside a text these quotes are escaped."""


def items(stored: Sequence[Stored]) -> list[Item]:
    """The bytes of these events, and which of them make memory forget their subject."""
    return [
        Item(one.seq, one.payload, one.subject, one.kind == "upd" and any(sign in one.payload for sign in TAKING_AWAY)) for one in stored
    ]

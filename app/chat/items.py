"""Stored events as the hub carries them."""

from collections.abc import Sequence

from app.journal.service import Stored
from app.live.ring import Item

TAKING_AWAY = (b'"op":"hide"', b'"op":"delete"')
"""How an encoded update says that words were taken away; inside a text these quotes are escaped."""
ORDINARY = b'"kind":"chat"'


def items(stored: Sequence[Stored]) -> list[Item]:
    """The bytes of these events, which of them make memory forget their subject, and which are ordinary chat."""
    return [
        Item(
            one.seq,
            one.payload,
            one.subject,
            takes_away=one.kind == "upd" and any(sign in one.payload for sign in TAKING_AWAY),
            ordinary=one.kind == "msg" and ORDINARY in one.payload,
        )
        for one in stored
    ]

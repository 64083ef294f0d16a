"""From words to numbered proposals, many at once, in the transaction of whoever heard them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.journal.service import Handle


@dataclass(frozen=True)
class Words:
    """Something said that becomes a proposal: whose, where, when, and the fields that the composer carried (as in the protocol's `fields`)."""

    source_kind: str
    source_id: str
    text: str
    author: str
    at: datetime
    participant_id: str | None = None
    capacity: str | None = None
    on_behalf: str | None = None
    site_id: str | None = None
    via: str = "online"
    fields: Mapping[str, Any] = field(default_factory=dict)


async def capture(db: Handle, session_id: str, words: Sequence[Words], *, by: str, now: datetime) -> list[str]:
    """Number and store one proposal per item with its source and first version; the numbers, in order. Grouped inserts, no ORM object."""
    raise NotImplementedError

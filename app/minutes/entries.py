"""What stands in the minutes by itself: one entry for whatever was said, announced or noted at a moment."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class EntryKind(StrEnum):
    """What an entry is; ordinary chat is none."""

    ASPIRATION = "aspiration"
    QUESTION = "question"
    RESPONSE = "response"
    SPOKEN = "spoken"
    NOTE = "note"
    ANNOUNCEMENT = "announcement"
    PAUSED = "paused"
    RESUMED = "resumed"


SAID = (EntryKind.ASPIRATION, EntryKind.QUESTION, EntryKind.RESPONSE, EntryKind.SPOKEN)
"""What comes out of the room."""


@dataclass(frozen=True)
class Entry:
    """One entry. `name` as the room shows it, `office` the capacity or, of an answer, the agency; `element` and `site_id` where they are known.

    `number` is the proposal that the words became or that an answer is about; `answered` whose words are answered, said at `answered_at`.
    """

    at: datetime
    key: str
    """What orders entries of one moment: the same in every reading."""
    kind: EntryKind
    text: str
    name: str = ""
    office: str = ""
    behalf: str = ""
    element: str | None = None
    site_id: str | None = None
    via: str = ""
    number: str | None = None
    answered: str = ""
    answered_at: datetime | None = None


def in_order(entries: list[Entry]) -> list[Entry]:
    """Entries as they followed each other."""
    return sorted(entries, key=lambda one: (one.at, one.key))

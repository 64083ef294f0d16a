"""What pasting yields, whichever program the text was saved from; pure values."""

from dataclasses import dataclass, replace
from enum import StrEnum


class Doubt(StrEnum):
    """Why a line is shown but not ticked."""

    UNREAD = "unread"
    """It looks like the head of a message and could not be read as one."""
    RECIPIENT = "recipient"
    """It went to somebody whose name does not say that it is everybody."""


@dataclass(frozen=True)
class Line:
    """One message as it was pasted: `person` empty when the format names nobody, `time` as it stands there (HH:MM or HH:MM:SS)."""

    text: str
    person: str = ""
    time: str = ""
    doubt: Doubt | None = None

    def going_on(self, more: str) -> "Line":
        """The same message with one more line."""
        return replace(self, text=f"{self.text}\n{more}" if self.text else more)


@dataclass(frozen=True)
class Pasted:
    """Messages in their order, and how many were left out because they were private, or no words (reactions, files, system notes)."""

    lines: tuple[Line, ...]
    private: int = 0
    wordless: int = 0

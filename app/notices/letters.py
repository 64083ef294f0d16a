"""A letter as channels take it: composed when it is handed over, never stored."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from app.notices.models import Delivery


@dataclass(frozen=True)
class Enclosure:
    """A file that goes with an e-mail: text in UTF-8 of a subtype of `text/`, with parameters of its type."""

    name: str
    subtype: str
    parameters: Mapping[str, str]
    content: bytes


@dataclass(frozen=True)
class Letter:
    """What one person is told: `to` is an e-mail address or an E.164 number, `html`, `enclosed` and `unsubscribe` only for e-mail."""

    to: str
    subject: str
    text: str
    html: str | None = None
    enclosed: Enclosure | None = None
    unsubscribe: str | None = None
    """The address that a mail program posts to when its reader wants no more such letters."""


Compose: TypeAlias = Callable[[Delivery], Awaitable[Letter | None]]
"""The letter of a delivery as things stand now; None when there is nobody (any more) to write to."""

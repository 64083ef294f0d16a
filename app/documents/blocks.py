"""What a Word document is made of, before it is one: plain values in the order in which they are read. Lengths in millimetres, letters in points."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeAlias

UNDATED = datetime(1980, 1, 1, tzinfo=UTC)
"""What a document says of its making when nothing else is known: no clock may stand in it."""


class Align(StrEnum):
    """How lines stand between the margins."""

    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"
    JUSTIFY = "both"


@dataclass(frozen=True)
class Run:
    r"""A stretch of letters that look alike; `\\n` breaks the line."""

    text: str
    bold: bool = False
    italic: bool = False
    underline: bool = False
    struck: bool = False
    size: float | None = None


Words: TypeAlias = str | Sequence[Run]
"""Text as it is, or stretches of it."""


@dataclass(frozen=True)
class Heading:
    """A heading that the outline of the document shows; `level` 1 to 3."""

    words: str
    level: int = 1
    align: Align = Align.LEFT


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; `keep` holds it on the page of what follows, `ruled` draws the double line of a letterhead under it."""

    words: Words
    align: Align = Align.LEFT
    indent: float = 0
    hanging: float = 0
    before: float = 0
    after: float = 2
    bold: bool = False
    italic: bool = False
    size: float | None = None
    keep: bool = False
    ruled: bool = False


@dataclass(frozen=True)
class Pairs:
    """Names with their values, `Nomor : 050/12`, in columns without lines."""

    rows: Sequence[tuple[str, Words]]
    name_width: float = 28
    size: float | None = None
    after: float = 0.5
    """Room under each row."""


@dataclass(frozen=True)
class Table:
    """A table with lines: its headings stand again on every page, its rows are not torn. `widths` in millimetres, `aligns` of the columns (left when left out).

    `numbers` is a second row of headings with the number of each column, as regulations print it.
    """

    headings: Sequence[str]
    rows: Sequence[Sequence[Words]]
    widths: Sequence[float]
    aligns: Sequence[Align] = ()
    size: float = 9
    numbers: bool = False
    least_height: float = 0


@dataclass(frozen=True)
class Place:
    """Where somebody signs: what stands above, the name beneath the room for signature and stamp, and what stands under the name."""

    role: str
    name: str = ""
    below: str = ""


@dataclass(frozen=True)
class Signatures:
    """Places to sign beside each other (None leaves one empty); each stays whole on one page, with `room` for a wet signature and a stamp."""

    places: Sequence[Place | None]
    columns: int = 2
    room: float = 24


@dataclass(frozen=True)
class Coded:
    """A picture (PNG) beside lines of small words, in a box: a QR code and what it leads to. `said` describes it to whoever cannot see it."""

    png: bytes
    said: str
    words: Sequence[Words]
    width: float = 26


@dataclass(frozen=True)
class NewPage:
    """What follows begins on a page of its own, upright or across."""

    landscape: bool = False


Block: TypeAlias = Heading | Paragraph | Pairs | Table | Signatures | Coded | NewPage


@dataclass(frozen=True)
class WordDocument:
    """A document: its properties, what stands on the foot of each page beside its number, and its blocks. `page_of` is the pattern of the page's number."""

    title: str
    blocks: Sequence[Block]
    author: str = ""
    subject: str = ""
    foot: str = ""
    page_of: tuple[str, str] = ("Halaman ", " dari ")
    language: str = "id-ID"
    landscape: bool = False
    dated: datetime = field(default=UNDATED)

"""What somebody brought as rows of text: the heading found among the first lines, every row as wide as the heading."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

MOST_BYTES = 4 * 1024 * 1024
"""Of a file as it arrives."""
MOST_ROWS = 3000
MOST_COLUMNS = 60
LONGEST_CELL = 2000
HEADING_WITHIN = 15
"""Titles and blank lines may stand above a heading; below this line it is not looked for."""

_WORD = re.compile(r"[^\W\d_]+")


class Unreadable(Exception):
    """Nothing can be read from this; `code` says why, `line` where when that is known."""

    def __init__(self, code: str, line: int | None = None) -> None:
        super().__init__(code, line)
        self.code = code
        self.line = line


@dataclass(frozen=True)
class Line:
    """A line that is not empty, with its number in what was brought (from 1)."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A heading (empty texts when none was found) and rows of the same width; `lines` are the rows' numbers in what was brought."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]

    @property
    def has_heading(self) -> bool:
        """Whether the first line that counted was a heading."""
        return any(self.header)


def tidy(number: int, cells: Sequence[str]) -> Line | None:
    """A line with single spaces and nothing that is no writing; None when nothing is left. Raises Unreadable."""
    kept = [" ".join("".join(sign if sign.isprintable() else " " for sign in cell).split()) for cell in cells]
    while kept and not kept[-1]:
        kept.pop()
    if len(kept) > MOST_COLUMNS:
        raise Unreadable("sheets.too_many_columns", number)
    if any(len(cell) > LONGEST_CELL for cell in kept):
        raise Unreadable("sheets.cell_too_long", number)
    return Line(number, tuple(kept)) if kept else None


def headed(lines: Sequence[Line], words: Collection[str]) -> Table:
    """The table of lines whose heading is known by `words` (small letters): the first line most of whose cells are made of them alone."""
    if not lines:
        raise Unreadable("sheets.empty")
    place = next((at for at, line in enumerate(lines[:HEADING_WITHIN]) if _is_heading(line, words)), None)
    header = () if place is None else lines[place].cells
    below = lines if place is None else lines[place + 1 :]
    if not below:
        raise Unreadable("sheets.only_heading")
    width = max(len(header), *(len(line.cells) for line in below))
    return Table(_wide(header, width), tuple(_wide(line.cells, width) for line in below), tuple(line.number for line in below))


def words_of(cell: str) -> list[str]:
    """The words of a cell in small letters, without figures and signs."""
    return _WORD.findall(cell.casefold())


def _is_heading(line: Line, words: Collection[str]) -> bool:
    filled = [cell for cell in line.cells if cell]
    known = [cell for cell in filled if (found := words_of(cell)) and all(word in words for word in found)]
    return len(known) * 2 > len(filled)


def _wide(cells: tuple[str, ...], width: int) -> tuple[str, ...]:
    return cells + ("",) * (width - len(cells))

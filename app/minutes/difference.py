"""How one text became another, line by line: a pure rule."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

MOST_LINES = 400
"""Lines of each text that are compared; comparing takes time that grows faster than they do."""
AROUND = 1
"""Lines that stayed are shown so far from one that did not."""


class Mark(StrEnum):
    """What became of a line; `skipped` stands for lines that stayed and are not shown."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Piece:
    """A line of a difference; of skipped ones how many."""

    mark: Mark
    text: str
    count: int = 1


def difference(before: str, after: str) -> list[Piece]:
    """The pieces by which `after` differs from `before`, blank lines left out; nothing when they are alike. Only the first lines count."""
    old, new = lines_of(before), lines_of(after)
    pieces: list[Piece] = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces += _kept(old[a:b], first=a == 0, last=b == len(old))
        else:
            pieces += [Piece(Mark.REMOVED, line) for line in old[a:b]] + [Piece(Mark.ADDED, line) for line in new[c:d]]
    return pieces if any(one.mark in {Mark.ADDED, Mark.REMOVED} for one in pieces) else []


def lines_of(text: str) -> list[str]:
    """The lines that are compared."""
    return [line.strip() for line in text.splitlines() if line.strip()][:MOST_LINES]


def is_long(*texts: str) -> bool:
    """Whether one of these has more lines than are compared."""
    return any(sum(bool(line.strip()) for line in text.splitlines()) > MOST_LINES for text in texts)


def _kept(lines: Sequence[str], *, first: bool, last: bool) -> Iterator[Piece]:
    head = [] if first else list(lines[:AROUND])
    tail = [] if last else list(lines[len(head) :][-AROUND:])
    left = len(lines) - len(head) - len(tail)
    yield from (Piece(Mark.SAME, line) for line in head)
    if left > 1:
        yield Piece(Mark.SKIPPED, "", left)
    elif left:
        yield Piece(Mark.SAME, lines[len(head)])
    yield from (Piece(Mark.SAME, line) for line in tail)

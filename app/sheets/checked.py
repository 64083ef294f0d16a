"""Rows of a list that somebody brought, once they were looked at: what can be taken in, what must be mended, what is left out or known."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from app.errors import FieldError

Wanted = TypeVar("Wanted")
"""What a row means, once nothing is wrong with it."""


@dataclass(frozen=True)
class Row(Generic[Wanted]):
    """A row of the table at `place`, on `line` of what was brought: what it means, or what is wrong by field."""

    place: int
    line: int
    cells: tuple[str, ...]
    wanted: Wanted | None
    wrong: dict[str, FieldError]


@dataclass(frozen=True)
class Checked(Generic[Wanted]):
    """A table as it stands: rows that can be taken in, rows to be mended, rows left out, and how many are known already."""

    ready: Sequence[Row[Wanted]]
    wrong: Sequence[Row[Wanted]]
    skipped: Sequence[Row[Wanted]]
    known: int

    @property
    def wanted(self) -> list[Wanted]:
        """What would be taken in, a row each."""
        return [row.wanted for row in self.ready if row.wanted is not None]


def sorted_out(rows: Sequence[Row[Wanted]], skipped: Collection[int], is_known: Callable[[Wanted], bool]) -> Checked[Wanted]:
    """The rows by what becomes of them; `skipped` are the places of those that somebody leaves out."""
    kept = [row for row in rows if row.place not in skipped]
    ready = [row for row in kept if row.wanted is not None and not is_known(row.wanted)]
    wrong = [row for row in kept if row.wanted is None]
    return Checked(ready, wrong, [row for row in rows if row.place in skipped], len(kept) - len(ready) - len(wrong))

"""The fields of the page from which people copy: those of the sheet that are keyed in, in the order of entry. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.i18n import number, rupiah
from app.sipd.columns import HEADINGS, Cell, plain

NOT_KEYED = frozenset({"no", "id", "status", "note"})
"""Columns that SIPD gives by itself, or that only the office reads."""

ONE_LINE = 18
"""Characters that stand in one line on a phone too."""


@dataclass(frozen=True)
class Field:
    """One field: `value` is what goes to the clipboard, `shown` how people read it where that differs."""

    key: str
    heading: str
    value: str
    shown: str | None = None

    @property
    def long(self) -> bool:
        """Whether it needs a field that grows."""
        return len(self.value) > ONE_LINE or "\n" in self.value

    @property
    def rows(self) -> int:
        """Lines that the value needs in a field of some sixty characters; 1 to 8."""
        return min(8, sum(1 + len(line) // 60 for line in self.value.split("\n")))


def fields_of(cells: Mapping[str, Cell]) -> list[Field]:
    """The fields that say something."""
    found = [_field(key, heading, cells[key]) for key, heading in HEADINGS if key not in NOT_KEYED and cells[key] is not None]
    same = cells["agency_first"] == cells["agency_last"]
    return [one for one in found if not (same and one.key == "agency_last")]


def empty_of(cells: Mapping[str, Cell]) -> list[str]:
    """The headings of those that say nothing."""
    return [heading for key, heading in HEADINGS if key not in NOT_KEYED and cells[key] is None]


def _field(key: str, heading: str, cell: Cell) -> Field:
    match cell:
        case date():
            return Field(key, heading, f"{cell:%d-%m-%Y}")
        case Decimal():
            value, shown = plain(cell), number(cell)
        case int():
            value, shown = str(cell), rupiah(cell) if key == "budget" else number(cell)
        case _:
            return Field(key, heading, str(cell))
    return Field(key, heading, value, shown if shown != value else None)

"""A table on its way from page to page: it travels in the form itself, so that nothing is kept of a list that nobody takes in."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Generic, TypeVar

from app.errors import Invalid
from app.sheets.table import LONGEST_CELL, MOST_COLUMNS, MOST_ROWS, Table

LONGEST_TITLE = 120

Meaning = TypeVar("Meaning", bound=StrEnum)
"""What columns may mean: each feature that reads tables has a list of its own."""


@dataclass(frozen=True)
class Carried(Generic[Meaning]):
    """The table with its title, what each column means, and the rows (places from 0) that shall be left out."""

    title: str
    table: Table
    fields: list[Meaning | None]
    skipped: frozenset[int] = frozenset()

    @property
    def shown(self) -> list[tuple[int, str, str]]:
        """Each column with its heading and the first thing that stands below it."""
        firsts = [next((row[at] for row in self.table.rows if row[at]), "") for at in range(len(self.table.header))]
        return [(at, name, first) for at, (name, first) in enumerate(zip(self.table.header, firsts, strict=True))]

    @property
    def text(self) -> str:
        """As it stands in the form."""
        return json.dumps([self.title, self.table.header, self.table.rows, self.table.lines], ensure_ascii=False)


def begun(title: str, table: Table, fields: list[Meaning | None]) -> Carried[Meaning]:
    """A table that has just been brought, its columns guessed."""
    return Carried(title[:LONGEST_TITLE], table, fields)


def returned(text: str, values: Mapping[str, str], skipped: Sequence[str], kind: type[Meaning]) -> Carried[Meaning]:
    """The table as the form gives it back, with columns chosen (`map.2`) and cells corrected (`cell.14.2`). Raises Invalid for anything else."""
    title, table = _read(text)
    rows = [list(row) for row in table.rows]
    for name, value in values.items():
        row, column = _cell(name)
        if 0 <= row < len(rows) and 0 <= column < len(table.header):
            rows[row][column] = " ".join(value.split())[:LONGEST_CELL]
    fields: list[Meaning | None] = []
    for at in range(len(table.header)):
        chosen = values.get(f"map.{at}", "")
        fields.append(kind(chosen) if chosen in set(kind) and kind(chosen) not in fields else None)
    left_out = frozenset(int(one) for one in skipped if one.isascii() and one.isdigit() and len(one) < len(str(MOST_ROWS)) + 1)
    return Carried(title, replace(table, rows=tuple(tuple(row) for row in rows)), fields, left_out)


def _cell(name: str) -> tuple[int, int]:
    kind, _, place = name.partition(".")
    row, _, column = place.partition(".")
    plain = kind == "cell" and all(part.isascii() and part.isdigit() and len(part) < len(str(MOST_ROWS)) + 1 for part in (row, column))
    return (int(row), int(column)) if plain else (-1, -1)


def _read(text: str) -> tuple[str, Table]:
    try:
        title, header, rows, lines = json.loads(text)
        table = Table(tuple(header), tuple(tuple(row) for row in rows), tuple(lines))
        texts = [title, *table.header, *(cell for row in table.rows for cell in row)]
        right = (
            0 < len(table.header) <= MOST_COLUMNS
            and 0 < len(table.rows) <= MOST_ROWS
            and len(table.lines) == len(table.rows)
            and all(len(row) == len(table.header) for row in table.rows)
            and all(isinstance(one, str) and len(one) <= LONGEST_CELL for one in texts)
            and all(type(line) is int and 0 < line < 10**8 for line in table.lines)
        )
    except (ValueError, TypeError, RecursionError):
        right = False
    if not right:
        raise Invalid(code="web.bad_request")
    return title[:LONGEST_TITLE], table

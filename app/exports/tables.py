"""What an export is before it has a format: columns with a kind, and rows of plain cells."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

Cell: TypeAlias = str | int | float | Decimal | date | datetime | None
Row: TypeAlias = Sequence[Cell]


class Kind(StrEnum):
    """How a column's cells are written: `money` whole rupiah, `moment` aware, in the forum's zone, `day` a date there."""

    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"
    MOMENT = "moment"
    DAY = "day"


@dataclass(frozen=True)
class Column:
    """A column: stable key for programs, heading for people, width in characters for spreadsheets."""

    key: str
    label: str
    kind: Kind = Kind.TEXT
    width: int = 18


@dataclass(frozen=True)
class Sheet:
    """A table on its way out: pages of rows are read one after the other, so that memory stays bounded."""

    name: str
    title: str
    subtitle: str
    zone: str
    columns: tuple[Column, ...]
    pages: AsyncIterator[list[Row]]


FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def harmless(text: str) -> str:
    """The text so that no spreadsheet takes it for a formula: an apostrophe before what could start one."""
    return f"'{text}" if text.startswith(FORMULA) else text


def comma(value: float | Decimal) -> str:
    """A number with the decimal comma of Indonesian spreadsheets, without trailing zeros."""
    text = format(value, "f") if isinstance(value, Decimal) else repr(value)
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.replace(".", ",")

"""From the rows of a list to proposals of an earlier year: each row is checked by itself and says what is wrong cell by cell. Pure but for the region list."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator
from pydantic import Field as Bound

from app.errors import FieldError, Invalid
from app.outcomes.columns import Field, day_meant, level_meant, verdict_meant
from app.outcomes.levels import Level, Verdict
from app.proposals.fields import SHORT, TITLE, Line, Money, Quantity
from app.proposals.villages import village_named
from app.registration.fields import without_nik
from app.sheets.checked import Row
from app.web.forms import checked

FIRST_YEAR = 2000
LONGEST_NUMBER = 60
_PLAIN = ("number", "title", "village", "quantity", "unit", "budget", "agency", "reason", "document")


@dataclass(frozen=True)
class Usual:
    """What counts where a row says nothing, and what rows may name: `region` is the forum's code, `latest` the last year that is an earlier one."""

    year: int
    level: Level
    region: str
    latest: int


@dataclass(frozen=True)
class Said:
    """What a level answered then."""

    level: Level
    verdict: Verdict
    reason: str | None
    decided_on: date | None
    document: str | None


@dataclass(frozen=True)
class Wanted:
    """One row: a proposal under its old number, and what one level answered if the row says it."""

    year: int
    number: str
    title: str
    village: str | None = None
    village_code: str | None = None
    quantity: Decimal | None = None
    unit: str | None = None
    budget: int | None = None
    agency: str | None = None
    said: Said | None = None

    @property
    def key(self) -> tuple[int, str]:
        """By which rows about the same proposal are known."""
        return self.year, self.number


class _Cells(BaseModel):
    """What can be checked cell by cell."""

    number: Annotated[Line, Bound(min_length=1, max_length=LONGEST_NUMBER)]
    title: Annotated[Line, BeforeValidator(without_nik), Bound(min_length=3, max_length=4 * TITLE)]
    village: Annotated[Line, Bound(max_length=SHORT)] | None = None
    quantity: Quantity | None = None
    unit: Annotated[Line, Bound(max_length=30)] | None = None
    budget: Money | None = None
    agency: Annotated[Line, Bound(max_length=SHORT)] | None = None
    reason: Annotated[Line, BeforeValidator(without_nik), Bound(max_length=1000)] | None = None
    document: Annotated[Line, Bound(max_length=SHORT)] | None = None


def read_rows(rows: Sequence[Sequence[str]], lines: Sequence[int], fields: Sequence[Field | None], usual: Usual) -> list[Row[Wanted]]:
    """Every row, checked; the same proposal and level twice, or one number with two titles, is wrong in the later row."""
    found = [_row(place, line, cells, fields, usual) for place, (line, cells) in enumerate(zip(lines, rows, strict=True))]
    titles: dict[tuple[int, str], str] = {}
    answered: set[tuple[int, str, Level]] = set()
    return [_once(row, titles, answered) for row in found]


def grouped(wanted: Sequence[Wanted]) -> Iterator[tuple[Wanted, list[Said]]]:
    """Each proposal once, with what every level answered."""
    bunches: dict[tuple[int, str], list[Wanted]] = {}
    for one in wanted:
        bunches.setdefault(one.key, []).append(one)
    for members in bunches.values():
        yield members[0], [one.said for one in members if one.said is not None]


def _row(place: int, line: int, cells: Sequence[str], fields: Sequence[Field | None], usual: Usual) -> Row[Wanted]:
    told = {field.value: cells[at] for at, field in enumerate(fields) if field is not None and cells[at] and cells[at] not in {"-", "–"}}
    wrong: dict[str, FieldError] = {}
    given: dict[str, Any] = {}
    try:
        given = checked(_Cells, {name: told[name] for name in _PLAIN if name in told}).model_dump()
    except Invalid as refused:
        wrong = {error.field: error for error in refused.errors}
    year = _year(told.get("year"), usual, wrong)
    said, day = _said(told, usual, wrong), _when(told, wrong)
    if wrong:
        return Row(place, line, tuple(cells), None, wrong)
    village = village_named(given["village"], usual.region) if given["village"] else None
    return Row(
        place,
        line,
        tuple(cells),
        Wanted(
            year,
            given["number"],
            given["title"],
            village.name if village else given["village"],
            village.code if village else None,
            given["quantity"],
            given["unit"],
            given["budget"],
            given["agency"],
            Said(*said, given["reason"], day, given["document"]) if said else None,
        ),
        {},
    )


def _year(text: str | None, usual: Usual, wrong: dict[str, FieldError]) -> int:
    if text is None:
        return usual.year
    if not (text.isascii() and text.isdigit() and len(text) == 4 and FIRST_YEAR <= int(text) <= usual.latest):
        wrong["year"] = FieldError("year", "outcomes.not_earlier", {"latest": usual.latest})
        return usual.year
    return int(text)


def _said(told: dict[str, str], usual: Usual, wrong: dict[str, FieldError]) -> tuple[Level, Verdict] | None:
    level = level_meant(told["level"]) if "level" in told else usual.level
    if level is None:
        wrong["level"] = FieldError("level", "outcomes.level_unknown")
    if "verdict" not in told or level is None:
        return None
    verdict = verdict_meant(told["verdict"], level)
    if verdict is None:
        wrong["verdict"] = FieldError("verdict", "outcomes.verdict_unknown")
        return None
    return level, verdict


def _when(told: dict[str, str], wrong: dict[str, FieldError]) -> date | None:
    if "decided_on" not in told:
        return None
    day = day_meant(told["decided_on"])
    if day is None or day.year < FIRST_YEAR:
        wrong["decided_on"] = FieldError("decided_on", "outcomes.not_a_day")
    return day


def _once(row: Row[Wanted], titles: dict[tuple[int, str], str], answered: set[tuple[int, str, Level]]) -> Row[Wanted]:
    one = row.wanted
    if one is None:
        return row
    wrong: dict[str, FieldError] = {}
    again = one.key in titles
    if titles.setdefault(one.key, one.title.casefold()) != one.title.casefold():
        wrong["number"] = FieldError("number", "outcomes.number_twice")
    elif again and (one.said is None or (*one.key, one.said.level) in answered):
        wrong["level"] = FieldError("level", "outcomes.level_twice")
    if wrong:
        return Row(row.place, row.line, row.cells, None, wrong)
    if one.said is not None:
        answered.add((*one.key, one.said.level))
    return row

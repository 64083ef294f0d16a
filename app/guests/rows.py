"""From the rows of a table to invitations: each row is checked by itself, says what is wrong cell by cell, and loses nothing. Pure but for the region list."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated

from pydantic import BaseModel, BeforeValidator

from app.errors import FieldError, Invalid
from app.guests.columns import Field
from app.guests.vocabulary import element_meant, element_told, gender_meant, place_meant, plain
from app.registration.fields import Email, GuardianName, Phone, one_line, without_nik
from app.sheets.checked import Row
from app.web.forms import checked
from app.web.problems import CodedValueError

MOST_SEATS = 50
ONLINE = "online"
LONGEST = {"institution": 160, "office": 120, "name": 120, "email": 254}


@dataclass(frozen=True)
class Choices:
    """What the session offers: `halls` as (id, name, code); words in small letters → keys for elements; whether it has seats online."""

    halls: tuple[tuple[str, str, str], ...]
    online: bool
    elements: Mapping[str, str]
    offered: frozenset[str]

    @property
    def hall_words(self) -> dict[str, str]:
        """The hall's id by name and by code."""
        return {plain(word): hall for hall, name, code in self.halls for word in (name, code)}


@dataclass(frozen=True)
class Usual:
    """What counts where a row says nothing: a hall's id or `online`, an element; a village whose delegates these are."""

    place: str
    element: str | None = None
    village: str | None = None
    village_code: str | None = None

    @property
    def delegates(self) -> bool:
        """Whether the rows are people whom one village sends."""
        return self.village is not None


@dataclass(frozen=True)
class Wanted:
    """An invitation that can be written: one row, or one delegate. `site_id` none means online; phone in E.164."""

    institution: str
    office: str | None
    name: str | None
    seats: int
    element: str | None
    site_id: str | None
    gender: str | None = None
    phone: str | None = None
    email: str | None = None
    village: str | None = None
    village_code: str | None = None
    delegate: bool = False

    @property
    def key(self) -> tuple[str, str, str]:
        """By which two rows for the same invitation are known."""
        return plain(self.institution), plain(self.office or ""), plain(self.name or "")


def _line(field: str) -> BeforeValidator:
    most = LONGEST[field]

    def tidy(value: object) -> object:
        text = without_nik(one_line(value))
        if isinstance(text, str) and len(text) > most:
            raise CodedValueError("field.too_long", most=most)
        return text

    return BeforeValidator(tidy)


def _how_many(value: object) -> object:
    text = one_line(value)
    if not isinstance(text, str):
        return 1
    found = re.findall(r"\d+", text)
    if len(found) != 1 or len(found[0]) > 6 or not 1 <= int(found[0]) <= MOST_SEATS:
        raise CodedValueError("guests.seats_wrong", most=MOST_SEATS)
    return int(found[0])


class RowFields(BaseModel):
    """The cells of a row that need no list to be understood."""

    institution: Annotated[str | None, _line("institution")] = None
    office: Annotated[str | None, _line("office")] = None
    name: Annotated[GuardianName, _line("name")] = None
    seats: Annotated[int, BeforeValidator(_how_many)] = 1
    phone: Phone = None
    email: Email = None


def read_rows(
    rows: Sequence[Sequence[str]], lines: Sequence[int], fields: Sequence[Field | None], choices: Choices, usual: Usual
) -> list[Row[Wanted]]:
    """Every row checked; the second of two equal rows is wrong (`guests.row_twice`), one that was emptied is gone."""
    seen: dict[tuple[str, str, str], int] = {}
    found = []
    for place, (cells, line) in enumerate(zip(rows, lines, strict=True)):
        if not any(cell.strip() for cell in cells):
            continue
        row = read_row(place, line, tuple(cells), fields, choices, usual)
        if row.wanted is not None:
            twin = seen.setdefault(row.wanted.key, line)
            if twin != line:
                wrong = {"institution": FieldError("institution", "guests.row_twice", {"line": twin})}
                row = replace(row, wanted=None, wrong=wrong)
        found.append(row)
    return found


def read_row(place: int, line: int, cells: tuple[str, ...], fields: Sequence[Field | None], choices: Choices, usual: Usual) -> Row[Wanted]:
    """One row."""
    given = {str(field): cell for field, cell in zip(fields, cells, strict=True) if field is not None and cell.strip()}
    wrong: dict[str, FieldError] = {}
    plainly = RowFields()
    try:
        plainly = checked(RowFields, {name: given.get(name) for name in RowFields.model_fields if name in given})
    except Invalid as problem:
        wrong |= {error.field: error for error in problem.errors}
    institution = usual.village or plainly.institution or (plainly.office if Field.INSTITUTION not in fields else None)
    office = plainly.office if plainly.office != institution else None
    said = "institution" in given or (Field.INSTITUTION not in fields and "office" in given)
    if institution is None and not said:
        wrong["institution"] = FieldError("institution", "field.required")
    if usual.delegates and "name" not in given:
        wrong["name"] = FieldError("name", "field.required")
    site_id = _place(given.get("place"), choices, usual, wrong)
    element = _element(given.get("element"), institution, office, choices, usual, wrong)
    gender = None
    if "gender" in given and (gender := gender_meant(given["gender"])) is None:
        wrong["gender"] = FieldError("gender", "guests.gender_wrong")
    if wrong or institution is None:
        return Row(place, line, cells, None, wrong)
    wanted = Wanted(
        institution=institution,
        office=office,
        name=plainly.name,
        seats=1 if usual.delegates else plainly.seats,
        element=element,
        site_id=site_id,
        gender=gender,
        phone=plainly.phone,
        email=plainly.email,
        village=usual.village,
        village_code=usual.village_code,
        delegate=usual.delegates,
    )
    return Row(place, line, cells, wanted, {})


def _place(text: str | None, choices: Choices, usual: Usual, wrong: dict[str, FieldError]) -> str | None:
    """The hall's id, or none for online."""
    meant = place_meant(text, choices.hall_words) if text else usual.place
    if meant == "in_person":
        meant = usual.place if usual.place != ONLINE else choices.halls[0][0] if len(choices.halls) == 1 else None
    if meant is None or (meant == ONLINE and not choices.online and text):
        wrong["place"] = FieldError("place", "guests.place_wrong")
        return None
    return None if meant == ONLINE else meant


def _element(
    text: str | None, institution: str | None, office: str | None, choices: Choices, usual: Usual, wrong: dict[str, FieldError]
) -> str | None:
    """What the row says; else what counts for all; else what the institution's name tells, if the session knows it."""
    if text:
        meant = element_meant(text, dict(choices.elements))
        if meant not in choices.offered:
            wrong["element"] = FieldError("element", "guests.element_wrong")
        return meant
    tells = (office, institution) if usual.delegates else (institution, office)
    told = usual.element or next((told for words in tells if words and (told := element_told(words))), None)
    return told if told in choices.offered else None

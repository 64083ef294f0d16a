"""What a proposal says of itself: one checked form for its columns, strict for the desk, lenient for words that were carried along."""

import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from app.proposals.choices import Handling, LandStatus, UrgencyLevel, WorkType
from app.proposals.reading import read_fields
from app.proposals.sectors import Sector
from app.proposals.wording import without_mail
from app.regions import RegionKind, composed, region
from app.web.problems import CodedValueError

TITLE = 160
LONG = 2000
SHORT = 200
MOST_NEIGHBOURHOODS = 30
MOST_MONEY = 9_000_000_000_000_000
"""Whole rupiah; below what JSON numbers carry exactly."""

_NUMBERS = re.compile(r"\d{1,4}")
_INVISIBLE = re.compile(r"[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffe\uffff\ud800-\udfff]")


def clean(text: str) -> str:
    """The text in NFC without control and direction signs, which could make it read otherwise than it is stored."""
    return _INVISIBLE.sub("", composed(text)).strip()


def _line(value: str) -> str:
    return " ".join(clean(value).split())


def _numbers(value: object) -> object:
    """`3, 4 dan 12` or [3, 4, 12]: different numbers in order of their size."""
    if isinstance(value, str):
        if re.search(r"[^\d\s,;.&/+-]", re.sub(r"\b(?:dan|rt|rw)\b", " ", value, flags=re.IGNORECASE)):
            raise CodedValueError("proposals.not_numbers")
        value = [int(found) for found in _NUMBERS.findall(value)]
    if isinstance(value, list | tuple) and all(isinstance(one, int) and not isinstance(one, bool) for one in value):
        return sorted(set(value))
    raise CodedValueError("proposals.not_numbers")


def _amount(value: object) -> object:
    """Typed amounts: `Rp60.000.000`, `60.000.000`, `60000000`."""
    if isinstance(value, str):
        bare = re.sub(r"(?i)^rp\.?|,-$|,00$|\s", "", value.strip())
        if not re.fullmatch(r"\d{1,3}(\.\d{3})+|\d{1,18}", bare):
            raise CodedValueError("proposals.not_money")
        return int(bare.replace(".", ""))
    if isinstance(value, bool):
        raise CodedValueError("proposals.not_money")
    return value


def _measure(value: object) -> object:
    """Typed quantities with a comma or a dot before at most three decimals: `1,5`, `1.200`, `12`."""
    if isinstance(value, bool):
        raise CodedValueError("field.not_a_number")
    if isinstance(value, str):
        bare = value.strip().replace(" ", "")
        if re.fullmatch(r"[1-9]\d{0,2}(\.\d{3})+(,\d+)?", bare):
            bare = bare.replace(".", "")
        bare = bare.replace(",", ".")
        if not re.fullmatch(r"\d{1,15}(\.\d+)?", bare):
            raise CodedValueError("field.not_a_number")
        value = Decimal(bare)
    return Decimal(str(value)) if isinstance(value, float) else value


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.001"), ROUND_HALF_UP)


def _count(value: object) -> object:
    if isinstance(value, bool):
        raise CodedValueError("field.not_a_number")
    if isinstance(value, str):
        bare = value.strip()
        if not re.fullmatch(r"\d{1,3}(\.\d{3})+|\d{1,18}", bare):
            raise CodedValueError("field.not_a_number")
        return int(bare.replace(".", ""))
    return value


def _village(code: str) -> str:
    found = region(code)
    if found is None or found.kind is not RegionKind.VILLAGE:
        raise CodedValueError("proposals.unknown_village")
    return found.code


Line: TypeAlias = Annotated[str, AfterValidator(_line)]
Quantity: TypeAlias = Annotated[Decimal, BeforeValidator(_measure), Field(ge=0, le=1_000_000_000), AfterValidator(_rounded)]
Money: TypeAlias = Annotated[int, BeforeValidator(_amount), Field(ge=0, le=MOST_MONEY)]
Neighbourhoods: TypeAlias = Annotated[
    list[Annotated[int, Field(ge=1, le=999)]], BeforeValidator(_numbers), Field(max_length=MOST_NEIGHBOURHOODS)
]


class Content(BaseModel):
    """The columns that people fill: all optional, budget in whole rupiah, quantity with at most three decimals. Unset is not asked for."""

    model_config = ConfigDict(extra="ignore")

    title: Annotated[Line, Field(min_length=1, max_length=TITLE)] | None = None
    problem: Annotated[str, AfterValidator(clean), Field(max_length=LONG)] | None = None
    action: Annotated[str, AfterValidator(clean), Field(max_length=LONG)] | None = None
    village_code: Annotated[str, Field(max_length=16), AfterValidator(_village)] | None = None
    village: Annotated[Line, Field(max_length=SHORT)] | None = None
    hamlet: Annotated[Line, Field(max_length=SHORT)] | None = None
    rt: Neighbourhoods | None = None
    rw: Neighbourhoods | None = None
    landmark: Annotated[Line, Field(max_length=SHORT)] | None = None
    sector: Sector | None = None
    type: WorkType | None = None
    urgency: UrgencyLevel | None = None
    handling: Handling | None = None
    quantity: Quantity | None = None
    unit: Annotated[Line, Field(max_length=30)] | None = None
    beneficiaries: Annotated[int, BeforeValidator(_count), Field(ge=0, le=300_000_000)] | None = None
    land_status: LandStatus | None = None
    budget: Money | None = None
    agency: Annotated[Line, Field(max_length=SHORT)] | None = None


NAMES = tuple(Content.model_fields)
TEXTS = ("title", "problem", "action", "village", "hamlet", "landmark", "agency")
"""Fields of free text, in which personal data may stand."""


def carried(given: Mapping[str, Any]) -> dict[str, Any]:
    """What a composer carried along, as column values: a field that is not right is left out, for the words themselves say it all."""
    named = {name: value for name, value in given.items() if name in Content.model_fields and value not in (None, "", [])}
    if "location" in given and "landmark" not in named:
        named["landmark"] = given["location"]
    right: dict[str, Any] = {}
    for name, value in named.items():
        try:
            checked = getattr(Content.model_validate({name: value}), name)
        except (ValidationError, ValueError, TypeError, ArithmeticError):
            continue
        if checked not in (None, "", []):
            right[name] = checked
    if "village_code" in right:
        found = region(right["village_code"])
        right["village"] = found.name if found else None
    return right


def snapshot(values: Mapping[str, Any]) -> dict[str, object]:
    """The fields as JSON, for a version: empty ones left out, quantities as text."""
    plain = {name: values.get(name) for name in (*NAMES, "status", "reason_code", "reason")}
    return {name: _plain(value) for name, value in plain.items() if value not in (None, "", [])}


def _plain(value: Any) -> object:
    return format(value.normalize(), "f") if isinstance(value, Decimal) else str(value.value) if hasattr(value, "value") else value


def title_of(text: str) -> str:
    """A title made of words: what the reading finds in them, else their first sentence, cut between words where it is long."""
    line = _line(without_mail(text)) or "–"
    if found := read_fields(line).title:
        return found[:TITLE]
    first = re.split(r"(?<=[^\d\s.][.!?])\s", line, maxsplit=1)[0].rstrip(" .!?,;:") or line
    if len(first) <= 90:
        return first
    return first[:89].rsplit(" ", 1)[0].rstrip(" ,;:.") + "…"

"""The forms of the plenary page: what is read from each, checked; the values go to the service as they are."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from app.errors import FieldError, Invalid
from app.planning.board import By
from app.planning.columns import NAMES
from app.proposals.choices import Reason
from app.proposals.fields import LONG, SHORT, TITLE, Line, Money, Quantity, clean
from app.web.forms import Typed

MOST_TOGETHER = 200
"""Proposals that one press may be about."""
MOST_DECIDED = 25
"""The same for what changes the proposals themselves, which takes longer and lets nobody else write meanwhile."""
WIDE = 300


class Filled(BaseModel):
    """Annex II's columns as typed; money in whole rupiah."""

    model_config = ConfigDict(extra="ignore")

    regional_priority: Annotated[Line, Field(max_length=WIDE)] | None = None
    regional_target: Annotated[Line, Field(max_length=WIDE)] | None = None
    program: Annotated[Line, Field(max_length=WIDE)] | None = None
    activity: Annotated[Line, Field(max_length=WIDE)] | None = None
    activity_target: Annotated[Line, Field(max_length=WIDE)] | None = None
    place: Annotated[Line, Field(max_length=WIDE)] | None = None
    quantity: Quantity | None = None
    unit: Annotated[Line, Field(max_length=30)] | None = None
    ceiling: Money | None = None
    agency: Annotated[Line, Field(max_length=SHORT)] | None = None


class Refused(BaseModel):
    """Why something was not agreed."""

    reason_code: Reason | None = None
    reason: Annotated[str, AfterValidator(clean), Field(max_length=LONG)] | None = None


class Joined(BaseModel):
    """The number that is to stand for the chosen ones."""

    into: Annotated[Line, Field(min_length=1, max_length=30)]


class Parted(BaseModel):
    """One title a line."""

    titles: Annotated[str, Field(min_length=1, max_length=4 * LONG)]


class Ceiling(BaseModel):
    """The budget ceiling of the forum."""

    ceiling: Money | None = None


class DelegateForm(BaseModel):
    """A delegate as written down."""

    name: Annotated[Line, Field(min_length=1, max_length=SHORT)]
    element: Annotated[Line, Field(max_length=30)] | None = None
    gender: Annotated[Line, Field(max_length=10)] | None = None


def by_of(form: Typed, actor: str, now: datetime) -> By:
    """Who acts, having seen what the form says (0 when it does not say)."""
    return By(actor, step_in(form.get("seen")), now)


def step_in(text: str) -> int:
    """The number of a step; 0, which no step has, for what can be none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def numbers_in(form: Typed, most: int = MOST_DECIDED) -> list[str]:
    """The proposals that a press is about, each once. Invalid for none, or more than one press may be about."""
    numbers = list(dict.fromkeys(one for one in form.many.get("number", []) if one))
    if not 1 <= len(numbers) <= most:
        raise Invalid(FieldError("number", "planning.none_chosen" if not numbers else "planning.too_many", {"most": most}))
    return numbers


def was_in(form: Typed) -> dict[str, str]:
    """The decisions that stood beside the numbers when the form was drawn (empty: none)."""
    pairs = (one.partition(":") for one in form.many.get("was", []))
    return {number: decision for number, _, decision in pairs}


def touched(form: Typed, name: str) -> bool:
    """Whether somebody typed in a field: it no longer says what it was opened with (`was_NAME`)."""
    return name in form.values and _plain(form.get(name)) != _plain(form.get(f"was_{name}"))


def given_in(filled: Filled, form: Typed) -> dict[str, object]:
    """What to fill: the columns that were touched; an emptied one says again what the proposal says."""
    return {name: getattr(filled, name) for name in NAMES if touched(form, name)}


def over(present: Mapping[str, str], form: Typed) -> Typed:
    """What was typed, and wherever nothing was, what stands now."""
    kept = {name: value for name, value in form.values.items() if name not in present or touched(form, name)}
    return Typed({**present, **kept}, form.many)


def titles_in(parted: Parted) -> list[str]:
    """The titles of the parts, one a line. Invalid for one too long; how many there must be, the service says."""
    titles = [clean(line) for line in parted.titles.splitlines() if line.strip()]
    if any(len(title) > TITLE for title in titles):
        raise Invalid(FieldError("titles", "field.too_long", {"most": TITLE}))
    if len(titles) < 2:
        raise Invalid(FieldError("titles", "proposals.two_parts"))
    return titles


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n")

"""The forms of the desk's page on outcomes: what is read from each, checked."""

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from app.outcomes.levels import Level, Verdict
from app.outcomes.writing import Answer
from app.proposals.choices import Reason
from app.proposals.fields import LONG, SHORT, Line, clean
from app.web.forms import Typed, parse
from app.web.problems import CodedValueError

LONGEST_LINK = 500
_EARLIEST = date(2000, 1, 1)


def _day(value: object) -> object:
    """`2026-02-17` as the browser writes it, or `17/2/2026` as people type it."""
    if not isinstance(value, str):
        return value
    pieces = value.replace(".", "/").replace("-", "/").split("/")
    if len(pieces) != 3 or not all(piece.isascii() and piece.isdigit() and len(piece) <= 4 for piece in pieces):
        raise CodedValueError("outcomes.not_a_day")
    first, month, last = map(int, pieces)
    year, day = (first, last) if len(pieces[0]) == 4 else (last, first)
    try:
        found = date(year, month, day)
    except ValueError:
        raise CodedValueError("outcomes.not_a_day") from None
    if found < _EARLIEST:
        raise CodedValueError("outcomes.not_a_day")
    return found


def _link(value: str) -> str:
    if (
        not value.startswith(("https://", "http://"))
        or any(sign.isspace() or not sign.isprintable() for sign in value)
        or value.count("/") < 2
    ):
        raise CodedValueError("outcomes.not_a_link")
    return value


Day = Annotated[date, BeforeValidator(_day)]
Text = Annotated[str, AfterValidator(clean), Field(max_length=LONG)]
Short = Annotated[Line, Field(max_length=SHORT)]


class AnswerForm(BaseModel):
    """An answer as it is typed."""

    model_config = ConfigDict(extra="ignore")

    level: Level
    verdict: Verdict
    decided_on: Day
    decided_by: Short | None = None
    reason_code: Reason | None = None
    reason: Text | None = None
    document: Short | None = None
    document_number: Annotated[Line, Field(max_length=80)] | None = None
    document_link: Annotated[str, Field(max_length=LONGEST_LINK), AfterValidator(_link)] | None = None
    next_step: Text | None = None


def answer_in(form: Typed) -> Answer:
    """The answer. Raises Invalid with a code per wrong field."""
    given = parse(AnswerForm, form).model_dump()
    return Answer(**{**given, "reason_code": given["reason_code"].value if given["reason_code"] else None})


def seen_in(form: Typed) -> dict[str, str]:
    """The numbers a form is about, with the newest answer that was seen beside each: `number=PKL-2022-0001` and `was=PKL-2022-0001:ID:2`."""
    was = {number: one for number, _, one in (one.partition(":") for one in form.many.get("was", []))}
    return {number: was.get(number, "") for number in dict.fromkeys(form.many.get("number", [])) if number}


def drafts_in(form: Typed) -> dict[str, int]:
    """The drafts that are ticked, as they were seen: `draft=ID:2`."""
    pairs = (one.rpartition(":") for one in form.many.get("draft", []))
    return {id_: _count(edit) for id_, _, edit in pairs if id_}


def _count(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0

"""The forms of the page *Salin ke SIPD*: what is read from each, checked."""

import re
from datetime import date
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field

from app.proposals.fields import Line
from app.web.forms import Typed
from app.web.problems import CodedValueError

FIRST, LAST = date(2000, 1, 1), date(2999, 12, 31)
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9./_-]*")


def _sipd_id(value: str) -> str:
    if not _ID.fullmatch(value):
        raise CodedValueError("sipd.bad_id")
    return value


def _day(value: object) -> object:
    """`2023-02-21` as browsers send it, or `21-02-2023` as people type it where they do not."""
    text = str(value).strip()
    if typed := re.fullmatch(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})", text):
        text = f"{typed[3]}-{int(typed[2]):02d}-{int(typed[1]):02d}"
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise CodedValueError("sipd.bad_day") from None
    if not FIRST <= found <= LAST:
        raise CodedValueError("sipd.bad_day")
    return found


Day: TypeAlias = Annotated[date, BeforeValidator(_day)]


class EnteredForm(BaseModel):
    """That a proposal was keyed in: the day, and the ID that SIPD gave."""

    entered_on: Day
    sipd_id: Annotated[Line, Field(max_length=40), AfterValidator(_sipd_id)] | None = None


class DueForm(BaseModel):
    """The last day of entry, and the one that the form was drawn with; empty takes it away."""

    due_on: Day | None = None
    was: Day | None = None


def seen_in(form: Typed) -> int:
    """The version of the mark that the form was drawn with; -1, which none has, for what can be none."""
    text = form.get("seen")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1

"""What is typed about corrections: an objection, its answer, and until when the draft is open; checked."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, Field

from app.errors import FieldError, Invalid
from app.record.models import ObjectionSubject, ObjectionVerdict
from app.record.objecting import Wanted
from app.registration.fields import many_lines, one_line, without_nik
from app.sessions.models import ForumSession
from app.sessions.typed import local_moment
from app.web.forms import Typed, parse

MOST_TEXT = 2000
Text = Annotated[str, BeforeValidator(without_nik), BeforeValidator(many_lines), Field(min_length=1, max_length=MOST_TEXT)]


class ObjectionFields(BaseModel):
    """An objection; `participant` only where staff write it down for somebody."""

    subject: ObjectionSubject
    about: Annotated[str, BeforeValidator(one_line), Field(max_length=60)] = ""
    text: Text


class AnswerFields(BaseModel):
    """An answer."""

    verdict: ObjectionVerdict
    answer: Text


def objection_in(form: Typed) -> Wanted:
    """The objection that a form says; raises Invalid."""
    said = parse(ObjectionFields, form)
    return Wanted(said.subject, said.about, said.text)


def closing_in(form: Typed, session: ForumSession) -> datetime:
    """Until when the draft is open, typed in the forum's zone; raises Invalid."""
    text = form.get("closes_at")
    moment = local_moment(text, session.zone) if text else None
    if moment is None:
        raise Invalid(FieldError("closes_at", "field.not_a_moment" if text else "field.required"))
    return moment

"""Forms: from what a browser posts to a checked pydantic model, or to field errors with everything typed kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError
from starlette.datastructures import UploadFile

from app.errors import FieldError, Invalid
from app.i18n import Translator
from app.web.posted import posted
from app.web.problems import field_error

LONGEST_TITLE = 120

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Typed:
    """What stands in a form: values as typed (`many` for repeated names) and a sentence per wrong field, for the templates."""

    values: Mapping[str, str] = field(default_factory=dict)
    many: Mapping[str, list[str]] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)

    def get(self, name: str, default: str = "") -> str:
        """The value as typed."""
        return self.values.get(name, default)

    def with_errors(self, errors: Invalid, words: Translator) -> "Typed":
        """The same values with a sentence beside each wrong field."""
        sentences: dict[str, str] = {}
        for error in errors.errors:
            sentences.setdefault(error.field, words.error(error.code, **error.facts))
        return Typed(self.values, self.many, sentences)


async def attached(request: Request, name: str) -> tuple[str, bytes] | None:
    """The file posted under this name, with what its owner calls it; None when none was chosen. Its size is bounded by the door."""
    found = (await posted(request)).get(name)
    if not isinstance(found, UploadFile):
        return None
    content = await found.read()
    await found.close()
    if not found.filename:
        return None
    title = "".join(sign for sign in found.filename.replace("\\", "/").rpartition("/")[2] if sign.isprintable())
    return title[:LONGEST_TITLE], content


async def typed(request: Request) -> Typed:
    """The text fields of the posted form; trimmed, bounded in number, files left out."""
    form = await posted(request)
    many: dict[str, list[str]] = {}
    for name, value in form.multi_items():
        if isinstance(value, str):
            if "\x00" in name or "\x00" in value:
                raise Invalid(code="web.bad_request")
            many.setdefault(name, []).append(value.strip())
    return Typed({name: values[-1] for name, values in many.items()}, many)


def parse(model: type[Model], form: Typed, *, lists: frozenset[str] = frozenset()) -> Model:
    """The checked model; empty fields count as absent, names in `lists` stay lists. Raises Invalid with a code per wrong field."""
    given: dict[str, object] = {name: value for name, value in form.values.items() if value != "" and name not in lists}
    given |= {name: [v for v in form.many.get(name, []) if v != ""] for name in lists}
    return checked(model, given)


def checked(model: type[Model], given: Mapping[str, object]) -> Model:
    """The model of values that a route has read from a form; rows are named `sites.0.name` in the errors. Raises Invalid."""
    try:
        return model.model_validate(given)
    except ValidationError as problem:
        raise Invalid(*_first_per_field(problem)) from None


def _first_per_field(problem: ValidationError) -> list[FieldError]:
    found: dict[str, FieldError] = {}
    for error in problem.errors(include_url=False, include_input=False):
        wrong = field_error(dict(error))
        found.setdefault(wrong.field, wrong)
    return list(found.values())

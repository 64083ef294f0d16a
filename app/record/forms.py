"""What staff type for the record, checked."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, Field

from app.record.draft import MOST_SIGNERS, Draft, Signer
from app.registration.fields import many_lines, one_line
from app.web.forms import Typed, checked
from app.web.problems import CodedValueError

MOST_TEXT = 4000
FIELDS = (
    *("number", "dated_on", "city", "place", "address", "chair_name", "chair_office", "chair_rank"),
    *("opening", "heard", "agreed", "closing"),
)


SIGNER = ("role", "name", "below")
WHO = ("place", "chair_name", "chair_office", "chair_rank")
"""What an addendum may change beside the signers."""


def _day(value: object) -> object:
    if isinstance(value, str):
        try:
            return date.fromisoformat(value.strip()).isoformat()
        except ValueError:
            raise CodedValueError("guests.day_wrong") from None
    return value


Short = Annotated[str, BeforeValidator(one_line), Field(max_length=160)]
Long = Annotated[str, BeforeValidator(many_lines), Field(max_length=MOST_TEXT)]
Day = Annotated[str, BeforeValidator(_day)]


class SignerFields(BaseModel):
    """One who signs."""

    role: Short = ""
    name: Short = ""
    below: Short = ""


class DraftFields(BaseModel):
    """The draft; what is left empty is prefilled."""

    number: Annotated[str, BeforeValidator(one_line), Field(max_length=80)] = ""
    dated_on: Day = ""
    city: Annotated[str, BeforeValidator(one_line), Field(max_length=60)] = ""
    place: Annotated[str, BeforeValidator(one_line), Field(max_length=300)] = ""
    address: Annotated[str, BeforeValidator(one_line), Field(max_length=200)] = ""
    chair_name: Short = ""
    chair_office: Short = ""
    chair_rank: Short = ""
    opening: Long = ""
    heard: Long = ""
    agreed: Long = ""
    closing: Long = ""
    signers: Annotated[list[SignerFields], Field(max_length=MOST_SIGNERS)] = []


class AddendumSigners(BaseModel):
    """Who signs."""

    signers: Annotated[list[SignerFields], Field(max_length=MOST_SIGNERS)] = []


class AddendumFields(AddendumSigners):
    """An addendum; chair, place and signers as they are to stand from now on."""

    number: Annotated[str, BeforeValidator(one_line), Field(min_length=1, max_length=80)]
    dated_on: Day
    reason: Annotated[str, BeforeValidator(many_lines), Field(min_length=1, max_length=700)]
    place: Annotated[str, BeforeValidator(one_line), Field(max_length=300)] = ""
    chair_name: Short = ""
    chair_office: Short = ""
    chair_rank: Short = ""


def draft_from(form: Typed) -> Draft:
    """The draft that a form says; raises Invalid."""
    given: dict[str, object] = {name: form.get(name) for name in FIELDS if form.get(name)}
    told = checked(DraftFields, {**given, "signers": _signer_lines(form)})
    said = {name: value for name in FIELDS if (value := getattr(told, name))}
    return Draft(**said, signers=_signers(told.signers))


def addendum_from(form: Typed, before: Draft) -> tuple[AddendumFields, Draft]:
    """What an addendum says, and the draft that it follows with chair, place and signers as typed; a form without them changes none. Raises Invalid."""
    given: dict[str, object] = {name: form.get(name) for name in AddendumFields.model_fields if form.get(name)}
    told = checked(AddendumFields, {**given, "signers": _signer_lines(form)})
    who = {name: getattr(told, name) for name in WHO if name in form.values}
    return told, replace(before, **who, signers=_signers(told.signers) if "signer_role" in form.many else before.signers)


def seen_in(form: Typed) -> int:
    """The version that whoever typed this had before them; 0 when none is told."""
    seen = form.get("seen")
    return int(seen) if seen.isdecimal() and len(seen) < 9 else 0


def typed_of(draft: Draft) -> Typed:
    """A draft as a form."""
    values = {name: value for name, value in asdict(draft).items() if name in FIELDS}
    return Typed(values, {f"signer_{part}": [getattr(one, part) for one in draft.signers] for part in SIGNER})


def laid_over(below: Typed, form: Typed | None) -> Typed:
    """A form with what it does not have from another one."""
    return Typed({**below.values, **form.values}, {**below.many, **form.many}, form.errors) if form else below


def brought_forward(form: Typed, before: Draft) -> Typed:
    """A form about chair, place and signers that others have changed since: what whoever sent it left as it stood `before` is left to them."""
    stood = typed_of(before)
    left = {name for name in WHO if form.get(name) == stood.get(name)}
    rows = _signers(checked(AddendumSigners, {"signers": _signer_lines(form)}).signers)
    gone = {f"signer_{part}" for part in SIGNER} if rows == before.signers else set()
    values = {name: value for name, value in form.values.items() if name not in left | gone}
    return Typed(values, {name: value for name, value in form.many.items() if name not in left | gone}, form.errors)


def _signer_lines(form: Typed) -> list[dict[str, str]]:
    rows = (form.many.get(f"signer_{part}", []) for part in SIGNER)
    lines = [{name: cell for name, cell in zip(SIGNER, row, strict=True) if cell} for row in zip(*rows, strict=False)]
    return [line for line in lines if "role" in line or "name" in line]


def _signers(fields: Sequence[SignerFields]) -> tuple[Signer, ...]:
    return tuple(Signer(one.role, one.name, one.below) for one in fields)

"""What the desk writes down about a guest: the few fields of the counter, checked against what the session offers."""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from app.errors import FieldError, Invalid
from app.participants.service import Person
from app.registration.fields import Name, one_line, without_nik
from app.registration.offer import village_named
from app.sessions.models import ForumSession
from app.sessions.vocabulary import Gender

_Line = BeforeValidator(lambda value: without_nik(one_line(value)))
_Choice = BeforeValidator(one_line)


class KnownFields(BaseModel):
    """What may be known of a guest besides the name; `element` one of the session's, `village` a kode wilayah or a name."""

    model_config = ConfigDict(extra="ignore")

    capacity: Annotated[Annotated[str, Field(max_length=120)] | None, _Line] = None
    institution: Annotated[Annotated[str, Field(max_length=160)] | None, _Line] = None
    element: Annotated[Annotated[str, Field(max_length=30)] | None, _Choice] = None
    village: Annotated[Annotated[str, Field(max_length=120)] | None, _Line] = None
    gender: Annotated[Gender | None, _Choice] = None


class GuestFields(KnownFields):
    """A guest with a name."""

    name: Name


class CompletionFields(KnownFields):
    """What is now known about a placeholder, or the id of the participant whom it turned out to be."""

    name: Annotated[Annotated[str, Field(min_length=1, max_length=120)] | None, _Line] = None
    same_as: Annotated[Annotated[str, Field(max_length=40)] | None, _Choice] = None


def person_of(guest: GuestFields, session: ForumSession, site_id: str) -> Person:
    """The guest as a person of the session, in this hall; Invalid for an element that the session does not have."""
    return Person(name=guest.name, site_id=site_id, **known_of(guest, session))


def known_of(known: KnownFields, session: ForumSession) -> dict[str, Any]:
    """The fields of `Person` that were given. Invalid as above."""
    if known.element is not None and known.element not in session.elements:
        raise Invalid(FieldError("element", "registration.element_wrong"))
    code, village = village_named(known.village, session.region_code)
    found = {**known.model_dump(include={"capacity", "institution", "element", "gender"}), "village_code": code, "village": village}
    return {name: value for name, value in found.items() if value is not None}

"""What somebody fills in to take part: the model shared by page, counter and API, and the checks against what this session offers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from app.errors import FieldError, Invalid
from app.registration.fields import Email, GuardianName, Name, Phone, a_disability, helps, many_lines, one_line, without_nik
from app.sessions.vocabulary import AgeGroup, Attendance, Element, Gender

MOST_WISH = 2000

_Line = BeforeValidator(lambda value: without_nik(one_line(value)))
_Choice = BeforeValidator(one_line)


class ApplicationForm(BaseModel):
    """An application. `phone` in any Indonesian writing; `village` a kode wilayah or a name; `site` the code of a hall; `consent_version` the notice that was shown."""

    model_config = ConfigDict(extra="ignore")

    name: Name
    phone: Phone = None
    village: Annotated[Annotated[str, Field(max_length=120)] | None, _Line] = None
    address: Annotated[Annotated[str, Field(max_length=300)] | None, _Line] = None
    element: Annotated[Annotated[str, Field(max_length=30)] | None, _Choice] = None
    attendance: Annotated[Attendance | None, _Choice] = None
    site: Annotated[Annotated[str, Field(max_length=40)] | None, _Choice] = None
    capacity: Annotated[Annotated[str, Field(max_length=120)] | None, _Line] = None
    email: Email = None
    institution: Annotated[Annotated[str, Field(max_length=160)] | None, _Line] = None
    gender: Annotated[Gender | None, _Choice] = None
    age_group: Annotated[AgeGroup | None, _Choice] = None
    disability: Annotated[Annotated[str, Field(max_length=200)] | None, BeforeValidator(a_disability)] = None
    needs: Annotated[Annotated[str, Field(max_length=300)] | None, BeforeValidator(helps)] = None
    wish: Annotated[Annotated[str, Field(max_length=MOST_WISH)] | None, BeforeValidator(lambda value: without_nik(many_lines(value)))] = (
        None
    )
    guardian_name: GuardianName = None
    guardian_phone: Phone = None
    publish_name: bool = False
    disability_data: bool = False
    photos: bool = False
    consent_version: Annotated[int, Field(ge=1, le=1_000_000)] | None = None

    @property
    def child(self) -> bool:
        """Under 18, as said or, where no age was said, as a child's representative."""
        return is_child(self.age_group, self.element)


@dataclass(frozen=True)
class HallOffered:
    """A hall as a choice: its seats and whether they are all taken."""

    id: str
    code: str
    name: str
    notes: str
    seats: int
    full: bool


@dataclass(frozen=True)
class Offer:
    """What a session offers to choose from; `villages` by code (name with its kind), `notice_version` the newest and `notice` its text."""

    elements: Sequence[str]
    halls: Sequence[HallOffered]
    online: bool
    online_full: bool
    villages: Mapping[str, str]
    notice_version: int
    notice: str

    def hall(self, code: str | None) -> HallOffered | None:
        """The hall with this code or id."""
        return next((hall for hall in self.halls if code is not None and code in {hall.code, hall.id}), None)


Strictness = Literal["page", "api", "counter"]
"""Who fills in: a resident on the page, a program, or an officer at the counter (where the phone may be missing)."""


def is_child(age_group: str | None, element: str | None) -> bool:
    """Whether a guardian must stand for this person."""
    return age_group == AgeGroup.CHILD or (not age_group and element == Element.CHILDREN)


def wrong_choices(given: Mapping[str, object], offer: Offer, who: Strictness, *, kept_site: str | None = None) -> list[FieldError]:
    """Each field that this session does not offer or cannot do without, from values as typed; `kept_site` may stay chosen though full."""
    wrong: list[FieldError] = []
    if not given.get("phone") and who != "counter":
        wrong.append(FieldError("phone", "registration.phone_missing"))
    if not given.get("village") and who == "page":
        wrong.append(FieldError("village", "registration.village_missing"))
    if given.get("element") not in offer.elements:
        wrong.append(FieldError("element", "registration.element_wrong"))
    wrong += wrong_place(given, offer, kept_site)
    if is_child(_text(given, "age_group"), _text(given, "element")):
        if not given.get("guardian_name"):
            wrong.append(FieldError("guardian_name", "registration.guardian_name_missing"))
        if not given.get("guardian_phone"):
            wrong.append(FieldError("guardian_phone", "registration.guardian_phone_missing"))
    version = _text(given, "consent_version") or ""
    if not version.isdecimal() or not 1 <= int(version[:9]) <= offer.notice_version:
        wrong.append(FieldError("consent_version", "registration.notice_wrong"))
    return wrong


def checked(form: ApplicationForm, offer: Offer, who: Strictness, *, kept_site: str | None = None) -> ApplicationForm:
    """The same form when this session offers all that it chooses; raises Invalid."""
    wrong = wrong_choices(form.model_dump(), offer, who, kept_site=kept_site)
    if wrong:
        raise Invalid(*wrong)
    return form


def hall_chosen(offer: Offer, attendance: str | None, site: str | None) -> HallOffered | None:
    """The hall for which somebody comes in person; where there is one hall it need not be named."""
    if attendance != Attendance.IN_PERSON:
        return None
    return offer.hall(site) if site else (offer.halls[0] if len(offer.halls) == 1 else None)


def wrong_place(given: Mapping[str, object], offer: Offer, kept_site: str | None) -> list[FieldError]:
    """What is wrong with the chosen way and hall; a full place is right for whoever has it already."""
    way = given.get("attendance")
    if way == Attendance.ONLINE and offer.online:
        kept = kept_site == Attendance.ONLINE
        return [FieldError("attendance", "registration.online_full")] if offer.online_full and not kept else []
    if way != Attendance.IN_PERSON or not offer.halls:
        return [FieldError("attendance", "registration.attendance_wrong")]
    hall = hall_chosen(offer, Attendance.IN_PERSON, _text(given, "site"))
    if hall is None:
        return [FieldError("site", "registration.site_wrong")]
    if hall.full and hall.id != kept_site:
        return [FieldError("site", "registration.site_full")]
    return []


def _text(given: Mapping[str, object], name: str) -> str | None:
    value = given.get(name)
    return str(value) if value not in (None, "") else None

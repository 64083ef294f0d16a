"""Between the fields of the page and the model: one choice of place for way and hall, a list of villages with a free text beside it."""

from app.errors import FieldError, Invalid
from app.participants.models import Participant
from app.participants.service import Contact
from app.registration.form import ApplicationForm, Offer, Strictness, wrong_choices
from app.registration.models import Application
from app.sessions.vocabulary import Attendance
from app.web.forms import Typed, parse

OTHER = "lain"
"""The choice "not on the list" among the villages."""
NEEDS = ("Juru bahasa isyarat", "Kursi roda", "Pendamping")
"""Help that is asked for most; stored in these words, which the halls read."""
OPT_INS = ("publish_name", "disability_data", "photos")
_LISTS = frozenset({"needs"})


def read(form: Typed, offer: Offer, who: Strictness, *, kept_site: str | None = None) -> ApplicationForm:
    """The application that stands in a form; raises Invalid with every wrong field at once, so that nobody corrects in rounds."""
    given = as_fields(form)
    found: dict[str, FieldError] = {}
    application: ApplicationForm | None = None
    try:
        application = parse(ApplicationForm, given, lists=_LISTS)
    except Invalid as wrong:
        found = {error.field: error for error in wrong.errors}
    for error in wrong_choices(given.values, offer, who, kept_site=kept_site):
        found.setdefault(error.field, error)
    if found or application is None:
        order = list(ApplicationForm.model_fields)
        raise Invalid(*sorted(found.values(), key=lambda error: order.index(error.field) if error.field in order else 0))
    return application


def as_fields(form: Typed) -> Typed:
    """The form with the names that the model has."""
    values, many = dict(form.values), dict(form.many)
    way, _, site = values.get("attendance", "").partition(":")
    values |= {"attendance": way, "site": site}
    chosen = values.pop("village_code", "")
    values["village"] = chosen if chosen not in ("", OTHER) else values.get("village_other", "")
    many["needs"] = [*many.get("needs", []), values.get("needs_other", "")]
    return Typed(values, many)


def prefilled(application: Application, participant: Participant, contact: Contact, chosen: dict[str, bool], offer: Offer) -> Typed:
    """A form that shows what was registered, to be corrected."""
    hall = offer.hall(application.site_id)
    listed = participant.village_code in offer.villages
    needs = [one.strip() for one in (contact.needs or "").split(",") if one.strip()]
    values = {
        "name": participant.name,
        "phone": contact.phone and f"0{contact.phone.removeprefix('+62')}",
        "village_code": participant.village_code if listed else (OTHER if participant.village else ""),
        "village_other": "" if listed else participant.village,
        "address": contact.address,
        "element": participant.element,
        "attendance": f"{Attendance.IN_PERSON}:{hall.code}" if hall else application.attendance,
        "capacity": participant.capacity,
        "institution": participant.institution,
        "email": contact.email,
        "gender": participant.gender,
        "age_group": participant.age_group,
        "disability": contact.disability,
        "needs_other": ", ".join(one for one in needs if one not in NEEDS),
        "wish": application.wish,
        "guardian_name": contact.guardian_name,
        "guardian_phone": contact.guardian_phone and f"0{contact.guardian_phone.removeprefix('+62')}",
        **{name: "1" for name in OPT_INS if chosen.get(name)},
    }
    return Typed({name: str(value) for name, value in values.items() if value}, {"needs": [one for one in needs if one in NEEDS]})

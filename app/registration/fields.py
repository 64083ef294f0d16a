"""The fields of an application as pydantic types: cleaned of what no database should see, bounded, each with its own complaint."""

import re
import unicodedata
from typing import Annotated

from pydantic import BeforeValidator, Field

from app.regions import PersonalKind, PhoneProblem, composed, finds_personal, name_key, normalize_phone, phone_problem
from app.web.problems import CodedValueError

LINES = {"\n", "\t"}
NOT_WRITTEN = {"Cc", "Cf", "Cs", "Co", "Cn"}
"""Unicode categories that are no writing: control and format signs, half surrogates, private and unassigned ones."""
_JOINERS = {"\u200c", "\u200d"}
_EMAIL = re.compile(r"[^@\s,;<>()\"]+@[^@\s,;<>()\"]+\.[^@\s.,;<>()\"]{2,}")
_SIXTEEN = re.compile(r"(?<!\d)\d{16}(?!\d)")


def clean(value: object) -> object:
    """A text without signs that are not writing; line breaks stay, other values pass as they are."""
    if not isinstance(value, str):
        return value
    text = value.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(sign for sign in text if sign in LINES or sign in _JOINERS or unicodedata.category(sign) not in NOT_WRITTEN)
    return composed(kept).strip()


def one_line(value: object) -> object:
    """The same in one line, with single spaces; an empty text is no text."""
    text = clean(value)
    return (" ".join(text.split()) or None) if isinstance(text, str) else text


def many_lines(value: object) -> object:
    """The same with its lines; an empty text is no text."""
    text = clean(value)
    return (text or None) if isinstance(text, str) else text


def without_nik(value: object) -> object:
    """Refuses a text in which somebody wrote their NIK: it is not needed and not kept."""
    if isinstance(value, str) and (_SIXTEEN.search(value) or any(f.kind is PersonalKind.NIK for f in finds_personal(value))):
        raise CodedValueError("registration.nik_not_needed")
    return value


def a_phone(value: object) -> object:
    """The number in E.164; says whether it is too short, too long or no telephone number."""
    text = one_line(value)
    if not isinstance(text, str):
        return text
    match phone_problem(text):
        case None:
            return normalize_phone(text)
        case _ if _SIXTEEN.search("".join(sign for sign in text[:40] if sign.isalnum())):
            code = "registration.nik_not_needed"
        case PhoneProblem.TOO_SHORT:
            code = "registration.phone_short"
        case PhoneProblem.TOO_LONG:
            code = "registration.phone_long"
        case _:
            code = "registration.phone_wrong"
    raise CodedValueError(code)


def a_name(value: object) -> object:
    """A name that must be there."""
    text = a_guardian(value)
    if text is None:
        raise CodedValueError("field.required")
    return text


def a_guardian(value: object) -> object:
    """A name of at least two letters, not a number or a sign; or none."""
    text = without_nik(one_line(value))
    if isinstance(text, str) and (sum(sign.isalpha() for sign in text) < 2 or not name_key(text)):
        raise CodedValueError("registration.name_wrong")
    return text


def an_email(value: object) -> object:
    """An address that could be one: something, @, a domain with a dot."""
    text = one_line(value)
    if isinstance(text, str) and len(text) <= 254 and not _EMAIL.fullmatch(text):
        raise CodedValueError("registration.email_wrong")
    return text


def a_disability(value: object) -> object:
    """A word for it, or just that there is one (`true`)."""
    if isinstance(value, bool):
        return "ya" if value else None
    return without_nik(one_line(value))


def helps(value: object) -> object:
    """Needed help as one text, from a text or a list of them."""
    if isinstance(value, list):
        words = [without_nik(one_line(one)) for one in value[:10]]
        return ", ".join(word for word in words if isinstance(word, str)) or None
    return without_nik(one_line(value))


Name = Annotated[str, BeforeValidator(a_name), Field(max_length=120)]
GuardianName = Annotated[Annotated[str, Field(max_length=120)] | None, BeforeValidator(a_guardian)]
Phone = Annotated[Annotated[str, Field(max_length=20)] | None, BeforeValidator(a_phone)]
Email = Annotated[Annotated[str, Field(max_length=254)] | None, BeforeValidator(an_email)]

"""Indonesian telephone numbers: every usual way of writing one becomes E.164 `+62…`, the only form that is stored."""

import re
import unicodedata
from enum import StrEnum

_LABEL = re.compile(r"^(?:tel|telp|telepon|telpon|hp|no|nomor|wa|whatsapp|kontak)\b[\s.:]*", re.IGNORECASE)
_BETWEEN = re.compile(r"[\s().,·•_/\-\u2010-\u2015\u2212]")
_WRITTEN = re.compile(r"\+?[0-9]+")
_TWO_DIGIT_AREAS = frozenset({"21", "22", "24", "31", "61"})
_MOBILE_LENGTHS = range(9, 13)
_LANDLINE_LENGTHS = range(8, 12)
_HIDDEN = "••••"
# Longer than any form lets through: no work is spent on a novel pasted into the field.
_LONGEST_TEXT = 200


class PhoneProblem(StrEnum):
    """Why a text is no Indonesian telephone number."""

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    NOT_A_PHONE = "not_a_phone"


def normalize_phone(text: str) -> str | None:
    """Return the number in E.164 (`+6285326905742`), or None when the text cannot be an Indonesian number."""
    outcome = _parse(text)
    return None if isinstance(outcome, PhoneProblem) else f"+62{outcome}"


def phone_problem(text: str) -> PhoneProblem | None:
    """Say what is wrong with the text, or None when `normalize_phone` accepts it."""
    outcome = _parse(text)
    return outcome if isinstance(outcome, PhoneProblem) else None


def show_phone(e164: str) -> str:
    """Write a stored number the way people read it: `0853-2690-5742`, a landline `0285-423221`."""
    if not e164.startswith("+62"):
        return e164
    number = f"0{e164[3:]}"
    if number[1] == "8":
        return "-".join((number[:4], number[4:8], number[8:]))
    area = _area_length(number)
    return f"{number[:area]}-{number[area:]}"


def mask_phone(e164: str) -> str:
    """Show only the beginning and the last four digits: `0853-••••-5742`."""
    if not e164.startswith("+62"):
        return _HIDDEN
    number = f"0{e164[3:]}"
    beginning = 4 if number[1] == "8" else _area_length(number)
    return f"{number[:beginning]}-{_HIDDEN}-{last_four(e164)}"


def last_four(e164: str) -> str:
    """Return the four digits that a person types to prove that a code is theirs."""
    return e164[-4:]


def wa_number(e164: str) -> str:
    """Return the number as `wa.me` addresses want it: `6285326905742`."""
    return e164.removeprefix("+")


def _area_length(number: str) -> int:
    return 3 if number[1:3] in _TWO_DIGIT_AREAS else 4


def _plain(text: str) -> str:
    """Bring any digits and signs to ASCII and drop what people put between digits."""
    kept = "".join(
        str(unicodedata.digit(sign)) if sign.isdecimal() else sign
        for sign in unicodedata.normalize("NFKC", text.strip())
        if unicodedata.category(sign) != "Cf"
    )
    return _BETWEEN.sub("", _LABEL.sub("", kept))


def _parse(text: str) -> str | PhoneProblem:
    """Return the national number without its leading zero, or the problem."""
    written = _plain(text[:_LONGEST_TEXT])
    if not _WRITTEN.fullmatch(written):
        return PhoneProblem.NOT_A_PHONE
    number = _national(written)
    # 80… are paid and free services, 1… short codes, a second 0 the dialling out of the country.
    if number is None or number.startswith(("0", "1", "80")):
        return PhoneProblem.NOT_A_PHONE
    lengths = _MOBILE_LENGTHS if number.startswith("8") else _LANDLINE_LENGTHS
    if len(number) < lengths.start:
        return PhoneProblem.TOO_SHORT
    if len(number) >= lengths.stop:
        return PhoneProblem.TOO_LONG
    return number


def _national(written: str) -> str | None:
    for country in ("+62", "0062", "62"):
        if written.startswith(country):
            # People write +62 (0)853: the trunk zero does not belong to the number.
            return written.removeprefix(country).removeprefix("0")
    if written.startswith("0"):
        return written.removeprefix("0")
    # A mobile number without its zero; nothing else can be told from a number of another country or town.
    return written if written.startswith("8") else None

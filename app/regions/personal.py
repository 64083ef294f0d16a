"""Telephone numbers and NIK inside free text, so that a person looks before it is published."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from app.regions.phones import normalize_phone
from app.regions.zones import PROVINCE_CODES

# Groups of digits with at most three signs between them; invisible ones are written in to hide a number.
_INVISIBLE = "\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad"
_BETWEEN = rf"[ \t\u00a0\u2000-\u200a\u202f().·/\-\u2010-\u2015\u2212{_INVISIBLE}]{{1,3}}"
_RUN = re.compile(rf"(?:\+\s?|\(\+?)?\d+(?:{_BETWEEN}\d+)*")
_GROUP = re.compile(r"\d+")
_NIK_LENGTH = 16
_WOMEN = 40
_LEAP_YEAR = 2000

_POSSIBLE = re.compile(r"(?:0062|62|0)?0?[2-9]\d{7,11}")
_MONEY = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+")
_MONEY_BEFORE = re.compile(r"(?:\brp|\bidr)[.\s]*$", re.IGNORECASE)
_SIGN_BEFORE = re.compile(r"(?:\+\s?|\(\+?)$")
_LONGEST_SIGN = 2
_FRACTION_BEFORE = re.compile(r"\d[.,]$")
# How numbers look among other numbers: a date, a time or a coordinate must not be taken for one.
_SHAPES = (
    re.compile(r"\(?(?:\+|00)?62\D.*|\+?62\d.*"),
    re.compile(r"\(?08\d{1,3}(?:\D.*|\d{5,9})"),
    re.compile(r"8\d{2,3}(?:\D.*|\d{5,9})"),
    re.compile(r"(?:\d{1,2}\D{1,3}){5,}\d{1,2}"),
    re.compile(r"\(?0[2-79]\d{1,2}\)?\D{0,3}\d{3,8}(?:[ -]\d{3,4})?"),
)


class PersonalKind(StrEnum):
    """What was found."""

    PHONE = "phone"
    NIK = "nik"


class PersonalData(NamedTuple):
    """A stretch `text[start:end]` that should not be published."""

    kind: PersonalKind
    start: int
    end: int


def finds_personal(text: str) -> list[PersonalData]:
    """Return telephone numbers and NIK in the text in their order, without overlaps; money, dates and times are none."""
    plain = "".join(str(unicodedata.digit(sign)) if sign.isdecimal() else sign for sign in text)
    return [found for run in _RUN.finditer(plain) for found in _in_run(plain, run.start(), run.end())]


def _in_run(text: str, start: int, end: int) -> Iterator[PersonalData]:
    groups = [match.span() for match in _GROUP.finditer(text, start, end)]
    first = 0
    while first < len(groups):
        beginning = _with_sign(text, start, groups[first][0])
        for last in reversed(_reach(groups, first)):
            kind = _kind(text, beginning, groups[last][1])
            if kind:
                yield PersonalData(kind, beginning, groups[last][1])
                first = last
                break
        first += 1


def _reach(groups: list[tuple[int, int]], first: int) -> range:
    """Return the groups at which something that begins with the first one may end: sixteen digits at most."""
    digits, last = 0, first
    while last < len(groups) and (digits := digits + groups[last][1] - groups[last][0]) <= _NIK_LENGTH:
        last += 1
    return range(first, last)


def _with_sign(text: str, start: int, digits: int) -> int:
    """Take in the plus sign and the bracket that stand before the digits."""
    sign = _SIGN_BEFORE.search(text, max(start, digits - _LONGEST_SIGN), digits)
    return sign.start() if sign else digits


def _kind(text: str, start: int, end: int) -> PersonalKind | None:
    piece = text[start:end].strip()
    digits = "".join(_GROUP.findall(piece))
    if len(digits) == _NIK_LENGTH and _is_nik(digits):
        return PersonalKind.NIK
    if not _POSSIBLE.fullmatch(digits) or _is_amount(text, start, piece):
        return None
    sign = "+" if "+" in piece else ""
    looks_right = any(shape.fullmatch(piece) for shape in _SHAPES)
    return PersonalKind.PHONE if looks_right and normalize_phone(sign + digits) else None


def _is_amount(text: str, start: int, piece: str) -> bool:
    before = text[max(0, start - 6) : start]
    fraction = piece[0] in "23456789" and _FRACTION_BEFORE.search(before)
    return bool(_MONEY.fullmatch(piece) or _MONEY_BEFORE.search(before) or fraction)


def _is_nik(digits: str) -> bool:
    """Region, birth date (women: day + 40) and serial must be possible; the century is unknown."""
    day, month = int(digits[6:8]), int(digits[8:10])
    try:
        date(_LEAP_YEAR, month, day - _WOMEN if day > _WOMEN else day)
    except ValueError:
        return False
    return digits[:2] in PROVINCE_CODES and "00" not in (digits[2:4], digits[4:6]) and digits[12:] != "0000"

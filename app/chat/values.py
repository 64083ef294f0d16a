"""Reading single values of a client's frame within exact bounds; a wrong one is `bad_request` (or `too_large`) before it costs."""

import json
import re
from collections.abc import Mapping
from typing import Any

from app.chat.refusals import BadFrame, BadRequest, TooLarge
from app.regions import composed

FRAME = 32 * 1024
"""Bytes of a frame that a client may send."""
CID = re.compile(r"[A-Za-z0-9_-]{1,64}")
ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
WORD = re.compile(r"[a-z][a-z0-9_-]{0,19}")
SAFE_INT = 2**53 - 1
LATEST = 253_402_300_799_999
"""The last millisecond of the year 9999."""
FIELDS = 40
FIELD_DEPTH = 3
UNSAFE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
"""Control signs and halves of signs: no keyboard types them, and databases refuse some."""


def read_object(raw: str | None) -> dict[str, Any]:
    """The JSON object of a frame; BadFrame for anything else, TooLarge above the bound."""
    if raw is None:
        raise BadFrame("chat.bad_frame")
    if len(raw) > FRAME or len(raw.encode("utf-8", "surrogatepass")) > FRAME:
        raise TooLarge("chat.too_large")
    try:
        found = json.loads(raw, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise BadFrame("chat.bad_frame") from None
    if not isinstance(found, dict) or not isinstance(found.get("t"), str):
        raise BadFrame("chat.bad_frame")
    return found


def number_of(frame: Mapping[str, Any]) -> int | None:
    """The `i` of a frame; absent when it is none that could be answered."""
    i = frame.get("i")
    return i if isinstance(i, int) and not isinstance(i, bool) and 0 <= i <= SAFE_INT else None


def integer(frame: Mapping[str, Any], name: str, least: int, most: int, default: int | None = None) -> int:
    """A whole number within bounds."""
    value = frame.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise BadRequest("chat.bad_request", field=name)
    return value


def matched(frame: Mapping[str, Any], name: str, pattern: re.Pattern[str]) -> str:
    """A string of an exact form."""
    value = frame.get(name)
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise BadRequest("chat.bad_request", field=name)
    return value


def optional(frame: Mapping[str, Any], name: str, pattern: re.Pattern[str]) -> str | None:
    """The same, or absent."""
    return None if frame.get(name) is None else matched(frame, name, pattern)


def words(frame: Mapping[str, Any], name: str, most: int) -> str:
    """A text as people write it: NFC, line breaks as one sign, ends trimmed, 1 to `most` code points."""
    value = frame.get(name)
    if not isinstance(value, str):
        raise BadRequest("chat.bad_request", field=name)
    text = composed(value.replace("\r\n", "\n").replace("\r", "\n"))
    if UNSAFE.search(text):
        raise BadRequest("chat.bad_request", field=name)
    text = text.strip()
    if len(text) > most:
        raise TooLarge("chat.too_large", most=most)
    if not text:
        raise BadRequest("chat.bad_request", field=name)
    return text


def optional_words(frame: Mapping[str, Any], name: str, most: int) -> str | None:
    """The same, or absent; an empty one is absent too."""
    value = frame.get(name)
    return None if value is None or value == "" else words(frame, name, most)


def fields(frame: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A small object of plain values for a proposal; nothing when absent."""
    value = frame.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict) or len(value) > FIELDS or not all(_plain(one, FIELD_DEPTH) for one in value.values()):
        raise BadRequest("chat.bad_request", field=name)
    if not _plain_names(value):
        raise BadRequest("chat.bad_request", field=name)
    return {key: one for key, one in value.items() if one is not None}


def _plain(value: Any, depth: int) -> bool:
    match value:
        case None | bool():
            return True
        case int() | float():
            return abs(value) <= SAFE_INT
        case str():
            return len(value) <= 4000 and not UNSAFE.search(value)
        case list():
            return depth > 0 and len(value) <= 100 and all(_plain(one, depth - 1) for one in value)
        case dict():
            return depth > 0 and len(value) <= FIELDS and _plain_names(value) and all(_plain(one, depth - 1) for one in value.values())
    return False


def _plain_names(value: Mapping[str, Any]) -> bool:
    return all(len(name) <= 40 and not UNSAFE.search(name) for name in value)


def _no_number(text: str) -> float:
    raise ValueError(text)

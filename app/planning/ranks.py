"""Places in a list as texts: between any two there is always room for another, so that moving one changes nothing but that one. Pure."""

import re

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_MIDDLE = "i"
_END = "z"
_WIDTH = 5
_SERIAL = re.compile(r"\d+$")


def first_rank(number: str) -> str:
    """Where a proposal stands that nobody has moved: in the order of its serial number (`PKL-2022-0042`)."""
    found = _SERIAL.search(number)
    return _rank(int(found[0]) if found else 0)


def beyond(serial: int) -> str:
    """A rank after everything up to this serial number and before what comes later."""
    return _rank(serial + 1)


def _rank(serial: int) -> str:
    return f"{serial:010d}{_MIDDLE}"


def given(low: str, high: str, step: int) -> str:
    """A rank between two that no other step ever gives, nor a serial number: one that was left stays free for whoever takes the step back."""
    digits = ""
    while step:
        step, digit = divmod(step, len(DIGITS))
        digits = DIGITS[digit] + digits
    return between(low, high) + digits.rjust(_WIDTH, "0") + _END


def between(low: str, high: str) -> str:
    """A rank after `low` (empty: the very beginning) and before `high`. Neither ends in 0, nor does the new one."""
    if not low < high:
        raise ValueError("no room between ranks that are not in order")
    rank, at, limit = "", 0, high
    while True:
        under = DIGITS.index(low[at]) if at < len(low) else 0
        over = DIGITS.index(limit[at]) if at < len(limit) else len(DIGITS)
        if under != over and (middle := (under + over) // 2) > under:
            return rank + DIGITS[middle]
        if under != over:
            limit = ""  # the two part here: whatever follows may be as large as it likes
        rank += DIGITS[under]
        at += 1

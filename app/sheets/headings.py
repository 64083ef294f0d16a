"""What columns mean, guessed from their headings. Pure."""

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import TypeVar

Meaning = TypeVar("Meaning", bound=StrEnum)


def by_heading(header: Sequence[str], patterns: Sequence[tuple[Meaning, str]], *, apart: str = "._:()-") -> list[Meaning | None]:
    """A meaning per column, each at most once: the first of the patterns (over small letters and single spaces) that is found in the heading, `apart` standing for spaces."""
    taken: set[Meaning] = set()
    found: list[Meaning | None] = []
    for cell in header:
        text = " ".join(re.sub(rf"[{re.escape(apart)}]+", " ", cell.casefold().replace("e-mail", "email")).split())
        meaning = next((one for one, pattern in patterns if one not in taken and re.search(pattern, text)), None)
        found.append(meaning)
        if meaning is not None:
            taken.add(meaning)
    return found

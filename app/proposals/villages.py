"""The villages of a forum's region by the names that people choose them by."""

import re
from functools import lru_cache

from app.regions import Region, districts_of, villages_of

MOST_OFFERED = 700
"""Above this many (a province) a list in a page would be too heavy; names are typed then."""

_KIND = re.compile(r"^(?:kelurahan|kel\.?|desa adat|desa|ds\.?)\s+", re.IGNORECASE)


def village_named(text: str, within: str) -> Region | None:
    """The village that a name means, alone or followed by its district; None when there is none or more than one."""
    found = _by_name(within).get(_key(text), ())
    return found[0] if len(found) == 1 else None


def offered(within: str) -> list[str]:
    """The names to choose from, each meaning one village; empty for a region with too many."""
    names = _by_name(within)
    villages = villages_of(within)
    if len(villages) > MOST_OFFERED:
        return []
    districts = {one.code: one.name for one in districts_of(within)}
    return [one.name if len(names[_key(one.name)]) == 1 else f"{one.name}, {districts.get(one.parent or '', '')}" for one in villages]


def pairs(within: str) -> list[tuple[str, str]]:
    """The villages as (code, name), to which a reading is limited."""
    return [(one.code, one.name) for one in villages_of(within)]


@lru_cache(maxsize=64)
def _by_name(within: str) -> dict[str, tuple[Region, ...]]:
    districts = {one.code: one.name for one in districts_of(within)}
    found: dict[str, tuple[Region, ...]] = {}
    for one in villages_of(within):
        for name in (one.name, f"{one.name}, {districts.get(one.parent or '', '')}"):
            found[_key(name)] = (*found.get(_key(name), ()), one)
    return found


def _key(text: str) -> str:
    bare = _KIND.sub("", " ".join(text.split()))
    return re.sub(r",\s*(?:kecamatan|kec\.?|distrik)\s+", ", ", bare, flags=re.IGNORECASE).casefold()

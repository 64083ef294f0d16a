"""Names of agencies as people write them: one agency however it is spelled. Pure."""

import re
from collections.abc import Iterable

_PLACE = re.compile(r"\s(?:kota|kabupaten|kab|provinsi|prov)\b.*$")


def agency_key(name: str) -> str:
    """What spellings of one agency have in common: `Dinas P.U. & Penataan Ruang Kota Pekalongan` is `dinas pu dan penataan ruang`."""
    plain = re.sub(r"[^\w\s]", " ", name.casefold().replace("&", " dan ").replace(".", ""))
    return _PLACE.sub("", " ".join(plain.split()))


def spellings(name: str, known: Iterable[str]) -> tuple[str, ...]:
    """Those of the known names that mean this agency."""
    key = agency_key(name)
    return tuple(one for one in known if key and agency_key(one) == key)


def one_each(names: Iterable[str]) -> list[str]:
    """The agencies, each once, in the spelling that comes first in the alphabet."""
    found: dict[str, str] = {}
    for name in sorted(names, key=str.casefold):
        found.setdefault(agency_key(name) or name, name)
    return list(found.values())

"""Find a village or a regency by the name that somebody typed, tolerant of spelling, case and abbreviations."""

import re
import unicodedata
from collections.abc import Iterable

from rapidfuzz import fuzz

from app.regions.places import Region, RegionKind, districts_of, region, regions_in, villages_of

_LONGEST_TEXT = 300
_GOOD_ENOUGH = 72.0
_SAME = 100.0
_SAME_BUT_SPACES = 99.0
_NAMED_IN_TEXT = 94.0
_BEGINNING = 92.0
_ABBREVIATED = 88.0
_MOST = 10
_SHORTEST_INSIDE = 4

_OLD_SPELLING = (("oe", "u"), ("dj", "j"), ("tj", "c"))
_NO_WORD = re.compile(r"[^\w]+")
_APOSTROPHES = re.compile("['\u2018\u2019\u02bc`]")
_VILLAGE_WORD = re.compile(r"\b(?:kelurahan|kel|desa adat|desa|ds|ds?n)\b[\s.:]*", re.IGNORECASE)
_DISTRICT_WORD = re.compile(r"\b(?:kecamatan|kec|distrik)\b[\s.:]*([^,;\n]+)", re.IGNORECASE)
_END_OF_NAME = re.compile(r"[,;\n]|\b(?:rt|rw|kecamatan|kec|distrik|kota|kab|kabupaten)\b", re.IGNORECASE)
_CITY_WORD = re.compile(r"^(?:kota administrasi|kota adm|kota|kotamadya|kodya)\b[\s.]*", re.IGNORECASE)
_REGENCY_WORD = re.compile(r"^(?:kabupaten administrasi|kabupaten adm|kabupaten|kab)\b[\s.]*", re.IGNORECASE)


def find_village(text: str, within: str) -> list[Region]:
    """Return at most ten villages under `within` whose name the text may mean, best first; empty when none fits."""
    text = unicodedata.normalize("NFKC", text[:_LONGEST_TEXT])
    asked = _words(_village_part(text))
    if not asked:
        return []
    district = _DISTRICT_WORD.search(text)
    near = _districts_meant(district.group(1), within) if district else frozenset[str]()
    scored = [(_score(asked, _words(one.name)), one.parent in near, one) for one in villages_of(within)]
    return _best(scored)


def find_regencies(text: str) -> list[Region]:
    """Return at most ten regencies and cities that the text may mean, best first (`pekalongan` means two)."""
    text = " ".join(unicodedata.normalize("NFKC", text[:_LONGEST_TEXT]).split())
    bare, kind = _without_kind(text)
    asked = _words(bare)
    if not asked:
        return []
    scored = []
    for one in (regency for province in regions_in(None) for regency in regions_in(province.code)):
        name, own_kind = _without_kind(one.name)
        scored.append((_score(asked, _words(name)), kind is own_kind, one))
    return _best(scored)


def _best(scored: Iterable[tuple[float, bool, Region]]) -> list[Region]:
    good = [one for one in scored if one[0] >= _GOOD_ENOUGH]
    # What the text says about the surroundings decides between names that fit about equally well.
    good.sort(key=lambda one: (-(one[0] + 6 * one[1]), one[2].code))
    return [one[2] for one in good[:_MOST]]


def _village_part(text: str) -> str:
    """Keep what follows `Kel.` or `Desa` up to the next part of an address, or the whole text before the district."""
    marked = _VILLAGE_WORD.search(text)
    rest = text[marked.end() :] if marked else text
    end = _END_OF_NAME.search(rest)
    if end is None or not rest[: end.start()].strip():
        return rest
    return rest[: end.start()] if marked else _DISTRICT_WORD.sub(" ", rest)


def _districts_meant(text: str, within: str) -> frozenset[str]:
    asked = _words(_END_OF_NAME.split(text)[0])
    inside = region(within)
    if not asked or inside is None or inside.kind is RegionKind.VILLAGE:
        return frozenset()
    return frozenset(one.code for one in districts_of(within) if _score(asked, _words(one.name)) >= _ABBREVIATED)


def _without_kind(name: str) -> tuple[str, str | None]:
    for word, kind in ((_CITY_WORD, "city"), (_REGENCY_WORD, "regency")):
        bare = word.sub("", name)
        if bare != name:
            return bare, kind
    return name, None


def _words(name: str) -> list[str]:
    name = _APOSTROPHES.sub("", unicodedata.normalize("NFKC", name).casefold())
    for old, new in _OLD_SPELLING:
        name = name.replace(old, new)
    return _NO_WORD.sub(" ", name).split()


def _score(asked: list[str], name: list[str]) -> float:
    """Say from 0 to 100 how well the words asked for mean this name."""
    if asked == name:
        return _SAME
    whole, other = "".join(asked), "".join(name)
    if whole == other:
        return _SAME_BUT_SPACES
    score = fuzz.ratio(whole, other)
    if _holds(asked, name):
        score = max(score, _NAMED_IN_TEXT)
    elif len(whole) >= _SHORTEST_INSIDE and other.startswith(whole):
        score = max(score, _BEGINNING)
    elif len(asked) == len(name) and all(map(_abbreviates, asked, name)):
        score = max(score, _ABBREVIATED)
    elif len(whole) >= _SHORTEST_INSIDE and whole in other:
        score = max(score, _GOOD_ENOUGH)
    return score


def _holds(asked: list[str], name: list[str]) -> bool:
    """Whether the whole name stands in a longer text."""
    size = len(name)
    return any(asked[start : start + size] == name for start in range(len(asked) - size + 1))


def _abbreviates(short: str, word: str) -> bool:
    """Whether `kdg` or `kand` may stand for `kandang`: same first letter, the others in order."""
    if not short or short[0] != word[:1]:
        return False
    rest = iter(word)
    return all(letter in rest for letter in short)

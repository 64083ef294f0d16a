"""Where: RT and RW numbers, the village, and the stretch of words that says the place."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz, process

from app.proposals.vocabulary import Vocabulary, is_phrase
from app.proposals.wording import Word

Villages = tuple[tuple[str, str], ...]

_MARK = re.compile(r"(?<![^\W\d_])r\.?\s?(?P<kind>[tw])(?![^\W\d_])\.?", re.IGNORECASE)
_BOTH = re.compile(
    r"(?<![^\W\d_])r\.?t\.?\s?[/\-.&]?\s?r\.?w\.?[\s:.\-]{0,4}(?P<rt>\d{1,3})(?!\d)\s{0,2}[/\-.,]\s{0,2}(?P<rw>\d{1,3})(?!\d)",
    re.IGNORECASE,
)
_COUNTS = ("satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan", "sepuluh", "sebelas")
_ROMAN = {"I": 1, "V": 5, "X": 10}
_NUMBER = re.compile(
    rf"\s{{0,3}}(?:(?P<arabic>\d{{1,3}})(?!\d|[.,]\d{{3}})|(?P<roman>[ivx]{{1,5}})(?![^\W_])|(?P<word>{'|'.join(_COUNTS)})\b)",
    re.IGNORECASE,
)
_FIRST = re.compile(r"[\s.:=\-]{0,4}(?:no(?:mor)?\b\.?)?", re.IGNORECASE)
_AND = re.compile(r"\s{0,3}(?:,\s{0,2}(?:dan|&)|,|&|\+|dan\b|serta\b|n\b)", re.IGNORECASE)
_UNTIL = re.compile(r"\s{0,3}(?:s\s?[./]?\s?d\b\.?|sampai\b(?:\s+dengan\b)?|hingga\b|-)", re.IGNORECASE)
_SLASH = re.compile(r"\s{0,2}/")
_MEASURED = re.compile(
    r"\s{0,2}(?:m|m2|meter|mtr|km|titik|unit|buah|paket|orang|org|kk|rumah|ekor|jt|juta|rb|ribu|%|januari|februari|maret|april|mei|juni|juli|x)\b",
    re.IGNORECASE,
)
_MOST = 40
"""RT or RW numbers kept from one text."""

_VILLAGE = re.compile(
    r"\b(?:kel|kal|kelurahan|kalurahan|desa|ds|nagari|gampong|pekon)\b\.?\s{0,2}(?P<name>[^\W\d_]+(?:[ ][^\W\d_]+){0,2})", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Numbers:
    """The RT and RW numbers of a text in the order they were written, each once, 1..999."""

    rt: tuple[int, ...] = ()
    rw: tuple[int, ...] = ()


def find_numbers(text: str) -> Numbers:
    """RT and RW from lists, ranges (`1 s/d 4`), `03/07` (RT/RW), Roman numerals and number words."""
    found: dict[str, dict[int, None]] = {"t": {}, "w": {}}
    at = 0
    while mark := _MARK.search(text, at):
        both = _BOTH.match(text, mark.start())
        if both:
            found["t"][int(both["rt"])] = found["w"][int(both["rw"])] = None
            at = both.end()
            continue
        kind = mark["kind"].lower()
        values, slashed, at = _list(text, mark.end(), kind)
        found[kind].update(dict.fromkeys(values))
        found["w"].update(dict.fromkeys(slashed))
    return Numbers(*(tuple(n for n in found[kind] if 1 <= n <= 999)[:_MOST] for kind in "tw"))


def _list(text: str, at: int, kind: str) -> tuple[list[int], list[int], int]:
    """The numbers after a marker, those after a slash that are RW, and where the list ends."""
    lead = _FIRST.match(text, at)
    one = _number(text, lead.end() if lead else at)
    if one is None:
        return [], [], at
    values, slashed = [one[0]], list[int]()
    at = one[1]
    while len(values) < _MOST:
        if step := _UNTIL.match(text, at):
            again = _MARK.match(text, step.end() + len(text[step.end() : step.end() + 2]) - len(text[step.end() : step.end() + 2].lstrip()))
            begin = again.end() if again and again["kind"].lower() == kind else step.end()
            if (one := _number(text, begin)) is None:
                break
            last = values[-1]
            values.extend(range(last + 1, one[0] + 1) if last < one[0] <= last + 99 else [one[0]])
        elif step := _SLASH.match(text, at):
            if (one := _number(text, step.end())) is None:
                break
            slashed.append(one[0])
        elif step := _AND.match(text, at):
            if (one := _number(text, step.end())) is None:
                break
            values.append(one[0])
        else:
            break
        at = one[1]
    if kind == "w" or len(slashed) > 1 or (slashed and _names_rw(text, at)):
        return values + slashed, [], at
    return values, slashed, at


def _number(text: str, at: int) -> tuple[int, int] | None:
    match = _NUMBER.match(text, at)
    if match is None or _MEASURED.match(text, match.end()):
        return None
    if match["arabic"]:
        return int(match["arabic"]), match.end()
    if match["word"]:
        return _COUNTS.index(match["word"].lower()) + 1, match.end()
    digits = [_ROMAN[letter] for letter in match["roman"].upper()]
    return sum(-d if any(later > d for later in digits[i + 1 :]) else d for i, d in enumerate(digits)), match.end()


def _names_rw(text: str, at: int) -> bool:
    mark = re.compile(r"[\s,./\-]{0,4}r\.?\s?w", re.IGNORECASE).match(text, at)
    return mark is not None


def written(numbers: Numbers) -> str:
    """The numbers as a formal text writes them: `RT 03, 04/RW 07`, three or more in a row as `RT 01-04`."""
    parts = [f"{name} {_shown(values)}" for name, values in (("RT", numbers.rt), ("RW", numbers.rw)) if values]
    return "/".join(parts)


def _shown(values: tuple[int, ...]) -> str:
    if len(values) > 2 and values == tuple(range(values[0], values[0] + len(values))):
        return f"{values[0]:02d}-{values[-1]:02d}"
    return ", ".join(f"{n:02d}" for n in values)


@lru_cache(maxsize=16)
def _by_name(villages: Villages) -> dict[str, str]:
    return {" ".join(name.lower().split()): name for _, name in villages}


def find_village(text: str, words: Sequence[Word], known: Vocabulary, villages: Villages | None) -> str | None:
    """The village (kelurahan or desa): one of the list, if one is given, else what follows the word for it with a capital."""
    named = _VILLAGE.finditer(text)
    if villages is None:
        return next((name for match in named if (name := _proper(match["name"], known))), None)
    by_name = _by_name(villages)
    for match in named:
        parts = match["name"].lower().split()
        for size in range(len(parts), 0, -1):
            near = process.extractOne(" ".join(parts[:size]), by_name.keys(), scorer=fuzz.ratio, score_cutoff=86)
            if near:
                return by_name[near[0]]
    for size in (3, 2, 1):
        for at in range(len(words) - size + 1):
            stretch = words[at : at + size]
            name = by_name.get(" ".join(word.raw.lower() for word in stretch))
            if name and (stretch[0].raw[0].isupper() or stretch[0].key not in known.index):
                return name
    return None


def _proper(name: str, known: Vocabulary) -> str | None:
    kept: list[str] = []
    for part in name.split():
        lower = part.lower()
        if not kept and is_phrase(known, "desa", lower):
            break
        if lower in known.places["stop"] or lower in known.spellings or (kept and not part[0].isupper()):
            break
        if (not part[0].isupper() and lower in known.index) or lower in ("rt", "rw", "kec", "kecamatan"):
            break
        kept.append(part)
    return " ".join(kept).title() if kept and len(kept[0]) > 2 else None

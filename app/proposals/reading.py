"""The reading of aspirations: what a line of text is and which fields of a proposal it names; pure, and never raises on any text."""

import io
import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any, TextIO

from app.proposals.amounts import find_budget, find_quantity
from app.proposals.kinds import Evidence, Kind, judge, weigh
from app.proposals.locations import Place, Stretch, find_place, find_stretches
from app.proposals.places import Villages, find_numbers, find_village
from app.proposals.sectors import Sector
from app.proposals.titles import make_title
from app.proposals.vocabulary import Hit, Vocabulary, find_terms, vocabulary
from app.proposals.wording import Word, clean, words

_WORK_NOUN = re.compile(r"(?:pe[mnlr]\w{5,40}an|\w{4,40}isasi)$")
"""How nouns of work are formed: *perluasan*, *betonisasi*."""


class Urgency(StrEnum):
    """How pressing the writer says it is; absent when nothing is said."""

    HIGH = "high"
    EMERGENCY = "emergency"


@dataclass(frozen=True, slots=True)
class Fields:
    """What a text says of a proposal; None or empty where it says nothing. `budget` is whole rupiah below 2**53."""

    title: str | None = None
    sector: Sector | None = None
    location: str | None = None
    rt: tuple[int, ...] = ()
    rw: tuple[int, ...] = ()
    village: str | None = None
    quantity: int | float | None = None
    unit: str | None = None
    budget: int | None = None
    urgency: Urgency | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """The kind of a text, how sure that is (0..1), and the fields it names; chat names none, a question no title."""

    kind: Kind
    confidence: float
    fields: Fields


@dataclass(frozen=True, slots=True)
class _Parsed:
    text: str
    words: Sequence[Word]
    hits: Sequence[Hit]
    stretches: Sequence[Stretch]
    place: Place | None
    known: Vocabulary
    fields: Fields


def read(text: str, villages: Sequence[tuple[str, str]] | None = None) -> Reading:
    """Read one text; `villages` as (code, name) limits the field `village` to the names of that list."""
    parsed = _parse(text, villages)
    kind, confidence = judge(_evidence(parsed))
    match kind:
        case Kind.CHAT:
            return Reading(kind, confidence, Fields())
        case Kind.QUESTION:
            return Reading(kind, confidence, parsed.fields)
        case _:
            return Reading(kind, confidence, _titled(parsed))


def read_fields(text: str, villages: Sequence[tuple[str, str]] | None = None) -> Fields:
    """The fields with a title, whatever the kind: for a text whose writer has said that it is an aspiration."""
    return _titled(_parse(text, villages))


def _titled(parsed: _Parsed) -> Fields:
    title = make_title(parsed.text, parsed.words, parsed.hits, parsed.known, parsed.place, parsed.stretches)
    return replace(parsed.fields, title=title)


def sector_label(sector: Sector) -> str:
    """The Indonesian name of a sector."""
    return vocabulary().labels[sector]


def _parse(text: str, villages: Sequence[tuple[str, str]] | None) -> _Parsed:
    known = vocabulary()
    tidy = clean(text)
    found = words(tidy, known.spellings)
    hits = find_terms(found, known)
    numbers = find_numbers(tidy)
    quantity = find_quantity(tidy)
    stretches = find_stretches(tidy, found, hits, known)
    place = find_place(tidy, found, stretches, numbers, known)
    return _Parsed(
        tidy,
        found,
        hits,
        stretches,
        place,
        known,
        Fields(
            sector=_sector(hits, stretches),
            location=place.written if place else None,
            rt=numbers.rt,
            rw=numbers.rw,
            village=find_village(tidy, found, known, _listed(villages)),
            quantity=quantity.value if quantity else None,
            unit=quantity.unit if quantity else None,
            budget=find_budget(tidy),
            urgency=_urgency(hits),
        ),
    )


def _listed(villages: Sequence[tuple[str, str]] | None) -> Villages | None:
    return None if villages is None else tuple((code, name) for code, name in villages)


def _sector(hits: Sequence[Hit], stretches: Sequence[Stretch]) -> Sector | None:
    """The sector with the most weight, names of streets and hamlets aside; what is named first wins a tie."""
    named = {at for stretch in stretches if stretch.rank > 1 for at in range(stretch.first + 1, stretch.last)}
    for chosen in ([hit for hit in hits if hit.first not in named], hits):
        weights: Counter[Sector] = Counter()
        for order, hit in enumerate(chosen):
            for sector, weight in hit.term.sectors:
                weights[sector] += weight * 100 - min(order, 30)
        if weights:
            return max(weights, key=lambda sector: weights[sector])
    return None


def _urgency(hits: Sequence[Hit]) -> Urgency | None:
    said = {cue for hit in hits for cue in hit.term.cues}
    if "emergency" in said:
        return Urgency.EMERGENCY
    return Urgency.HIGH if "high" in said else None


def _core(hits: Sequence[Hit]) -> tuple[Sequence[Hit], int]:
    """The hits without the greeting before and the thanks after, and how many words the greeting takes."""
    first, last = 0, len(hits)
    while first < last and _is_greeting(hits[first]) and hits[first].first <= (hits[first - 1].last if first else 0) + 1:
        first += 1
    while last > first and _is_greeting(hits[last - 1]):
        last -= 1
    return hits[first:last], hits[first - 1].last if first else 0


def _is_greeting(hit: Hit) -> bool:
    return "polite" in hit.term.cues and hit.term.cues.isdisjoint(("strong", "plain", "wish", "room"))


def _evidence(parsed: _Parsed) -> Evidence:
    core, greeted = _core(parsed.hits)
    told = parsed.fields
    begins = bool(core) and core[0].first <= greeted + 1
    first_word = parsed.words[greeted].key if greeted < len(parsed.words) else ""
    return Evidence(
        cues=weigh(core),
        opens_with=core[0].term.cues if begins else frozenset(),
        words=len(parsed.words) - greeted,
        names_work=bool(_WORK_NOUN.match(first_word)),
        placed=bool(told.rt or told.rw or told.village or told.location),
        measured=told.quantity is not None,
        priced=told.budget is not None,
        asked="?" in parsed.text,
        cited_first=any("cited" in hit.term.cues and hit.first < greeted + 4 for hit in core),
        sector=told.sector,
    )


def as_json(reading: Reading) -> dict[str, Any]:
    """The reading as plain data; what the text does not name is left out."""
    named = {field.name: getattr(reading.fields, field.name) for field in fields(Fields)}
    return {
        "kind": reading.kind.value,
        "confidence": reading.confidence,
        "fields": {name: _plain(value) for name, value in named.items() if value not in (None, ())},
    }


def _plain(value: Any) -> Any:
    if isinstance(value, StrEnum):
        return value.value
    return list(value) if isinstance(value, tuple) else value


def read_lines(stdin: TextIO, stdout: TextIO) -> None:
    """Read each line of `stdin` and write its reading as one line of JSON; broken UTF-8 is read as far as it goes."""
    if isinstance(stdin, io.TextIOWrapper):
        stdin.reconfigure(encoding="utf-8", errors="replace", newline="\n")
    for line in stdin:
        stdout.write(json.dumps(as_json(read(line))) + "\n")
        stdout.flush()

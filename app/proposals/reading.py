"""The reading of aspirations: what a line of text is and which fields of a proposal it names; pure, and never raises on any text."""

import io
import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, TextIO

from app.proposals.amounts import find_budget, find_quantity
from app.proposals.kinds import Evidence, Kind, judge, weigh
from app.proposals.locations import Stretch, find_place, find_stretches
from app.proposals.places import Numbers, find_numbers, find_village
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
    """The kind of a text, how sure that is (0..1), and the fields it names; chat names none."""

    kind: Kind
    confidence: float
    fields: Fields


@dataclass(frozen=True, slots=True)
class _Parsed:
    text: str
    words: Sequence[Word]
    hits: Sequence[Hit]
    numbers: Numbers
    known: Vocabulary
    fields: Fields


def read(text: str, villages: Sequence[tuple[str, str]] | None = None) -> Reading:
    """Read one text; `villages` as (code, name) limits the field `village` to the names of that list."""
    parsed = _parse(text, villages)
    kind, confidence = judge(_evidence(parsed))
    return Reading(kind, confidence, Fields() if kind is Kind.CHAT else parsed.fields)


def read_fields(text: str, villages: Sequence[tuple[str, str]] | None = None) -> Fields:
    """The fields alone, whatever the kind: for a text whose writer has said that it is an aspiration."""
    return _parse(text, villages).fields


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
        numbers,
        known,
        Fields(
            title=make_title(tidy, found, hits, known, place, stretches),
            sector=_sector(hits, stretches),
            location=place.written if place else None,
            rt=numbers.rt,
            rw=numbers.rw,
            village=find_village(tidy, found, known, None if villages is None else tuple(map(tuple, villages))),  # type: ignore[arg-type]
            quantity=quantity.value if quantity else None,
            unit=quantity.unit if quantity else None,
            budget=find_budget(tidy),
            urgency=_urgency(hits),
        ),
    )


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


def _evidence(parsed: _Parsed) -> Evidence:
    cues = weigh(parsed.hits)
    read_fields = parsed.fields
    opening = (
        next((hit.term.cues for hit in parsed.hits if not hit.term.cues & {"polite"}), frozenset())
        if parsed.hits and parsed.hits[0].first <= 1
        else frozenset()
    )
    return Evidence(
        cues=cues,
        opens_with=opening,
        words=len(parsed.words),
        names_work=bool(parsed.words) and bool(_WORK_NOUN.match(parsed.words[0].key)),
        placed=bool(read_fields.rt or read_fields.rw or read_fields.village or read_fields.location),
        measured=read_fields.quantity is not None,
        priced=read_fields.budget is not None,
        asked="?" in parsed.text,
        cited_first=any("cited" in hit.term.cues and hit.first < 4 for hit in parsed.hits),
        marks=parsed.text.count("http"),
        sector=read_fields.sector,
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

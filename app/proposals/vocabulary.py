"""The packaged word lists, loaded once on first use, and the finding of their terms in a text."""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA

from app.proposals.sectors import Sector
from app.proposals.wording import Word

_WEIGHTS = {"sole": 6, "strong": 3, "plain": 2, "hint": 1}
_AS_CUE = {"sole": "strong", "hint": "plain"}
_ENDINGS = ("nya", "lah", "kah", "pun", "ne", "e")
_MEASURES = {"panjang", "tinggi", "lebar", "dalam"}
_GUESSES = 6
"""Words a text may have compared with the list as misspellings: it bounds the time of a long text."""


@dataclass(frozen=True, slots=True)
class Term:
    """A word or phrase of the list: its cues, the noun of the work it names, and the sectors it speaks for by weight."""

    cues: frozenset[str] = frozenset()
    noun: str | None = None
    sectors: tuple[tuple[Sector, int], ...] = ()


class Hit(NamedTuple):
    """A term found at words[first:last]."""

    first: int
    last: int
    term: Term


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All word lists; `index` holds by first word the rests of the terms, longest first."""

    spellings: Mapping[str, str]
    index: Mapping[str, tuple[tuple[tuple[str, ...], Term], ...]]
    guessable: Mapping[str, tuple[str, ...]]
    labels: Mapping[Sector, str]
    places: Mapping[str, frozenset[str]]
    parts: frozenset[str]


def _terms(text: str) -> Iterable[str]:
    return (term for line in text.splitlines() for term in (part.strip() for part in line.split(";")) if term)


def _parts(term: str) -> Iterable[str]:
    words = term.split()
    return (" ".join(words[at : at + size]) for size in (1, 2) for at in range(len(words) - size + 1) if size < len(words))


def _cues(data: Mapping[str, Any]) -> dict[str, set[str]]:
    cues: dict[str, set[str]] = {}
    listed = [("verb", data["acts"]["verbs"]), ("bare", data["acts"]["bare"]), ("act", _terms(data["acts"]["nouns"]))]
    listed += [(cue, _terms(text)) for group in ("cues", "urgency") for cue, text in data[group].items()]
    for entry in data["sectors"].values():
        listed += [(_AS_CUE.get(level, level), _terms(entry.get(level, ""))) for level in _WEIGHTS]
    for cue, terms in listed:
        for term in terms:
            cues.setdefault(term, set()).add(cue)
    return cues


def _sectors(data: Mapping[str, Any]) -> dict[str, dict[Sector, int]]:
    sectors: dict[str, dict[Sector, int]] = {}
    for code, entry in data["sectors"].items():
        for level, weight in _WEIGHTS.items():
            for term in _terms(entry.get(level, "")):
                sectors.setdefault(term, {})[Sector(code)] = weight
    return sectors


def _gather(data: Mapping[str, Any]) -> dict[str, Term]:
    """All terms; a phrase of no sector takes those of its words, and one that tells of trouble also what they name."""
    cues, sectors = _cues(data), _sectors(data)
    nouns = {**data["acts"]["verbs"], **data["acts"]["bare"], **{noun: noun for noun in _terms(data["acts"]["nouns"])}}
    terms: dict[str, Term] = {}
    for term, said in cues.items():
        weights = sectors.get(term) or {sector: weight for part in _parts(term) for sector, weight in sectors.get(part, {}).items()}
        if " " in term and term not in sectors and said & {"small", "problem", "act"}:
            said |= {cue for part in _parts(term) for cue in cues.get(part, ()) if cue in ("strong", "plain", "problem")}
        terms[term] = Term(frozenset(said), nouns.get(term), tuple(weights.items()))
    return terms


@cache
def vocabulary() -> Vocabulary:
    """The word lists of this package, read and indexed at the first call."""
    data = tomllib.loads(files("app.proposals").joinpath("vocabulary.toml").read_text("utf-8"))
    terms = _gather(data)
    index: dict[str, list[tuple[tuple[str, ...], Term]]] = {}
    guessable: dict[str, list[str]] = {}
    for written, term in terms.items():
        first, *rest = written.split()
        index.setdefault(first, []).append((tuple(rest), term))
        if not rest and len(first) >= 6 and term.cues & {"act", "verb", "strong", "plea"}:
            guessable.setdefault(first[0], []).append(first)
    return Vocabulary(
        spellings=data["spellings"],
        index={word: tuple(sorted(rests, key=lambda entry: -len(entry[0]))) for word, rests in index.items()},
        guessable={letter: tuple(sorted(known)) for letter, known in guessable.items()},
        labels={Sector(code): entry["label"] for code, entry in data["sectors"].items()},
        places={name: frozenset(_terms(text)) for name, text in data["places"].items()},
        parts=frozenset(part for written in terms for part in written.split()),
    )


def speaks_of(known: Vocabulary, key: str, *cues: str) -> bool:
    """Whether the single word `key` stands in the list with one of these cues."""
    return any(not rest and not term.cues.isdisjoint(cues) for rest, term in known.index.get(key, ()))


def stops(words: Sequence[Word], at: int, known: Vocabulary) -> bool:
    """Whether a phrase ends before this word; measures such as *panjang* with a capital and no number after them are names."""
    word = words[at]
    if word.key not in known.places["stop"]:
        return False
    named = (
        word.key in _MEASURES
        and word.raw.istitle()
        and not (at + 1 < len(words) and words[at + 1].raw[0].isdigit() and words[at + 1].start == word.end + 1)
    )
    return not named


def is_phrase(known: Vocabulary, first: str, second: str) -> bool:
    """Whether the two words begin a phrase of the list, such as *jalan desa*."""
    return any(rest and rest[0] == second for rest, _ in known.index.get(first, ()))


def is_imperative(hits: Sequence[Hit], at: int) -> bool:
    """Whether hits[at] is a bare verb standing right before a public matter: *bangun jembatan*."""
    if "bare" not in hits[at].term.cues or at + 1 >= len(hits):
        return False
    after = hits[at + 1]
    return after.first == hits[at].last and not after.term.cues.isdisjoint(("strong", "plain"))


def find_terms(words: Sequence[Word], known: Vocabulary) -> list[Hit]:
    """The terms in the text, in order and without overlap, the longest first; endings and misspellings are forgiven."""
    keys = _lookup_keys(words, known)
    hits: list[Hit] = []
    at, total = 0, len(keys)
    while at < total:
        for rest, term in known.index.get(keys[at], ()):
            after = at + 1 + len(rest)
            if after <= total and (not rest or tuple(keys[at + 1 : after]) == rest):
                hits.append(Hit(at, after, term))
                at = after
                break
        else:
            at += 1
    return hits


def _lookup_keys(words: Sequence[Word], known: Vocabulary) -> list[str]:
    keys: list[str] = []
    guesses = _GUESSES
    stop = known.places["stop"]
    for word in words:
        key = word.key
        if key not in known.parts and key not in stop and len(key) > 3 and key.isalpha():
            bare = _without_ending(key, known)
            if bare is not None:
                key = bare
            elif guesses and len(key) >= 6:
                guesses -= 1
                meant = _as_meant(key, known)
                # A word with a capital is rather a name than a misspelling, unless it means a work.
                if meant is not None and (not word.raw.istitle() or speaks_of(known, meant, "act", "verb")):
                    key = meant
        keys.append(key)
    return keys


def _without_ending(key: str, known: Vocabulary) -> str | None:
    for ending in _ENDINGS:
        if key.endswith(ending) and (bare := key[: -len(ending)]) and len(bare) > 2:
            bare = known.spellings.get(bare, bare)
            if bare in known.index:
                return bare
    return None


def _as_meant(key: str, known: Vocabulary) -> str | None:
    near = process.extractOne(key, known.guessable.get(key[0], ()), scorer=OSA.distance, score_cutoff=1 if len(key) < 9 else 2)
    return near[0] if near else None

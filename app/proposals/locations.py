"""The stretch of a text that says where: a street, a hamlet, a landmark, or what follows *di*."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.proposals import places
from app.proposals.amounts import is_measured
from app.proposals.places import Numbers
from app.proposals.vocabulary import Hit, Vocabulary, speaks_of, stops
from app.proposals.wording import Word, as_written

_LONGEST = 8
"""Words of one place."""
_PLAIN = 4
"""Words without a capital that one place may hold."""
_SHORT = {"jl", "jln", "gg", "dsn", "ds", "kel", "kec", "kp"}
_JOINS = {"dan", "atau", "raya", "no", "nomor", "sampai", "ke"}
_SMALL_WORDS = {"dan", "di", "ke", "dari", "depan", "belakang", "samping", "sebelah", "dekat", "sampai", "no"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a wish is to be met: as a formal text writes it, and the words first..last that say it (none for an RT alone)."""

    written: str
    first: int = -1
    last: int = -1


@dataclass(frozen=True, slots=True)
class Stretch:
    """The words first..last that say one place; rank 3 a street, 2 an area, 1 a landmark, 0 what follows *di*."""

    rank: int
    first: int
    last: int


def find_place(text: str, words: Sequence[Word], stretches: Sequence[Stretch], numbers: Numbers, known: Vocabulary) -> Place | None:
    """The most exact stretch with its nearest companion, and the RT and RW numbers."""
    numbered = places.written(numbers)
    if not stretches:
        return Place(numbered) if numbered else None
    best = max(stretches, key=lambda stretch: stretch.rank)
    parts = [_written(text, words, best, known)]
    beside = next((other for other in stretches if other.rank and other is not best and _near(best, other)), None)
    if beside is not None and best.rank:
        parts.append(_written(text, words, beside, known))
    told = ", ".join(parts)
    return Place(f"{told} {numbered}".strip(), best.first, best.last)


def _near(one: Stretch, other: Stretch) -> bool:
    return 0 <= other.first - one.last <= 1 or 0 <= one.first - other.last <= 1


def find_stretches(text: str, words: Sequence[Word], hits: Sequence[Hit], known: Vocabulary) -> list[Stretch]:
    """The places named in the text, in order and apart."""
    taken = {at for hit in hits if hit.last - hit.first > 1 for at in range(hit.first, hit.last)}
    ranks = [None if at in taken else _rank(word, known) for at, word in enumerate(words)]
    for at in range(len(words) - 1):
        if words[at].key == "jalan" and ranks[at + 1] == 3:
            ranks[at] = None
    found: list[Stretch] = []
    at = 0
    while at < len(words):
        rank = ranks[at]
        begin = at + 1 if rank == 0 else at
        if rank is None or (rank == 0 and begin < len(words) and ranks[begin]):
            at += 1
            continue
        last = _end(text, words, ranks, begin, known)
        if last - begin > (rank > 0):
            found.append(Stretch(rank, begin, last))
            at = last
        else:
            at += 1
    return found


def _rank(word: Word, known: Vocabulary) -> int | None:
    if word.key in known.places["street"]:
        return 3
    if word.key in known.places["area"]:
        return 2
    if word.key in known.places["landmark"]:
        return 1
    return 0 if word.key == "di" else None


def _end(text: str, words: Sequence[Word], ranks: Sequence[int | None], begin: int, known: Vocabulary) -> int:
    """Where the place that begins here ends: before a stop word, a measure, an RT, a street or a mark that parts sentences."""
    rank = ranks[begin] or 0 if begin < len(words) else 0
    at, plain = begin, 0
    while at < min(len(words), begin + _LONGEST):
        word = words[at]
        if (at > begin and (_parted(text, words[at - 1], word) or (at > begin + 1 and (ranks[at] or 0) > max(rank, 1)))) or word.key in (
            "rt",
            "rw",
        ):
            break
        if word.raw[0].isdigit():
            if is_measured(text, word.start):
                break
        elif not _belongs(words, at, begin, known, rank):
            break
        elif word.raw[0].islower() and (at > begin or rank == 0):
            plain += 1
            if plain > _PLAIN:
                break
        at += 1
    while at > begin and (words[at - 1].key in _JOINS or ranks[at - 1] in (1, 3)):
        at -= 1
    return at


def _belongs(words: Sequence[Word], at: int, begin: int, known: Vocabulary, rank: int) -> bool:
    """Whether the word may stand in a place of this rank; the word that begins a street, area or landmark always may."""
    word = words[at]
    if rank and at == begin:
        return True
    if stops(words, at, known):
        return word.key == "dan" and at > begin and at + 1 < len(words) and words[at + 1].raw[0].isupper() and rank > 0
    if at == begin + rank and rank < 2 and word.key in known.places["nowhere"]:
        return False
    if speaks_of(known, word.key, "act", "verb", "problem", "plea"):
        return False
    if rank < 2 or word.raw[0].isupper():
        return True
    return word.key not in known.index or (at == begin + 1 and words[begin].raw.lower() in _SHORT)


def _parted(text: str, before: Word, after: Word) -> bool:
    between = text[before.end : after.start]
    if not between.strip():
        return "\n" in between
    if between.strip() == "." and "\n" not in between:
        return len(before.raw) > 3
    return between.strip() not in ("-", "/", "'") or "\n" in between


def _written(text: str, words: Sequence[Word], stretch: Stretch, known: Vocabulary) -> str:
    parts: list[str] = []
    for at in range(stretch.first, stretch.last):
        word = words[at]
        if at > stretch.first:
            if word.start == words[at - 1].start:
                continue
            gap = text[words[at - 1].end : word.start].strip()
            ranges = word.raw[0].isupper() and words[at - 1].raw[0].isupper()
            parts.append(" - " if gap == "-" and ranges else gap if gap in ("/", "'", "-") else " ")
        shown = as_written(words, at, known.spellings, known.places["capitals"], place=at + 1 < stretch.last)
        shouted = shown.isupper() and len(shown) > 4
        if stretch.rank > 1 and (shouted or (shown.islower() and shown not in _SMALL_WORDS)):
            shown = shown.title()
        parts.append(shown)
    return "".join(parts).strip()

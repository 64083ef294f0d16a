"""What an addendum says: each change between two frozen records, Semula and Menjadi. Pure."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.planning.cells import NOT_AGREED, PRIORITIES
from app.record.wording import place_of

LISTS = {"priorities": ("Lampiran II", PRIORITIES), "not_agreed": ("Lampiran III", NOT_AGREED)}
ABSENT = "Tidak tercantum"
PLACE = "Urutan"
DELEGATE = "Utusan"
CHAIR = "Pimpinan sidang"
SIGNER = "Penanda tangan"
VENUE = "Tempat acara"
UNNAMED = "tanpa nama"


@dataclass(frozen=True)
class Change:
    """One thing that reads otherwise: which proposal (or delegate) it is about, which column, and what stood and stands there."""

    number: str
    activity: str
    column: str
    was: str
    now: str


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """What changed in annex II and III, in the order of the newer lists (what only stood before comes last), then delegates, place, and who signs."""
    old, new = _placed(before), _placed(after)
    moved = _moved(before, after)
    found: list[Change] = []
    for number, (part, at, cells) in new.items():
        if number not in old:
            found.append(_whole(number, cells, ABSENT, _told(part, cells)))
            continue
        part_before, at_before, cells_before = old[number]
        if part != part_before:
            found.append(_whole(number, cells, _told(part_before, cells_before), _told(part, cells)))
            continue
        if number in moved:
            found.append(Change(number, _activity(part, cells), PLACE, str(at_before), str(at)))
        headings = [heading for _, heading in LISTS[part][1][1:]]
        told = zip(headings, cells_before, cells, strict=True)
        found += [Change(number, _activity(part, cells), heading, was or "–", now or "–") for heading, was, now in told if was != now]
    found += [_whole(number, cells, _told(part, cells), ABSENT) for number, (part, _, cells) in old.items() if number not in new]
    return [*found, *_delegates(before, after), *_venue(before, after), *_signing(before, after)]


def _placed(source: Mapping[str, Any]) -> dict[str, tuple[str, int, list[str]]]:
    return {row["number"]: (part, at, row["cells"]) for part in LISTS for at, row in enumerate(source[part], 1)}


def _activity(part: str, cells: Sequence[str]) -> str:
    names = [name for name, _ in LISTS[part][1][1:]]
    return cells[names.index("activity")]


def _told(part: str, cells: Sequence[str]) -> str:
    where = LISTS[part][0]
    return f"{where}: belum disepakati. {cells[-1]}".strip() if part == "not_agreed" else f"{where}: disepakati"


def _whole(number: str, cells: Sequence[str], was: str, now: str) -> Change:
    part = "not_agreed" if len(cells) == len(NOT_AGREED) - 1 else "priorities"
    return Change(number, _activity(part, cells), "Keputusan", was, now)


def _moved(before: Mapping[str, Any], after: Mapping[str, Any]) -> frozenset[str]:
    """The fewest rows of annex II that were moved: all others still stand in the order in which they stood."""
    old = {row["number"]: at for at, row in enumerate(before["priorities"])}
    both = [row["number"] for row in after["priorities"] if row["number"] in old]
    tails: list[int] = []
    ends: list[str] = []
    before_it: dict[str, str | None] = {}
    for number in both:
        at = bisect_left(tails, old[number])
        before_it[number] = ends[at - 1] if at else None
        tails[at : at + 1], ends[at : at + 1] = [old[number]], [number]
    stayed, one = set(), ends[-1] if ends else None
    while one is not None:
        stayed.add(one)
        one = before_it[one]
    return frozenset(both) - stayed


def _delegates(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    old, new = (["; ".join(filter(None, one)) for one in source["delegates"]] for source in (before, after))
    gone = [Change("", DELEGATE, DELEGATE, one, ABSENT) for one in old if one not in new]
    return gone + [Change("", DELEGATE, DELEGATE, ABSENT, one) for one in new if one not in old]


def _venue(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    was, now = place_of(before), place_of(after)
    return [Change("", VENUE, VENUE, was, now)] if was != now else []


def _signing(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """The chair, then who signs for each element; of a role that several have, whole rows."""
    was, now = (_signature(*_turned(source["chair"])) for source in (before, after))
    found = [Change("", CHAIR, SIGNER, was, now)] if was != now else []
    old, new = (_by_role(source["signers"]) for source in (before, after))
    for role in [*new, *(one for one in old if one not in new)]:
        gone = [one for one in old.get(role, []) if one not in new.get(role, [])]
        come = [one for one in new.get(role, []) if one not in old.get(role, [])]
        both = min(len(gone), len(come))
        found += [Change("", role, SIGNER, *pair) for pair in zip(gone, come, strict=False)]
        found += [Change("", role, SIGNER, one, ABSENT) for one in gone[both:]]
        found += [Change("", role, SIGNER, ABSENT, one) for one in come[both:]]
    return found


def _turned(chair: Sequence[str]) -> tuple[str, ...]:
    office, name, *rest = chair
    return (name, office, *rest)


def _by_role(signers: Sequence[Sequence[str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for role, *who in signers:
        found.setdefault(role, []).append(_signature(*who))
    return found


def _signature(name: str, *more: str) -> str:
    """The name first, as an erasure looks for it."""
    return "; ".join([name or UNNAMED, *filter(None, more)])

"""The rules of choosing participants: which decisions are possible, how seats and quotas stand, and who fills the free seats.

A trait is `attribute=value` as in the quotas (`gender=female`); a pool is `online`, a hall's id, or `` for somebody in person without a hall.
Percentages count all seats of the session, not those selected so far: so a bound stays where it is while moderators choose.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.registration.feasible import Sums, solve, sums
from app.registration.models import ApplicationState

ONLINE = "online"
NOWHERE = ""


class Choice(StrEnum):
    """What a moderator decides about an application."""

    SELECT = "select"
    RESERVE = "reserve"
    DECLINE = "decline"
    UNDECIDE = "undecide"
    ADMIT = "admit"
    """Whoever came late becomes an applicant like any other."""


OUTCOME = {
    Choice.SELECT: ApplicationState.SELECTED,
    Choice.RESERVE: ApplicationState.RESERVE,
    Choice.DECLINE: ApplicationState.DECLINED,
    Choice.UNDECIDE: ApplicationState.SUBMITTED,
    Choice.ADMIT: ApplicationState.SUBMITTED,
}


def possible(before: ApplicationState, choice: Choice) -> bool:
    """Whether this may be decided: until publication every decision can be changed, a withdrawal cannot; late ones are admitted first."""
    if before is ApplicationState.WITHDRAWN:
        return False
    return (before is ApplicationState.LATE) == (choice is Choice.ADMIT)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An application as the rules see it; `order` is the order of registration."""

    id: str
    order: int
    state: ApplicationState
    pool: str
    traits: frozenset[str]


@dataclass(frozen=True, slots=True)
class Bound:
    """A quota in people: at least `minimum`, at most `maximum` of the selected have this trait."""

    trait: str
    minimum: int = 0
    maximum: int | None = None


def bound(trait: str, minimum: int | None, maximum: int | None, *, percent: bool, seats: int) -> Bound:
    """A quota's bounds in people; of `seats` when they are percentages, a minimum rounded up, a maximum down."""
    if not percent:
        return Bound(trait, minimum or 0, maximum)
    return Bound(trait, -(-(minimum or 0) * seats // 100), None if maximum is None else maximum * seats // 100)


@dataclass(frozen=True, slots=True)
class SeatMeter:
    """How many seats of a pool are taken."""

    pool: str
    selected: int
    seats: int


@dataclass(frozen=True, slots=True)
class QuotaMeter:
    """How a quota stands; `candidates` are those with the trait who are neither selected nor declined nor withdrawn."""

    trait: str
    selected: int
    minimum: int
    maximum: int | None
    candidates: int

    @property
    def short(self) -> int:
        """How many are missing from the minimum."""
        return max(0, self.minimum - self.selected)


@dataclass(frozen=True, slots=True)
class Meters:
    """Seats by pool and quotas, in the order in which they were given."""

    seats: tuple[SeatMeter, ...]
    quotas: tuple[QuotaMeter, ...]


def meters(candidates: Sequence[Candidate], bounds: Sequence[Bound], seats: Mapping[str, int]) -> Meters:
    """How seats and quotas stand now."""
    selected = [one for one in candidates if one.state is ApplicationState.SELECTED]
    waiting = [one for one in candidates if one.state in {ApplicationState.SUBMITTED, ApplicationState.RESERVE}]
    taken = Counter(one.pool for one in selected)
    held = Counter(trait for one in selected for trait in one.traits)
    open_to = Counter(trait for one in waiting for trait in one.traits)
    return Meters(
        tuple(SeatMeter(pool, taken[pool], count) for pool, count in seats.items()),
        tuple(QuotaMeter(b.trait, held[b.trait], b.minimum, b.maximum, open_to[b.trait]) for b in bounds),
    )


class Cause(StrEnum):
    """Why a minimum stays unmet."""

    CANDIDATES = "candidates"
    """Not enough undecided people have the trait."""
    SEATS = "seats"
    """There are people, but the seats where they want to sit are taken."""
    QUOTAS = "quotas"
    """Other quotas leave no room."""


@dataclass(frozen=True, slots=True)
class Pick:
    """Somebody to be selected; `cause` is `order`, or `quota:TRAIT` for whom the order of registration alone would have left out."""

    id: str
    cause: str


@dataclass(frozen=True, slots=True)
class Unmet:
    """A minimum that cannot be met: `reached` of `minimum`."""

    trait: str
    minimum: int
    reached: int
    cause: Cause


@dataclass(frozen=True, slots=True)
class Plan:
    """Whom to select, in the order of registration, and which minima stay unmet."""

    picks: tuple[Pick, ...]
    unmet: tuple[Unmet, ...]


def fill(candidates: Sequence[Candidate], bounds: Sequence[Bound], seats: Mapping[str, int]) -> Plan:
    """Give the free seats to the undecided by order of registration, so that every minimum is met if it can be and no maximum or seat exceeded.

    Of all ways to meet the minima it finds the one that passes over as few early registrations as it can: the first is taken if any such way
    takes them, then the second, and so on. When not all minima can be met together, an earlier quota goes before a later one.
    """
    undecided = sorted((c for c in candidates if c.state is ApplicationState.SUBMITTED), key=lambda c: (c.order, c.id))
    fixed = [c for c in candidates if c.state is ApplicationState.SELECTED]
    limits = _limits(fixed, bounds, seats)
    counted = {b.trait for b in bounds}
    kinds = [(c.pool, c.traits & counted) for c in undecided]
    crowd = Counter(kinds)
    names = list(crowd)
    pools = sorted({pool for pool, _ in names})
    members = [[n for n, (at, _) in enumerate(names) if at == pool] for pool in pools]
    members += [[n for n, (_, traits) in enumerate(names) if b.trait in traits] for b in bounds]
    plain = _plainly(undecided, limits)
    at_first = Counter(kind for c, kind in zip(undecided, kinds, strict=True) if c.id in plain)
    table = sums(
        [at_first[name] for name in names],
        [crowd[name] for name in names],
        members,
        [*(limits.free[p] for p in pools), *limits.room.values()],
    )
    sum_of = {b.trait: len(names) + len(pools) + place for place, b in enumerate(bounds)}
    unmet = []
    for b in bounds:
        need = limits.need[b.trait]
        got = _raise(table, sum_of[b.trait], min(need, limits.room[b.trait]))
        if got < need:
            cause = _cause(undecided, b.trait, need, limits.free)
            unmet.append(Unmet(b.trait, b.minimum, b.minimum - need + got, cause))
    places = {name: place for place, name in enumerate(names)}
    taken = _by_order(table, [places[kind] for kind in kinds])
    picked = [c for c, yes in zip(undecided, taken, strict=True) if yes]
    return Plan(_explained(picked, undecided, plain, limits), tuple(unmet))


@dataclass(frozen=True)
class _Limits:
    free: Mapping[str, int]
    need: Mapping[str, int]
    room: Mapping[str, int]


def _limits(fixed: Sequence[Candidate], bounds: Sequence[Bound], seats: Mapping[str, int]) -> _Limits:
    """What those already selected leave: free seats by pool, people still needed and still welcome by quota."""
    taken = Counter(c.pool for c in fixed)
    held = Counter(trait for c in fixed for trait in c.traits)
    free = Counter({pool: max(0, count - taken[pool]) for pool, count in seats.items()})
    most = sum(free.values())
    need = {b.trait: max(0, b.minimum - held[b.trait]) for b in bounds}
    room = {b.trait: most if b.maximum is None else max(0, b.maximum - held[b.trait]) for b in bounds}
    return _Limits(free, need, room)


def _raise(table: Sums, variable: int, need: int) -> int:
    """Demand as much of `need` as all earlier demands allow; how much that is."""
    best, worst = 0, need
    while best < worst:
        wish = need if worst == need else (best + worst + 1) // 2
        table.lower[variable] = wish
        if solve(table) is not None:
            best = wish
        else:
            worst = wish - 1
    table.lower[variable] = best
    return best


def _by_order(table: Sums, kinds: Sequence[int]) -> list[bool]:
    """Take each in turn if a way to meet the demands takes them and all taken before; who is like somebody refused is refused too."""
    way = solve(table)
    refused = set(range(table.free)) if way is None else set()
    used: Counter[int] = Counter()
    taken = []
    for kind in kinds:
        if kind not in refused and way is not None:
            found = _with_one_more(table, kind, way, used)
            if found is None:
                table.upper[kind] = table.lower[kind]
                refused.add(kind)
            else:
                way = found
        taken.append(kind not in refused)
    return taken


def _with_one_more(table: Sums, kind: int, way: list[int], used: Counter[int]) -> list[int] | None:
    """A way that takes one more of this kind, or None; a full seat or quota answers without asking further."""
    if any(used[whole] >= table.upper[whole] for whole in table.within[kind]):
        return None
    table.lower[kind] += 1
    found = way if way[kind] >= table.lower[kind] else solve(table)
    if found is None:
        table.lower[kind] -= 1
    else:
        used.update(table.within[kind])
    return found


def _cause(undecided: Sequence[Candidate], trait: str, need: int, free: Mapping[str, int]) -> Cause:
    by_pool = Counter(c.pool for c in undecided if trait in c.traits)
    if sum(by_pool.values()) < need:
        return Cause.CANDIDATES
    return Cause.SEATS if sum(min(count, free[pool]) for pool, count in by_pool.items()) < need else Cause.QUOTAS


def _plainly(undecided: Sequence[Candidate], limits: _Limits) -> set[str]:
    """Whom the order of registration alone would take, within seats and maxima."""
    free, room = Counter(limits.free), dict(limits.room)
    taken = set()
    for c in undecided:
        mine = [trait for trait in c.traits if trait in room]
        if free[c.pool] > 0 and all(room[trait] > 0 for trait in mine):
            taken.add(c.id)
            free[c.pool] -= 1
            for trait in mine:
                room[trait] -= 1
    return taken


def _explained(picked: Sequence[Candidate], undecided: Sequence[Candidate], plain: set[str], limits: _Limits) -> tuple[Pick, ...]:
    """Who was taken for the sake of a quota that the order of registration alone would have missed."""
    given = Counter(trait for c in undecided if c.id in plain for trait in c.traits)
    wanting = [trait for trait, need in limits.need.items() if given[trait] < need]
    picks = []
    for c in picked:
        for_quota = None if c.id in plain else next((trait for trait in wanting if trait in c.traits), None)
        picks.append(Pick(c.id, f"quota:{for_quota}" if for_quota else "order"))
    return tuple(picks)

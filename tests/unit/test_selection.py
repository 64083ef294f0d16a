"""Who may be chosen, how meters stand, and that filling keeps seats and quotas, against brute force."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.registration.models import ApplicationState
from app.registration.selection import (
    Bound,
    Candidate,
    Cause,
    Choice,
    Pick,
    QuotaMeter,
    SeatMeter,
    Unmet,
    bound,
    fill,
    meters,
    possible,
)
from bench.selection import CITY, SEATS, crowd

S = ApplicationState
POOLS = ["online", "hall"]
TRAITS = ["gender=female", "age_group=youth", "disability=yes"]


def person(order: int, pool: str = "online", *traits: str, state: ApplicationState = S.SUBMITTED) -> Candidate:
    return Candidate(f"p{order}", order, state, pool, frozenset(traits))


def test_until_publication_every_decision_can_be_changed_but_a_withdrawal_stays_and_late_ones_are_admitted_first() -> None:
    assert {state for state in S if possible(state, Choice.SELECT)} == set(S) - {S.WITHDRAWN, S.LATE}
    assert {state for state in S if possible(state, Choice.ADMIT)} == {S.LATE}


def test_percentages_count_all_seats_and_round_towards_the_quota() -> None:
    assert bound("gender=female", 30, 50, percent=True, seats=145) == Bound("gender=female", 44, 72)
    assert bound("gender=female", 30, None, percent=False, seats=145) == Bound("gender=female", 30, None)
    assert bound("gender=female", None, None, percent=True, seats=145) == Bound("gender=female", 0, None)


def test_meters_count_the_selected_and_the_candidates() -> None:
    people = [
        person(1, "online", "gender=female", state=S.SELECTED),
        person(2, "hall", "gender=female", "disability=yes", state=S.RESERVE),
        person(3, "online", state=S.SELECTED),
        person(4, "hall", "gender=female", state=S.DECLINED),
        person(5, "hall", "gender=female", state=S.WITHDRAWN),
        person(6, "hall", "gender=female"),
    ]
    found = meters(people, [Bound("gender=female", 3), Bound("disability=yes", 0, 1)], {"online": 2, "hall": 5})
    assert found.seats == (SeatMeter("online", 2, 2), SeatMeter("hall", 0, 5))
    assert found.quotas == (QuotaMeter("gender=female", 1, 3, None, 2), QuotaMeter("disability=yes", 0, 0, 1, 1))
    assert [q.short for q in found.quotas] == [2, 0]


def test_without_quotas_the_first_to_register_get_the_seats_of_their_place() -> None:
    people = [person(1, "hall"), person(2, "hall"), person(3), person(4), person(5)]
    assert fill(people, [], {"online": 2, "hall": 1}).picks == (Pick("p1", "order"), Pick("p3", "order"), Pick("p4", "order"))


def test_a_minimum_takes_the_earliest_who_meets_it_in_place_of_the_latest_who_does_not() -> None:
    people = [person(1), person(2), person(3), person(4, "online", "gender=female"), person(5, "online", "gender=female")]
    plan = fill(people, [Bound("gender=female", 1)], {"online": 3})
    assert plan.picks == (Pick("p1", "order"), Pick("p2", "order"), Pick("p4", "quota:gender=female"))
    assert plan.unmet == ()


def test_the_selected_count_and_the_declined_and_reserved_stay_out() -> None:
    people = [person(1, state=S.SELECTED), person(2, state=S.DECLINED), person(3, state=S.RESERVE), person(4), person(5)]
    assert [pick.id for pick in fill(people, [], {"online": 2}).picks] == ["p4"]


def test_somebody_in_person_without_a_hall_has_no_seat() -> None:
    assert fill([person(1, "")], [], {"online": 2}).picks == ()


@pytest.mark.parametrize(
    ("people", "bounds", "expected"),
    [
        ([person(1)], [Bound("gender=female", 2)], Unmet("gender=female", 2, 0, Cause.CANDIDATES)),
        (
            [person(1, "hall", "gender=female"), person(2, "hall", "gender=female")],
            [Bound("gender=female", 2)],
            Unmet("gender=female", 2, 1, Cause.SEATS),
        ),
        (
            [person(1, "online", "gender=female", "age_group=youth"), person(2, "online", "gender=female", "age_group=youth")],
            [Bound("age_group=youth", 0, 1), Bound("gender=female", 2)],
            Unmet("gender=female", 2, 1, Cause.QUOTAS),
        ),
    ],
)
def test_an_unmet_minimum_says_why(people: list[Candidate], bounds: list[Bound], expected: Unmet) -> None:
    assert fill(people, bounds, {"online": 5, "hall": 1}).unmet == (expected,)


def test_overlapping_quotas_are_met_by_those_who_carry_both() -> None:
    both = ("gender=female", "age_group=youth")
    people = [*(person(n, "online", "gender=female") for n in range(1, 6)), *(person(n, "online", *both) for n in range(6, 9))]
    plan = fill(people, [Bound("gender=female", 3), Bound("age_group=youth", 3)], {"online": 3})
    assert ([pick.id for pick in plan.picks], plan.unmet) == (["p6", "p7", "p8"], ())


# --- against brute force

people_strategy = st.lists(
    st.tuples(
        st.sampled_from(POOLS), st.frozensets(st.sampled_from(TRAITS)), st.sampled_from([S.SUBMITTED] * 4 + [S.SELECTED, S.DECLINED])
    ),
    max_size=9,
)
bounds_strategy = st.lists(
    st.tuples(st.sampled_from(TRAITS), st.integers(0, 4), st.none() | st.integers(0, 5)), max_size=3, unique_by=lambda row: row[0]
)


def ways(undecided: Sequence[Candidate]) -> Iterator[list[Candidate]]:
    """All subsets, those that take the earlier first."""
    for choice in product([True, False], repeat=len(undecided)):
        yield [c for c, yes in zip(undecided, choice, strict=True) if yes]


def best(people: list[Candidate], bounds: list[Bound], seats: dict[str, int]) -> list[str]:
    """By the definition: quota after quota as much as can be, then the earliest."""
    fixed = [c for c in people if c.state is S.SELECTED]
    taken = Counter(c.pool for c in fixed)
    held = Counter(trait for c in fixed for trait in c.traits)

    def within(way: list[Candidate]) -> bool:
        pools, traits = Counter(c.pool for c in way), Counter(t for c in way for t in c.traits)
        return all(pools[p] <= max(0, seats[p] - taken[p]) for p in pools) and all(
            traits[b.trait] <= max(0, b.maximum - held[b.trait]) for b in bounds if b.maximum is not None
        )

    kept = [way for way in ways([c for c in people if c.state is S.SUBMITTED]) if within(way)]
    for b in bounds:
        reached = [min(b.minimum, held[b.trait] + sum(b.trait in c.traits for c in way)) for way in kept]
        kept = [way for way, got in zip(kept, reached, strict=True) if got == max(reached)]
    return [c.id for c in kept[0]]


@settings(max_examples=400, deadline=None)
@given(people_strategy, bounds_strategy, st.integers(0, 5), st.integers(0, 5))
def test_filling_finds_what_brute_force_finds(
    rows: list[tuple[str, frozenset[str], ApplicationState]],
    limits: list[tuple[str, int, int | None]],
    online: int,
    hall: int,
) -> None:
    people = [Candidate(f"p{n}", n, state, pool, traits) for n, (pool, traits, state) in enumerate(rows)]
    bounds = [Bound(*row) for row in limits]
    seats = {"online": online, "hall": hall}
    plan = fill(people, bounds, seats)
    assert [pick.id for pick in plan.picks] == best(people, bounds, seats)
    after = Counter(t for c in people if c.state is S.SELECTED or c.id in {p.id for p in plan.picks} for t in c.traits)
    assert {u.trait for u in plan.unmet} == {b.trait for b in bounds if after[b.trait] < b.minimum}


@pytest.mark.parametrize("seed", range(3))
def test_five_thousand_applicants_fill_every_seat_and_quota_the_same_way_each_time(seed: int) -> None:
    people = crowd(5000, seed)
    plan = fill(people, CITY, SEATS)
    assert (len(plan.picks), plan.unmet) == (1000, ())
    assert plan == fill(people, CITY, SEATS)

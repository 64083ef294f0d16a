"""The plenary's rules: steps that are taken back leave what was there, ranks always find room, sums are right."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.planning import columns, ranks
from app.planning.steps import LIST, State, StepKind, applied, inverse, meet, stands, step

SUBJECTS = ("p1", "p2", "p3", LIST)
VALUES = some.one_of(some.none(), some.integers(0, 9), some.text("ab", min_size=1, max_size=2), some.just(["PKL-2022-0009"]))
FIELDS = some.dictionaries(some.sampled_from(("rank", "decision", "status", "leads_to", "program", "ceiling")), VALUES, max_size=4)
STATES = some.dictionaries(some.sampled_from(SUBJECTS), FIELDS, max_size=4)


def tidy(state: State) -> dict[str, dict[str, Any]]:
    """A state without what is absent."""
    kept = {subject: {field: value for field, value in fields.items() if value is not None} for subject, fields in state.items()}
    return {subject: fields for subject, fields in kept.items() if fields}


@given(STATES, some.lists(STATES, max_size=6))
def test_whatever_was_done_taken_back_in_turn_gives_the_start(start: State, wishes: list[State]) -> None:
    now, taken = tidy(start), []
    for wish in wishes:
        one = step(StepKind.FILL, now, wish)
        now = applied(now, one)
        assert stands(now, one)
        taken.append(one)
    for one in reversed(taken):
        now = applied(now, inverse(one))
    assert now == tidy(start)


@given(STATES, STATES)
def test_a_step_says_what_is_wanted_and_nothing_else_changes(start: State, wish: State) -> None:
    now = tidy(start)
    one = step(StepKind.FILL, now, wish)
    assert applied(now, one) == tidy({subject: {**now.get(subject, {}), **wish.get(subject, {})} for subject in {*now, *wish}})
    assert not step(StepKind.FILL, applied(now, one), wish).changes
    assert one.before.keys() == one.after.keys()


def test_steps_about_other_fields_do_not_stand_in_each_others_way() -> None:
    moved = step(StepKind.ORDER, {}, {"p1": {"rank": "i"}})
    agreed = step(StepKind.AGREE, {}, {"p1": {"decision": "agreed"}})
    other = step(StepKind.ORDER, {}, {"p2": {"rank": "i"}})
    assert (meet(moved, agreed), meet(moved, other), meet(moved, moved)) == (False, False, True)
    assert not stands({"p1": {"rank": "j"}}, moved)


@given(some.lists(some.tuples(some.integers(0, 40), some.integers(0, 40)), max_size=60))
def test_moving_moves_one_and_nothing_else(moves: list[tuple[int, int]]) -> None:
    wanted = [f"PKL-2022-{n:04d}" for n in range(1, 13)]
    rank = {number: ranks.first_rank(number) for number in wanted}
    for start, end in moves:
        number = wanted.pop(start % len(wanted))
        place = end % (len(wanted) + 1)
        low = rank[wanted[place - 1]] if place else ""
        high = rank[wanted[place]] if place < len(wanted) else ranks.beyond(12)
        rank[number] = ranks.between(low, high)
        wanted.insert(place, number)
        assert sorted(rank, key=lambda one: rank[one]) == wanted
    assert all(one < ranks.first_rank("PKL-2022-0013") for one in rank.values())


def test_a_thousand_moves_to_one_place_keep_finding_room() -> None:
    low, high = ranks.first_rank("A-1"), ranks.first_rank("A-2")
    for _ in range(1000):
        high = ranks.between(low, high)
    assert ranks.first_rank("A-1") < high < ranks.first_rank("A-2")
    assert len(high) < 250
    with pytest.raises(ValueError, match="no room"):
        ranks.between(high, high)


@given(some.lists(some.tuples(some.integers(0, 1), some.integers(0, 40), some.integers(0, 40), some.booleans()), max_size=60))
def test_two_who_move_and_take_back_never_meet_on_one_place(acts: list[tuple[int, int, int, bool]]) -> None:
    numbers = [f"PKL-2022-{n:04d}" for n in range(1, 7)]
    rank = {number: ranks.first_rank(number) for number in numbers}
    done: tuple[list[tuple[str, str, str]], ...] = ([], [])
    for number_of, (who, start, end, back) in enumerate(acts, 1):
        if back:
            if done[who] and rank[done[who][-1][0]] == done[who][-1][2]:
                number, before, _ = done[who].pop()
                rank[number] = before
        else:
            wanted = sorted(rank, key=lambda one: rank[one])
            number = wanted.pop(start % len(wanted))
            place = end % (len(wanted) + 1)
            low = rank[wanted[place - 1]] if place else ""
            high = rank[wanted[place]] if place < len(wanted) else ranks.beyond(6)
            done[who].append((number, rank[number], ranks.given(low, high, number_of)))
            rank[number] = done[who][-1][2]
            assert low < rank[number] < high
        assert len(set(rank.values())) == len(rank)


@given(some.lists(some.one_of(some.none(), some.integers(0, 10**15)), max_size=30))
def test_sums_run(ceilings: list[int | None]) -> None:
    sums = columns.running(ceilings)
    assert [total - before for before, total in zip([0, *sums], sums, strict=False)] == [one or 0 for one in ceilings]


def test_columns_say_what_was_filled_and_else_what_the_proposal_says() -> None:
    proposal: Any = SimpleNamespace(
        title="Pengerukan saluran", village="Krapyak", rt=[1], rw=[2, 5], quantity=Decimal("350.000"), unit="m", budget=1000, agency=None
    )
    said = columns.filled(proposal, {"program": "Drainase", "quantity": "12.5", "agency": None})
    assert said == columns.Columns(
        program="Drainase",
        activity="Pengerukan saluran",
        place="Krapyak RT 01/RW 02, RW 05",
        quantity=Decimal("12.5"),
        unit="m",
        ceiling=1000,
    )
    assert columns.stored({"quantity": Decimal("12.500"), "ceiling": None}) == {"quantity": "12.5", "ceiling": None}

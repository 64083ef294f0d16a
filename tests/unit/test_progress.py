"""The rules of agenda and answers: real times add up whatever the chair presses, and an answer finds where its proposal went."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.proposals.agencies import agency_key, one_each, spellings
from app.proposals.lineage import forebears
from app.sessions.progress import Move, real_times

START = datetime(2031, 4, 11, 11, 30, tzinfo=UTC)
ITEMS = st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=12)


@given(ITEMS)
def test_real_times_begin_with_the_first_and_end_with_the_last_move(items: list[str]) -> None:
    moves = [Move(item, START + timedelta(minutes=n)) for n, item in enumerate(items)]
    times = real_times(moves)
    assert set(times) == set(items)
    for item, real in times.items():
        last = len(items) - 1 - items[::-1].index(item)
        assert real.started_at == moves[items.index(item)].at
        assert real.ended_at == (moves[last + 1].at if last + 1 < len(moves) else None)


@given(ITEMS, st.sampled_from(["a", "b", "c"]))
def test_a_move_and_its_undoing_leave_what_was(items: list[str], slip: str) -> None:
    moves = [Move(item, START + timedelta(minutes=n)) for n, item in enumerate(items)]
    assert real_times([*moves, Move(slip, START + timedelta(hours=1))][:-1]) == real_times(moves)


NUMBERS = st.sampled_from([f"N-{n}" for n in range(8)])


@given(st.dictionaries(NUMBERS, st.lists(NUMBERS, max_size=3), max_size=8), NUMBERS)
def test_forebears_are_those_from_whom_a_way_leads_here(leads_to: dict[str, list[str]], number: str) -> None:
    found = forebears(leads_to, number)

    def reaches(start: str) -> bool:
        seen, new = {start}, [start]
        while new:
            new = [one for step in new for one in leads_to.get(step, []) if one not in seen]
            seen.update(new)
        return number in seen

    assert found == {one for one in {*leads_to, number} if reaches(one)}


def test_one_agency_is_found_in_each_spelling() -> None:
    known = ["DPUPR", "dpupr Kota Pekalongan", "Dinas P.U. & Tata Ruang", "Dinas PU dan Tata Ruang", "Dinas Kesehatan"]
    assert spellings("D.P.U.P.R. kab. Batang", known) == ("DPUPR", "dpupr Kota Pekalongan")
    assert spellings("dinas pu & tata ruang", known) == ("Dinas P.U. & Tata Ruang", "Dinas PU dan Tata Ruang")
    assert (spellings("", known), one_each(known)) == ((), ["Dinas Kesehatan", "Dinas P.U. & Tata Ruang", "DPUPR"])
    assert agency_key("Kota") == "kota"

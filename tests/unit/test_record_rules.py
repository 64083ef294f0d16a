"""The rules of the record: words filled in once, numbers in words, and what an addendum says of two lists."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.i18n.spelled import spelled
from app.record.difference import PLACE, differences
from app.record.wording import came, decided, filled


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "nol"),
        (10, "sepuluh"),
        (11, "sebelas"),
        (19, "sembilan belas"),
        (20, "dua puluh"),
        (21, "dua puluh satu"),
        (100, "seratus"),
        (110, "seratus sepuluh"),
        (999, "sembilan ratus sembilan puluh sembilan"),
        (1000, "seribu"),
        (1999, "seribu sembilan ratus sembilan puluh sembilan"),
        (2021, "dua ribu dua puluh satu"),
    ],
)
def test_numbers_are_spelled(number: int, words: str) -> None:
    assert spelled(number) == words


@given(st.integers(0, 999_999), st.integers(0, 999_999))
def test_no_two_numbers_are_spelled_alike(one: int, other: int) -> None:
    assert (spelled(one) == spelled(other)) == (one == other)


def test_known_words_are_filled_in_once_and_other_braces_stay() -> None:
    said = filled("{forum} di {tempat}, {{ 7*7 }} {lain} {", {"forum": "{tempat}", "tempat": "Aula"})
    assert said == "{tempat} di Aula, {{ 7*7 }} {lain} {"


def test_who_came_and_what_was_decided() -> None:
    assert [came(0, 0), came(3, 0), came(46, 15)] == ["peserta", "3 orang", "46 orang (31 di lokasi dan 15 daring)"]
    assert [ordinal for ordinal, _ in decided(["x"] * 11)][::5] == ["KESATU", "KEENAM", "KE-11"]


def plenary(agreed: list[int], refused: list[int], names: list[str] | None = None) -> dict[str, Any]:
    """Two lists, each proposal with its number as its words."""
    return {
        "priorities": [{"number": str(n), "cells": ["", "", "", f"Usulan {n}", "", "", "", "", ""]} for n in agreed],
        "not_agreed": [{"number": str(n), "cells": [f"Usulan {n}", "", "", "Alasan"]} for n in refused],
        "delegates": [[name, ""] for name in names or []],
    }


orders = st.permutations(range(8))


@given(orders, st.integers(0, 8))
def test_the_same_list_has_no_difference(order: list[int], cut: int) -> None:
    said = plenary(order[:cut], order[cut:])
    assert differences(said, said) == []


@given(orders, orders)
def test_the_rows_named_as_moved_are_enough_to_explain_the_new_order(before: list[int], after: list[int]) -> None:
    changes = differences(plenary(before, []), plenary(after, []))
    moved = {int(one.number) for one in changes}
    assert {one.column for one in changes} <= {PLACE}
    assert [n for n in before if n not in moved] == [n for n in after if n not in moved]
    assert [(one.was, one.now) for one in changes] == [(str(before.index(n) + 1), str(after.index(n) + 1)) for n in after if n in moved]


@given(st.lists(st.tuples(st.integers(0, 5), st.sampled_from(["agreed", "refused", "gone"])), unique_by=lambda pair: pair[0]))
def test_what_came_went_or_changed_sides_is_told_once(fates: list[tuple[int, str]]) -> None:
    before = plenary([0, 1, 2], [3, 4, 5])
    now = {**dict.fromkeys((0, 1, 2), "agreed"), **dict.fromkeys((3, 4, 5), "refused"), **dict(fates)}
    after = plenary([n for n in range(6) if now[n] == "agreed"], [n for n in range(6) if now[n] == "refused"])
    changed = {n for n in range(6) if now[n] != ("agreed" if n < 3 else "refused")}
    told = [one for one in differences(before, after) if one.column == "Keputusan"]
    assert {int(one.number) for one in told} == changed
    assert (len(told), {one.activity for one in told}) == (len(changed), {f"Usulan {n}" for n in changed})


def test_delegates_come_and_go() -> None:
    changes = differences(plenary([], [], ["Siti", "Nur"]), plenary([], [], ["Siti", "Slamet"]))
    assert [(one.column, one.was, one.now) for one in changes] == [
        ("Utusan", "Nur", "Tidak tercantum"),
        ("Utusan", "Tidak tercantum", "Slamet"),
    ]

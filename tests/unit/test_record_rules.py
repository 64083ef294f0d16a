"""The rules of the record: words filled in once, numbers in words, and what an addendum says of two lists."""

from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.i18n.spelled import spelled
from app.record.amending import Amendment, amended, chained
from app.record.difference import PLACE, differences
from app.record.models import RecordVersion
from app.record.source import fingerprint_of
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
        "place": "Aula",
        "held": [],
        "chair": ["Pimpinan Sidang", "Anita", ""],
        "signers": [["RW", "Slamet", "RW 02"]],
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


def test_who_signs_and_where_it_was_held_are_told_as_they_change() -> None:
    before = plenary([], [])
    after = {
        **before,
        "place": "Balai kota",
        "chair": ["Pimpinan Sidang", "Budi", "NIP 1"],
        "signers": [["RW", "Nur", "RW 02"], ["PKK", "", ""]],
    }
    assert [(one.activity, one.column, one.was, one.now) for one in differences(before, after)] == [
        ("Tempat acara", "Tempat acara", "Aula", "Balai kota"),
        ("Pimpinan sidang", "Penanda tangan", "Anita; Pimpinan Sidang", "Budi; Pimpinan Sidang; NIP 1"),
        ("RW", "Penanda tangan", "Slamet; RW 02", "Nur; RW 02"),
        ("PKK", "Penanda tangan", "Tidak tercantum", "tanpa nama"),
    ]


def frozen(source: dict[str, Any], number: int) -> RecordVersion:
    whole = {**source, "version": number}
    return RecordVersion(number=number, source=whole, sha256=fingerprint_of(whole))


@given(st.lists(st.tuples(orders, st.integers(0, 8), st.sampled_from(["Anita", "Budi"])), min_size=1, max_size=6), st.data())
def test_the_chain_of_addenda_holds_and_breaks_with_any_other_record_before_it(said: list[tuple[list[int], int, str]], data: Any) -> None:
    """However list and chair change, each addendum tells the difference to the one before, names its hash, and no version can be another."""
    lists = [
        {**plenary(order[:cut], order[cut:]), "chair": ["Pimpinan Sidang", chair, ""], "forum": "Musrenbang", "number": "1", "day": "1 Mei"}
        for order, cut, chair in said
    ]
    versions = [frozen(lists[0], 1)]
    for at, one in enumerate(lists[1:], 2):
        changes = differences(versions[-1].source, one)
        addendum = amended(one, versions, Amendment(f"1/{at}", "2021-05-02", "Salah ketik."), changes)
        assert addendum["changes"] == [list(asdict(change).values()) for change in changes]
        assert differences(addendum, one) == []
        versions.append(frozen(addendum, at))
    assert chained(versions)
    assert len({one.sha256 for one in versions}) == len(versions)
    if len(versions) > 1:
        forged = data.draw(st.integers(0, len(versions) - 2))
        other = frozen({**versions[forged].source, "closing": "Lain."}, forged + 1)
        assert not chained([*versions[:forged], other, *versions[forged + 1 :]])
        left_out = data.draw(st.integers(0, len(versions) - 2))
        assert not chained(versions[:left_out] + versions[left_out + 1 :])

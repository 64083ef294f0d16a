"""The pure rules of proposals: steps, stories, privacy, typed values, villages."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.proposals.choices import Reason
from app.proposals.fields import Content, carried, clean, snapshot, title_of
from app.proposals.models import ProposalStatus as Status
from app.proposals.privacy import called, flags_of, masked, name_is_public
from app.proposals.status import STEPS, may_follow, reason_missing
from app.proposals.story import AHEAD, Turn, story
from app.proposals.villages import offered, village_named

NOON = datetime(2021, 4, 11, 12, tzinfo=UTC)


def test_every_status_has_its_steps_and_its_way_ahead() -> None:
    assert set(STEPS) == set(AHEAD) == set(Status)
    assert all(Status.MERGED not in after and Status.SPLIT not in after for after in STEPS.values())
    assert all(may_follow(status, status) for status in Status)
    assert not may_follow(Status.NEW, Status.AGREED)


@pytest.mark.parametrize(
    ("status", "code", "words", "missing"),
    [
        (Status.VERIFIED, None, None, None),
        (Status.DECLINED, None, "karena", "reason_code"),
        (Status.RETURNED, Reason.OTHER, "", "reason"),
        (Status.NOT_AGREED, Reason.OTHER, "pagu habis", None),
        (Status.DECLINED, Reason.GOOD_CONDITION, None, None),
    ],
)
def test_who_turns_a_proposal_away_says_why(status: Status, code: Reason | None, words: str | None, missing: str | None) -> None:
    assert reason_missing(status, code, words) == missing


def turns(*statuses: Status, undone: int | None = None) -> list[Turn]:
    return [Turn(status, NOON + timedelta(hours=n), undone=n == undone) for n, status in enumerate(statuses)]


def test_a_story_names_each_decision_once_and_what_comes_next() -> None:
    told = story(turns(Status.NEW, Status.NEW, Status.CHECKED, Status.VERIFIED, Status.VERIFIED, Status.AGREED))
    assert [(s.what, s.state) for s in told] == [
        ("new", "done"),
        ("checked", "done"),
        ("verified", "done"),
        ("agreed", "done"),
        ("forward", "now"),
        ("plan", "next"),
    ]


def test_a_step_that_was_taken_back_is_not_told() -> None:
    told = story(turns(Status.NEW, Status.DECLINED, Status.NEW, undone=2))
    assert [s.what for s in told] == ["new", "check", "discuss", "agency"]


def test_a_refusal_is_the_end_of_the_way() -> None:
    assert [(s.what, s.state) for s in story(turns(Status.NEW, Status.DECLINED))] == [("new", "done"), ("declined", "bad")]


def test_a_childs_name_is_never_public() -> None:
    assert not name_is_public(child=True, opted_in=True, element="opd", in_office=True)
    assert name_is_public(child=False, opted_in=False, element="dprd")
    assert not name_is_public(child=False, opted_in=False, element="rt")


def test_numbers_and_names_are_found_and_covered() -> None:
    text = "Saya SITI  rahmawati, 0812-3456-7890, NIK 3375014101900001, minta Rp60.000.000"
    assert flags_of([None, text], ["Siti Rahmawati"]) == ["phone_in_text", "nik_in_text", "name_in_text"]
    assert masked(text, ["Siti Rahmawati"]) == "Saya ▪▪▪, ▪▪▪, NIK ▪▪▪, minta Rp60.000.000"
    assert flags_of([text.lower()], ["Ibu, RT 3"]) == ["phone_in_text", "nik_in_text"]
    assert flags_of(["Saya minta lampu"], ["Bu"]) == []


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("Siti Rahmawati", "Siti Rahmawati"),
        ("Pak Slamet, RT 3", "Slamet"),
        ("H. Joko 2", "Joko"),
        ("Bapak Ir. Bambang", "Bambang"),
        ("Ibu, RT 3", ""),
        ("", ""),
    ],
)
def test_what_somebody_is_called_stands_without_forms_of_address(name: str, bare: str) -> None:
    assert called(name) == bare


def test_short_names_are_covered_where_it_is_asked_for() -> None:
    assert masked("Bu Ani minta lampu", ["Ani"]) == "Bu Ani minta lampu"
    assert masked("Bu Ani minta lampu, jalan sebaninya gelap", ["Ani"], least=3) == "Bu ▪▪▪ minta lampu, jalan sebaninya gelap"


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=300), st.text(max_size=30))
def test_covering_leaves_nothing_to_find(text: str, name: str) -> None:
    assert flags_of([masked(clean(text), [name])], [name]) == []


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("budget", "Rp60.000.000", 60_000_000),
        ("budget", "Rp 60.000.000,00", 60_000_000),
        ("budget", "60000000", 60_000_000),
        ("quantity", "1,5", Decimal("1.500")),
        ("quantity", "1.200", Decimal(1200)),
        ("quantity", "1.200,25", Decimal("1200.250")),
        ("quantity", "0.5", Decimal("0.500")),
        ("rt", "RT 3, 4 dan 12", [3, 4, 12]),
        ("rw", "07", [7]),
        ("beneficiaries", "1.200", 1200),
        ("title", "  Lampu\n tanggul ", "Lampu tanggul"),
        ("type", "works", "works"),
    ],
)
def test_typed_values_are_read_as_they_are_meant(name: str, typed: str, value: object) -> None:
    assert getattr(Content.model_validate({name: typed}), name) == value


@settings(deadline=None, max_examples=60)
@given(
    st.dictionaries(
        st.sampled_from([*Content.model_fields, "location", "x"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
            lambda inner: st.lists(inner, max_size=3),
            max_leaves=4,
        ),
    )
)
def test_whatever_a_composer_carries_is_right_or_left_out(given_: dict[str, object]) -> None:
    kept = carried(given_)
    again = {name: value for name, value in kept.items() if name != "village"}
    assert Content.model_validate(again).model_dump(exclude_unset=True) == again
    assert snapshot(kept).keys() == {name for name, value in kept.items() if value not in (None, "", [])}


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=400))
def test_every_text_gets_a_title_of_one_line(text: str) -> None:
    title = title_of(clean(text))
    assert 1 <= len(title) <= 160
    assert "\n" not in title


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Hubungi wulan.praba@example.org saja", "Hubungi saja"),
        ("wulan.praba@example.org", "–"),
        ("Lampu mati, lapor ke a.b@c.id. Segera", "Lampu mati"),
    ],
)
def test_no_title_holds_pieces_of_an_e_mail_address(text: str, title: str) -> None:
    assert title_of(text) == title


def test_villages_are_chosen_by_name() -> None:
    names = offered("33.75")
    assert "Panjang Baru" in names
    assert all(village_named(name, "33.75") for name in names)
    found = village_named("Kel. panjang  baru", "33.75")
    assert found is not None
    assert found.name == "Panjang Baru"
    assert village_named("Panjang", "33.75") is None
    assert village_named("Panjang Baru", "32.75") is None
    assert offered("33") == []

"""The fields of an application, whatever people or programs write into them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.regions import name_key
from app.registration.fields import clean, one_line
from app.registration.form import ApplicationForm, HallOffered, Offer, wrong_choices
from app.registration.keys import ALPHABET, new_code, written
from app.registration.window import Window

DIGITS = st.text("0123456789", min_size=7, max_size=9)
BETWEEN = st.sampled_from(["", " ", "-", ".", " - "])
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)
HALLS = [HallOffered("id1", "aula-1", "Aula 1", "", 30, full=False), HallOffered("id2", "aula-2", "Aula 2", "", 30, full=True)]
OFFER = Offer(["rt", "anak"], HALLS, online=True, online_full=False, villages={}, notice_version=2, notice="")
RIGHT = {"name": "Siti", "phone": "+6285326905742", "element": "rt", "attendance": "online", "consent_version": 1}


@given(DIGITS, BETWEEN, st.sampled_from(["08", "+62 8", "628", "8", "0062 8", "+62 (0)8"]))
def test_every_way_of_writing_a_phone_is_one_number(rest: str, between: str, front: str) -> None:
    rest = f"12{rest}"
    spaced = between.join(rest[at : at + 3] for at in range(0, len(rest), 3))
    assert ApplicationForm(name="Siti", phone=f"{front}{spaced}").phone == f"+628{rest}"


@given(
    st.sampled_from(["Siti Rahayu", "Budi", "Nyai Ahmad Dahlan"]),
    st.sampled_from(["", "Hj. ", "Ibu "]),
    st.sampled_from(["", ", S.Pd", " SE"]),
)
def test_titles_and_degrees_make_nobody_another_person(name: str, before: str, after: str) -> None:
    form = ApplicationForm(name=f"  {before}{name.upper()}  {after}")
    assert name_key(form.name) == name_key(name)


@given(st.sampled_from(sorted(ApplicationForm.model_fields)), ANYTHING)
def test_anything_in_a_field_is_taken_or_refused_and_never_breaks(field: str, value: object) -> None:
    try:
        form = ApplicationForm.model_validate({"name": "Siti", field: value})
    except ValidationError:
        return
    for text in form.model_dump().values():
        if isinstance(text, str):
            assert text == text.strip() != ""
            text.encode()


@given(st.text())
def test_cleaning_leaves_writing_that_every_database_takes(text: str) -> None:
    cleaned = clean(text)
    assert isinstance(cleaned, str)
    assert "\x00" not in cleaned
    assert clean(cleaned) == cleaned
    line = one_line(text)
    assert line is None or ("\n" not in line and line == one_line(line))


@given(st.text(ALPHABET, min_size=8, max_size=8), st.sampled_from(["", " ", "-", " – "]))
def test_a_code_is_read_however_it_is_typed(signs: str, between: str) -> None:
    assert written(f" {signs[:4].lower()}{between}{signs[4:]}") == f"{signs[:4]}-{signs[4:]}"


def test_codes_have_no_signs_that_are_taken_for_one_another() -> None:
    assert set("".join(new_code() for _ in range(300))) <= set(ALPHABET) | {"-"}
    assert not set(ALPHABET) & set("0O1IL5S8BU")


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({}, []),
        ({"phone": None}, ["registration.phone_missing"]),
        ({"element": "dprd"}, ["registration.element_wrong"]),
        ({"attendance": "in_person"}, ["registration.site_wrong"]),
        ({"attendance": "in_person", "site": "aula-1"}, []),
        ({"attendance": "in_person", "site": "aula-2"}, ["registration.site_full"]),
        ({"attendance": None}, ["registration.attendance_wrong"]),
        ({"element": "anak"}, ["registration.guardian_name_missing", "registration.guardian_phone_missing"]),
        ({"element": "anak", "age_group": "adult"}, []),
        ({"consent_version": 2}, []),
        ({"consent_version": 3}, ["registration.notice_wrong"]),
        ({"consent_version": "²"}, ["registration.notice_wrong"]),
    ],
)
def test_choices_are_checked_against_what_the_session_offers(changes: dict[str, object], codes: list[str]) -> None:
    assert [error.code for error in wrong_choices({**RIGHT, **changes}, OFFER, "api")] == codes


def test_a_full_place_stays_right_for_whoever_has_it() -> None:
    given_ = {**RIGHT, "attendance": "in_person", "site": "aula-2"}
    assert wrong_choices(given_, OFFER, "page", kept_site="id2") == [
        e for e in wrong_choices(given_, OFFER, "page") if e.field == "village"
    ]


def test_the_words_for_a_window_are_those_of_the_pages() -> None:
    assert [one.value for one in Window] == ["not_open", "open", "closed"]

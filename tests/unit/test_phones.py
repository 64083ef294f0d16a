"""Telephone numbers however they are written, and numbers of people inside free text."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import regions
from app.regions import PersonalKind, PhoneProblem

# --- telephone numbers


@pytest.mark.parametrize(
    "text",
    [
        "085326905742",
        "+62 853-2690-5742",
        "6285326905742",
        "85326905742",
        "(0853) 2690.5742",
        "+62 (0)853 2690 5742",
        "0062 853 2690 5742",
        "HP: 0853 2690 5742",
        "0853\u00a02690\u20105742",
        "\u200e+62 853 2690 5742\u200f",
        "０８５３２６９０５７４２",
        "٠٨٥٣٢٦٩٠٥٧٤٢",
    ],
)
def test_every_way_of_writing_is_one_number(text: str) -> None:
    assert regions.normalize_phone(text) == "+6285326905742"
    assert regions.phone_problem(text) is None


@pytest.mark.parametrize(
    ("text", "stored", "shown"),
    [
        ("0285-423221", "+62285423221", "0285-423221"),
        ("021 5551234", "+62215551234", "021-5551234"),
        ("0895-3456-78901", "+62895345678901", "0895-3456-78901"),
    ],
)
def test_landlines_and_long_numbers_are_read_and_shown(text: str, stored: str, shown: str) -> None:
    assert regions.normalize_phone(text) == stored
    assert regions.show_phone(stored) == shown


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("0853", PhoneProblem.TOO_SHORT),
        ("0285-4232", PhoneProblem.TOO_SHORT),
        ("+62", PhoneProblem.TOO_SHORT),
        ("0", PhoneProblem.TOO_SHORT),
        ("085326905742999", PhoneProblem.TOO_LONG),
        ("0853" * 5000, PhoneProblem.TOO_LONG),
        ("", PhoneProblem.NOT_A_PHONE),
        ("tidak punya", PhoneProblem.NOT_A_PHONE),
        ("08532690574x", PhoneProblem.NOT_A_PHONE),
        ("423221", PhoneProblem.NOT_A_PHONE),
        ("+1 555 123 4567", PhoneProblem.NOT_A_PHONE),
        ("0800 1234 567", PhoneProblem.NOT_A_PHONE),
        ("++6285326905742", PhoneProblem.NOT_A_PHONE),
    ],
)
def test_what_is_wrong_with_a_number_is_told(text: str, problem: PhoneProblem) -> None:
    assert regions.phone_problem(text) is problem
    assert regions.normalize_phone(text) is None


def test_a_number_is_masked_and_handed_on() -> None:
    assert regions.mask_phone("+6285326905742") == "0853-••••-5742"
    assert regions.mask_phone("+62285423221") == "0285-••••-3221"
    assert regions.mask_phone("broken 5742") == "••••"
    assert regions.last_four("+6285326905742") == "5742"
    assert regions.wa_number("+6285326905742") == "6285326905742"


mobiles = st.from_regex(r"8[1-9][0-9]{7,10}", fullmatch=True)


@given(mobiles, st.sampled_from(["+62", "62", "0", "", "+62 0"]), st.sampled_from(["", " ", "-", ".", "\u00a0"]))
def test_prefix_and_separators_never_change_the_number(number: str, prefix: str, between: str) -> None:
    assert regions.normalize_phone(prefix + between + between.join(number)) == f"+62{number}"


@given(mobiles)
def test_what_is_shown_can_be_typed_again(number: str) -> None:
    assert regions.normalize_phone(regions.show_phone(f"+62{number}")) == f"+62{number}"


@given(st.text())
def test_any_text_is_a_number_or_has_a_problem(text: str) -> None:
    number = regions.normalize_phone(text)
    assert (number is None) == (regions.phone_problem(text) is not None)
    assert number is None or re.fullmatch(r"\+62[2-9][0-9]{7,11}", number)


# --- personal data in texts


def found(text: str) -> list[tuple[str, str]]:
    return [(one.kind.value, text[one.start : one.end]) for one in regions.finds_personal(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hubungi 085326905742 ya", [("phone", "085326905742")]),
        ("WA 0853-2690-5742 atau (0285) 423221.", [("phone", "0853-2690-5742"), ("phone", "(0285) 423221")]),
        ("telp +62 285 423221", [("phone", "+62 285 423221")]),
        ("081234567890/085326905742", [("phone", "081234567890"), ("phone", "085326905742")]),
        ("RT 03 085326905742 10 meter", [("phone", "085326905742")]),
        ("08 12 2021 0853 2690 5742", [("phone", "0853 2690 5742")]),
        ("0 8 5 3 2 6 9 0 5 7 4 2", [("phone", "0 8 5 3 2 6 9 0 5 7 4 2")]),
        ("085\u200b326905742", [("phone", "085\u200b326905742")]),
        ("NIK saya 3375014104850001", [("nik", "3375014104850001")]),
        ("3375 0112 0485 0001, wa 85326905742", [("nik", "3375 0112 0485 0001"), ("phone", "85326905742")]),
    ],
)
def test_numbers_of_people_are_found(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Rp 85.000.000.000 untuk saluran",
        "biaya 85.000.000.000 rupiah",
        "jam 08.00-10.00 WIB, 11/04/2021",
        "02-03-2023 09.00",
        "koordinat -6.8885, 109.6753 dan 0.8885321234",
        "saluran 12 x 300 m, 2018-2022",
        "3375019999850001",
        "9975011204850001",
        "3375011204850000",
        "",
    ],
)
def test_money_dates_and_measures_are_no_personal_data(text: str) -> None:
    assert found(text) == []


words = st.text(alphabet=st.characters(categories=["L", "Zs", "Po"]), max_size=40)


@given(words, mobiles, words)
def test_a_number_is_found_wherever_it_stands(before: str, number: str, after: str) -> None:
    assert found(f"{before}x 0{number} x{after}") == [("phone", f"0{number}")]


@given(words, st.dates(), st.booleans(), st.integers(1, 9999), words)
def test_a_nik_is_found_wherever_it_stands(before: str, born: object, woman: bool, serial: int, after: str) -> None:
    day = f"{born:%d}" if not woman else str(int(f"{born:%d}") + 40)
    nik = f"337502{day}{born:%m%y}{serial:04}"
    assert found(f"{before}x {nik} x{after}") == [("nik", nik)]


@given(st.text(alphabet=st.characters() | st.sampled_from("0123456789+-() .")))
def test_findings_lie_in_the_text_in_order_without_overlap(text: str) -> None:
    spans = [(one.start, one.end) for one in regions.finds_personal(text)]
    edges = [edge for span in spans for edge in span]
    assert edges == sorted(edges)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(one.kind in PersonalKind for one in regions.finds_personal(text))

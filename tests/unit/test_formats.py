"""How moments, lengths of time and amounts are written in Indonesian and in English."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import i18n

DEADLINE = datetime(2021, 4, 10, 3, 0, tzinfo=UTC)
FORUM = datetime(2021, 4, 11, 11, 30, tzinfo=UTC)
WIB, WITA, WIT = "Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"


@pytest.mark.parametrize(
    ("zone", "lang", "text"),
    [
        (WIB, "id", "Sabtu, 10 April 2021 pukul 10.00 WIB"),
        (WITA, "id", "Sabtu, 10 April 2021 pukul 11.00 WITA"),
        (WIT, "id", "Sabtu, 10 April 2021 pukul 12.00 WIT"),
        (WIB, "en", "Saturday, 10 April 2021, 10.00 WIB"),
        (WIT, "en", "Saturday, 10 April 2021, 12.00 WIT"),
    ],
)
def test_a_moment_is_written_in_the_zone_of_the_forum(zone: str, lang: str, text: str) -> None:
    assert i18n.when(DEADLINE, zone, lang) == text


def test_day_and_clock_stand_alone() -> None:
    assert i18n.day(DEADLINE, WIB, "id") == "Sabtu, 10 April 2021"
    assert i18n.day(DEADLINE, WIB, "en") == "Saturday, 10 April 2021"
    assert i18n.clock(FORUM, WIB) == "18.30 WIB"


def test_a_day_is_the_day_in_the_zone() -> None:
    late = datetime(2021, 4, 10, 16, 30, tzinfo=UTC)
    assert i18n.day(late, WIB) == "Sabtu, 10 April 2021"
    assert i18n.day(late, WITA) == "Minggu, 11 April 2021"


def test_a_span_names_the_zone_once_on_one_day_and_both_moments_on_two() -> None:
    three_hours, night = FORUM + timedelta(hours=3), FORUM + timedelta(hours=7)
    assert i18n.span(FORUM, three_hours, WIB, "id") == "pukul 18.30–21.30 WIB"
    assert i18n.span(FORUM, three_hours, WIB, "en") == "18.30–21.30 WIB"
    assert i18n.span(FORUM, night, WIB, "id") == ("Minggu, 11 April 2021 pukul 18.30 WIB – Senin, 12 April 2021 pukul 01.30 WIB")
    assert i18n.span(FORUM, night, WIB, "en") == "Sunday, 11 April 2021, 18.30 WIB – Monday, 12 April 2021, 01.30 WIB"


def test_a_moment_without_a_zone_is_a_fault() -> None:
    with pytest.raises(ValueError, match="needs its zone"):
        i18n.when(DEADLINE.replace(tzinfo=None), WIB)


def test_the_words_for_zones() -> None:
    assert [i18n.zone_word(zone) for zone in (WIB, WITA, WIT, "UTC")] == ["WIB", "WITA", "WIT", "UTC"]


@pytest.mark.parametrize(
    ("left", "indonesian", "english"),
    [
        (timedelta(days=1, hours=15, minutes=42, seconds=9), "1 hari 15 jam 42 menit", "1 day 15 hours 42 minutes"),
        (timedelta(days=2, minutes=1), "2 hari 1 menit", "2 days 1 minute"),
        (timedelta(hours=23, minutes=59, seconds=1), "23 jam 59 menit 1 detik", "23 hours 59 minutes 1 second"),
        (timedelta(seconds=30.9), "30 detik", "30 seconds"),
        (timedelta(0), "0 detik", "0 seconds"),
        (timedelta(seconds=-5), "0 detik", "0 seconds"),
    ],
)
def test_a_countdown_shows_seconds_only_on_the_last_day(left: timedelta, indonesian: str, english: str) -> None:
    assert i18n.countdown_words(left, "id") == indonesian
    assert i18n.countdown_words(left, "en") == english


@pytest.mark.parametrize(
    ("passed", "indonesian", "english"),
    [
        (timedelta(seconds=40), "baru saja", "just now"),
        (timedelta(minutes=1, seconds=40), "1 menit yang lalu", "1 minute ago"),
        (timedelta(hours=5, minutes=59), "5 jam yang lalu", "5 hours ago"),
        (timedelta(days=3), "3 hari yang lalu", "3 days ago"),
        (timedelta(minutes=-2), "baru saja", "just now"),
    ],
)
def test_the_past_is_told_in_its_largest_unit(passed: timedelta, indonesian: str, english: str) -> None:
    assert i18n.ago(FORUM, FORUM + passed, "id") == indonesian
    assert i18n.ago(FORUM, FORUM + passed, "en") == english


def test_amounts_follow_the_language() -> None:
    assert i18n.rupiah(50_000_000) == "Rp50.000.000"
    assert i18n.rupiah(50_000_000, "en") == "Rp50,000,000"
    assert i18n.rupiah(-5_000) == "-Rp5.000"
    assert i18n.number(1234.5) == "1.234,5"
    assert i18n.number(1234.5, "en") == "1,234.5"
    assert i18n.number(Decimal("0.250")) == "0,25"
    assert i18n.number(83762) == "83.762"


@given(st.integers(min_value=-(10**18), max_value=10**18))
def test_no_rupiah_is_lost_in_writing(amount: int) -> None:
    assert int(i18n.rupiah(amount).replace("Rp", "").replace(".", "")) == amount


def test_a_language_without_wording_of_its_own_borrows_the_indonesian_one() -> None:
    assert i18n.when(DEADLINE, WIB, "su") == "Saptu, 10 April 2021 pukul 10.00 WIB"

"""What stands on paper is read as people write it, files are known by their bytes, and numbers by any spelling."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.kept.kinds import JPEG, PDF, PNG, is_whole, kind_of
from app.papers.numbers import form_number, serial_of, typed_number
from app.papers.written import neighbourhoods, shown_moment, shown_neighbourhoods, written_moment
from app.web.problems import CodedValueError

WIB = "Asia/Jakarta"
DAY = date(2021, 4, 11)
NEXT_MORNING = datetime(2021, 4, 12, 2, 0, tzinfo=UTC)


def wib(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZoneInfo(WIB))  # type: ignore[arg-type,misc]  # year … minute


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("19.40", wib(2021, 4, 11, 19, 40)),
        ("8:05", wib(2021, 4, 11, 8, 5)),
        ("11/4 19.40", wib(2021, 4, 11, 19, 40)),
        ("10-04-2021 19:40", wib(2021, 4, 10, 19, 40)),
        ("11.4.21 07.00", wib(2021, 4, 11, 7, 0)),
        ("30-12 20.00", wib(2020, 12, 30, 20, 0)),
    ],
)
def test_a_time_on_paper_is_read_in_the_forums_zone(text: str, moment: datetime) -> None:
    assert written_moment(text, DAY, WIB, NEXT_MORNING) == moment


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "papers.not_a_time"),
        ("malam", "papers.not_a_time"),
        ("25.00", "papers.not_a_time"),
        ("31-2 10.00", "papers.not_a_time"),
        ("1 2 3", "papers.not_a_time"),
        ("12-4-2021 23.00", "papers.time_to_come"),
        ("11-4-2019 19.00", "papers.time_too_old"),
    ],
)
def test_a_time_that_cannot_be_is_refused_with_its_reason(text: str, code: str) -> None:
    with pytest.raises(CodedValueError) as refused:
        written_moment(text, DAY, WIB, NEXT_MORNING)
    assert refused.value.code == code


@settings(deadline=None)
@given(st.datetimes(min_value=datetime(2020, 6, 1), max_value=datetime(2021, 4, 12, 2)))
def test_a_time_is_shown_as_it_can_be_typed_again(moment: datetime) -> None:
    minute = moment.replace(second=0, microsecond=0, tzinfo=UTC)
    assert written_moment(shown_moment(minute, WIB), DAY, WIB, NEXT_MORNING + timedelta(minutes=1)) == minute


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("03/05", ([3], [5])),
        ("RT 3 RW 5", ([3], [5])),
        ("rt 03/rw 05", ([3], [5])),
        ("4, 3/5", ([3, 4], [5])),
        ("/5", ([], [5])),
        ("3/", ([3], [])),
    ],
)
def test_neighbourhoods_are_read_as_people_write_them(text: str, read: tuple[list[int], list[int]]) -> None:
    assert neighbourhoods(text) == read


@pytest.mark.parametrize("text", ["", "3", "lima", "/", "0/5", "3/5/7", "1000/2"])
def test_what_is_no_neighbourhood_is_refused(text: str) -> None:
    with pytest.raises(CodedValueError):
        neighbourhoods(text)


@settings(deadline=None)
@given(st.sets(st.integers(1, 999), max_size=5), st.sets(st.integers(1, 999), max_size=5))
def test_neighbourhoods_are_shown_as_they_can_be_typed_again(rt: set[int], rw: set[int]) -> None:
    if rt or rw:
        assert neighbourhoods(shown_neighbourhoods(sorted(rt), sorted(rw))) == (sorted(rt), sorted(rw))


@settings(deadline=None)
@given(st.integers(1, 999_999))
def test_a_printed_number_is_known_however_it_is_typed(serial: int) -> None:
    printed = form_number(serial)
    assert {typed_number(text) for text in (printed, printed.lower(), str(serial), f" {serial:05d} ")} == {printed}
    assert serial_of(printed) == serial


def test_a_form_of_the_offices_own_keeps_its_sign() -> None:
    assert (typed_number("k-12/a"), serial_of("K-12/A")) == ("K-12/A", None)
    with pytest.raises(CodedValueError):
        typed_number("nomor dua puluh tiga ya")


def test_a_file_is_known_by_its_bytes_alone() -> None:
    heads = [b"%PDF-1.7\n", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"<html>", b"PK\x03\x04", b"", b" %PDF-"]
    assert [kind_of(head) for head in heads] == [PDF, JPEG, PNG, None, None, None, None]
    assert [is_whole(PDF, b"%%EOF\n"), is_whole(PDF, b"xx"), is_whole(PNG, b"IEND"), is_whole(PNG, b""), is_whole(JPEG, b"")] == [
        True,
        False,
        True,
        False,
        True,
    ]

"""Pure rules of the minutes: under which point a moment falls, and how two texts differ."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.assembly import LOCALES
from app.i18n import Catalogues
from app.minutes.course import AFTER, BEFORE, course_of
from app.minutes.difference import MOST_LINES, Mark, difference, is_long
from app.minutes.entries import Entry, EntryKind
from app.minutes.wording import standing_of
from app.sessions.progress import Move

START = datetime(2021, 4, 11, 11, 30, tzinfo=UTC)


def at(minutes: int) -> datetime:
    return START + timedelta(minutes=minutes)


def test_a_moment_belongs_to_what_was_being_dealt_with_and_a_point_begins_with_its_first_moment() -> None:
    course = course_of([Move("a", at(10)), Move("b", at(30))], {"a", "b"}, at(60))
    assert [course.section_at(at(n)) for n in (0, 9, 10, 29, 30, 59, 60, 99)] == [BEFORE, BEFORE, "a", "a", "b", "b", AFTER, AFTER]


def test_the_chair_may_come_back_and_a_point_that_is_gone_leaves_its_words_to_the_one_before() -> None:
    course = course_of([Move("a", at(10)), Move("gone", at(20)), Move("b", at(30)), Move("a", at(40))], {"a", "b"}, None)
    assert [course.section_at(at(n)) for n in (15, 25, 35, 45, 999)] == ["a", "a", "b", "a", "a"]
    assert [(one.since, one.until) for one in course.of("a")] == [(at(10), at(30)), (at(40), None)]


def test_without_an_agenda_everything_is_one_section() -> None:
    course = course_of([], set(), None)
    assert [course.section_at(at(n)) for n in (-999, 0, 999)] == [BEFORE] * 3


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 99)), max_size=8), st.integers(-20, 130))
def test_every_moment_lies_in_exactly_the_stretch_that_says_so(moves: list[tuple[str, int]], minute: int) -> None:
    ordered = [Move(item, at(n)) for item, n in sorted(moves, key=lambda one: one[1])]
    course = course_of(ordered, {"a", "b"}, at(100))
    holding = [
        one.section
        for one in course.stretches
        if (one.since is None or one.since <= at(minute)) and (one.until is None or at(minute) < one.until)
    ]
    assert holding == [course.section_at(at(minute))]


def test_an_agency_that_speaks_under_its_own_name_is_named_once() -> None:
    words = Catalogues.load(LOCALES).translator("id")
    said = [Entry(START, "1", EntryKind.RESPONSE, "Baik.", name, "DPUPR", via="written") for name in ("DPUPR", "Agus")]
    assert [standing_of(one, words, {}) for one in said] == ["tertulis", "DPUPR, tertulis"]


def test_a_difference_shows_what_came_what_went_and_hides_what_stayed() -> None:
    before = "satu\ndua\ntiga\nempat\nlima\n\nenam"
    after = "satu\ndua\ntiga\nempat\nLima, dibahas\nenam\ntujuh"
    assert [(one.mark, one.text, one.count) for one in difference(before, after)] == [
        (Mark.SKIPPED, "", 3),
        (Mark.SAME, "empat", 1),
        (Mark.REMOVED, "lima", 1),
        (Mark.ADDED, "Lima, dibahas", 1),
        (Mark.SAME, "enam", 1),
        (Mark.ADDED, "tujuh", 1),
    ]


def test_texts_that_say_the_same_do_not_differ() -> None:
    assert difference("satu\n\ndua ", "satu\ndua") == []


@given(st.lists(st.sampled_from(["a", "b", "c", ""]), max_size=12), st.lists(st.sampled_from(["a", "b", "c", ""]), max_size=12))
def test_a_difference_gives_both_texts_back(old: list[str], new: list[str]) -> None:
    pieces = difference("\n".join(old), "\n".join(new))
    kept = [one for one in pieces if one.mark in {Mark.SAME, Mark.SKIPPED}]
    gone = [one.text for one in pieces if one.mark is Mark.REMOVED]
    came = [one.text for one in pieces if one.mark is Mark.ADDED]
    stayed = sum(one.count for one in kept)
    bare_old, bare_new = [one for one in old if one], [one for one in new if one]
    if pieces:
        assert (stayed + len(gone), stayed + len(came)) == (len(bare_old), len(bare_new))
    else:
        assert bare_old == bare_new


def test_only_so_many_lines_are_compared() -> None:
    many = "\n".join(str(n) for n in range(MOST_LINES + 1))
    assert (is_long(many), is_long("satu"), difference(many, many + "\nlagi")) == (True, False, [])

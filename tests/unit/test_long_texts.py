"""Texts made to be slow: each of these took from ten seconds to hours when the time grew faster than the length."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.chat import values
from app.hall.pasted_lines import Doubt
from app.hall.pasted_zoom import read_zoom
from app.proposals.fields import clean
from app.regions import composed, finds_personal
from app.registration.fields import many_lines

MANY = 60_000
MARKS = "a" + "\u0315" * MANY + "\u0323" * MANY


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=80))
def test_ordinary_writing_is_composed_as_unicode_says(text: str) -> None:
    runs = "".join("x" if unicodedata.combining(sign) else " " for sign in text).split()
    if all(len(run) <= 8 for run in runs):
        assert composed(text) == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize(
    "read", [clean, many_lines, lambda text: values.words({"text": text}, "text", 2000)], ids=["proposal", "form", "room"]
)
def test_of_a_tower_of_marks_eight_are_kept(read) -> None:  # type: ignore[no-untyped-def]  # three shapes of one thing
    assert unicodedata.normalize("NFD", read(MARKS)) == "a" + "\u0315" * 8


def test_brackets_and_digits_without_end_are_read_to_their_end() -> None:
    assert len(finds_personal("1(.)" * MANY)) == MANY // 16


@pytest.mark.parametrize("blank", [" ", "\u00a0", " \t"])
def test_a_line_of_blanks_in_a_meetings_chat_is_read_as_its_words(blank: str) -> None:
    said = "saya ke" + blank * MANY + "x"
    (line,) = read_zoom(f"12:00:00 From  Budi : {said}\n").lines
    assert (line.person, line.text.split(), line.doubt) == ("Budi", ["saya", "ke", "x"], None)


def test_a_head_of_many_recipients_is_kept_as_a_line_in_doubt() -> None:
    (line,) = read_zoom("12:00:00 From " + "Budi to " * MANY).lines
    assert line.doubt is Doubt.UNREAD

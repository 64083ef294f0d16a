"""The life of a session: what may follow what, and the small rules around its names and times."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sessions.checks import Times, time_problems
from app.sessions.lifecycle import FOLLOWS, ROOM_STATE, may_follow
from app.sessions.models import SessionState
from app.sessions.naming import not_taken, prefix_of, slug_of

ROOM_STEPS = {("waiting", "open"), ("open", "paused"), ("paused", "open"), ("open", "ended"), ("paused", "ended"), ("waiting", "ended")}
S = SessionState


def walked(wishes: list[SessionState]) -> list[SessionState]:
    """The states that a session goes through when each wish is granted only if the rule allows it."""
    path = [S.DRAFT]
    for wish in wishes:
        if may_follow(path[-1], wish):
            path.append(wish)
    return path


@given(st.lists(st.sampled_from(list(SessionState)), max_size=40))
def test_whatever_is_pressed_a_session_lives_once(wishes: list[SessionState]) -> None:
    path = walked(wishes)
    assert path.count(S.DRAFT) == 1
    assert path.count(S.PUBLISHED) <= 1
    assert all(state not in {S.ENDED, S.CANCELLED} for state in path[:-1])
    rooms = [ROOM_STATE[state] for state in path]
    steps = {(a, b) for a, b in pairwise(rooms) if a != b}
    assert steps <= ROOM_STEPS


@given(st.sampled_from(list(SessionState)))
def test_every_state_but_the_last_two_can_be_cancelled(state: SessionState) -> None:
    assert may_follow(state, S.CANCELLED) is (state not in {S.ENDED, S.CANCELLED})
    assert not may_follow(state, state)


def test_the_table_names_every_state() -> None:
    assert set(FOLLOWS) == set(ROOM_STATE) == set(SessionState)
    assert FOLLOWS[S.DRAFT] == {S.PUBLISHED, S.CANCELLED}
    assert FOLLOWS[S.LIVE] == {S.PAUSED, S.ENDED, S.CANCELLED}
    assert FOLLOWS[S.PAUSED] == {S.LIVE, S.ENDED, S.CANCELLED}


@pytest.mark.parametrize(
    ("name", "prefix"),
    [
        ("Kota Pekalongan", "PKL"),
        ("Kabupaten Lombok Timur", "LMB"),
        ("Kota Bekasi", "BKS"),
        ("Aceh", "ACH"),
        ("Kota Banjarmasin", "BNJ"),
        ("Lasem", "LSM"),
        ("", "USL"),
    ],
)
def test_the_prefix_is_read_from_the_name(name: str, prefix: str) -> None:
    assert prefix_of(name) == prefix


@given(st.text(max_size=200))
def test_a_slug_can_always_stand_in_an_address(text: str) -> None:
    slug = slug_of(text)
    assert len(slug) <= 60
    assert all(part.isascii() and part.isalnum() and part == part.lower() for part in slug.split("-")) or slug == ""


def test_a_slug_is_cut_at_a_word() -> None:
    assert slug_of("Musrenbang RKPD Kota Pekalongan, tahun 2022!", 20) == "musrenbang-rkpd-kota"
    assert not_taken("aula", {"aula", "aula-2"}) == "aula-3"


NOON = datetime(2021, 4, 11, 5, tzinfo=UTC)


@given(st.lists(st.integers(-1000, 1000), min_size=4, max_size=4))
def test_times_are_right_only_in_their_order(hours: list[int]) -> None:
    opens, closes, starts, ends = (NOON + timedelta(hours=h) for h in hours)
    wrong = time_problems(Times(starts, ends, opens, closes))
    assert (wrong == []) is (opens < closes <= starts < ends)

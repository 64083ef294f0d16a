"""Rules of signing in: how long it lasts, which codes count, what is kept of a device."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.access.devices import device_words
from app.access.lasting import AFTER_SESSION, AFTER_USE, KEPT_BY_SESSION, LONGEST, Work, ends_at, lasts
from app.access.totp import DRIFT, STEP, step_of

START = datetime(2021, 4, 11, 1, 0, tzinfo=UTC)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
hours = st.floats(0, 500, allow_nan=False).map(lambda n: timedelta(hours=n))


@given(used=hours, later=hours, over=st.lists(st.one_of(st.none(), hours), max_size=4))
def test_a_sign_in_ends_when_it_is_not_used_but_never_in_the_middle_of_a_session(
    used: timedelta, later: timedelta, over: list[timedelta | None]
) -> None:
    used_at, now = START + used, START + used + later
    ends = ends_at(START, used_at)
    work = [Work(None if end is None else START + end) for end in over]
    in_time = later < AFTER_USE and used + later < LONGEST
    kept = later < KEPT_BY_SESSION and any(end is None or used + later < end + AFTER_SESSION for end in over)
    assert lasts(ends, used_at, work, now) is (in_time or kept)


@given(moment=st.integers(0, 2**32), drift=st.integers(-5, 5))
def test_a_code_belongs_to_one_step_and_counts_beside_it(moment: int, drift: int) -> None:
    step = moment // STEP + drift
    code = pyotp.TOTP(SECRET).at(max(step, 0) * STEP)
    found = step_of(SECRET, code, datetime.fromtimestamp(moment, UTC))
    if abs(drift) <= DRIFT and step >= 0:
        assert found is not None
        assert pyotp.TOTP(SECRET).at(found * STEP) == code
    elif found is not None:  # two steps may share six digits, one time in a million
        assert pyotp.TOTP(SECRET).at(found * STEP) == code


@pytest.mark.parametrize("code", ["", "12345", "1234567", "12345a", "１２３４５６", " 123456"])
def test_what_is_no_code_is_never_taken_for_one(code: str) -> None:
    assert step_of(SECRET, code, START) is None


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36", "Chrome, Android"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:121.0) Gecko/20100101 Firefox/121.0", "Firefox, Windows"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36 Edg/120.0", "Edge, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1 (KHTML) Version/17.1 Mobile/15E148 Safari/604.1", "Safari, iPhone"),
        ("curl/8.5.0 <script>", ""),
    ],
)  # fmt: skip
def test_a_device_is_known_again_by_two_words(agent: str, words: str) -> None:
    assert device_words(agent) == words

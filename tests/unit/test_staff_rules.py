"""Rules of signing in: how long it lasts, which codes count, what is kept of a device."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.access.codes import DRIFT, STEP, address, code_at, step_of
from app.access.devices import device_words
from app.access.lasting import AFTER_SESSION, AFTER_USE, KEPT_BY_SESSION, LONGEST, Work, ends_at, lasts

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


@pytest.mark.parametrize(
    ("moment", "code"),
    [(59, "94287082"), (1111111109, "07081804"), (1111111111, "14050471"), (1234567890, "89005924"), (2000000000, "69279037")],
)
def test_codes_are_those_of_the_standard(moment: int, code: str) -> None:
    key = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # the standard's own: 12345678901234567890
    assert code_at(key, moment // STEP, digits=8) == code


@given(moment=st.integers(0, 2**32), drift=st.integers(-5, 5))
def test_a_code_belongs_to_one_step_and_counts_beside_it(moment: int, drift: int) -> None:
    step = max(0, moment // STEP + drift)
    code = code_at(SECRET, step)
    found = step_of(SECRET, code, datetime.fromtimestamp(moment, UTC))
    assert found is not None or abs(step - moment // STEP) > DRIFT
    # Two steps may share six digits, one time in a million.
    assert found is None or code_at(SECRET, found) == code


def test_an_authenticator_is_told_whose_key_it_is() -> None:
    told = address(SECRET, "ani@kota.go.id", "Kota Pekalongan")
    assert told == f"otpauth://totp/Kota%20Pekalongan%3Aani%40kota.go.id?secret={SECRET}&issuer=Kota%20Pekalongan"


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

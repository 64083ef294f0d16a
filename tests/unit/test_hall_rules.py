"""Rules of the hall: the PIN that turns, and the quorum."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.hall import pin
from app.hall.quorum import QuorumState, Span, needed, quorum_of
from app.sessions.models import QuotaUnit
from app.vault import Vault

VAULT = Vault({"k1": b"s" * 32}, b"i" * 32, b"t" * 32, b"a" * 32)
START = datetime(2021, 4, 11, 11, 30, tzinfo=UTC)
moments = st.integers(0, 10**6).map(lambda seconds: START + timedelta(seconds=seconds))


@given(said=moments, pause=st.integers(0, 3 * 300))
def test_a_pin_opens_while_it_is_said_and_for_one_turn_more(said: datetime, pause: int) -> None:
    spoken = pin.pin_of(VAULT, "aula-1", pin.turn_of(said))
    typed_at = said + timedelta(seconds=pause)
    turns = pin.turn_of(typed_at) - pin.turn_of(said)
    assert pin.opens(VAULT, "aula-1", f"{spoken[:3]} {spoken[3:]}", typed_at) is (turns <= 1)
    assert not pin.opens(VAULT, "aula-2", spoken, typed_at)
    assert said < pin.until(said) <= said + pin.TURN


def test_without_the_grace_a_pin_said_in_the_last_second_would_be_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    turns = pin.until(START)
    spoken = pin.pin_of(VAULT, "aula-1", pin.turn_of(turns - timedelta(seconds=1)))
    assert pin.opens(VAULT, "aula-1", spoken, turns)
    monkeypatch.setattr(pin, "GRACE", 0)
    assert not pin.opens(VAULT, "aula-1", spoken, turns)


def test_a_share_is_rounded_up_and_of_nobody_is_no_number() -> None:
    asked = [(None, QuotaUnit.NUMBER, 9), (7, QuotaUnit.NUMBER, 0), (50, QuotaUnit.PERCENT, 9), (50, QuotaUnit.PERCENT, 0)]
    assert [needed(*one) for one in asked] == [None, 7, 5, None]


stays = st.lists(
    st.builds(
        lambda person, came, stayed: Span(
            person, START + timedelta(minutes=came), None if stayed is None else START + timedelta(minutes=came + stayed)
        ),
        st.sampled_from("abcde"),
        st.integers(0, 60),
        st.none() | st.integers(0, 60),
    ),
    max_size=12,
)


@given(spans=stays, wanted=st.integers(1, 5), minute=st.integers(0, 130))
def test_the_quorum_is_reached_when_so_many_different_people_are_first_there_at_once(spans: list[Span], wanted: int, minute: int) -> None:
    at = START + timedelta(minutes=minute)

    def there(moment: datetime) -> int:
        return len({one.person for one in spans if one.arrived_at <= moment and (one.left_at is None or one.left_at > moment)})

    first = next((one for m in range(minute + 1) if there(one := START + timedelta(minutes=m)) >= wanted), None)
    found = quorum_of(wanted, QuotaUnit.NUMBER, 0, spans, at)
    state = QuorumState.REACHED if there(at) >= wanted else QuorumState.SHORT
    assert (found.state, found.present, found.reached_at) == (state, there(at), first)

"""May this person send this now? By state, role, sanctions, lock, slow mode and rate; and the bounds of frames."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.chat import frames, values
from app.chat.conduct import BURST, PAUSE, PartInRoom, RoomState, Rules, Standing, judge, may_say, spend
from app.chat.models import MessageState
from app.chat.refusals import BadFrame, BadRequest, TooLarge, frame_code, retry_of
from app.chat.requests import Kind, Send
from app.errors import ForumError, Unavailable

NOW = datetime(2021, 4, 11, 12, tzinfo=UTC)
ATTENDEE = Standing(PartInRoom.ATTENDEE)
MODERATOR = Standing(PartInRoom.MODERATOR)
OPEN = Rules(RoomState.OPEN)


def verdict(rules: Rules, who: Standing, kind: Kind = Kind.CHAT) -> str:
    try:
        return judge(rules, who, kind, NOW).value
    except ForumError as refusal:
        return frame_code(refusal)


@pytest.mark.parametrize(
    ("state", "attendee", "moderator"),
    [
        ("waiting", "room_closed", "visible"),
        ("open", "visible", "visible"),
        ("paused", "room_locked", "visible"),
        ("ended", "room_closed", "room_closed"),
    ],
)
def test_the_state_of_the_room_decides_first(state: str, attendee: str, moderator: str) -> None:
    rules = Rules(RoomState(state))
    assert (verdict(rules, ATTENDEE), verdict(rules, MODERATOR)) == (attendee, moderator)


def test_after_the_end_aspirations_are_late_until_their_time_is_over() -> None:
    still, over = (Rules(RoomState.ENDED, late_until=NOW + timedelta(seconds=n)) for n in (0, -1))
    assert (verdict(still, ATTENDEE, Kind.ASPIRATION), verdict(still, ATTENDEE)) == ("late", "room_closed")
    assert (verdict(over, ATTENDEE, Kind.ASPIRATION), verdict(still, MODERATOR, Kind.ASPIRATION)) == ("room_closed", "late")


def test_lock_and_premoderation_are_for_attendees() -> None:
    locked, held = Rules(RoomState.OPEN, locked=True), Rules(RoomState.OPEN, premoderated=True)
    responder = Standing(PartInRoom.RESPONDER)
    assert [verdict(locked, who) for who in (ATTENDEE, responder, MODERATOR)] == ["room_locked", "visible", "visible"]
    assert [verdict(held, who) for who in (ATTENDEE, responder, MODERATOR)] == ["held", "visible", "visible"]


def test_sanctions_come_before_the_room() -> None:
    closed = Rules(RoomState.WAITING)
    assert verdict(closed, Standing(PartInRoom.ATTENDEE, muted=True)) == "muted"
    assert verdict(closed, Standing(PartInRoom.ATTENDEE, banned=True, muted=True)) == "forbidden"
    assert verdict(OPEN, Standing(PartInRoom.ATTENDEE, seated=False)) == "forbidden"


def test_kinds_belong_to_parts() -> None:
    may = {part.value: {kind.value for kind in Kind if may_say(part, None, kind)} for part in PartInRoom}
    everybody = {"chat", "aspiration", "question"}
    assert may == {
        "attendee": everybody,
        "responder": everybody | {"response"},
        "operator": everybody | {"response", "spoken"},
        "secretariat": everybody | {"response", "spoken"},
        "moderator": everybody | {"response", "spoken"},
    }
    assert [may_say(PartInRoom.ATTENDEE, element, Kind.RESPONSE) for element in ("dprd", "opd", "rt")] == [True, True, False]


@given(st.integers(1, 3600), st.integers(0, 4000))
def test_slow_mode_says_exactly_when(seconds: int, ago: float) -> None:
    rules = Rules(RoomState.OPEN, slow_seconds=seconds)
    who = Standing(PartInRoom.ATTENDEE, last_at=NOW - timedelta(seconds=ago))
    if ago >= seconds:
        assert judge(rules, who, Kind.CHAT, NOW) is MessageState.VISIBLE
        return
    with pytest.raises(Unavailable) as refusal:
        judge(rules, who, Kind.CHAT, NOW)
    wait = retry_of(refusal.value) or 0
    assert (frame_code(refusal.value), abs(wait / 1000 - (seconds - ago)) < 0.002) == ("slow_mode", True)


@given(st.lists(st.floats(0, 10), min_size=1, max_size=60))
def test_the_bucket_never_lets_more_than_the_burst_and_the_pace_through(gaps: list[float]) -> None:
    full_at, now, passed = 0.0, 1000.0, []
    for gap in gaps:
        now += gap
        try:
            full_at = spend(full_at, now)
            passed.append(now)
        except Unavailable as refusal:
            wait = retry_of(refusal)
            assert wait is not None
            spend(full_at, now + wait / 1000 + 0.002)
    for start in passed:
        assert sum(start <= at < start + 30 for at in passed) <= BURST + 30 / PAUSE + 1e-6


# --- frames


def send(**changes: Any) -> Send:
    return frames.send({"t": "send", "cid": "a", "kind": "chat", "text": "halo", **changes})


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "{",
        "[]",
        "1",
        "null",
        '"t"',
        '{"t":1}',
        "{}",
        '{"t":"send","x":NaN}',
        '{"t":Infinity}',
        "[" * 20_000,
        '{"t":"x","n":' + "9" * 5000 + "}",
    ],
)
def test_what_is_no_frame_is_a_bad_frame(raw: str) -> None:
    with pytest.raises(BadFrame):
        values.read_object(raw)


@pytest.mark.parametrize(
    "changes",
    [
        {"cid": ""},
        {"cid": "x" * 65},
        {"cid": "a\n"},
        {"cid": 7},
        {"kind": "photo"},
        {"kind": []},
        {"text": ""},
        {"text": " \n "},
        {"text": 5},
        {"text": "a\x00b"},
        {"text": "\ud800"},
        {"re": "a b"},
        {"for": 5},
        {"for": {"name": ""}},
        {"via": "online"},
        {"source": "Zoom!"},
        {"sent_at": -1},
        {"sent_at": True},
        {"sent_at": 2**63},
        {"fields": []},
        {"fields": {"a": {"b": {"c": {"d": {"e": 1}}}}}},
        {"fields": {"budget": 2**60}},
        {"fields": {str(n): 1 for n in range(41)}},
        {"photos": ["x"]},
    ],
)
def test_a_wrong_field_is_a_bad_request(changes: dict[str, Any]) -> None:
    with pytest.raises(BadRequest):
        send(**changes)


def test_lengths_are_bounded_per_kind() -> None:
    assert send(text="x" * 2000, kind="aspiration").kind is Kind.ASPIRATION
    for changes in ({"text": "x" * 1001}, {"text": "x" * 2001, "kind": "spoken"}, {"text": "x", "on_behalf": "y" * 121}):
        with pytest.raises(TooLarge):
            send(**changes)


def test_the_body_that_is_compared_is_what_was_said_and_not_how_it_travelled() -> None:
    same = [
        send(),
        send(cid="b", i=5, sent_at=1, source="zoom", unknown=1),
        send(text=" halo\r\n"),
        send(fields={}),
        send(fields={"rt": None}),
    ]
    other = [send(text="hola"), send(kind="question"), send(re="x"), send(fields={"rt": 1}), send(on_behalf="warga"), send(**{"for": "p"})]
    assert {one.body_hash for one in same} == {same[0].body_hash}
    assert len({one.body_hash for one in [same[0], *other]}) == 7


PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=6)
JSON = PLAIN | st.lists(PLAIN, max_size=2) | st.dictionaries(st.text(max_size=3), PLAIN, max_size=2)
NAMES = (
    "cid",
    "kind",
    "text",
    "re",
    "for",
    "via",
    "source",
    "on_behalf",
    "sent_at",
    "fields",
    "op",
    "target",
    "v",
    "reason",
    "messages",
    "proposal",
    "before",
    "after",
    "n",
    "log",
)


@given(
    st.sampled_from(["send", "history", "sync", "mod", "capture", "vote", "hello"]),
    st.dictionaries(st.sampled_from(NAMES), JSON | st.sampled_from(["a", "chat", "hide", "mute", "desk", {"seconds": 5}, ["x"]])),
)
def test_no_frame_raises_anything_but_a_refusal(kind: str, rest: dict[str, Any]) -> None:
    frame = json.loads(json.dumps({**rest, "t": kind}))
    assert {refusal_of(read, frame) for read in (frames.parse, frames.hello)} <= {None, "bad_request", "too_large"}


def refusal_of(read: Callable[[dict[str, Any]], object], frame: dict[str, Any]) -> str | None:
    try:
        read(frame)
    except ForumError as refusal:
        return frame_code(refusal)
    return None

"""May this person send this now, and what becomes of it? Pure rules over plain values; `now` is a moment, waits are seconds."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.chat.models import MessageState
from app.chat.refusals import later
from app.chat.requests import Kind
from app.clock import millis
from app.errors import Gone, NotAllowed

BURST = 5
PAUSE = 3.0
"""Seconds: burst at once, then one message per pause, for attendees."""
VOTE_BURST = 20
VOTE_PAUSE = 1.0
"""The same of votes."""

BUCKETS = 20_000
"""Kept before those that are empty again are thrown away."""


class RoomState(StrEnum):
    """How a room stands, as the protocol says it."""

    WAITING = "waiting"
    OPEN = "open"
    PAUSED = "paused"
    ENDED = "ended"


class PartInRoom(StrEnum):
    """As what somebody speaks: the `role` of `by`."""

    ATTENDEE = "attendee"
    RESPONDER = "responder"
    OPERATOR = "operator"
    SECRETARIAT = "secretariat"
    MODERATOR = "moderator"


DESK_PARTS = frozenset({PartInRoom.OPERATOR, PartInRoom.SECRETARIAT, PartInRoom.MODERATOR})
"""Who reads the desk log, types for others and keeps notes."""
COUNCIL = frozenset({"opd", "dprd"})
"""Elements whose seats may answer: agencies and the council."""


@dataclass(frozen=True)
class Rules:
    """The room as it is now; `late_until` is set once it has ended and still takes aspirations."""

    state: RoomState
    slow_seconds: int = 0
    premoderated: bool = False
    locked: bool = False
    unlimited: bool = False
    late_until: datetime | None = None
    practice: bool = False
    """The office rehearses: whatever is made here is wiped."""


@dataclass(frozen=True)
class Standing:
    """The sender as they are now."""

    part: PartInRoom
    element: str | None = None
    seated: bool = True
    muted: bool = False
    muted_until: datetime | None = None
    banned: bool = False
    last_at: datetime | None = None


def may_say(part: PartInRoom, element: str | None, kind: Kind) -> bool:
    """Whether somebody with this part may send this kind at all."""
    match kind:
        case Kind.SPOKEN:
            return part in DESK_PARTS
        case Kind.RESPONSE:
            return part in DESK_PARTS | {PartInRoom.RESPONDER} or element in COUNCIL
    return True


def judge(rules: Rules, who: Standing, kind: Kind, now: datetime) -> MessageState:
    """The state in which a new message is stored; raises the refusal otherwise (rates are asked apart)."""
    if not who.seated or who.banned or not may_say(who.part, who.element, kind):
        raise NotAllowed("chat.forbidden")
    if who.muted:
        until = {} if who.muted_until is None else {"until": millis(who.muted_until)}
        raise NotAllowed("chat.muted", **until)
    if rules.state is RoomState.ENDED:
        if kind is Kind.ASPIRATION and rules.late_until is not None and now <= rules.late_until:
            return MessageState.LATE
        raise Gone("chat.room_closed")
    if who.part is not PartInRoom.ATTENDEE:
        return MessageState.VISIBLE
    if rules.state is RoomState.WAITING:
        raise Gone("chat.room_closed")
    if rules.state is RoomState.PAUSED or rules.locked:
        raise NotAllowed("chat.room_locked")
    _not_too_soon(rules, who, now)
    return MessageState.HELD if rules.premoderated else MessageState.VISIBLE


def judge_vote(rules: Rules, who: Standing) -> None:
    """Raises the refusal when somebody may not vote now: like speaking, but a vote is nothing that a moderator must read first."""
    if not who.seated or who.banned:
        raise NotAllowed("chat.forbidden")
    if who.muted:
        until = {} if who.muted_until is None else {"until": millis(who.muted_until)}
        raise NotAllowed("chat.muted", **until)
    attendee = who.part is PartInRoom.ATTENDEE
    if rules.state is RoomState.ENDED or (attendee and rules.state is RoomState.WAITING):
        raise Gone("chat.room_closed")
    if attendee and (rules.state is RoomState.PAUSED or rules.locked):
        raise NotAllowed("chat.room_locked")


def _not_too_soon(rules: Rules, who: Standing, now: datetime) -> None:
    if rules.slow_seconds and who.last_at is not None:
        wait = rules.slow_seconds - (now - who.last_at).total_seconds()
        if wait > 0:
            raise later("slow_mode", wait)


def limited(rules: Rules, who: Standing) -> bool:
    """Whether the burst limit counts for this sender."""
    return who.part is PartInRoom.ATTENDEE and not rules.unlimited


def spend(full_at: float, now: float, *, burst: int = BURST, pause: float = PAUSE) -> float:
    """Count one message against a bucket that is empty again at `full_at` (seconds of any clock); its new moment. Refuses when it is full."""
    ready = max(full_at, now)
    wait = ready - now - (burst - 1) * pause
    if wait > 0:
        raise later("rate_limited", wait)
    return ready + pause


def still_spent(buckets: dict[str, float], now: float) -> dict[str, float]:
    """The buckets, without those that are empty again once there are many."""
    return {name: at for name, at in buckets.items() if at > now} if len(buckets) > BUCKETS else buckets

"""What a client may ask, as plain values: one dataclass per frame."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeAlias


class Kind(StrEnum):
    """What a message is."""

    CHAT = "chat"
    ASPIRATION = "aspiration"
    QUESTION = "question"
    RESPONSE = "response"
    SPOKEN = "spoken"


class Op(StrEnum):
    """An act of moderation."""

    APPROVE = "approve"
    REJECT = "reject"
    HIDE = "hide"
    UNHIDE = "unhide"
    DELETE = "delete"
    PIN = "pin"
    UNPIN = "unpin"
    MUTE = "mute"
    UNMUTE = "unmute"
    BAN = "ban"
    SLOW = "slow"
    LOCK = "lock"
    PREMODERATE = "premoderate"
    ANNOUNCE = "announce"
    STATE = "state"


@dataclass(frozen=True)
class Somebody:
    """For whom an operator speaks: a participant of the session, or a word about them."""

    participant_id: str | None = None
    name: str = ""
    capacity: str | None = None


@dataclass(frozen=True)
class Hello:
    """The first frame of a socket; `resume` is (epoch, seq) per log."""

    token: str | None = None
    resume: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    lite: bool = False


@dataclass(frozen=True)
class Send:
    """A message; `sent_at` is the device's own time in milliseconds."""

    cid: str
    kind: Kind
    text: str
    i: int | None = None
    re: str | None = None
    speaks_for: Somebody | None = None
    via: str | None = None
    source: str | None = None
    on_behalf: str | None = None
    sent_at: int | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    body_hash: str = ""

    @property
    def answers(self) -> str | None:
        """The number of the proposal that a response names in its fields; a response may do so without `re`."""
        number = self.fields.get("proposal") if self.kind is Kind.RESPONSE else None
        return number if isinstance(number, str) and number else None


@dataclass(frozen=True)
class History:
    """The `n` events before a seq."""

    i: int | None
    log: str
    before: int
    n: int


@dataclass(frozen=True)
class Sync:
    """The events after a seq."""

    i: int | None
    log: str
    after: int


@dataclass(frozen=True)
class Moderate:
    """An act on a message, a person or the room; `v` has been checked for its `op`."""

    i: int | None
    cid: str
    op: Op
    target: str | None
    v: Mapping[str, Any]
    reason: str | None
    body_hash: str


@dataclass(frozen=True)
class Capture:
    """Several messages as one proposal."""

    i: int | None
    cid: str
    messages: tuple[str, ...]
    proposal: Mapping[str, Any]
    body_hash: str


@dataclass(frozen=True)
class Vote:
    """For a message, or no longer."""

    i: int | None
    message: str
    on: bool


Request: TypeAlias = Send | History | Sync | Moderate | Capture | Vote

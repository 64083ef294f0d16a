"""What a client makes of the frames that it gets, mirroring docs/protocol.md and nothing else: state + events = state. Pure.

A picture is compared as plain values: messages by id as (text, gone, number of the proposal), the pinned ids, and the mode of the room.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Frame: TypeAlias = dict[str, Any]
MODE = {"slow": ("slow", "seconds"), "lock": ("locked", "on"), "premoderate": ("premoderated", "on"), "state": ("state", "to")}
TAKEN = {"hide": "hidden", "delete": "deleted", "erase": "erased"}


@dataclass
class Seen:
    """One message as a client knows it; `whole` once it was seen as it was said, not only what is left of it."""

    text: str | None = None
    gone: str | None = None
    proposal: str | None = None
    whole: bool = False


@dataclass
class Picture:
    """The public log as far as it was read: from `floor` on nothing is missing but what was skipped."""

    epoch: str | None = None
    seq: int = 0
    head: int = 0
    floor: int = 1
    told: int = 0
    mode: dict[str, Any] = field(default_factory=dict)
    pinned: list[str] = field(default_factory=list)
    events: dict[int, Frame] = field(default_factory=dict)
    shown: dict[int, Frame] = field(default_factory=dict)
    shown_at: int = 0
    """The snapshot's messages, by seq, and the head as of which they are true."""

    def welcome(self, frame: Frame) -> None:
        """Who comes in learns how the room stands now."""
        if frame["epoch"] != self.epoch:
            self.__init__(epoch=frame["epoch"])  # type: ignore[misc]  # begin anew, in place: others hold this picture
        self.head = frame["head"]
        self.told = frame["head"]
        self.mode = {name: frame["room"][name] for name in ("state", "slow", "locked", "premoderated")}
        self.pinned = list(frame["pinned"])

    def snapshot(self, frame: Frame) -> None:
        """In place of what was missed: nothing that was held counts any more."""
        self.events.clear()
        self.shown = {event["seq"]: event for event in frame["e"]}
        self.shown_at = self.seq = self.head = frame["head"]
        self.floor = frame["head"] + 1

    def take(self, event: Frame) -> str | None:
        """The next event, or a run of skipped ones; what is wrong with it, if anything."""
        first, last = (event["from"], event["to"]) if event["t"] == "skip" else (event["seq"], event["seq"])
        if first != self.seq + 1:
            return f"{event['t']} {first} came after {self.seq}"
        self.seq, self.head = last, max(self.head, last)
        self.events[first] = event
        if event["t"] == "room" and event["op"] in MODE and first > self.told:
            name, value = MODE[event["op"]]
            self.mode[name] = event["v"][value]
        if event["t"] == "upd" and event["op"] in {"pin", "unpin", "hide", "delete"}:
            # The latest pin comes first; what is taken away is no longer pinned.
            self.pinned = [id_ for id_ in self.pinned if id_ != event["id"]]
            if event["op"] == "pin":
                self.pinned.insert(0, event["id"])
        return None

    def past(self, events: Iterable[Frame]) -> None:
        """A page of history below the floor."""
        for event in events:
            self.events[event["seq"]] = event
            self.floor = min(self.floor, event["seq"])

    @property
    def messages(self) -> dict[str, Seen]:
        """Every message that was read, as it now stands for this client."""
        found: dict[str, Seen] = {}
        seqs = sorted(self.events)
        for seq in seqs:
            if seq <= self.shown_at:
                _apply(found, self.events[seq])
        for event in self.shown.values():
            found[event["id"]] = Seen(event["text"], None, event.get("proposal"), whole=True)
        for seq in seqs:
            if seq > self.shown_at:
                _apply(found, self.events[seq])
        return found

    @property
    def skipped(self) -> set[int]:
        """The seqs that a reader who asked for little did without."""
        runs = (event for event in self.events.values() if event["t"] == "skip")
        return {seq for run in runs for seq in range(run["from"], run["to"] + 1)}


def _apply(found: dict[str, Seen], event: Frame) -> None:
    if event["t"] == "msg" and "gone" in event:
        one = found.setdefault(event["id"], Seen())
        one.text, one.gone = None, event["gone"]
    elif event["t"] == "msg":
        found[event["id"]] = Seen(event["text"], None, event.get("proposal"), whole=True)
    elif event["t"] == "upd":
        one = found.setdefault(event["id"], Seen())
        match event["op"]:
            case "hide" | "delete" | "erase" as op:
                one.text, one.gone = None, TAKEN[op]
            case "edit":
                one.text = event["v"]["text"]
            case "unhide":
                found[event["id"]] = Seen(event["v"]["text"], None, event["v"].get("proposal", one.proposal), whole=True)
            case "proposal":
                one.proposal = event["v"]["number"]

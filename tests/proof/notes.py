"""What the senders of a run said and were told."""

import time
from collections import Counter
from dataclasses import dataclass, field

from tests.proof.way import Frame


@dataclass(frozen=True)
class Said:
    """A message as its author wrote it."""

    cid: str
    sender: int
    kind: str
    text: str

    @property
    def body(self) -> Frame:
        return {"cid": self.cid, "kind": self.kind, "text": self.text}


@dataclass(frozen=True)
class Acked:
    """What the first acknowledgement said, and when (monotonic) it was asked for and came."""

    id: str
    seq: int
    proposal: str | None
    asked_at: float
    at: float


@dataclass
class Notes:
    """Everything that the senders saw."""

    said: dict[str, Said] = field(default_factory=dict)
    acked: dict[str, Acked] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    repeated: int = 0
    refusals: list[tuple[float, float]] = field(default_factory=list)
    """Of each `unavailable`: when it came and how long it took."""
    trips: Counter[str] = field(default_factory=Counter)

    def ack(self, said: Said, ack: Frame, asked_at: float) -> None:
        """Take an acknowledgement; a second one must say the same as the first."""
        self.repeated += bool(ack["dup"])
        now = Acked(ack["id"], ack.get("seq", 0), ack.get("proposal"), asked_at, time.monotonic())
        first = self.acked.setdefault(said.cid, now)
        if ack["cid"] != said.cid or ack["state"] != "visible":
            self.wrong.append(f"{said.cid} was acknowledged as {ack}")
        if first is not now and (not ack["dup"] or (first.id, first.seq, first.proposal) != (now.id, now.seq, now.proposal)):
            self.wrong.append(f"{said.cid} was acknowledged first as {first}, then as {ack}")

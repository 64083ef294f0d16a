"""The way of a proposal as the public reads it: what was decided when and why, where it is now, and what comes next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.proposals.models import ProposalStatus as Status

AHEAD: Mapping[Status, tuple[str, ...]] = {
    Status.NEW: ("check", "discuss", "agency"),
    Status.CHECKED: ("verify", "discuss", "agency"),
    Status.VERIFIED: ("discuss", "agency"),
    Status.AGREED: ("forward", "plan"),
    Status.NOT_AGREED: ("next_year",),
    Status.FORWARDED: ("at_agency", "plan"),
    Status.RETURNED: ("complete",),
    Status.DECLINED: (),
    Status.COMPLAINT: ("complaint_service",),
    Status.MERGED: (),
    Status.SPLIT: (),
}
"""What is going on, then what follows, by where a proposal stands."""
TURNED_AWAY = frozenset({Status.DECLINED, Status.RETURNED, Status.NOT_AGREED})


@dataclass(frozen=True)
class Turn:
    """A version as far as its status goes."""

    status: Status
    at: datetime
    reason_code: str | None = None
    reason: str | None = None
    undone: bool = False


@dataclass(frozen=True)
class Station:
    """One point of the way. `what` is a status, or a word of AHEAD while it has not happened; `state` is done, bad, now or next."""

    what: str
    state: str
    at: datetime | None = None
    reason_code: str | None = None
    reason: str | None = None


def story(turns: Sequence[Turn]) -> list[Station]:
    """The stations behind, in their order, and those ahead; a step that was taken back is left out."""
    behind: list[Turn] = []
    for turn in turns:
        if turn.undone:
            while len(behind) > 1 and behind[-1].status != turn.status:
                behind.pop()
        elif not behind or behind[-1].status != turn.status:
            behind.append(turn)
        elif turn.reason_code != behind[-1].reason_code or turn.reason != behind[-1].reason:
            behind[-1] = turn
    stations = [
        Station(turn.status.value, "bad" if turn.status == Status.DECLINED else "done", turn.at, turn.reason_code, turn.reason)
        for n, turn in enumerate(behind)
        if n == 0 or turn.status != Status.NEW
    ]
    ahead = AHEAD[behind[-1].status] if behind else ()
    return stations + [Station(what, "now" if n == 0 else "next") for n, what in enumerate(ahead)]

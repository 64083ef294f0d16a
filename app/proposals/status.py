"""The life of a proposal: which step may follow which, which need a reason, and which the public sees."""

from collections.abc import Mapping

from app.proposals.choices import Reason
from app.proposals.models import ProposalStatus as Status

STEPS: Mapping[Status, tuple[Status, ...]] = {
    Status.NEW: (Status.CHECKED, Status.VERIFIED, Status.RETURNED, Status.DECLINED, Status.COMPLAINT),
    Status.CHECKED: (Status.NEW, Status.VERIFIED, Status.RETURNED, Status.DECLINED, Status.COMPLAINT),
    Status.VERIFIED: (
        Status.CHECKED,
        Status.AGREED,
        Status.NOT_AGREED,
        Status.FORWARDED,
        Status.RETURNED,
        Status.DECLINED,
        Status.COMPLAINT,
    ),
    Status.AGREED: (Status.VERIFIED, Status.NOT_AGREED, Status.FORWARDED),
    Status.NOT_AGREED: (Status.VERIFIED, Status.AGREED, Status.FORWARDED, Status.DECLINED),
    Status.FORWARDED: (Status.VERIFIED, Status.AGREED, Status.NOT_AGREED, Status.RETURNED, Status.DECLINED),
    Status.RETURNED: (Status.CHECKED, Status.VERIFIED, Status.DECLINED, Status.COMPLAINT),
    Status.DECLINED: (Status.CHECKED, Status.VERIFIED),
    Status.COMPLAINT: (Status.CHECKED, Status.VERIFIED),
    Status.MERGED: (),
    Status.SPLIT: (),
}
"""What may follow; merging and splitting are acts of their own and are taken back by undoing them."""

WITH_REASON = frozenset({Status.RETURNED, Status.DECLINED, Status.NOT_AGREED})
"""Steps that nobody takes without saying why."""
PUBLISHES = frozenset({Status.VERIFIED, Status.AGREED, Status.FORWARDED})
"""Steps that put a proposal on the public list, where nothing personal stands in the way."""
AT_PLENARY = frozenset({Status.VERIFIED, Status.AGREED, Status.NOT_AGREED})
"""Where the status itself is what the plenary decided, or has still to decide."""
WAITING = (Status.NEW, Status.CHECKED)
"""What the desk has still to decide."""
JOINABLE = frozenset(set(Status) - {Status.MERGED, Status.SPLIT})
"""What may be merged or split."""


def may_follow(before: Status, after: Status) -> bool:
    """Whether a proposal may go from one status to the other; staying is no step."""
    return before == after or after in STEPS[before]


def reason_missing(status: Status, code: Reason | None, words: str | None) -> str | None:
    """The field in which a reason is missing for this status (`reason_code` or `reason`), or None."""
    if status not in WITH_REASON:
        return None
    if code is None:
        return "reason_code"
    return "reason" if code is Reason.OTHER and not words else None

"""The levels that a proposal passes, what each may answer, what follows, and for whose answer it waits. Pure.

The order of the levels differs from place to place: an answer may come at any of them at any time, the order here only says what usually comes next.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum


class Level(StrEnum):
    """Who decides, from the village's forum up to the budget."""

    VILLAGE = "village"
    DISTRICT = "district"
    AGENCY = "agency"
    REGENCY = "regency"
    PLAN = "plan"
    BUDGET = "budget"


class Verdict(StrEnum):
    """What was answered; stored by value, shown as states of those names."""

    AGREED = "agreed"
    NOT_AGREED = "not_agreed"
    ACCOMMODATED = "accommodated"
    PARTLY = "partly"
    NOT_ACCOMMODATED = "not_accommodated"
    FORWARDED = "forwarded"
    RETURNED = "returned"
    DECLINED = "declined"
    COMPLAINT = "complaint"


LEVELS = tuple(Level)
_FORUM = (Verdict.AGREED, Verdict.NOT_AGREED, Verdict.FORWARDED, Verdict.RETURNED, Verdict.DECLINED, Verdict.COMPLAINT)
_BOOK = (Verdict.ACCOMMODATED, Verdict.PARTLY, Verdict.NOT_ACCOMMODATED)
MAY_SAY: Mapping[Level, tuple[Verdict, ...]] = {
    Level.VILLAGE: _FORUM,
    Level.DISTRICT: _FORUM,
    Level.AGENCY: (*_BOOK, Verdict.FORWARDED, Verdict.RETURNED, Verdict.DECLINED, Verdict.COMPLAINT),
    Level.REGENCY: (*_BOOK, *_FORUM),
    Level.PLAN: _BOOK,
    Level.BUDGET: _BOOK,
}
ONWARD = frozenset({Verdict.AGREED, Verdict.ACCOMMODATED, Verdict.PARTLY, Verdict.FORWARDED})
"""After these the proposal goes on to the next level."""
WITH_REASON = frozenset({Verdict.NOT_AGREED, Verdict.PARTLY, Verdict.NOT_ACCOMMODATED, Verdict.RETURNED, Verdict.DECLINED})
"""What nobody says without saying why."""
FIRST_LEVEL: Mapping[str, Level] = {
    "neighbourhood": Level.VILLAGE,
    "village": Level.VILLAGE,
    "pre_district": Level.DISTRICT,
    "district": Level.DISTRICT,
    "agency_forum": Level.AGENCY,
    "thematic": Level.AGENCY,
    "regency": Level.REGENCY,
    "province": Level.PLAN,
}
"""Where the answers to a forum's proposals begin, by the forum's tier."""
_AFTER_REFUSAL: Mapping[Verdict, str] = {
    Verdict.NOT_AGREED: "next_year",
    Verdict.NOT_ACCOMMODATED: "next_year",
    Verdict.RETURNED: "complete",
    Verdict.DECLINED: "end",
    Verdict.COMPLAINT: "complaint",
}


def follows(level: Level, verdict: Verdict) -> str:
    """What usually comes next: `to_` and a level, `built` after the budget, else where a refused one can go."""
    if verdict not in ONWARD:
        return _AFTER_REFUSAL[verdict]
    place = LEVELS.index(level)
    return f"to_{LEVELS[place + 1].value}" if place + 1 < len(LEVELS) else "built"


def ahead(first: Level, said: Mapping[Level, Verdict]) -> Sequence[Level]:
    """The levels whose answer is still to come, the next one first; none once the highest that answered let it go no further."""
    if not said:
        return LEVELS[LEVELS.index(first) :]
    highest = max(said, key=LEVELS.index)
    if said[highest] not in ONWARD:
        return ()
    return LEVELS[LEVELS.index(highest) + 1 :]


def waits_for(first: Level, said: Mapping[Level, Verdict]) -> Level | None:
    """The level that has to answer now; None when there is nothing more to wait for."""
    return next(iter(ahead(first, said)), None)

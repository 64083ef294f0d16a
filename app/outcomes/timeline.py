"""From published answers to the stops that a villager reads: what was decided, by whom, when and why, and what comes next. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from app.outcomes.levels import LEVELS, ONWARD, Level, Verdict, ahead, follows
from app.outcomes.listing import Earlier, Published

_MIDDAY = time(12)


@dataclass(frozen=True)
class Stop:
    """One level on the way. `state` is done, part, bad, now or next as it is drawn; `at` is the day as a moment of the forum's zone; `before` what was said there earlier."""

    level: Level
    state: str
    verdict: Verdict | None = None
    at: datetime | None = None
    decided_by: str | None = None
    reason_code: str | None = None
    reason: str | None = None
    document: str | None = None
    document_number: str | None = None
    document_link: str | None = None
    follows: str | None = None
    next_step: str | None = None
    publication: int | None = None
    published_at: datetime | None = None
    before: tuple["Stop", ...] = ()


@dataclass(frozen=True)
class Year:
    """What became of it in an earlier year, under its old number."""

    year: int
    number: str
    title: str
    stops: tuple[Stop, ...]


def day_as_moment(day: date, zone: str) -> datetime:
    """A day as the moment that pages write it by."""
    return datetime.combine(day, _MIDDAY, ZoneInfo(zone))


def stops(answers: Sequence[Published], first: Level, zone: str, cover: Callable[[str], str]) -> list[Stop]:
    """The levels that answered, in the order of the days, then those to come. `cover` takes personal data out of a text."""
    levels: dict[Level, list[Stop]] = {}
    for one in answers:
        levels.setdefault(one.row.level, []).append(_stop(one, zone, cover))
    newest = [_with_former(versions) for versions in levels.values()]
    behind = sorted(newest, key=lambda stop: (stop.at.date() if stop.at else date.min, LEVELS.index(stop.level)))
    said = {stop.level: stop.verdict for stop in behind if stop.verdict is not None}
    to_come = ahead(first, said)
    # What comes next is said once, by the level that answered last of all.
    highest = max(said, key=LEVELS.index, default=None)
    behind = [stop if stop.level == highest or stop.next_step else _quiet(stop) for stop in behind]
    return behind + [Stop(level, "next" if place else "now") for place, level in enumerate(to_come)]


def years(earlier: Sequence[Earlier], zone: str, cover: Callable[[str], str]) -> list[Year]:
    """What became of it in earlier years, oldest first."""
    return [
        Year(
            one.row.year,
            one.row.number,
            cover(one.row.title),
            tuple(
                Stop(
                    said.level,
                    _state(said.verdict),
                    said.verdict,
                    day_as_moment(said.decided_on, zone) if said.decided_on else None,
                    cover(said.decided_by) if said.decided_by else None,
                    reason=cover(said.reason) if said.reason else None,
                    document=cover(said.document) if said.document else None,
                )
                for said in one.outcomes
            ),
        )
        for one in sorted(earlier, key=lambda one: (one.row.year, one.row.number))
    ]


def _stop(one: Published, zone: str, cover: Callable[[str], str]) -> Stop:
    row = one.row
    return Stop(
        row.level,
        _state(row.verdict),
        row.verdict,
        day_as_moment(row.decided_on, zone),
        cover(row.decided_by) if row.decided_by else None,
        row.reason_code,
        cover(row.reason) if row.reason else None,
        cover(row.document) if row.document else None,
        row.document_number,
        row.document_link,
        follows(row.level, row.verdict),
        cover(row.next_step) if row.next_step else None,
        one.number,
        row.published_at,
    )


def _with_former(versions: Sequence[Stop]) -> Stop:
    *former, last = versions
    return Stop(**{**vars(last), "before": tuple(reversed(former))})


def _quiet(stop: Stop) -> Stop:
    return Stop(**{**vars(stop), "follows": None})


def _state(verdict: Verdict) -> str:
    if verdict is Verdict.PARTLY:
        return "part"
    return "done" if verdict in ONWARD else "bad" if verdict is Verdict.DECLINED else "back"

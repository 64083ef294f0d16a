"""How the agenda goes: which point is being dealt with since when, and how far behind the plan. Pure rules; differences in whole minutes, late is positive."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

REGRET = timedelta(minutes=2)
"""For so long a press can be taken back as if it had never been."""


class Planned(Protocol):
    """A point of the agenda as it is stored."""

    id: str
    title: str
    planned_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True)
class Move:
    """From `at` on the forum deals with `item`; none: with nothing of the agenda."""

    item: str | None
    at: datetime


@dataclass(frozen=True)
class Real:
    """When a point was first begun, and last left; no end while it is being dealt with."""

    started_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True)
class Step:
    """A point as pages show it; `state` is done, now or next, `late` by how much it began after the plan."""

    id: str
    title: str
    state: str
    planned_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    late: int | None


def real_times(moves: Sequence[Move]) -> dict[str, Real]:
    """The real times that moves, in their order, add up to."""
    found: dict[str, Real] = {}
    for n, move in enumerate(moves):
        if move.item is None:
            continue
        started = found[move.item].started_at if move.item in found else move.at
        found[move.item] = Real(started, moves[n + 1].at if n + 1 < len(moves) else None)
    return found


def steps_of(items: Sequence[Planned], current: str | None, over_at: datetime | None = None) -> list[Step]:
    """The agenda in its order; with the forum's end (`over_at`) the last point ended then."""
    place = next((n for n, item in enumerate(items) if item.id == current), None)
    return [
        Step(
            item.id,
            item.title,
            "now" if n == place and over_at is None else "done" if item.started_at or (place is not None and n < place) else "next",
            item.planned_at,
            item.started_at,
            over_at if n == place and over_at is not None else item.ended_at,
            minutes(item.planned_at, item.started_at),
        )
        for n, item in enumerate(items)
    ]


def minutes(planned: datetime | None, real: datetime | None) -> int | None:
    """From the plan to what was, in whole minutes; None where one of them is missing."""
    return None if planned is None or real is None else round((real - planned).total_seconds() / 60)


def behind(steps: Sequence[Step], now: datetime) -> int | None:
    """How far the forum is behind its plan now: by the present point's beginning, or by the next one that should have begun. None before the first."""
    place = next((n for n, step in enumerate(steps) if step.state == "now"), None)
    if place is None:
        return None
    begun = steps[place].late
    due = next((minutes(step.planned_at, now) for step in steps[place + 1 :] if step.planned_at and step.planned_at < now), None)
    return due if begun is None else max(begun, due) if due is not None else begun


def target(items: Sequence[Planned], current: str | None, to: str) -> str | None:
    """The point that `next`, `previous` or an id means; None at either end, where there is nowhere to go."""
    ids = [item.id for item in items]
    if to not in {"next", "previous"}:
        return to if to in ids else None
    place = ids.index(current) if current in ids else -1
    wanted = place + 1 if to == "next" else place - 1
    return ids[wanted] if 0 <= wanted < len(ids) else None

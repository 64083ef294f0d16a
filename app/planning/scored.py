"""What was scored, read: totals, ranks, spread between assessors, who has not scored yet; and what somebody may not see before they have scored."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.planning import scoring
from app.planning.models import Assessor, Fulfilment, Score, Scoring
from app.planning.scoring import Scheme


@dataclass(frozen=True)
class Sheet:
    """What one assessor gave one proposal; `total` is None while points are missing."""

    points: Mapping[str, Any]
    remark: str | None
    total: Fraction | None


@dataclass(frozen=True)
class Result:
    """What a proposal got. `missing` are the assessors whose points are not whole; `hidden` when the reader has still to score it."""

    total: Fraction | None
    rank: int | None
    met: bool
    reached: bool | None
    sheets: Mapping[str, Sheet] = field(default_factory=dict)
    missing: Sequence[str] = ()
    hidden: bool = False

    @property
    def spread(self) -> tuple[Fraction, Fraction] | None:
        """Lowest and highest total of an assessor, before any factor; None for fewer than two."""
        totals = [one.total for one in self.sheets.values() if one.total is not None]
        return (min(totals), max(totals)) if len(totals) > 1 else None

    def mean(self, key: str) -> Fraction | None:
        """The mean of the points for a criterion, of whoever's points are whole."""
        found = [one.points[key] for one in self.sheets.values() if one.total is not None]
        return Fraction(sum(found), len(found)) if found else None


@dataclass(frozen=True)
class Results:
    """The scheme, who assesses (by id), and what each proposal got (by id)."""

    scheme: Scheme
    assessors: Mapping[str, Assessor]
    of: Mapping[str, Result]

    @property
    def unfinished(self) -> int:
        """Proposals that somebody has still to score."""
        return sum(bool(one.missing) for one in self.of.values())

    def done_by(self, assessor_id: str) -> int:
        """How many proposals somebody has scored."""
        return sum(assessor_id not in one.missing for one in self.of.values())


def scheme_in(row: Scoring | None) -> Scheme | None:
    """The scheme that a row says; None while nothing is scored."""
    return scoring.scheme_of(row.scheme) if row is not None and row.scheme else None


async def scoring_of(db: AsyncSession, session_id: str) -> Scoring:
    """How the session scores; a blank row, not stored, while nobody has said so."""
    return await db.get(Scoring, session_id) or Scoring(session_id=session_id, scheme={}, on_screen=False, step=0)


async def assessors_of(db: AsyncSession, session_id: str) -> dict[str, Assessor]:
    """Who assesses, in the order in which they were named."""
    wanted = select(Assessor).where(Assessor.session_id == session_id, Assessor.removed_at.is_(None))
    return {one.id: one for one in await db.scalars(wanted.order_by(Assessor.position, Assessor.id))}


async def count_scores(db: AsyncSession, session_id: str) -> int:
    """How many proposals × assessors have points, of whatever scheme."""
    return sum(bool(points) for points in await db.scalars(select(Score.points).where(Score.session_id == session_id)))


async def results_of(db: AsyncSession, session_id: str, listed: Collection[str], *, reader: str | None = None) -> Results | None:
    """What the proposals with these ids got; None while nothing is scored. `reader` is the account that looks: an assessor sees others' points after their own."""
    scheme = scheme_in(await db.get(Scoring, session_id))
    if scheme is None:
        return None
    assessors = await assessors_of(db, session_id)
    sheets: dict[str, dict[str, Sheet]] = {id_: {} for id_ in listed}
    wanted = select(Score.assessor_id, Score.proposal_id, Score.points, Score.remark).where(Score.session_id == session_id)
    for assessor_id, proposal_id, points, remark in await db.execute(wanted):
        if proposal_id in sheets and assessor_id in assessors:
            sheets[proposal_id][assessor_id] = Sheet(points, remark, scoring.own_total(scheme, points))
    met = set(await db.scalars(select(Fulfilment.proposal_id).where(Fulfilment.session_id == session_id, Fulfilment.met)))
    mine = next((one.id for one in assessors.values() if reader and one.account_id == reader), None)
    return Results(scheme, assessors, _results(scheme, assessors, sheets, met, mine))


def _results(
    scheme: Scheme, assessors: Mapping[str, Assessor], sheets: Mapping[str, Mapping[str, Sheet]], met: set[str], mine: str | None
) -> dict[str, Result]:
    totals: dict[str, Fraction | None] = {}
    for id_, given in sheets.items():
        whole = [given[one].total for one in assessors if one in given]
        totals[id_] = scoring.combined(scheme, [total for total in whole if total is not None], met=id_ in met)
    places = scoring.ranks(totals)
    found: dict[str, Result] = {}
    for id_, given in sheets.items():
        ordered = {one: given[one] for one in assessors if one in given}
        missing = [one for one in assessors if one not in given or given[one].total is None]
        if mine in missing:
            found[id_] = Result(None, None, id_ in met, None, {}, missing, hidden=True)
        else:
            reached = scoring.reaches(scheme, totals[id_])
            found[id_] = Result(totals[id_], places.get(id_), id_ in met, reached, ordered, missing)
    return found

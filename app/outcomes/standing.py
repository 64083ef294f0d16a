"""Where proposals stand among the levels, asked of the database: the highest level that has published, and the one that has to answer now.

What `levels.waits_for` says of one proposal, for as many as there are; only those that are answered under their own number.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, func, select

from app.outcomes.levels import FIRST_LEVEL, LEVELS, ONWARD, Level
from app.outcomes.listing import is_published
from app.outcomes.models import Outcome
from app.outcomes.writing import GONE_ON
from app.proposals.listing import Filters, conditions
from app.proposals.models import Proposal
from app.sessions.models import ForumSession

NOBODY = -1
"""In place of a level: there is nothing more to wait for."""


class Standing(StrEnum):
    """What the list of the desk is narrowed to."""

    DRAFT = "draft"
    WAITING = "waiting"
    ANSWERED = "answered"


class Standings:
    """The proposals of a session under filters, each beside what its highest level published last; parts of statements, nothing is read here."""

    def __init__(self, session: ForumSession, filters: Filters) -> None:
        self._where = (*conditions(session.id, filters, public=False), Proposal.status.not_in(GONE_ON))
        self._highest = _highest(session.id)
        found = self._highest.c
        first = LEVELS.index(FIRST_LEVEL[session.tier])
        onward = and_(found.verdict.in_(ONWARD), found.place < len(LEVELS) - 1)
        self.waits: ColumnElement[int] = case((found.place.is_(None), first), (onward, found.place + 1), else_=NOBODY)
        """The place in LEVELS of the level that has to answer now, or NOBODY."""
        self.answered: ColumnElement[bool] = found.place.is_not(None)
        self.told_at: ColumnElement[datetime | None] = found.told_at
        """When anything was published last."""

    def of(self, *columns: Any) -> Select[Any]:
        """A statement over these proposals that reads the columns."""
        joined = select(*columns).select_from(Proposal).outerjoin(self._highest, self._highest.c.proposal_id == Proposal.id)
        return joined.where(*self._where)

    def narrowed(self, standing: Standing | None, level: Level | None) -> list[ColumnElement[bool]]:
        """What a list must ask to be narrowed to a standing, at one level or at any."""
        match standing:
            case None:
                return []
            case Standing.WAITING:
                return [self.waits == LEVELS.index(level) if level else self.waits != NOBODY]
        at = select(Outcome.id).where(Outcome.proposal_id == Proposal.id, Outcome.level == level if level else Outcome.level.is_not(None))
        return [at.where(is_published() if standing is Standing.ANSWERED else ~is_published()).exists()]


def _highest(session_id: str) -> Subquery:
    place = case(*((Outcome.level == level, at) for at, level in enumerate(LEVELS)))
    newest_first = func.row_number().over(partition_by=Outcome.proposal_id, order_by=(place.desc(), Outcome.version.desc()))
    told_at = func.max(Outcome.published_at).over(partition_by=Outcome.proposal_id)
    columns = (Outcome.proposal_id, Outcome.verdict, place.label("place"), told_at.label("told_at"), newest_first.label("rank"))
    ranked = select(*columns).where(Outcome.session_id == session_id, is_published()).subquery()
    return select(ranked).where(ranked.c.rank == 1).subquery()

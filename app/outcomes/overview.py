"""What the desk sees at a glance: where each proposal stands, what waits for whom, and what was published when."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.notices.models import Notice
from app.outcomes.levels import FIRST_LEVEL, LEVELS, Level, waits_for
from app.outcomes.listing import all_of, said
from app.outcomes.models import Outcome, OutcomePublication
from app.outcomes.telling import OUTCOME
from app.outcomes.writing import GONE_ON
from app.proposals.agencies import agency_key
from app.proposals.listing import Filters, matching
from app.proposals.models import Proposal
from app.sessions.models import ForumSession

MOST = 2000
"""Proposals of a session that are looked at together."""


class Standing(StrEnum):
    """What the list of the desk is narrowed to."""

    DRAFT = "draft"
    WAITING = "waiting"
    ANSWERED = "answered"


@dataclass(frozen=True)
class Row:
    """A proposal with what is published last at each level, the drafts beside it, and the level that has to answer now."""

    proposal: Proposal
    published: dict[Level, Outcome]
    drafts: dict[Level, Outcome]
    waits: Level | None

    def stands(self, standing: Standing, level: Level | None) -> bool:
        """Whether it belongs to a narrowed list."""
        match standing:
            case Standing.DRAFT:
                return level in self.drafts if level else bool(self.drafts)
            case Standing.WAITING:
                return self.waits == level if level else self.waits is not None
            case Standing.ANSWERED:
                return level in self.published if level else bool(self.published)


@dataclass(frozen=True)
class Sent:
    """A publication and how many people were told of it."""

    row: OutcomePublication
    told: int


@dataclass(frozen=True)
class Owing:
    """Of one agency (empty: no agency is named) how many proposals wait at each level."""

    agency: str
    counts: dict[Level, int]

    @property
    def total(self) -> int:
        """All levels together."""
        return sum(self.counts.values())


async def rows_of(db: AsyncSession, session: ForumSession, filters: Filters) -> list[Row]:
    """The proposals that are answered under their own number, in the order of the numbers."""
    found = [one for one in await matching(db, session.id, filters, public=False, limit=MOST) if one.status not in GONE_ON]
    answers = await all_of(db, session.id)
    first = FIRST_LEVEL[session.tier]
    return [_row(one, answers.get(one.id, []), first) for one in found]


def owing(rows: Sequence[Row]) -> list[Owing]:
    """What still has no answer, by agency (in one spelling each) and level, the most first."""
    names: dict[str, str] = {}
    counts: dict[str, Counter[Level]] = {}
    for row in rows:
        if row.waits is None:
            continue
        agency = row.proposal.agency or ""
        key = agency_key(agency)
        names.setdefault(key, agency)
        counts.setdefault(key, Counter())[row.waits] += 1
    found = [Owing(names[key], {level: by[level] for level in LEVELS if by[level]}) for key, by in counts.items()]
    return sorted(found, key=lambda one: (-one.total, one.agency.casefold()))


async def publications(db: AsyncSession, session_id: str, most: int = 50) -> list[Sent]:
    """What was published, the newest first."""
    rows = await db.scalars(
        select(OutcomePublication).where(OutcomePublication.session_id == session_id).order_by(OutcomePublication.number.desc()).limit(most)
    )
    told: Counter[str] = Counter()
    mine = (Notice.session_id == session_id, Notice.kind == OUTCOME)
    keys = select(func.substr(Notice.key, len(OUTCOME) + 2, 16).label("publication")).where(*mine).subquery()
    counted = await db.execute(select(keys.c.publication, func.count()).group_by(keys.c.publication))
    for publication, count in counted:
        told[publication] = count
    return [Sent(row, told[row.id]) for row in rows]


def _row(proposal: Proposal, answers: Sequence[Outcome], first: Level) -> Row:
    published = {row.level: row for row in answers if row.publication_id is not None}
    drafts = {row.level: row for row in answers if row.publication_id is None}
    return Row(proposal, published, drafts, waits_for(first, said(answers)))

"""What the desk sees at a glance: where each proposal stands, what waits for whom, and what was published when."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.notices.models import Notice
from app.outcomes.levels import FIRST_LEVEL, LEVELS, Level, waits_for
from app.outcomes.listing import answers_to, said
from app.outcomes.models import Outcome, OutcomePublication
from app.outcomes.standing import NOBODY, Standing, Standings
from app.outcomes.telling import OUTCOME
from app.proposals.agencies import agency_key
from app.proposals.listing import Filters
from app.proposals.models import Proposal
from app.sessions.models import ForumSession


@dataclass(frozen=True)
class Row:
    """A proposal with what is published last at each level, the drafts beside it, and the level that has to answer now."""

    proposal: Proposal
    published: dict[Level, Outcome]
    drafts: dict[Level, Outcome]
    waits: Level | None


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


@dataclass(frozen=True)
class Totals:
    """How many proposals there are, how many any level has answered, and how many wait for one."""

    proposals: int
    answered: int
    waiting: int


async def rows_of(
    db: AsyncSession,
    session: ForumSession,
    filters: Filters,
    narrowed: tuple[Standing | None, Level | None] = (None, None),
    *,
    skip: int = 0,
    limit: int | None = None,
    numbers: Sequence[str] | None = None,
) -> list[Row]:
    """The proposals that are answered under their own number, in the order of the numbers; of those only `numbers` where they are given."""
    standings = Standings(session, filters)
    wanted = standings.of(Proposal).where(*standings.narrowed(*narrowed))
    if numbers is not None:
        wanted = wanted.where(Proposal.number.in_(numbers))
    wanted = wanted.order_by(func.length(Proposal.number), Proposal.number).offset(skip).limit(limit)
    found: Sequence[Proposal] = (await db.scalars(wanted)).all()
    answers = await answers_to(db, [one.id for one in found])
    first = FIRST_LEVEL[session.tier]
    return [_row(one, answers[one.id], first) for one in found]


async def count_of(db: AsyncSession, session: ForumSession, filters: Filters, narrowed: tuple[Standing | None, Level | None]) -> int:
    """How many rows that is."""
    standings = Standings(session, filters)
    return await db.scalar(standings.of(func.count()).where(*standings.narrowed(*narrowed))) or 0


async def totals_of(db: AsyncSession, session: ForumSession, filters: Filters) -> Totals:
    """The numbers above a list, whatever it is narrowed to."""
    standings = Standings(session, filters)
    waiting = func.count().filter(standings.waits != NOBODY)
    row = (await db.execute(standings.of(func.count(), func.count().filter(standings.answered), waiting))).one()
    return Totals(*row)


async def owing(db: AsyncSession, session: ForumSession, filters: Filters) -> list[Owing]:
    """What still has no answer, by agency (in one spelling each) and level, the most first."""
    standings = Standings(session, filters)
    agency = func.coalesce(Proposal.agency, "")
    rows = standings.of(agency, standings.waits, func.count()).where(standings.waits != NOBODY).group_by(agency, standings.waits)
    names: dict[str, str] = {}
    counts: dict[str, Counter[Level]] = {}
    for name, place, count in await db.execute(rows.order_by(agency, standings.waits)):
        names.setdefault(agency_key(name), name)
        counts.setdefault(agency_key(name), Counter())[LEVELS[place]] += count
    found = [Owing(names[key], {level: by[level] for level in LEVELS if by[level]}) for key, by in counts.items()]
    return sorted(found, key=lambda one: (-one.total, one.agency.casefold()))


async def waiting_since(db: AsyncSession, session: ForumSession, before: datetime) -> int:
    """How many have waited for a level since before that moment: the forum had ended, and nothing was published to them after it."""
    if session.ended_at is None or session.ended_at >= before:
        return 0
    standings = Standings(session, Filters())
    silent = standings.told_at.is_(None) | (standings.told_at < before)
    return await db.scalar(standings.of(func.count()).where(standings.waits != NOBODY, silent)) or 0


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

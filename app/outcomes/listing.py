"""Reading answers: what is published for everybody, drafts for the desk alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.outcomes.levels import Level, Verdict
from app.outcomes.models import EarlierOutcome, EarlierProposal, Outcome, OutcomePublication
from app.proposals.listing import JOINED
from app.proposals.models import Proposal


@dataclass(frozen=True)
class Published:
    """An answer that everybody may read, and the number of its publication."""

    row: Outcome
    number: int


@dataclass(frozen=True)
class Earlier:
    """A proposal of an earlier year and what was answered then, in the order of the levels."""

    row: EarlierProposal
    outcomes: Sequence[EarlierOutcome]


def is_published() -> ColumnElement[bool]:
    """The one condition that keeps drafts from everybody else's eyes."""
    return Outcome.publication_id.is_not(None)


async def published_of(db: AsyncSession, proposals: Sequence[str]) -> dict[str, list[Published]]:
    """Every published answer to proposals by their ids, former versions too, in the order in which they became known."""
    found: dict[str, list[Published]] = {id_: [] for id_ in proposals}
    rows = await db.execute(
        select(Outcome, OutcomePublication.number)
        .outerjoin(OutcomePublication, OutcomePublication.id == Outcome.publication_id)
        .where(Outcome.proposal_id.in_(list(found)), is_published())
        .order_by(OutcomePublication.number, Outcome.level, Outcome.version)
    )
    for row, number in rows:
        found[row.proposal_id].append(Published(row, number or 0))
    return found


async def newest_of(db: AsyncSession, proposals: Sequence[str]) -> dict[str, dict[Level, Published]]:
    """What is published last at each level, by the proposal's id, levels in their order."""
    found = await published_of(db, proposals)
    newest = {id_: {one.row.level: one for one in answers} for id_, answers in found.items()}
    return {id_: {level: said[level] for level in Level if level in said} for id_, said in newest.items()}


async def drafts_of(db: AsyncSession, session_id: str) -> list[tuple[Outcome, Proposal]]:
    """The drafts of a session with their proposals, in the order of the numbers; not of those that were merged or split meanwhile."""
    rows = await db.execute(
        select(Outcome, Proposal)
        .join(Proposal, Proposal.id == Outcome.proposal_id)
        .where(Outcome.session_id == session_id, Outcome.publication_id.is_(None), Proposal.status.not_in(JOINED))
        .order_by(Proposal.number, Outcome.level)
    )
    return [(outcome, proposal) for outcome, proposal in rows]


async def answers_to(db: AsyncSession, proposals: Sequence[str]) -> dict[str, list[Outcome]]:
    """Every answer and draft to proposals by their ids, versions in their order; for the desk."""
    found: dict[str, list[Outcome]] = {id_: [] for id_ in proposals}
    for row in await db.scalars(select(Outcome).where(Outcome.proposal_id.in_(list(found))).order_by(Outcome.version)):
        found[row.proposal_id].append(row)
    return found


async def draft_count(db: AsyncSession, session_id: str) -> int:
    """How many drafts `drafts_of` finds."""
    drafts = select(func.count()).select_from(Outcome).join(Proposal, Proposal.id == Outcome.proposal_id)
    mine = (Outcome.session_id == session_id, Outcome.publication_id.is_(None), Proposal.status.not_in(JOINED))
    return await db.scalar(drafts.where(*mine)) or 0


async def earlier_of(db: AsyncSession, proposals: Sequence[str]) -> dict[str, list[Earlier]]:
    """What goes on in proposals by their ids from earlier years, oldest first."""
    rows = (
        await db.scalars(
            select(EarlierProposal)
            .where(EarlierProposal.proposal_id.in_(list(proposals)))
            .order_by(EarlierProposal.year, EarlierProposal.number)
        )
    ).all()
    said = await outcomes_of_earlier(db, [row.id for row in rows])
    found: dict[str, list[Earlier]] = {id_: [] for id_ in proposals}
    for row in rows:
        found[str(row.proposal_id)].append(Earlier(row, said[row.id]))
    return found


async def outcomes_of_earlier(db: AsyncSession, earlier: Sequence[str]) -> dict[str, list[EarlierOutcome]]:
    """The answers of earlier years by the id of the earlier proposal, in the order of the levels: their days are often unknown."""
    found: dict[str, list[EarlierOutcome]] = {id_: [] for id_ in earlier}
    for row in await db.scalars(select(EarlierOutcome).where(EarlierOutcome.earlier_id.in_(list(found)))):
        found[row.earlier_id].append(row)
    order = list(Level)
    return {id_: sorted(rows, key=lambda row: order.index(row.level)) for id_, rows in found.items()}


def said(rows: Sequence[Outcome]) -> Mapping[Level, Verdict]:
    """What is published last at each level, of rows in the order of their versions."""
    return {row.level: row.verdict for row in rows if row.publication_id is not None}

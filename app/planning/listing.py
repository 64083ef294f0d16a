"""The plenary list as it stands: which proposals are on it, in which place, with which decision, columns and running sum."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, column, exists, func, or_, select, table
from sqlalchemy.ext.asyncio import AsyncSession

from app.planning import columns
from app.planning.columns import Columns
from app.planning.models import Delegate, Plenary, PlenaryItem
from app.planning.ranks import first_rank
from app.proposals.models import Proposal, ProposalStatus
from app.proposals.status import AT_PLENARY
from app.sessions.models import ForumSession

AGREED, NOT_AGREED = ProposalStatus.AGREED.value, ProposalStatus.NOT_AGREED.value
HERE = AT_PLENARY
"""At this stage a proposal's own status is the decision; later ones leave what the plenary said as it was."""
GONE = frozenset({ProposalStatus.MERGED, ProposalStatus.SPLIT})
_FINAL = table("record_versions", column("session_id"))
"""Kept on a higher floor, whose rules are not needed here: only whether there is one."""


@dataclass(frozen=True)
class Line:
    """A proposal on the list: `place` counts from 1 without gaps; `sum` is what is agreed up to here, whole rupiah; `over` when that passes the ceiling."""

    proposal: Proposal
    item: PlenaryItem | None
    place: int
    decision: str | None
    """`agreed`, `not_agreed`, or None: not dealt with yet."""
    reason_code: str | None
    reason: str | None
    columns: Columns
    own: Columns
    sum: int
    over: bool

    @property
    def filled(self) -> Mapping[str, Any]:
        """The columns that the plenary filled itself."""
        return self.item.filled if self.item else {}


@dataclass(frozen=True)
class Totals:
    """What a list adds up to; money in whole rupiah, `without` agreed lines that have no ceiling."""

    agreed: int
    not_agreed: int
    open: int
    sum: int
    ceiling: int | None
    without: int


async def plenary_of(db: AsyncSession, session_id: str) -> Plenary:
    """The session's list as it stands; a blank one, not stored, while nobody has touched it."""
    return await db.get(Plenary, session_id) or Plenary(session_id=session_id, head=0, beat=0, on_screen=False)


async def pulse(db: AsyncSession, session_id: str) -> str:
    """A text that changes whenever the list may read otherwise: cheap enough to be asked every second."""
    beat = await db.scalar(select(Plenary.beat).where(Plenary.session_id == session_id))
    facts = select(func.count(), func.sum(Proposal.version)).where(Proposal.session_id == session_id)
    count, versions = (await db.execute(facts)).one()
    return f"{beat or 0}.{count}.{versions or 0}"


async def record_is_final(db: AsyncSession, session_id: str) -> bool:
    """Whether the official record is final. That locks nothing here: what changes afterwards goes into an addendum."""
    return bool(await db.scalar(select(exists().where(_FINAL.c.session_id == session_id))))


async def lines_of(db: AsyncSession, session: ForumSession) -> list[Line]:
    """The whole list in its order. Rows of a rehearsal never stand on it."""
    rows = await db.execute(
        select(Proposal, PlenaryItem).outerjoin(PlenaryItem, PlenaryItem.proposal_id == Proposal.id).where(*listed(session))
    )
    pairs = sorted(((proposal, item) for proposal, item in rows), key=lambda pair: place_key(*pair))
    decided = [decision_of(proposal, item) for proposal, item in pairs]
    full = [columns.filled(proposal, item.filled if item else {}) for proposal, item in pairs]
    sums = columns.running(one.ceiling if said == AGREED else None for one, said in zip(full, decided, strict=True))
    ceiling = (await plenary_of(db, session.id)).ceiling
    return [
        Line(
            proposal,
            item,
            place,
            said,
            *reason_of(proposal, item),
            columns=cells,
            own=columns.own(proposal),
            sum=total,
            over=ceiling is not None and said == AGREED and total > ceiling,
        )
        for place, ((proposal, item), said, cells, total) in enumerate(zip(pairs, decided, full, sums, strict=True), 1)
    ]


def listed(session: ForumSession) -> list[ColumnElement[bool]]:
    """What a statement over proposals, joined to their items, asks so that it finds those on the list."""
    on_it = or_(Proposal.status.in_(HERE), and_(PlenaryItem.decision.is_not(None), Proposal.status.not_in(GONE)))
    wanted: list[ColumnElement[bool]] = [Proposal.session_id == session.id, on_it]
    if session.rehearsal_at is not None:
        wanted.append(Proposal.created_at < session.rehearsal_at)
    return wanted


async def places_of(db: AsyncSession, session: ForumSession) -> list[tuple[str, str]]:
    """Rank and id of each proposal on the list, in its order: all that moving one needs to know."""
    wanted = select(Proposal.number, PlenaryItem.rank, Proposal.id).outerjoin(PlenaryItem, PlenaryItem.proposal_id == Proposal.id)
    rows = await db.execute(wanted.where(*listed(session)))
    found = sorted((rank or first_rank(number), number, id_) for number, rank, id_ in rows)
    return [(rank, id_) for rank, _, id_ in found]


def place_key(proposal: Proposal, item: PlenaryItem | None) -> tuple[str, str]:
    """By what the list is sorted."""
    return rank_of(proposal, item), proposal.number


def rank_of(proposal: Proposal, item: PlenaryItem | None) -> str:
    """Where a proposal stands, moved or not."""
    return (item.rank if item else None) or first_rank(proposal.number)


def decision_of(proposal: Proposal, item: PlenaryItem | None) -> str | None:
    """What the plenary decided."""
    if proposal.status in HERE:
        return None if proposal.status == ProposalStatus.VERIFIED else proposal.status.value
    return item.decision if item else None


def reason_of(proposal: Proposal, item: PlenaryItem | None) -> tuple[str | None, str | None]:
    """Why it was not agreed: a code of the closed list, and words."""
    if decision_of(proposal, item) != NOT_AGREED:
        return None, None
    if proposal.status == ProposalStatus.NOT_AGREED:
        return proposal.reason_code, proposal.reason
    return (item.reason_code, item.reason) if item else (None, None)


def totals(lines: Sequence[Line], ceiling: int | None) -> Totals:
    """What the list adds up to."""
    agreed = [one for one in lines if one.decision == AGREED]
    refused = sum(one.decision == NOT_AGREED for one in lines)
    without = sum(one.columns.ceiling is None for one in agreed)
    return Totals(len(agreed), refused, len(lines) - len(agreed) - refused, lines[-1].sum if lines else 0, ceiling, without)


async def priorities(db: AsyncSession, session: ForumSession) -> list[Line]:
    """Annex II: what was agreed, in its order; number them from 1."""
    return [one for one in await lines_of(db, session) if one.decision == AGREED]


async def not_agreed(db: AsyncSession, session: ForumSession) -> list[Line]:
    """Annex III: what was not agreed, in its order; number them from 1."""
    return [one for one in await lines_of(db, session) if one.decision == NOT_AGREED]


async def delegates_of(db: AsyncSession, session_id: str) -> list[Delegate]:
    """Whom the plenary sends to the next tier, in the order in which they were named."""
    wanted = select(Delegate).where(Delegate.session_id == session_id, Delegate.removed_at.is_(None))
    return list(await db.scalars(wanted.order_by(Delegate.position, Delegate.id)))

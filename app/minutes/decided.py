"""What the plenary decided and when, without a word that was taken away."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.planning.listing import AGREED, NOT_AGREED, Line, lines_of
from app.proposals.listing import sources_of
from app.proposals.models import ProposalSource, ProposalVersion
from app.sessions.models import ForumSession

TOGETHER = 200


@dataclass(frozen=True)
class Decision:
    """A line of the plenary list that was dealt with; `title` empty where its words were taken away. Ceiling in whole rupiah; `at` empty where nothing tells it."""

    number: str
    place: int
    title: str
    where: str
    decision: str
    reason_code: str | None
    reason: str
    ceiling: int | None
    agency: str
    at: datetime | None


async def decisions_of(db: AsyncSession, session: ForumSession, lines: Sequence[Line] | None = None) -> list[Decision]:
    """Every decision in the order of the plenary list; `lines` when they were read already."""
    dealt_with = [one for one in (await lines_of(db, session) if lines is None else lines) if one.decision is not None]
    found: list[Decision] = []
    for start in range(0, len(dealt_with), TOGETHER):
        some = dealt_with[start : start + TOGETHER]
        sources = await sources_of(db, [one.proposal for one in some])
        moments = await _moments(db, some)
        found += [_decision(one, sources[one.proposal.id], moments.get(one.proposal.id)) for one in some]
    return found


async def _moments(db: AsyncSession, lines: Sequence[Line]) -> dict[str, datetime]:
    """When each proposal last came to stand as it was decided, on the list or on its own page."""
    said = {one.proposal.id: one.decision for one in lines}
    rows = await db.execute(
        select(ProposalVersion.proposal_id, ProposalVersion.at, ProposalVersion.fields)
        .where(ProposalVersion.proposal_id.in_(sorted(said)))
        .order_by(ProposalVersion.proposal_id, ProposalVersion.version)
    )
    found: dict[str, datetime] = {}
    before: dict[str, object] = {}
    for id_, at, fields in rows:
        status = fields.get("status")
        if status == said[id_] and before.get(id_) != status:
            found[id_] = at
        before[id_] = status
    return found


def _decision(line: Line, sources: Sequence[ProposalSource], at: datetime | None) -> Decision:
    one, cells = line.proposal, line.columns
    filled = line.filled.get("activity")
    taken = one.published_at is None and any(source.gone for source in sources)
    return Decision(
        number=one.number,
        place=line.place,
        title=str(filled) if filled else "" if taken else one.title,
        where=cells.place or "",
        decision=line.decision or "",
        reason_code=line.reason_code,
        reason=line.reason or "",
        ceiling=cells.ceiling,
        agency=cells.agency or "",
        at=at,
    )


def sorted_out(decisions: Sequence[Decision]) -> tuple[list[Decision], list[Decision]]:
    """Those agreed and those not agreed, in their order."""
    return [one for one in decisions if one.decision == AGREED], [one for one in decisions if one.decision == NOT_AGREED]

"""The answers to proposals, wherever they were given: found for many at once, and shown to staff and to the public."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.proposals.lineage import forebears
from app.proposals.models import Proposal, ProposalSource, ProposalStatus, Response
from app.proposals.privacy import masked


@dataclass(frozen=True)
class Shown:
    """An answer as anybody may read it: the name only of who spoke in office or agreed, numbers and names of people covered."""

    author: str | None
    agency: str | None
    text: str
    row: Response

    @property
    def signature(self) -> str:
        """Name and agency on one line; empty when neither may be said."""
        return ", ".join(filter(None, (self.author, self.agency)))


async def responses_of(db: AsyncSession, proposals: Sequence[Proposal]) -> dict[str, list[Response]]:
    """The answers to each proposal by its id, oldest first: those to its words, those that name it, and those to what was merged into it or it is a part of."""
    found: dict[str, list[Response]] = {one.id: [] for one in proposals}
    if not proposals:
        return found
    answered = await _answered(db, proposals)
    for one in proposals:
        unique = {response.id: response for id_ in answered.families[one.number] for response in answered.by_proposal.get(id_, ())}
        found[one.id] = sorted(unique.values(), key=lambda response: (response.at, response.id))
    return found


def public(responses: Sequence[Response], hidden_names: Sequence[str]) -> list[Shown]:
    """As the public reads them; `hidden_names` are those of speakers who did not agree to be named."""
    return [Shown(one.author if one.name_public else None, one.agency, masked(one.text, hidden_names), one) for one in responses]


@dataclass(frozen=True)
class _Answered:
    """Ids of each number's forebears, and the answers to each proposal of its own."""

    families: dict[str, set[str]]
    by_proposal: dict[str, list[Response]]


async def _answered(db: AsyncSession, proposals: Sequence[Proposal]) -> _Answered:
    session_id = proposals[0].session_id
    joined = await db.execute(
        select(Proposal.number, Proposal.id, Proposal.leads_to).where(
            Proposal.session_id == session_id, Proposal.status.in_((ProposalStatus.MERGED, ProposalStatus.SPLIT))
        )
    )
    rows = joined.all()
    ids = {one.number: one.id for one in proposals} | {row.number: row.id for row in rows}
    leads = {row.number: row.leads_to for row in rows}
    families = {one.number: {ids[number] for number in forebears(leads, one.number)} for one in proposals}
    wanted = sorted(set().union(*families.values()))
    by_proposal: dict[str, list[Response]] = {}
    still = (Response.session_id == session_id, Response.gone.is_(None))
    to_words = select(ProposalSource.proposal_id, Response).join(Response, Response.re == ProposalSource.source_id)
    for proposal_id, response in await db.execute(to_words.where(ProposalSource.proposal_id.in_(wanted), *still)):
        by_proposal.setdefault(proposal_id, []).append(response)
    for response in await db.scalars(select(Response).where(Response.proposal_id.in_(wanted), *still)):
        by_proposal.setdefault(response.proposal_id or "", []).append(response)
    return _Answered(families, by_proposal)

"""Whose words a proposal is made of: who is told what became of it, however often it was merged, and what somebody wrote themselves."""

from collections.abc import Iterable, Sequence

from sqlalchemy import exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.participants.models import Participant
from app.proposals.lineage import forebears
from app.proposals.models import Proposal, ProposalSource, ProposalStatus
from app.registration.models import Application, ApplicationState


async def writers_of(db: AsyncSession, session_id: str, proposals: Sequence[str]) -> dict[str, list[str]]:
    """Who is told, with the ids of the proposals (of those given) that hold their words, each in a stable order.

    Those of merged proposals too. Left out: who was erased, withdrew their application, took all their words away, or left no phone and no e-mail.
    """
    families = await families_of(db, session_id, proposals)
    spoke = await _speakers(db, set().union(*families.values()) if families else set())
    told = await _to_be_told(db, {person for people in spoke.values() for person in people})
    found: dict[str, list[str]] = {}
    for proposal_id, family in families.items():
        people = {told[person] for one in family for person in spoke.get(one, ()) if person in told}
        for person in sorted(people):
            found.setdefault(person, []).append(proposal_id)
    return found


async def families_of(db: AsyncSession, session_id: str, proposals: Sequence[str]) -> dict[str, set[str]]:
    """Each proposal by its id with all that were merged into it, at whatever remove, itself included."""
    rows = await db.execute(select(Proposal.id, Proposal.number).where(Proposal.id.in_(proposals)).order_by(Proposal.number))
    asked = {row.number: row.id for row in rows}
    merged = await db.execute(
        select(Proposal.id, Proposal.number, Proposal.leads_to).where(
            Proposal.session_id == session_id, Proposal.status == ProposalStatus.MERGED
        )
    )
    joined = merged.all()
    leads = {row.number: row.leads_to for row in joined}
    ids = {row.number: row.id for row in joined} | asked
    return {id_: {ids[number] for number in forebears(leads, number) if number in ids} for number, id_ in asked.items()}


async def written_by(db: AsyncSession, participant_id: str) -> Sequence[Proposal]:
    """The proposals with words of this person as they came, before any merge, in the order of their numbers."""
    mine = exists().where(
        ProposalSource.proposal_id == Proposal.id,
        ProposalSource.participant_id == participant_id,
        ProposalSource.gone.is_(None),
        ProposalSource.merged_from.is_(None),
    )
    found = (await db.scalars(select(Proposal).where(mine).order_by(Proposal.number))).all()
    # A part of what was split stands under the whole.
    whole = {one.number for one in found if one.status is ProposalStatus.SPLIT}
    return [one for one in found if not whole & set(one.comes_from)]


async def onward(db: AsyncSession, proposal: Proposal) -> list[Proposal]:
    """The proposals in which one that was merged or split goes on, at whatever remove; itself when it does neither."""
    if proposal.status not in {ProposalStatus.MERGED, ProposalStatus.SPLIT}:
        return [proposal]
    found: dict[str, Proposal] = {}
    seen = {proposal.number}
    waiting = list(proposal.leads_to)
    while waiting:
        some = await db.scalars(select(Proposal).where(Proposal.session_id == proposal.session_id, Proposal.number.in_(waiting)))
        seen |= set(waiting)
        waiting = []
        for one in some:
            if one.status in {ProposalStatus.MERGED, ProposalStatus.SPLIT}:
                waiting += [number for number in one.leads_to if number not in seen]
            else:
                found[one.number] = one
    return [found[number] for number in sorted(found)]


async def _speakers(db: AsyncSession, proposals: Iterable[str]) -> dict[str, set[str]]:
    """The participants whose words still stand in each proposal."""
    ids = list(proposals)
    found: dict[str, set[str]] = {}
    rows = await db.execute(
        select(ProposalSource.proposal_id, ProposalSource.participant_id).where(
            ProposalSource.proposal_id.in_(ids), ProposalSource.participant_id.is_not(None), ProposalSource.gone.is_(None)
        )
    )
    for proposal_id, person in rows:
        found.setdefault(proposal_id, set()).add(str(person))
    return found


async def _to_be_told(db: AsyncSession, people: Iterable[str]) -> dict[str, str]:
    """Who of these is told, under the id that is theirs now: a placeholder is whoever it turned out to be."""
    ids = sorted(people)
    moved = await db.execute(select(Participant.id, Participant.merged_into).where(Participant.id.in_(ids)))
    now_called = {row.id: row.merged_into or row.id for row in moved}
    withdrawn = exists().where(Application.participant_id == Participant.id, Application.state == ApplicationState.WITHDRAWN)
    reachable = await db.scalars(
        select(Participant.id).where(
            Participant.id.in_(sorted(set(now_called.values()))),
            Participant.erased_at.is_(None),
            or_(Participant.phone.is_not(None), Participant.email.is_not(None)),
            ~withdrawn,
        )
    )
    there = set(reachable)
    return {person: called for person, called in now_called.items() if called in there}

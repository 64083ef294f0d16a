"""Taking back the last act on a proposal: fields and status return as they stood, merged and split ones part and join again."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import Act, record
from app.errors import Conflict
from app.proposals.decided import keep_decision_at, with_points
from app.proposals.fields import NAMES
from app.proposals.joining import locked
from app.proposals.listing import sources_of
from app.proposals.models import Proposal, ProposalSource, ProposalStatus, ProposalVersion
from app.proposals.service import note_version, opened, reflag, tell_room
from app.proposals.status import JOINABLE
from app.sessions.models import ForumSession
from app.vault import Vault


async def undo(
    db: AsyncSession, vault: Vault, session: ForumSession, number: str, *, if_version: int | None, actor: str, now: datetime
) -> Proposal:
    """Put fields and status back to the version before, as a new version; Conflict when there is none, or others have gone on from it."""
    proposal, sources = await opened(db, session, number, if_version)
    earlier = await db.get(ProposalVersion, (proposal.id, proposal.version - 1))
    latest = await db.get(ProposalVersion, (proposal.id, proposal.version))
    if (
        earlier is None
        or latest is None
        or latest.note == "erased"
        or (latest.note == "merged" and proposal.status != ProposalStatus.MERGED)
    ):
        raise Conflict("proposals.nothing_to_undo")
    if proposal.status in {ProposalStatus.MERGED, ProposalStatus.SPLIT}:
        await _part_from(db, session, proposal, actor, now)
    restore(proposal, earlier)
    reflag(proposal, sources)
    note_version(db, proposal, actor, now, note="undone")
    await db.flush()
    await keep_decision_at(db, session, proposal, earlier.version)
    await tell_room(db, session, proposal, sources, now)
    facts: dict[str, object] = {"number": proposal.number, "version": proposal.version, "to": earlier.version}
    await record(db, vault, session.id, now, Act(actor, "proposals.undone", f"proposal:{proposal.id}", facts))
    return proposal


def restore(proposal: Proposal, earlier: ProposalVersion) -> None:
    """Give a proposal the fields and status of an earlier version; it is merged or split no longer."""
    fields = earlier.fields
    for name in NAMES:
        value = fields.get(name)
        if name == "quantity" and value is not None:
            value = Decimal(str(value))
        setattr(proposal, name, [] if value is None and name in {"rt", "rw"} else value)
    proposal.status = ProposalStatus(str(fields["status"]))
    proposal.reason_code = None if fields.get("reason_code") is None else str(fields["reason_code"])
    proposal.reason = None if fields.get("reason") is None else str(fields["reason"])
    proposal.leads_to = []


async def _part_from(db: AsyncSession, session: ForumSession, proposal: Proposal, actor: str, now: datetime) -> None:
    others = list((await locked(db, session, proposal.leads_to)).values())
    if any(one.status not in JOINABLE for one in others):
        raise Conflict("proposals.undo_those_first", items=[one.number for one in others if one.status not in JOINABLE])
    if proposal.status == ProposalStatus.SPLIT and (scored := await with_points(db, others)):
        raise Conflict("proposals.parts_scored", items=", ".join(one.number for one in scored))
    said = await sources_of(db, others)
    for other in others:
        if proposal.status == ProposalStatus.SPLIT:
            other.status, other.leads_to = ProposalStatus.MERGED, [proposal.number]
            note_version(db, other, actor, now, note="undone")
        else:
            await _give_back(db, proposal, other, said[other.id])
            note_version(db, other, actor, now, note="undone")


async def _give_back(db: AsyncSession, proposal: Proposal, target: Proposal, held: Sequence[ProposalSource]) -> None:
    target.comes_from = [number for number in target.comes_from if number != proposal.number]
    for source in held:
        if source.merged_from == proposal.number:
            await db.delete(source)
    reflag(target, [source for source in held if source.merged_from != proposal.number])

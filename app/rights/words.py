"""What somebody said: before publication it is deleted, afterwards the proposal stays under a pseudonym; words in the room always go."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.chat import decisions, standing, votes
from app.chat.models import Message, MessageState
from app.database.engine import Database
from app.journal.service import PUBLIC, Entry, append, bury, hold
from app.outcomes.forgetting import forget as forget_outcomes
from app.planning.forgetting import forget
from app.proposals.answering import answer_gone
from app.proposals.listing import sources_of, versions_of
from app.proposals.models import Proposal, ProposalSource, ProposalStatus
from app.proposals.photos_forgetting import forget_photos_on
from app.proposals.service import note_version, reflag
from app.rights.identity import Identity

TOGETHER = 10
"""Messages or proposals in one transaction."""
ERASED = "erased"
REMOVED = "Dihapus atas permintaan pengusul"
"""The title of a proposal that nobody had published; in the language of the record."""
EMPTY: dict[str, Any] = {"problem": None, "action": None, "hamlet": None, "landmark": None, "rt": [], "rw": []}
OVER = {ProposalStatus.MERGED, ProposalStatus.SPLIT, ProposalStatus.COMPLAINT, ProposalStatus.DECLINED}
SIGNED = {"id": "system", "name": "–", "role": "secretariat"}


async def take_messages(database: Database, identity: Identity, room: str, now: datetime) -> int:
    """Everything this person said in the room, or an operator for them, becomes a tombstone; how many."""
    count = 0
    theirs = (Message.participant_id == identity.person_id) | (Message.sender == identity.person_id)
    while True:
        async with database.write() as db:
            await standing.lock(db, room)
            here = select(Message.id, Message.by).where(Message.room == room, theirs, Message.state != MessageState.ERASED)
            said = [one.id for one in await db.execute(here.order_by(Message.id)) if not identity.is_others(one.by)][:TOGETHER]
            for message in (await db.scalars(select(Message).where(Message.id.in_(said)).order_by(Message.id))).all():
                await _take(db, message, identity, now)
        if not said:
            return count
        count += len(said)


async def _take(db: AsyncSession, message: Message, identity: Identity, now: datetime) -> None:
    waited = message.state in {MessageState.HELD, MessageState.LATE}
    shown = message.state is MessageState.VISIBLE
    message.state, message.reason, message.pinned_at = MessageState.ERASED, None, None
    message.text, message.fields, message.on_behalf = "", None, None
    message.by = dict(identity.out_of_all(dict(message.by)))
    await bury(db, message.room, message.id, ERASED)
    await answer_gone(db, message.id, ERASED)
    if shown:
        await append(db, message.room, PUBLIC, [Entry({"t": "upd", "id": message.id, "op": "delete"}, message.id)], now)
        await votes.touch(db, message.room, message.id)
    if waited:
        await decisions.tell_author(db, message, SIGNED, {}, now)


async def take_proposals(database: Database, identity: Identity, room: str, now: datetime) -> int:
    """Proposals of this person: public ones stay without the name, others lose their words; how many."""
    async with database.read() as db:
        of_sources = select(ProposalSource.proposal_id).where(ProposalSource.participant_id == identity.person_id)
        theirs = (Proposal.participant_id == identity.person_id) | Proposal.id.in_(of_sources)
        ids = list(await db.scalars(select(Proposal.id).where(theirs).order_by(Proposal.id)))
    for start in range(0, len(ids), TOGETHER):
        async with database.write() as db:
            await hold(db, room, PUBLIC)
            some = await db.scalars(
                select(Proposal).where(Proposal.id.in_(ids[start : start + TOGETHER])).order_by(Proposal.number).with_for_update()
            )
            proposals = some.all()
            said = await sources_of(db, proposals)
            for one in proposals:
                await _part(db, one, said[one.id], identity, now)
    return len(ids)


async def _part(db: AsyncSession, proposal: Proposal, sources: Sequence[ProposalSource], identity: Identity, now: datetime) -> None:
    public = proposal.published_at is not None
    for source in sources:
        if source.participant_id != identity.person_id:
            continue
        source.author, source.capacity, source.name_public = identity.pseudonym, None, False
        if public:
            source.text = identity.out_of(source.text)
        else:
            source.text, source.gone = "", ERASED
    if proposal.participant_id == identity.person_id:
        proposal.proposer, proposal.capacity, proposal.name_public = identity.pseudonym, None, False
        if not public:
            proposal.on_behalf = None
    if not public and proposal.participant_id == identity.person_id and all(source.gone or not source.text for source in sources):
        await _empty(db, proposal, now)
    reflag(proposal, sources)


async def _empty(db: AsyncSession, proposal: Proposal, now: datetime) -> None:
    """Leave the number and what the desk decided, and no word of it, in its former versions too."""
    if proposal.title == REMOVED:
        return
    proposal.title, proposal.reason, proposal.published_before = REMOVED, None, None
    for name, value in EMPTY.items():
        setattr(proposal, name, value)
    if proposal.status not in OVER:
        proposal.status, proposal.reason_code = ProposalStatus.DECLINED, None
    for version in await versions_of(db, proposal):
        kept = {name: value for name, value in version.fields.items() if name not in {*EMPTY, "reason"}}
        version.fields, version.note = {**kept, "title": REMOVED}, None
    await forget(db, proposal.session_id, proposal.id)
    await forget_outcomes(db, proposal.id)
    await forget_photos_on(db, proposal.id, now)
    note_version(db, proposal, "system", now, note=ERASED)

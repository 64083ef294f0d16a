"""Lists of earlier years: taken in as a whole or not at all, taken back as a whole, and said in which proposals of this year they go on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import delete, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import Act, record
from app.database.tables import new_id
from app.errors import Conflict, NotFound
from app.outcomes.levels import Level
from app.outcomes.models import EarlierImport, EarlierOutcome, EarlierProposal
from app.outcomes.rows import Said, Wanted, grouped
from app.outcomes.writing import GONE_ON
from app.proposals.capture import Words, capture
from app.proposals.choices import Via
from app.proposals.fields import TITLE
from app.proposals.listing import find
from app.proposals.models import Proposal, ProposalSource, ProposalVersion
from app.sessions.models import ForumSession
from app.vault import Vault

MOST = 2000
"""Proposals of one list: more would hold the writer of the embedded database for too long."""
COLUMNS = ("year", "number", "title", "village", "village_code", "quantity", "unit", "budget", "agency")


@dataclass(frozen=True)
class Known:
    """An earlier proposal that the session has, and the levels of which it says what they answered."""

    id: str
    levels: frozenset[Level]


Knowns: TypeAlias = Mapping[tuple[int, str], Known]
"""By `Wanted.key`."""


async def known_of(db: AsyncSession, session_id: str) -> Knowns:
    """The earlier proposals of a session."""
    said: dict[str, set[Level]] = {}
    mine = EarlierProposal.session_id == session_id
    answered = select(EarlierOutcome.earlier_id, EarlierOutcome.level).join(
        EarlierProposal, EarlierProposal.id == EarlierOutcome.earlier_id
    )
    for earlier_id, level in await db.execute(answered.where(mine)):
        said.setdefault(earlier_id, set()).add(level)
    rows = await db.execute(select(EarlierProposal.id, EarlierProposal.year, EarlierProposal.number).where(mine))
    return {(row.year, row.number): Known(row.id, frozenset(said.get(row.id, ()))) for row in rows}


def is_known(known: Knowns, wanted: Wanted) -> bool:
    """Whether a row says nothing new: neither a proposal nor what a level answered."""
    there = known.get(wanted.key)
    return there is not None and (wanted.said is None or wanted.said.level in there.levels)


async def take_in(
    db: AsyncSession, vault: Vault, session_id: str, import_id: str, title: str, wanted: Sequence[Wanted], *, actor: str, now: datetime
) -> EarlierImport:
    """Keep what is not known yet of a list: proposals, and what a level answered to those that are there.

    The same id a second time is the first one's list, or another one of what is missing by then. Raises Conflict `outcomes.rehearsing`, `outcomes.nothing_new`, `outcomes.too_many_rows`. Nobody is told: these answers were known.
    """
    await _held(db, session_id)
    again = await db.get(EarlierImport, import_id)
    if again is not None and again.session_id != session_id:
        raise NotFound("outcomes.unknown_import")
    known = await known_of(db, session_id)
    new = list(grouped([one for one in wanted if not is_known(known, one)]))
    if again is not None:
        if not new and again.undone_at is None:
            return again
        import_id = new_id()
    if not new:
        raise Conflict("outcomes.nothing_new")
    if len(new) > MOST:
        raise Conflict("outcomes.too_many_rows", most=MOST)
    made = EarlierImport(id=import_id, session_id=session_id, title=title, proposals=len(new), by=actor, at=now)
    db.add(made)
    await db.flush()
    proposals, outcomes = _rows_of(session_id, import_id, known, new)
    if proposals:
        await db.execute(insert(EarlierProposal), proposals)
    if outcomes:
        await db.execute(insert(EarlierOutcome), outcomes)
    facts: dict[str, object] = {"proposals": len(proposals), "outcomes": len(outcomes)}
    await record(db, vault, session_id, now, Act(actor, "outcomes.earlier_imported", f"earlier_import:{import_id}", facts))
    return made


def _rows_of(
    session_id: str, import_id: str, known: Knowns, new: Sequence[tuple[Wanted, list[Said]]]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The rows of proposals that are new, and of what levels answered to them and to those that are there."""
    proposals: list[dict[str, Any]] = []
    outcomes: list[dict[str, Any]] = []
    for position, (one, said) in enumerate(new, 1):
        there = known.get(one.key)
        id_ = there.id if there else new_id()
        if there is None:
            row = {"id": id_, "session_id": session_id, "import_id": import_id, "position": position, "adopted": False}
            proposals.append(row | {name: getattr(one, name) for name in COLUMNS})
        outcomes += [{"id": new_id(), "earlier_id": id_, "import_id": import_id, "decided_by": None, **vars(each)} for each in said]
    return proposals, outcomes


async def take_back(db: AsyncSession, vault: Vault, session_id: str, import_id: str, *, actor: str, now: datetime) -> EarlierImport:
    """Undo a whole list with its links; a second time changes nothing. Conflict `outcomes.adopted` (with `count`) while proposals of this year were made of it."""
    await _held(db, session_id)
    made = await db.get(EarlierImport, import_id, populate_existing=True)
    if made is None or made.session_id != session_id:
        raise NotFound("outcomes.unknown_import")
    if made.undone_at is not None:
        return made
    mine = EarlierProposal.import_id == import_id
    if count := await db.scalar(select(func.count()).select_from(EarlierProposal).where(mine, EarlierProposal.adopted)):
        raise Conflict("outcomes.adopted", count=count)
    theirs = EarlierOutcome.earlier_id.in_(select(EarlierProposal.id).where(mine))
    await db.execute(delete(EarlierOutcome).where(theirs | (EarlierOutcome.import_id == import_id)))
    await db.execute(delete(EarlierProposal).where(mine))
    made.undone_by, made.undone_at = actor, now
    await db.flush()
    facts: dict[str, object] = {"proposals": made.proposals}
    await record(db, vault, session_id, now, Act(actor, "outcomes.earlier_undone", f"earlier_import:{import_id}", facts))
    return made


async def link(db: AsyncSession, vault: Vault, session_id: str, earlier_id: str, number: str, *, actor: str, now: datetime) -> None:
    """Say that an earlier proposal goes on in one of this year. Conflict `outcomes.linked_already`, `outcomes.goes_on`."""
    await _held(db, session_id)
    one = await _earlier(db, session_id, earlier_id)
    proposal = await find(db, session_id, number)
    if one.proposal_id == proposal.id:
        return
    if one.proposal_id is not None:
        raise Conflict("outcomes.linked_already")
    if proposal.status in GONE_ON:
        raise Conflict("outcomes.goes_on", number=proposal.number, onward=", ".join(proposal.leads_to))
    await _note(db, vault, one, proposal.id, "outcomes.linked", actor=actor, now=now)


async def adopt(db: AsyncSession, vault: Vault, session_id: str, earlier_id: str, *, actor: str, now: datetime) -> str:
    """Make a proposal of this year of it, which keeps its history; the number. Pressed twice it is one."""
    session = await _held(db, session_id)
    one = await _earlier(db, session_id, earlier_id)
    if one.proposal_id is not None:
        if not one.adopted:
            raise Conflict("outcomes.linked_already")
        return (await db.get_one(Proposal, one.proposal_id)).number
    names = ("village_code", "quantity", "unit", "budget", "agency")
    said = Words(
        source_kind="import",
        source_id=one.id,
        text=one.title,
        author=f"Usulan tahun {one.year} nomor {one.number}",
        at=now,
        via=Via.IMPORT,
        fields={"title": one.title[:TITLE], **{name: getattr(one, name) for name in names if getattr(one, name) is not None}},
    )
    (number,) = await capture(db, session.id, [said], by=actor, now=now)
    one.adopted = True
    await _note(db, vault, one, (await find(db, session.id, number)).id, "outcomes.adopted", actor=actor, now=now)
    return number


async def release(db: AsyncSession, vault: Vault, session_id: str, earlier_id: str, *, actor: str, now: datetime) -> None:
    """Take a link back, and the proposal that was made of it. Conflict `outcomes.worked_on` once anybody worked on that one."""
    await _held(db, session_id)
    one = await _earlier(db, session_id, earlier_id)
    proposal_id, adopted = one.proposal_id, one.adopted
    if proposal_id is None:
        return
    one.adopted = False
    await _note(db, vault, one, None, "outcomes.released", actor=actor, now=now)
    if not adopted:
        return
    proposal = await db.get_one(Proposal, proposal_id, with_for_update=True, populate_existing=True)
    if proposal.version != 1:
        raise Conflict("outcomes.worked_on", number=proposal.number)
    try:
        await db.execute(delete(ProposalVersion).where(ProposalVersion.proposal_id == proposal_id))
        await db.execute(delete(ProposalSource).where(ProposalSource.proposal_id == proposal_id))
        await db.execute(delete(Proposal).where(Proposal.id == proposal_id))
    except IntegrityError as held:
        raise Conflict("outcomes.worked_on", number=proposal.number) from held


async def _held(db: AsyncSession, session_id: str) -> ForumSession:
    session = await db.get_one(ForumSession, session_id, with_for_update={"key_share": True}, populate_existing=True)
    if session.rehearsal is not None:
        raise Conflict("outcomes.rehearsing")
    return session


async def _earlier(db: AsyncSession, session_id: str, earlier_id: str) -> EarlierProposal:
    one = await db.get(EarlierProposal, earlier_id, with_for_update=True, populate_existing=True)
    if one is None or one.session_id != session_id:
        raise NotFound("outcomes.unknown_earlier")
    return one


async def _note(
    db: AsyncSession, vault: Vault, one: EarlierProposal, proposal_id: str | None, verb: str, *, actor: str, now: datetime
) -> None:
    one.proposal_id, one.changed_by, one.changed_at = proposal_id, actor, now
    await db.flush()
    facts: dict[str, object] = {"proposal": proposal_id}
    await record(db, vault, one.session_id, now, Act(actor, verb, f"earlier:{one.id}", facts))

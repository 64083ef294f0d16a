"""Marking what was keyed into SIPD: at most once, by one officer at a time, correctable, and taken back where it was a slip."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import Act, record
from app.errors import Conflict, FieldError, Gone, Invalid, NotFound
from app.planning.listing import listed
from app.planning.models import PlenaryItem
from app.proposals.listing import find
from app.proposals.models import Proposal
from app.proposals.triage import names_of
from app.sessions.models import ForumSession, SessionState
from app.sipd.listing import HOLDS
from app.sipd.models import SipdEntry, SipdSheet
from app.vault import Vault


@dataclass(frozen=True)
class By:
    """Who acts, when, and which version of the mark they had seen (0: none)."""

    actor: str
    seen: int
    now: datetime


@dataclass(frozen=True)
class Entered:
    """On which day a proposal was keyed in, and the ID that SIPD gave it."""

    on: date
    sipd_id: str | None


async def mark(db: AsyncSession, vault: Vault, session_id: str, number: str, entered: Entered, by: By) -> SipdEntry:
    """Mark a proposal as entered, or correct the mark that was seen; the same again changes nothing.

    Also of what has left the list since somebody began to key it in: that it stands in SIPD has to be known all the more.
    Conflict `sipd.entered_by_other` or `sipd.stale` when somebody did so meanwhile, Invalid for a day to come or an ID that another proposal has.
    """
    session = await _opened(db, session_id)
    if entered.on > by.now.astimezone(ZoneInfo(session.zone)).date():
        raise Invalid(FieldError("entered_on", "sipd.not_yet"))
    proposal = await find(db, session.id, number)
    if proposal.verified_at is None:
        proposal = await _on_list(db, session, number)
    entry = await _entry(db, proposal)
    if entry.by == by.actor and (entry.entered_on, entry.sipd_id) == (entered.on, entered.sipd_id):
        return entry
    await _refuse_stale(db, entry, proposal, by)
    await _refuse_taken(db, proposal, entered.sipd_id)
    entry.entered_on, entry.sipd_id = entered.on, entered.sipd_id
    await _note(db, vault, session, entry, Act(by.actor, "sipd.entered", f"proposal:{proposal.id}", {"version": entry.version + 1}), by)
    return entry


async def take_back(db: AsyncSession, vault: Vault, session_id: str, number: str, by: By) -> SipdEntry:
    """Say that a proposal is not entered after all; what is so already changes nothing. Conflict as for `mark`."""
    session = await _opened(db, session_id)
    proposal = await find(db, session.id, number)
    entry = await _entry(db, proposal)
    if entry.entered_on is None:
        return entry
    await _refuse_stale(db, entry, proposal, by)
    entry.entered_on = entry.sipd_id = None
    await _note(db, vault, session, entry, Act(by.actor, "sipd.taken_back", f"proposal:{proposal.id}", {"version": entry.version + 1}), by)
    return entry


async def hold(db: AsyncSession, session_id: str, number: str, by: By) -> SipdEntry:
    """Keep others off a proposal while somebody copies it; a colleague's hold stays until it is over. What it says is no promise."""
    session = await _opened(db, session_id)
    proposal = await _on_list(db, session, number)
    entry = await _entry(db, proposal)
    held = entry.held_by is not None and entry.held_at is not None and by.now - entry.held_at < HOLDS
    if entry.entered_on is None and (not held or entry.held_by == by.actor):
        entry.held_by, entry.held_at = by.actor, by.now
    return entry


async def set_due(db: AsyncSession, vault: Vault, session_id: str, due_on: date | None, by: By, *, was: date | None) -> SipdSheet:
    """Set the last day of entry, or take it away. Conflict `sipd.due_changed` when it is no longer the one that was seen."""
    session = await _opened(db, session_id)
    sheet = await db.get_one(SipdSheet, session.id)
    if sheet.due_on != due_on:
        if sheet.due_on != was:
            raise Conflict("sipd.due_changed")
        sheet.due_on = due_on
        facts: dict[str, object] = {"due_on": due_on.isoformat() if due_on else None}
        await record(db, vault, session.id, by.now, Act(by.actor, "sipd.due", f"session:{session.id}", facts))
    return sheet


async def due_of(db: AsyncSession, session_id: str) -> date | None:
    """The last day of entry."""
    return await db.scalar(select(SipdSheet.due_on).where(SipdSheet.session_id == session_id))


async def _opened(db: AsyncSession, session_id: str) -> ForumSession:
    """Lock the session (shared), then its sheet, made when it is first wanted."""
    found = select(ForumSession).where(ForumSession.id == session_id).with_for_update(read=True)
    session = (await db.scalars(found.execution_options(populate_existing=True))).one()
    if session.rehearsal is not None:
        raise Conflict("sipd.rehearsing")
    if session.state is SessionState.CANCELLED:
        raise Gone("sipd.cancelled")
    dialect = sqlite if db.get_bind().dialect.name == "sqlite" else postgresql
    await db.execute(dialect.insert(SipdSheet).values(session_id=session_id).on_conflict_do_nothing(index_elements=["session_id"]))
    await db.get_one(SipdSheet, session_id, populate_existing=True, with_for_update=True)
    return session


async def _on_list(db: AsyncSession, session: ForumSession, number: str) -> Proposal:
    """A proposal that the plenary list holds."""
    proposal = await find(db, session.id, number)
    there = select(Proposal.id).outerjoin(PlenaryItem, PlenaryItem.proposal_id == Proposal.id)
    if await db.scalar(there.where(*listed(session), Proposal.id == proposal.id)) is None:
        raise NotFound("sipd.not_listed", number=proposal.number)
    return proposal


async def _entry(db: AsyncSession, proposal: Proposal) -> SipdEntry:
    # The sheet's row is locked: nobody else makes it meanwhile.
    entry = await db.get(SipdEntry, proposal.id, populate_existing=True)
    if entry is None:
        entry = SipdEntry(proposal_id=proposal.id, session_id=proposal.session_id, version=0)
        db.add(entry)
        await db.flush()
    return entry


async def _refuse_stale(db: AsyncSession, entry: SipdEntry, proposal: Proposal, by: By) -> None:
    if entry.version == by.seen:
        return
    who = (await names_of(db, [entry.by or ""])).get(entry.by or "") or "–"
    if entry.entered_on is not None and entry.by != by.actor:
        raise Conflict("sipd.entered_by_other", number=proposal.number, who=who, sipd_id=entry.sipd_id or "–")
    raise Conflict("sipd.stale", number=proposal.number, who=who)


async def _refuse_taken(db: AsyncSession, proposal: Proposal, sipd_id: str | None) -> None:
    if sipd_id is None:
        return
    other = select(Proposal.number).join(SipdEntry, SipdEntry.proposal_id == Proposal.id)
    other = other.where(SipdEntry.session_id == proposal.session_id, SipdEntry.sipd_id == sipd_id, Proposal.id != proposal.id)
    if number := await db.scalar(other.limit(1)):
        raise Invalid(FieldError("sipd_id", "sipd.id_taken", {"number": number}))


async def _note(db: AsyncSession, vault: Vault, session: ForumSession, entry: SipdEntry, act: Act, by: By) -> None:
    entry.version += 1
    entry.by, entry.at, entry.held_by, entry.held_at = by.actor, by.now, None, None
    await db.flush()
    await record(db, vault, session.id, by.now, act)

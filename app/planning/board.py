"""The rows that a step works on, locked in one order, as a state that the rules understand, and the writing down of a step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import Act, record
from app.errors import Conflict, Gone, NotFound
from app.journal.service import PUBLIC, hold
from app.planning import steps
from app.planning.columns import NAMES
from app.planning.listing import GONE, HERE, decision_of, reason_of
from app.planning.models import Plenary, PlenaryItem, PlenaryStep
from app.planning.steps import LIST, Step
from app.proposals.joining import locked
from app.proposals.listing import written
from app.proposals.models import Proposal
from app.proposals.triage import names_of
from app.sessions.models import ForumSession, SessionState
from app.vault import Vault


@dataclass(frozen=True)
class By:
    """Who acts, when, and up to which step they had seen the list."""

    actor: str
    seen: int
    now: datetime


@dataclass
class Board:
    """The list being worked on: its row is locked, and the proposals in hand with it."""

    session: ForumSession
    plenary: Plenary
    proposals: dict[str, Proposal] = field(default_factory=dict)
    """By id."""
    items: dict[str, PlenaryItem] = field(default_factory=dict)
    others: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What else is in hand, as a state: delegates, and what is scored."""

    def state(self) -> dict[str, dict[str, Any]]:
        """What stands now, of whatever is in hand."""
        found = {id_: _facts(one, self.items[id_]) for id_, one in self.proposals.items()}
        return {**found, LIST: {"ceiling": self.plenary.ceiling}, **self.others}

    def named(self, number: str) -> Proposal:
        """The proposal in hand that has this number."""
        return next(one for one in self.proposals.values() if one.number == number)


async def opened(db: AsyncSession, session_id: str) -> Board:
    """Lock the session (shared), then its list, made when it is first wanted. Conflict `planning.rehearsing` during a rehearsal, Gone for a cancelled forum."""
    found = select(ForumSession).where(ForumSession.id == session_id).with_for_update(read=True)
    session = (await db.scalars(found.execution_options(populate_existing=True))).one()
    if session.rehearsal is not None:
        raise Conflict("planning.rehearsing")
    if session.state is SessionState.CANCELLED:
        raise Gone("planning.cancelled")
    dialect = sqlite if db.get_bind().dialect.name == "sqlite" else postgresql
    made = dialect.insert(Plenary).values(session_id=session_id, head=0, beat=0, on_screen=False)
    await db.execute(made.on_conflict_do_nothing(index_elements=["session_id"]))
    return Board(session, await db.get_one(Plenary, session_id, populate_existing=True, with_for_update=True))


async def take_up(db: AsyncSession, board: Board, numbers: Sequence[str], *, anywhere: bool = False) -> None:
    """Lock proposals and their items and add them to those in hand; NotFound `planning.not_listed` for one off the list (not asked with `anywhere`)."""
    await hold(db, board.session.room, PUBLIC)
    found = await locked(db, board.session, sorted({written(number) for number in numbers}))
    ids = [one.id for one in found.values()]
    kept = {one.proposal_id: one for one in await db.scalars(select(PlenaryItem).where(PlenaryItem.proposal_id.in_(ids)))}
    for proposal in found.values():
        item = kept.get(proposal.id) or _blank(db, proposal)
        if not anywhere and (proposal.status in GONE or (proposal.status not in HERE and item.decision is None)):
            raise NotFound("planning.not_listed", number=proposal.number)
        board.proposals[proposal.id], board.items[proposal.id] = proposal, item


async def refuse_stale(db: AsyncSession, board: Board, taken: Step, by: By) -> None:
    """Conflict `planning.stale` (`planning.stale_ceiling`) when somebody changed one of these parts (the ceiling) after what was seen."""
    for subject, fields in taken.after.items():
        if subject == LIST:
            await _refuse_stale_ceiling(db, board, by)
        item = board.items.get(subject)
        newest = max((getattr(item, part) for part in steps.parts_of(fields)), default=0) if item else 0
        if newest > by.seen:
            last = await db.get_one(PlenaryStep, (board.session.id, newest))
            raise Conflict("planning.stale", number=board.proposals[subject].number, who=await _name_of(db, last.by))


async def _refuse_stale_ceiling(db: AsyncSession, board: Board, by: By) -> None:
    later = select(PlenaryStep).where(PlenaryStep.session_id == board.session.id, PlenaryStep.number > by.seen)
    for row in await db.scalars(later.order_by(PlenaryStep.number.desc())):
        if LIST in row.after:
            raise Conflict("planning.stale_ceiling", who=await _name_of(db, row.by))


async def _name_of(db: AsyncSession, actor: str) -> str:
    return (await names_of(db, [actor])).get(actor) or "–"


def fill_in(board: Board, taken: Step) -> None:
    """Write into the list and its items what a step says of ceiling, place and columns; decisions are written with the status of proposals."""
    for subject, fields in taken.after.items():
        if subject == LIST:
            board.plenary.ceiling = fields["ceiling"]
        elif subject in board.items:
            _write(board.items[subject], fields)


async def note(db: AsyncSession, vault: Vault, board: Board, taken: Step, by: By, *, undoes: int | None = None) -> PlenaryStep:
    """Append the step, mark the parts that it changed, move the screen's eye to it, and audit it. Last in the transaction."""
    plenary = board.plenary
    plenary.head += 1
    plenary.beat += 1
    number = plenary.head
    for subject, fields in taken.after.items():
        if subject in board.items:
            for part in steps.parts_of(fields):
                setattr(board.items[subject], part, number)
    changed = [board.proposals[subject] for subject in taken.after if subject in board.proposals]
    shown = [one.id for one in changed if one.status not in GONE]
    plenary.focus_id = shown[0] if shown else plenary.focus_id
    row = PlenaryStep(
        session_id=board.session.id,
        number=number,
        kind=taken.kind,
        before={subject: dict(fields) for subject, fields in taken.before.items()},
        after={subject: dict(fields) for subject, fields in taken.after.items()},
        undoes=undoes,
        at=by.now,
        by=by.actor,
    )
    db.add(row)
    await db.flush()
    facts: dict[str, object] = {"step": number, "about": sorted(taken.after), **({"undoes": undoes} if undoes else {})}
    await record(db, vault, board.session.id, by.now, Act(by.actor, f"planning.{taken.kind.value}", f"session:{board.session.id}", facts))
    return row


def _facts(proposal: Proposal, item: PlenaryItem) -> dict[str, Any]:
    code, words = reason_of(proposal, item)
    return {
        "rank": item.rank,
        "decision": decision_of(proposal, item),
        "reason_code": code,
        "reason": words,
        "status": proposal.status.value,
        "leads_to": list(proposal.leads_to) or None,
        **item.filled,
    }


def _blank(db: AsyncSession, proposal: Proposal) -> PlenaryItem:
    item = PlenaryItem(
        proposal_id=proposal.id, session_id=proposal.session_id, filled={}, rank=None, placed_step=0, decided_step=0, filled_step=0
    )
    db.add(item)
    return item


def _write(item: PlenaryItem, fields: Mapping[str, Any]) -> None:
    if "rank" in fields:
        item.rank = fields["rank"]
    given = {name: value for name, value in fields.items() if name in NAMES}
    if given:
        item.filled = {name: value for name, value in {**item.filled, **given}.items() if value is not None}

"""The delegates whom the plenary sends to the next tier, by name; the steps hold their ids only, so that a name can be forgotten."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.database.tables import new_id
from app.errors import FieldError, Invalid, NotFound
from app.participants.models import Participant
from app.planning import board as boards
from app.planning import steps
from app.planning.board import Board, By
from app.planning.models import Delegate, PlenaryStep
from app.planning.steps import Step, StepKind
from app.regions import name_key
from app.vault import Vault

MOST = 60
PREFIX = "delegate:"


@dataclass(frozen=True)
class Named:
    """A delegate as written down: name, and element and gender where they are known."""

    name: str
    element: str | None = None
    gender: str | None = None


async def add_delegate(db: AsyncSession, vault: Vault, session_id: str, named: Named, by: By) -> PlenaryStep | None:
    """Name a delegate. Invalid for one who is named already, and beyond `MOST`."""
    board = await boards.opened(db, session_id)
    await _refuse_more(db, session_id, named.name)
    place = await db.scalar(select(func.max(Delegate.position)).where(Delegate.session_id == session_id)) or 0
    one = Delegate(
        id=new_id(),
        session_id=session_id,
        participant_id=await known_as(db, session_id, named.name),
        position=place + 1,
        name=named.name,
        element=named.element,
        gender=named.gender,
        at=by.now,
    )
    db.add(one)
    return await _note(db, vault, board, one, None, True, by)


async def remove_delegate(db: AsyncSession, vault: Vault, session_id: str, delegate_id: str, by: By) -> PlenaryStep | None:
    """Send somebody no longer; the row stays, so that it can be taken back. NotFound for one who is not named."""
    board = await boards.opened(db, session_id)
    one = await db.get(Delegate, delegate_id, with_for_update=True)
    if one is None or one.session_id != session_id or one.removed_at is not None:
        raise NotFound("planning.no_delegate")
    one.removed_at = by.now
    return await _note(db, vault, board, one, True, None, by)


async def bring(db: AsyncSession, board: Board, done: Step) -> None:
    """Add the delegates of a step to what is in hand."""
    for subject in done.after:
        if subject.startswith(PREFIX):
            one = await db.get(Delegate, subject.removeprefix(PREFIX), with_for_update=True)
            board.others[subject] = {"there": True if one is not None and one.removed_at is None else None}


async def take(db: AsyncSession, taken: Step, now: datetime) -> None:
    """Make the rows of delegates say what a step says. Invalid for one whose name somebody has written down again, and beyond `MOST`."""
    for subject, fields in taken.after.items():
        if subject.startswith(PREFIX):
            one = await db.get_one(Delegate, subject.removeprefix(PREFIX), with_for_update=True)
            if fields["there"] and one.removed_at is not None:
                await _refuse_more(db, one.session_id, one.name)
            one.removed_at = None if fields["there"] else now


async def _note(
    db: AsyncSession, vault: Vault, board: Board, one: Delegate, before: bool | None, after: bool | None, by: By
) -> PlenaryStep:
    subject = f"{PREFIX}{one.id}"
    step = steps.step(StepKind.DELEGATE, {subject: {"there": before}}, {subject: {"there": after}})
    return await boards.note(db, vault, board, step, by)


async def _refuse_more(db: AsyncSession, session_id: str, name: str) -> None:
    there = list(await db.scalars(select(Delegate.name).where(Delegate.session_id == session_id, Delegate.removed_at.is_(None))))
    if name_key(name) in map(name_key, there):
        raise Invalid(FieldError("name", "planning.delegate_twice"))
    if len(there) >= MOST:
        raise Invalid(FieldError("name", "planning.too_many_delegates", {"most": MOST}))


async def known_as(db: AsyncSession, session_id: str, name: str) -> str | None:
    """The participant of this name where there is exactly one: then it is theirs to correct and to have forgotten.

    Held to the end, so that an erasure under way comes before and nobody is found, or after and finds the row that is added.
    """
    wanted = select(Participant.id).where(
        Participant.session_id == session_id,
        Participant.name_key == name_key(name),
        Participant.erased_at.is_(None),
        Participant.merged_into.is_(None),
    )
    found = list(await db.scalars(wanted.order_by(Participant.id).limit(2).with_for_update(read=True)))
    return found[0] if len(found) == 1 else None

"""Who assesses, each change a step: accounts with a role here, or names. Whoever is named again is who they were, with all that they gave."""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.database.tables import new_id
from app.errors import FieldError, Invalid, NotFound
from app.planning import board as boards
from app.planning import scored, steps
from app.planning.board import Board, By
from app.planning.delegates import known_as
from app.planning.models import Assessor, PlenaryStep
from app.planning.steps import StepKind
from app.regions import name_key
from app.vault import Vault

MOST = 30
"""Assessors of one forum."""
SUBJECT = "assessor:"


async def add(db: AsyncSession, vault: Vault, session_id: str, name: str, account_id: str | None, by: By) -> PlenaryStep | None:
    """Let somebody assess, with what they gave before they were removed. Invalid for one who does already (`planning.assessor_twice`) and beyond `MOST`."""
    board = await boards.opened(db, session_id)
    await refuse_more(db, session_id, name, account_id)
    one = await _who_was(db, session_id, name, account_id)
    if one is None:
        place = await db.scalar(select(func.max(Assessor.position)).where(Assessor.session_id == session_id)) or 0
        one = Assessor(id=new_id(), session_id=session_id, account_id=account_id, position=place + 1, at=by.now)
        db.add(one)
    one.name, one.removed_at = name, None
    one.participant_id = None if account_id else await known_as(db, session_id, name)
    return await _there(db, vault, board, one, None, True, by)


async def remove(db: AsyncSession, vault: Vault, session_id: str, assessor_id: str, by: By) -> PlenaryStep | None:
    """Count somebody's points no longer; they stay, so that it can be taken back."""
    board = await boards.opened(db, session_id)
    one = await one_of(db, session_id, assessor_id)
    one.removed_at = by.now
    return await _there(db, vault, board, one, True, None, by)


async def one_of(db: AsyncSession, session_id: str, assessor_id: str) -> Assessor:
    """Somebody who assesses now. NotFound `planning.no_assessor`."""
    one = await db.get(Assessor, assessor_id, populate_existing=True)
    if one is None or one.session_id != session_id or one.removed_at is not None:
        raise NotFound("planning.no_assessor")
    return one


async def refuse_more(db: AsyncSession, session_id: str, name: str, account_id: str | None) -> None:
    """Invalid for one who assesses already (`planning.assessor_twice`) and beyond `MOST`."""
    there = (await scored.assessors_of(db, session_id)).values()
    if any(one.account_id == account_id if account_id else name_key(one.name) == name_key(name) for one in there):
        raise Invalid(FieldError("name", "planning.assessor_twice"))
    if len(there) >= MOST:
        raise Invalid(FieldError("name", "planning.too_many_assessors", {"most": MOST}))


async def _who_was(db: AsyncSession, session_id: str, name: str, account_id: str | None) -> Assessor | None:
    """Whoever was removed last under this account, or under this name without one."""
    of = select(Assessor).where(Assessor.session_id == session_id, Assessor.removed_at.is_not(None))
    rows = await db.scalars(of.order_by(Assessor.removed_at.desc(), Assessor.id).execution_options(populate_existing=True))
    return next((one for one in rows if one.account_id == account_id and (account_id or name_key(one.name) == name_key(name))), None)


async def _there(
    db: AsyncSession, vault: Vault, board: Board, one: Assessor, before: bool | None, after: bool | None, by: By
) -> PlenaryStep | None:
    subject = f"{SUBJECT}{one.id}"
    step = steps.step(StepKind.ASSESSOR, {subject: {"there": before}}, {subject: {"there": after}})
    return await boards.note(db, vault, board, step, by)

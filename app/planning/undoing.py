"""Taking back one's newest step: a step of its own, refused when somebody has gone on from it."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import Conflict
from app.planning import board as boards
from app.planning import points, steps
from app.planning.board import Board, By
from app.planning.delegates import bring, take
from app.planning.models import PlenaryStep
from app.planning.service import settle
from app.planning.steps import Step, StepKind, about
from app.proposals import undoing as joined
from app.proposals.models import Proposal, ProposalStatus, ProposalVersion
from app.vault import Vault

VERIFIED_PART = 2
"""The version in which a part stands after the split: made, then verified."""


async def undo(
    db: AsyncSession, vault: Vault, session_id: str, by: By, *, number: int | None = None, only: frozenset[StepKind] | None = None
) -> PlenaryStep:
    """Take back the newest step of `by.actor` that was not taken back yet (or that of this number, if it is theirs); `only` of these kinds.

    Conflict `planning.nothing_to_undo` when there is none, `planning.changed_since` when somebody changed the same thing since.
    """
    board = await boards.opened(db, session_id)
    mine = await newest_of(db, session_id, by.actor)
    if mine is None or (number is not None and mine.number != number) or (only is not None and mine.kind not in only):
        raise Conflict("planning.nothing_to_undo")
    done = _step(mine)
    await _take_up(db, board, done)
    if await _gone_on(db, session_id, mine, done) or not steps.stands(board.state(), done) or not await _parts_as_made(db, board, done):
        raise Conflict("planning.changed_since")
    back = steps.inverse(done)
    if done.kind in {StepKind.MERGE, StepKind.SPLIT}:
        await _part_or_join(db, vault, board, done, by)
    else:
        await settle(db, vault, board, back, by, undone=mine.at)
        await take(db, back, by.now)
        await points.take(db, board, back, by.now)
    return await boards.note(db, vault, board, back, by, undoes=mine.number)


async def newest_of(db: AsyncSession, session_id: str, actor: str) -> PlenaryStep | None:
    """The step that this person would take back."""
    of = PlenaryStep.session_id == session_id
    undone = set(await db.scalars(select(PlenaryStep.undoes).where(of, PlenaryStep.undoes.is_not(None))))
    mine = select(PlenaryStep).where(of, PlenaryStep.by == actor, PlenaryStep.undoes.is_(None)).order_by(PlenaryStep.number.desc())
    if undone:
        mine = mine.where(PlenaryStep.number.not_in(undone))
    return (await db.scalars(mine.limit(1))).first()


async def _gone_on(db: AsyncSession, session_id: str, mine: PlenaryStep, done: Step) -> bool:
    """Whether a later step that still holds is about the same thing; of parts anything at all counts, for they go with the split."""
    rows = await db.scalars(select(PlenaryStep).where(PlenaryStep.session_id == session_id, PlenaryStep.number > mine.number))
    later = rows.all()
    undone = {row.undoes for row in later}
    meet = _about_parts if done.kind is StepKind.SPLIT else _moved_on if done.kind in {StepKind.SORT, StepKind.ORDER} else steps.meet
    return any(row.undoes is None and row.number not in undone and meet(done, _step(row)) for row in later)


def _moved_on(done: Step, later: Step) -> bool:
    """Of places a split counts too: the parts stand where their whole stood, and would be left there alone."""
    return steps.meet(done, later) or (later.kind is StepKind.SPLIT and not done.after.keys().isdisjoint(later.after))


def _about_parts(done: Step, later: Step) -> bool:
    numbers = {number for fields in done.after.values() for number in fields.get("leads_to") or ()}
    return any(
        about(subject) in done.after or not numbers.isdisjoint(fields.get("leads_to") or ()) for subject, fields in later.after.items()
    )


async def _parts_as_made(db: AsyncSession, board: Board, done: Step) -> bool:
    """Whether nobody has worked on the parts of a split on the page of proposals, where no step is noted."""
    for subject in done.after if done.kind is StepKind.SPLIT else ():
        part = board.proposals[subject]
        if part.status is ProposalStatus.SPLIT:
            continue
        made = await db.get_one(ProposalVersion, (subject, VERIFIED_PART))
        now = await db.get_one(ProposalVersion, (subject, part.version))
        if made.fields != now.fields or len(part.comes_from) != 1:
            return False
    return True


async def _take_up(db: AsyncSession, board: Board, done: Step) -> None:
    numbers = list(await db.scalars(select(Proposal.number).where(Proposal.id.in_(steps.proposals_in(done)))))
    if done.kind in {StepKind.MERGE, StepKind.SPLIT}:
        others = [fields.get("leads_to") for fields in done.after.values()]
        numbers += [number for some in others if isinstance(some, list) for number in some]
    if numbers:
        await boards.take_up(db, board, numbers, anywhere=True)
    await bring(db, board, done)
    await points.bring(db, board, done)


async def _part_or_join(db: AsyncSession, vault: Vault, board: Board, done: Step, by: By) -> None:
    """Merged ones stand for themselves again, parts go back into their whole."""
    for subject, fields in done.after.items():
        one = board.proposals[subject]
        if fields.get("status") in {ProposalStatus.MERGED.value, ProposalStatus.SPLIT.value}:
            await joined.undo(db, vault, board.session, one.number, if_version=one.version, actor=by.actor, now=by.now)
        if "rank" in fields:
            board.items[subject].rank = None


def _step(row: PlenaryStep) -> Step:
    return Step(row.kind, row.before, row.after)  # type: ignore[arg-type]  # stored as they were made

"""What the plenary does with its list: order, agree or not, fill, merge, split, name delegates. Each is a step: who, when, before, after.

Every verb locks the session (shared) and the list first, so that steps come one after the other; a part that somebody changed after what was seen
(`by.seen`, the number of the newest step on the page) is refused with `planning.stale`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import Conflict, FieldError, Invalid
from app.journal.service import PUBLIC, hold
from app.planning import board as boards
from app.planning import columns, steps
from app.planning.board import Board, By
from app.planning.listing import AGREED, HERE, NOT_AGREED, places_of, rank_of
from app.planning.models import PlenaryItem, PlenaryStep
from app.planning.ranks import beyond, given
from app.planning.steps import LIST, StepKind
from app.proposals import joining
from app.proposals import service as proposals
from app.proposals.capture import take_turn
from app.proposals.choices import Reason
from app.proposals.decided import DECISION, put_decisions
from app.proposals.listing import written
from app.proposals.models import Proposal, ProposalCounter, ProposalStatus
from app.proposals.status import reason_missing
from app.vault import Vault


async def order(db: AsyncSession, vault: Vault, session_id: str, number: str, before: str | None, by: By) -> PlenaryStep | None:
    """Move a proposal before another, or to the end; None when it stands there already."""
    board = await boards.opened(db, session_id)
    await boards.take_up(db, board, [number, *([before] if before else [])])
    moved = board.named(written(number))
    target = board.named(written(before)) if before else None
    if target is moved:
        return None
    others = [(rank, id_) for rank, id_ in await places_of(db, board.session) if id_ != moved.id]
    at = next(n for n, (_, id_) in enumerate(others) if id_ == target.id) if target else len(others)
    low = others[at - 1][0] if at else ""
    high = others[at][0] if target else await _end(db, session_id)
    if low < rank_of(moved, board.items[moved.id]) < high:
        return None
    return await _take(db, vault, board, StepKind.ORDER, {moved.id: {"rank": given(low, high, board.plenary.head + 1)}}, by)


async def agree(
    db: AsyncSession, vault: Vault, session_id: str, numbers: Sequence[str], by: By, *, was: Mapping[str, str] | None = None
) -> PlenaryStep | None:
    """Mark proposals as agreed; `was` are the decisions that were seen, by number (empty: none). None when they all are already."""
    return await _decide(db, vault, session_id, numbers, (StepKind.AGREE, AGREED, None, None), by, was or {})


async def not_agree(
    db: AsyncSession,
    vault: Vault,
    session_id: str,
    numbers: Sequence[str],
    why: tuple[Reason | None, str | None],
    by: By,
    *,
    was: Mapping[str, str] | None = None,
) -> PlenaryStep | None:
    """Mark proposals as not agreed, `why` being a reason of the closed list and words; Invalid without them where they are needed."""
    code, words = why
    if missing := reason_missing(ProposalStatus.NOT_AGREED, code, words):
        raise Invalid(FieldError(missing, "proposals.no_reason" if missing == "reason_code" else "field.required"))
    assert code is not None
    return await _decide(db, vault, session_id, numbers, (StepKind.NOT_AGREE, NOT_AGREED, code.value, words or None), by, was or {})


async def reopen(
    db: AsyncSession, vault: Vault, session_id: str, numbers: Sequence[str], by: By, *, was: Mapping[str, str] | None = None
) -> PlenaryStep | None:
    """Take a decision off, so that the plenary deals with it anew."""
    return await _decide(db, vault, session_id, numbers, (StepKind.REOPEN, None, None, None), by, was or {})


async def fill(
    db: AsyncSession, vault: Vault, session_id: str, numbers: Sequence[str], given: Mapping[str, object], by: By
) -> PlenaryStep | None:
    """Fill columns of annex II (checked values by name; None: say again what the proposal says) of one or many; the proposals' own words stay."""
    board = await boards.opened(db, session_id)
    await boards.take_up(db, board, _some(numbers))
    values = columns.stored({name: value for name, value in given.items() if name in columns.NAMES})
    return await _take(db, vault, board, StepKind.FILL, dict.fromkeys(board.proposals, values), by)


async def merge(db: AsyncSession, vault: Vault, session_id: str, into: str, numbers: Sequence[str], by: By) -> PlenaryStep | None:
    """Let one proposal stand for others, which leave the list; their words and numbers go with them."""
    board = await boards.opened(db, session_id)
    await boards.take_up(db, board, [into, *_some(numbers)])
    target = board.named(written(into))
    gone = [one for one in board.proposals.values() if one is not target]
    wanted = {one.id: {"status": ProposalStatus.MERGED.value, "leads_to": [target.number]} for one in gone}
    step = steps.step(StepKind.MERGE, board.state(), wanted)
    await boards.refuse_stale(db, board, step, by)
    await joining.merge(db, vault, board.session, target.number, [one.number for one in gone], actor=by.actor, now=by.now)
    row = await boards.note(db, vault, board, step, by)
    board.plenary.focus_id = target.id
    return row


async def split(db: AsyncSession, vault: Vault, session_id: str, number: str, titles: Sequence[str], by: By) -> PlenaryStep | None:
    """Part a bundle; the parts stand where the whole stood, each with all its words, and nobody has decided on them."""
    board = await boards.opened(db, session_id)
    # The counter of numbers is locked before proposals, here as everywhere.
    await hold(db, board.session.room, PUBLIC)
    await take_turn(db, session_id)
    await boards.take_up(db, board, [number])
    whole = board.named(written(number))
    await boards.refuse_stale(db, board, steps.Step(StepKind.SPLIT, {}, {whole.id: {"status": "", "rank": ""}}), by)
    places = await places_of(db, board.session)
    at = next(n for n, (_, id_) in enumerate(places) if id_ == whole.id)
    before = board.state()
    made = await joining.split(db, vault, board.session, whole.number, [joining.Part(one) for one in titles], actor=by.actor, now=by.now)
    for part in made:
        verified = {"status": ProposalStatus.VERIFIED, "published": part.published_at is not None}
        await proposals.change(db, vault, board.session, part.number, verified, if_version=part.version, actor=by.actor, now=by.now)
    await boards.take_up(db, board, [one.number for one in made])
    wanted: dict[str, dict[str, Any]] = {whole.id: {"status": ProposalStatus.SPLIT.value, "leads_to": list(whole.leads_to)}}
    low = places[at][0]
    high = places[at + 1][0] if at + 1 < len(places) else await _end(db, session_id)
    for part in made:
        low = given(low, high, board.plenary.head + 1)
        wanted[part.id] = {"status": part.status.value, "rank": low}
    step = steps.step(StepKind.SPLIT, before, wanted)
    boards.fill_in(board, step)
    row = await boards.note(db, vault, board, step, by)
    board.plenary.focus_id = made[0].id
    return row


async def set_ceiling(db: AsyncSession, vault: Vault, session_id: str, ceiling: int | None, by: By) -> PlenaryStep | None:
    """The budget ceiling of this forum in whole rupiah; None for none."""
    return await _take(db, vault, await boards.opened(db, session_id), StepKind.CEILING, {LIST: {"ceiling": ceiling}}, by)


async def show(db: AsyncSession, session_id: str, *, on: bool | None = None, focus: str | None = None) -> None:
    """Put the list on the big screen or take it off, or let the screen look at one proposal. What the screen shows is no step."""
    board = await boards.opened(db, session_id)
    if focus is not None:
        await boards.take_up(db, board, [focus])
        board.plenary.focus_id = board.named(written(focus)).id
    board.plenary.on_screen = board.plenary.on_screen if on is None else on
    board.plenary.beat += 1


async def _decide(
    db: AsyncSession,
    vault: Vault,
    session_id: str,
    numbers: Sequence[str],
    said: tuple[StepKind, str | None, str | None, str | None],
    by: By,
    was: Mapping[str, str],
) -> PlenaryStep | None:
    kind, decision, code, words = said
    board = await boards.opened(db, session_id)
    await boards.take_up(db, board, _some(numbers))
    state = board.state()
    for id_, one in board.proposals.items():
        if was.get(one.number) is not None and was[one.number] != (state[id_]["decision"] or ""):
            raise Conflict("planning.decided_elsewhere", number=one.number)
        if one.status not in HERE and tuple(state[id_][name] for name in ("decision", "reason_code", "reason")) != (decision, code, words):
            raise Conflict("planning.gone_on", number=one.number)
    status = decision or ProposalStatus.VERIFIED.value
    values = {"decision": decision, "reason_code": code, "reason": words, "status": status}
    return await _take(db, vault, board, kind, {id_: values for id_, one in board.proposals.items() if one.status in HERE}, by)


async def _take(
    db: AsyncSession, vault: Vault, board: Board, kind: StepKind, wanted: Mapping[str, Mapping[str, Any]], by: By
) -> PlenaryStep | None:
    step = steps.step(kind, board.state(), wanted)
    if not step.changes:
        return None
    await boards.refuse_stale(db, board, step, by)
    await settle(db, vault, board, step, by)
    return await boards.note(db, vault, board, step, by)


async def settle(db: AsyncSession, vault: Vault, board: Board, step: steps.Step, by: By, *, undone: datetime | None = None) -> None:
    """Make the rows say what the step says: the list's own, and the status of proposals through their own service.

    `undone` is when the step was taken that this one takes back: what that one made public is so no longer.
    """
    boards.fill_in(board, step)
    back = step.kind in {StepKind.REOPEN, StepKind.UNDO}
    decided = {
        subject: board.proposals[subject]
        for subject, fields in step.after.items()
        if subject in board.proposals and {"status", "reason_code", "reason"} & set(fields)
    }
    if not decided:
        return
    await _set_statuses(db, vault, board, [(one, step.after[id_]) for id_, one in decided.items()], by, back=back, undone=undone)
    # Other levels have gone on with some: what the list says is its own.
    gone_on = [
        (one, *(step.after[id_].get(name, getattr(board.items[id_], name)) for name in DECISION))
        for id_, one in decided.items()
        if one.status not in HERE
    ]
    await put_decisions(db, board.session, gone_on)
    await db.flush()
    wanted = select(PlenaryItem).where(PlenaryItem.proposal_id.in_(list(decided)))
    (await db.scalars(wanted.execution_options(populate_existing=True))).all()


async def _set_statuses(
    db: AsyncSession,
    vault: Vault,
    board: Board,
    wanted: Sequence[tuple[Proposal, Mapping[str, Any]]],
    by: By,
    *,
    back: bool,
    undone: datetime | None,
) -> None:
    """Through the service of proposals; going back verifies nothing anew and puts nothing on the public list."""
    before = {one.id: (one.verified_at, one.verified_by, one.published_at, one.published_before) for one, _ in wanted}
    changes: list[tuple[Proposal, Mapping[str, Any]]] = []
    for one, fields in wanted:
        said: dict[str, Any] = {"status": ProposalStatus(fields.get("status", one.status.value))}
        said |= {name: fields[name] for name in ("reason_code", "reason") if name in fields}
        changes.append((one, {**said, "published": one.published_at not in {None, undone}} if back else said))
    await proposals.change_held(db, vault, board.session, changes, actor=by.actor, now=by.now)
    for one, _ in wanted:
        one.verified_at, one.verified_by, published, was_published = before[one.id]
        if back and published in {None, undone}:
            one.published_before = was_published if was_published != undone else None


async def _end(db: AsyncSession, session_id: str) -> str:
    """A rank after every proposal that there is, and before those that come later."""
    last = await db.scalar(select(ProposalCounter.last).where(ProposalCounter.session_id == session_id))
    return beyond(last or 0)


def _some(numbers: Sequence[str]) -> Sequence[str]:
    if not numbers:
        raise Invalid(FieldError("number", "planning.none_chosen"))
    return numbers

"""Scoring, each act a step: the scheme, what each assessor gives, whether the condition of the factor is met, and the list sorted once.

Points never decide. What was given under a former scheme stays stored; only what the present one asks for counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import Conflict, FieldError, Invalid, NotFound
from app.journal.service import PUBLIC, hold
from app.planning import assessing, former, scored, steps
from app.planning import board as boards
from app.planning.board import Board, By
from app.planning.listing import places_of
from app.planning.models import Assessor, Fulfilment, PlenaryItem, PlenaryStep, Score, Scoring
from app.planning.ranks import DIGITS, between
from app.planning.scoring import Scheme, by_points
from app.planning.steps import SCHEME, Step, StepKind
from app.proposals.joining import locked
from app.proposals.listing import written
from app.proposals.models import Proposal
from app.proposals.triage import names_of
from app.vault import Vault

SCORE, MET = "score:", "met:"
REMARK = "remark"
_INDEX = 4
"""Digits of a place in a sorted list."""


@dataclass(frozen=True)
class Given:
    """What an assessor says of a proposal: whole points by criterion (None: none yet), and words."""

    points: Mapping[str, int | None]
    remark: str | None = None


async def set_scheme(db: AsyncSession, vault: Vault, session_id: str, scheme: Scheme | None, by: By) -> PlenaryStep | None:
    """Score so from now on, or (None) no longer; criteria get their keys here, of one that had the same name its former key. Conflict `planning.stale_scheme` when somebody changed it since."""
    board = await boards.opened(db, session_id)
    row = await _scoring(db, session_id)
    stored: dict[str, Any] | None = None
    if scheme is not None:
        stored = (await former.keyed(db, session_id, row.scheme, scheme)).stored()
    step = steps.step(StepKind.SCHEME, {SCHEME: {"scheme": dict(row.scheme) or None}}, {SCHEME: {"scheme": stored}})
    if not step.changes:
        return None
    await _refuse_stale(db, session_id, row.step, by, "planning.stale_scheme")
    row.scheme, row.step = stored or {}, board.plenary.head + 1
    return await boards.note(db, vault, board, step, by)


async def give(db: AsyncSession, vault: Vault, session_id: str, assessor_id: str, number: str, given: Given, by: By) -> PlenaryStep | None:
    """Write down what an assessor gives a proposal; points may be missing still. Who may do that is the caller's to know.

    Invalid `planning.points_between`; Conflict `planning.stale_scheme`, `planning.stale_score`, `planning.no_scheme`.
    """
    board = await boards.opened(db, session_id)
    row = await _scoring(db, session_id)
    scheme = scored.scheme_in(row)
    if scheme is None:
        raise Conflict("planning.no_scheme")
    await _refuse_stale(db, session_id, row.step, by, "planning.stale_scheme")
    await assessing.one_of(db, session_id, assessor_id)
    proposal = await _listed(db, board, number)
    asked = {one.key: one for one in scheme.criteria}
    wrong = [
        FieldError(f"p_{key}", "planning.points_between", {"low": asked[key].low, "high": asked[key].high})
        for key, points in given.points.items()
        if key in asked and points is not None and not asked[key].holds(points)
    ]
    if wrong:
        raise Invalid(*wrong)
    subject = f"{SCORE}{assessor_id}:{proposal.id}"
    score = await db.get(Score, (assessor_id, proposal.id), populate_existing=True)
    values: dict[str, Any] = {key: points for key, points in given.points.items() if key in asked}
    step = steps.step(StepKind.SCORE, {subject: _facts(score)}, {subject: {**values, REMARK: given.remark or None}})
    if not step.changes:
        return None
    await _refuse_stale(db, session_id, score.step if score else 0, by, "planning.stale_score", number=proposal.number)
    await _put(db, board, subject, step.after[subject], board.plenary.head + 1)
    return await boards.note(db, vault, board, step, by)


async def fulfil(db: AsyncSession, vault: Vault, session_id: str, number: str, by: By, *, met: bool) -> PlenaryStep | None:
    """Say that a proposal meets the condition of the factor, or no longer."""
    board = await boards.opened(db, session_id)
    proposal = await _listed(db, board, number)
    subject = f"{MET}{proposal.id}"
    row = await db.get(Fulfilment, proposal.id, populate_existing=True)
    step = steps.step(StepKind.MET, {subject: {"met": (row is not None and row.met) or None}}, {subject: {"met": met or None}})
    if not step.changes:
        return None
    await _refuse_stale(db, session_id, row.step if row else 0, by, "planning.stale_score", number=proposal.number)
    await _put(db, board, subject, step.after[subject], board.plenary.head + 1)
    return await boards.note(db, vault, board, step, by)


async def show_points(db: AsyncSession, session_id: str, *, on: bool) -> None:
    """Let the big screen show points beside the lines, or not. What the screen shows is no step."""
    board = await boards.opened(db, session_id)
    (await _scoring(db, session_id)).on_screen = on
    board.plenary.beat += 1


async def sort_by_points(db: AsyncSession, vault: Vault, session_id: str, by: By) -> PlenaryStep | None:
    """Put the whole list in the order of its points, once, as one step; equal ones and those without points keep theirs. None when it stands so."""
    board = await boards.opened(db, session_id)
    places = await places_of(db, board.session)
    order = [id_ for _, id_ in places]
    found = await scored.results_of(db, session_id, order)
    if found is None or not any(one.total is not None for one in found.of.values()):
        raise Conflict("planning.no_points")
    wanted = by_points(order, {id_: one.total for id_, one in found.of.items()})
    if wanted == order:
        return None
    await _take_up_places(db, board, order)
    # One gap before everything that stands there takes them all; whoever comes later goes to the end, as always.
    low = between("", places[0][0])
    ranks = {id_: {"rank": f"{low}{n:0{_INDEX}d}{_base36(board.plenary.head + 1)}z"} for n, id_ in enumerate(wanted)}
    step = steps.step(StepKind.SORT, {id_: {"rank": item.rank} for id_, item in board.items.items()}, ranks)
    moved = max(board.items.values(), key=lambda item: item.placed_step)
    number = await db.scalar(select(Proposal.number).where(Proposal.id == moved.proposal_id))
    await _refuse_stale(db, session_id, moved.placed_step, by, "planning.stale", number=number)
    boards.fill_in(board, step)
    return await boards.note(db, vault, board, step, by)


async def _take_up_places(db: AsyncSession, board: Board, ids: Sequence[str]) -> None:
    """Hold the proposals, unread, and their items, made where there are none: of a whole list that moves, the proposals themselves stay as they are."""
    await hold(db, board.session.room, PUBLIC)
    await db.execute(select(Proposal.id).where(Proposal.id.in_(ids)).order_by(Proposal.number).with_for_update())
    items = cast("Table", PlenaryItem.__table__)
    insert = (sqlite if db.get_bind().dialect.name == "sqlite" else postgresql).insert(items).on_conflict_do_nothing()
    blank = {"session_id": board.session.id, "filled": {}, "placed_step": 0, "decided_step": 0, "filled_step": 0}
    there = set(await db.scalars(select(PlenaryItem.proposal_id).where(PlenaryItem.session_id == board.session.id)))
    if new := sorted(set(ids) - there):
        await db.execute(insert, [{"proposal_id": id_, **blank} for id_ in new])
    wanted = select(PlenaryItem).where(PlenaryItem.proposal_id.in_(ids)).order_by(PlenaryItem.proposal_id)
    for item in await db.scalars(wanted.with_for_update().execution_options(populate_existing=True)):
        board.items[item.proposal_id] = item


async def bring(db: AsyncSession, board: Board, done: Step) -> None:
    """Add what a step says of scoring to what is in hand."""
    for subject in done.after:
        if subject == SCHEME:
            board.others[subject] = {"scheme": dict((await _scoring(db, board.session.id)).scheme) or None}
        elif subject.startswith(assessing.SUBJECT):
            one = await db.get(Assessor, steps.about(subject), populate_existing=True)
            board.others[subject] = {"there": True if one is not None and one.removed_at is None else None}
        elif subject.startswith(SCORE):
            board.others[subject] = _facts(await db.get(Score, _key(subject), populate_existing=True))
        elif subject.startswith(MET):
            row = await db.get(Fulfilment, steps.about(subject), populate_existing=True)
            board.others[subject] = {"met": (row is not None and row.met) or None}


async def take(db: AsyncSession, board: Board, taken: Step, now: datetime) -> None:
    """Make the rows of scoring say what a step says. Invalid for an assessor who was named again since."""
    number = board.plenary.head + 1
    for subject, fields in taken.after.items():
        if subject == SCHEME:
            row = await _scoring(db, board.session.id)
            row.scheme, row.step = dict(fields["scheme"] or {}), number
        elif subject.startswith(assessing.SUBJECT):
            one = await db.get_one(Assessor, steps.about(subject))
            if fields["there"] and one.removed_at is not None:
                await assessing.refuse_more(db, one.session_id, one.name, one.account_id)
            one.removed_at = None if fields["there"] else now
        elif subject.startswith((SCORE, MET)) and fields:
            await _put(db, board, subject, fields, number)


async def _put(db: AsyncSession, board: Board, subject: str, fields: Mapping[str, Any], number: int) -> None:
    """Write points or the condition; the list's row is locked, so nobody else does."""
    session_id = board.session.id
    if subject.startswith(MET):
        row = await db.get(Fulfilment, steps.about(subject)) or Fulfilment(proposal_id=steps.about(subject), session_id=session_id)
        row.met, row.step = bool(fields["met"]), number
        db.add(row)
        return
    assessor_id, proposal_id = _key(subject)
    score = await db.get(Score, (assessor_id, proposal_id)) or Score(
        assessor_id=assessor_id, proposal_id=proposal_id, session_id=session_id, points={}
    )
    points = {**score.points, **{key: value for key, value in fields.items() if key != REMARK}}
    score.points = {key: value for key, value in points.items() if value is not None}
    score.remark = fields.get(REMARK, score.remark)
    score.step = number
    db.add(score)


async def _scoring(db: AsyncSession, session_id: str) -> Scoring:
    """The session's row, made when it is first wanted; the list's row is locked."""
    found = await db.get(Scoring, session_id, populate_existing=True)
    if found is None:
        found = Scoring(session_id=session_id, scheme={}, on_screen=False, step=0)
        db.add(found)
    return found


async def _listed(db: AsyncSession, board: Board, number: str) -> Proposal:
    """The proposal, held, so that an erasure of it comes before or after."""
    (proposal,) = (await locked(db, board.session, [written(number)])).values()
    if proposal.id not in {id_ for _, id_ in await places_of(db, board.session)}:
        raise NotFound("planning.not_listed", number=proposal.number)
    return proposal


async def _refuse_stale(db: AsyncSession, session_id: str, newest: int, by: By, code: str, **facts: object) -> None:
    if newest > by.seen:
        last = await db.get_one(PlenaryStep, (session_id, newest))
        raise Conflict(code, who=(await names_of(db, [last.by])).get(last.by) or "–", **facts)


def _facts(score: Score | None) -> dict[str, Any]:
    return {} if score is None else {**score.points, REMARK: score.remark}


def _key(subject: str) -> tuple[str, str]:
    _, assessor_id, proposal_id = subject.split(":")
    return assessor_id, proposal_id


def _base36(step: int) -> str:
    digits = ""
    while step:
        step, digit = divmod(step, len(DIGITS))
        digits = DIGITS[digit] + digits
    return digits.rjust(5, "0")

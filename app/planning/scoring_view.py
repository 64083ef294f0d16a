"""The pages of scoring as they are drawn: what came of it, the scheme, one proposal to score, and the paper to score on."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import Account, Grant, Role
from app.errors import Conflict, ForumError, Invalid, NotFound
from app.planning import scored, scoring_forms, undoing
from app.planning.listing import Line, lines_of, plenary_of
from app.planning.models import Assessor, Plenary, PlenaryStep, Scoring
from app.planning.presets import PRESETS
from app.planning.scored import Results
from app.planning.scoring import highest, written
from app.planning.steps import StepKind
from app.sessions.guards import Desk
from app.sessions.navigation import desk_items
from app.web.forms import Typed
from app.web.ground import Ground
from app.web.pages import page, translator
from app.web.problems import status_of

KEY = "penilaian"
WRITERS = (Role.SECRETARIAT, Role.MODERATOR)
SCORERS = (*WRITERS, Role.RESPONDER, Role.READER)
"""Who may be named an assessor by their account, and open these pages."""
SCORING = frozenset({StepKind.SCHEME, StepKind.ASSESSOR, StepKind.SCORE, StepKind.MET, StepKind.SORT})
PART = "x-part"


@dataclass(frozen=True)
class Seen:
    """What these pages are drawn from, read in one go."""

    plenary: Plenary
    scoring: Scoring
    lines: Sequence[Line]
    results: Results | None
    mine: Assessor | None
    step: PlenaryStep | None
    """What this person would take back, if it is about scoring."""
    writes: bool

    @property
    def may_read(self) -> bool:
        """Whether somebody sees what came of it."""
        return self.writes or self.mine is not None


async def seen(parts: Ground, at: Desk) -> Seen:
    """Read scoring as this member of staff may see it."""
    writes = at.staff.may(WRITERS, at.session.id)
    async with parts.database.read() as db:
        lines = await lines_of(db, at.session)
        results = await scored.results_of(db, at.session.id, [one.proposal.id for one in lines], reader=at.staff.id)
        newest = await undoing.newest_of(db, at.session.id, at.staff.actor)
        row, plenary = await scored.scoring_of(db, at.session.id), await plenary_of(db, at.session.id)
        assessors = await scored.assessors_of(db, at.session.id)
    mine = next((one for one in assessors.values() if one.account_id == at.staff.id), None)
    may_undo = newest is not None and newest.kind in (SCORING if writes else {StepKind.SCORE})
    return Seen(plenary, row, lines, results, mine, newest if may_undo else None, writes or at.staff.may({Role.READER}, at.session.id))


async def results_page(request: Request, parts: Ground, at: Desk, *, refused: ForumError | None = None) -> Response:
    """What each proposal got, most points first; those that nobody has scored at the end."""
    found = await seen(parts, at)
    lines = found.lines
    if found.results is not None:
        of = found.results.of
        lines = sorted(lines, key=lambda line: (of[line.proposal.id].rank or len(lines) + 1, line.place))
    return _page(request, at, "planning/scores.html", refused, found=found, lines=lines)


async def scheme_page(
    request: Request, parts: Ground, at: Desk, *, form: Typed | None = None, refused: ForumError | None = None, name: str = ""
) -> Response:
    """The scheme and who assesses, to be changed; `mulai` in the address starts from a preset. After a refusal everything typed stays."""
    found = await seen(parts, at)
    async with parts.database.read() as db:
        people = await staff_of(db, at.session.id)
        given = await scored.count_scores(db, at.session.id)
    taken = {one.account_id for one in (found.results.assessors.values() if found.results else ())}
    present = scored.scheme_in(found.scoring)
    preset = PRESETS.get(request.query_params.get("mulai", ""))
    start = preset or present
    typed = (
        form
        if form is not None and not name
        else scoring_forms.typed_of(start)
        if start
        else Typed({"weighing": "times", "combine": "sum"})
    )
    named = Typed({"name": form.get("name"), "account_id": form.get("account_id")}) if form is not None and name else Typed()
    if isinstance(refused, Invalid):
        words = translator(request)
        typed, named = (typed, named.with_errors(refused, words)) if name else (typed.with_errors(refused, words), named)
    rows = [n for n in range(scoring_forms.ROWS) if typed.get(f"name_{n}") or typed.get(f"weight_{n}")]
    return _page(
        request,
        at,
        "planning/scheme.html",
        refused,
        found=found,
        present=present,
        form=typed,
        named=named,
        rows=list(range(min(scoring_forms.ROWS, max([*rows, -1]) + 1 + (1 if rows else 3)))),
        presets=list(PRESETS),
        accounts=[(one.id, one.name) for one in people if one.id not in taken],
        given=given,
        stale=isinstance(refused, Conflict) and not name,
        at_step=form.get("seen") if form and isinstance(refused, Invalid) else str(found.plenary.head),
    )


async def score_page(
    request: Request,
    parts: Ground,
    at: Desk,
    assessor_id: str,
    number: str,
    *,
    form: Typed | None = None,
    refused: ForumError | None = None,
    saved: str = "",
    made: int | None = None,
) -> Response:
    """One proposal to score: the one asked for, else the next that this assessor has not scored. NotFound for an assessor who is none, or not theirs."""
    found = await seen(parts, at)
    async with parts.database.read() as db:
        assessor = (await scored.assessors_of(db, at.session.id)).get(assessor_id)
        whole = await scored.results_of(db, at.session.id, [one.proposal.id for one in found.lines])
    if assessor is None or not may_score(at, assessor):
        raise NotFound("planning.no_assessor")
    open_ = [one for one in found.lines if whole and assessor_id in whole.of[one.proposal.id].missing]
    line = next((one for one in found.lines if one.proposal.number == number), None) or (open_[0] if open_ and not number else None)
    sheet = whole.of[line.proposal.id].sheets.get(assessor_id) if whole and line else None
    typed = form or scoring_forms.typed_points(sheet.points if sheet else {}, sheet.remark if sheet else None)
    part = PART in request.headers
    return _page(
        request,
        at,
        "planning/score_part.html" if part else "planning/score.html",
        refused,
        found=found,
        assessor=assessor,
        scheme=whole.scheme if whole else None,
        whole=whole,
        line=line,
        open=open_,
        form=typed.with_errors(refused, translator(request)) if isinstance(refused, Invalid) else typed,
        saved=saved,
        back=found.step if found.step is not None and found.step.number == made else None,
        stands=sheet,
        at_step=form.get("seen") if form and isinstance(refused, Invalid) else str(found.plenary.head),
        part=part,
        after=_beside(found.lines, line, 1),
        before=_beside(found.lines, line, -1),
    )


async def paper_page(request: Request, parts: Ground, at: Desk) -> Response:
    """Blank sheets to score on by hand: for one assessor, or without a name."""
    found = await seen(parts, at)
    assessors = found.results.assessors if found.results else {}
    return _page(
        request, at, "planning/score_paper.html", None, found=found, assessor=assessors.get(request.query_params.get("penilai", ""))
    )


def may_score(at: Desk, assessor: Assessor) -> bool:
    """Whether this member of staff writes for an assessor: for themselves, and the writers for whoever has no account."""
    if assessor.account_id is None:
        return at.staff.may(WRITERS, at.session.id)
    return at.staff.kind == "account" and assessor.account_id == at.staff.id


async def staff_of(db: AsyncSession, session_id: str) -> list[Account]:
    """The accounts that may be named assessors here, by name."""
    held = Grant.role.in_([*SCORERS, Role.ADMIN]) & (Grant.session_id.is_(None) | (Grant.session_id == session_id))
    wanted = select(Account).where(Account.id.in_(select(Grant.account_id).where(held)), Account.disabled_at.is_(None))
    return list(await db.scalars(wanted.order_by(Account.name, Account.id)))


def _beside(lines: Sequence[Line], line: Line | None, by: int) -> str | None:
    at = line.place - 1 + by if line else -1
    return lines[at].proposal.number if 0 <= at < len(lines) else None


def _page(request: Request, at: Desk, template: str, refused: ForumError | None, **context: object) -> Response:
    words = translator(request)
    return page(
        request,
        template,
        status=status_of(refused) if refused else 200,
        headers={PART: "score"} if PART in request.headers else None,
        session=at.session,
        desk_items=desk_items(at.session, at.staff, KEY, words),
        refused=None if refused is None or isinstance(refused, Invalid) else words.error(refused.code, **refused.facts),
        written=written,
        highest=highest,
        **context,
    )

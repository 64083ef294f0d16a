"""The page on which proposals of earlier years find those of this year in which they go on."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import Conflict, ForumError, NotFound
from app.outcomes import earlier
from app.outcomes.desk import PREFIX, Parts, Secretariat, outcomes_page
from app.outcomes.levels import LEVELS
from app.outcomes.listing import outcomes_of_earlier
from app.outcomes.models import EarlierImport, EarlierOutcome, EarlierProposal
from app.outcomes.writing import GONE_ON
from app.proposals.doubles import Double, Rival, doubles
from app.proposals.models import Proposal
from app.sessions.guards import Desk
from app.sheets.apart import apart
from app.web.forms import typed
from app.web.ground import Ground
from app.web.pages import translator
from app.web.paging import page_count

router = APIRouter(prefix=f"{PREFIX}/tahun-lalu", include_in_schema=False)
PAGE = 20
COMPARED = 50
"""Pairs of proposals that are compared in the time that checking a row takes."""


@dataclass(frozen=True)
class Found:
    """An earlier proposal, what was answered, the one in which it goes on, or those that may say the same."""

    row: EarlierProposal
    outcomes: Sequence[EarlierOutcome]
    goes_on: Proposal | None
    alike: Sequence[Double]


@router.get("")
async def list_page(
    request: Request, parts: Parts, at: Secretariat, page_: Annotated[int, Query(alias="page", ge=1, le=1000)] = 1
) -> Response:
    """The earlier proposals and their lists."""
    return await list_drawn(request, parts, at, page_)


@router.post("")
async def connect(request: Request, parts: Parts, at: Secretariat) -> Response:
    """One press about one earlier proposal: `link:ID:NUMBER`, `adopt:ID` or `release:ID`."""
    form = await typed(request)
    act, id_, number = (*form.get("do").split(":"), "", "")[:3]
    now, actor = parts.clock.now(), at.staff.actor
    place = max(1, int(form.get("page"))) if re.fullmatch("[0-9]{1,3}", form.get("page")) else 1
    try:
        async with parts.database.write() as db:
            match act:
                case "link":
                    await earlier.link(db, parts.vault, at.session.id, id_, number or form.get("number"), actor=actor, now=now)
                case "adopt":
                    await earlier.adopt(db, parts.vault, at.session.id, id_, actor=actor, now=now)
                case "release":
                    await earlier.release(db, parts.vault, at.session.id, id_, actor=actor, now=now)
                case _:
                    raise NotFound("web.not_found")
    except Conflict as refused:
        return await list_drawn(request, parts, at, place, refused=refused)
    return RedirectResponse(f"/meja/{at.session.slug}/hasil/tahun-lalu?page={place}#l-{id_}", 303)


def earlier_page(
    request: Request, template: str, at: Desk, /, *, status: int = 200, refused: ForumError | None = None, **context: Any
) -> Response:
    """A page about earlier years, with the names of the levels."""
    words = translator(request)
    choices = [(level.value, words.label("level", level.value)) for level in LEVELS]
    return outcomes_page(request, template, at, status=status, refused=refused, level_choices=choices, **context)


async def list_drawn(request: Request, parts: Ground, at: Desk, number: int, *, refused: ForumError | None = None) -> Response:
    """The page of earlier proposals, after a refusal too."""
    async with parts.database.read() as db:
        mine = EarlierProposal.session_id == at.session.id
        total = await db.scalar(select(func.count()).select_from(EarlierProposal).where(mine)) or 0
        rows = await _found(db, at.session.id, number)
        lists = (
            await db.scalars(select(EarlierImport).where(EarlierImport.session_id == at.session.id).order_by(EarlierImport.at.desc()))
        ).all()
    return earlier_page(
        request,
        "outcomes/earlier.html",
        at,
        refused=refused,
        rows=rows,
        total=total,
        page_number=number,
        pages=page_count(total, PAGE),
        lists=lists,
        told=request.query_params.get("kabar", ""),
    )


async def _found(db: AsyncSession, session_id: str, number: int) -> list[Found]:
    """One page: those that go on nowhere yet first."""
    wanted = select(EarlierProposal).where(EarlierProposal.session_id == session_id)
    order = (EarlierProposal.proposal_id.is_not(None), EarlierProposal.year.desc(), EarlierProposal.number)
    rows = (await db.scalars(wanted.order_by(*order).offset((number - 1) * PAGE).limit(PAGE))).all()
    said = await outcomes_of_earlier(db, [row.id for row in rows])
    linked = [row.proposal_id for row in rows if row.proposal_id]
    goes_on = {one.id: one for one in await db.scalars(select(Proposal).where(Proposal.id.in_(linked)))}
    others = await db.execute(
        select(Proposal.number, Proposal.title, Proposal.village, Proposal.rw).where(
            Proposal.session_id == session_id, Proposal.status.not_in(GONE_ON)
        )
    )
    rivals = [Rival(one.number, one.title, one.village, tuple(one.rw)) for one in others]
    lonely = [Rival("", row.title, row.village, ()) for row in rows if not row.proposal_id]
    # A long forum has thousands to compare with: not on the loop that the room runs on.
    alike = iter(await apart(alike_each, lonely, rivals, rows=len(lonely) * len(rivals) // COMPARED))
    return [Found(row, said[row.id], goes_on.get(row.proposal_id or ""), () if row.proposal_id else next(alike)) for row in rows]


def alike_each(lonely: Sequence[Rival], rivals: Sequence[Rival]) -> list[list[Double]]:
    """For each of an earlier year those of this year that may say the same; of another village none does."""
    return [
        doubles(one, [rival for rival in rivals if not (one.village and rival.village) or one.village == rival.village]) for one in lonely
    ]

"""The desk's list of what became of proposals, and its summary."""

from enum import StrEnum
from typing import Annotated, TypeVar

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from app.outcomes import overview
from app.outcomes.desk import PREFIX, At, Parts, outcomes_page, publishes, seen_by
from app.outcomes.levels import Level
from app.outcomes.listing import draft_count
from app.outcomes.standing import Standing
from app.proposals.addresses import narrowed
from app.proposals.listing import Filters, offers
from app.web.paging import page_count

router = APIRouter(prefix=PREFIX, include_in_schema=False)
PAGE = 50
Named = TypeVar("Named", bound=StrEnum)


@router.get("")
async def list_page(request: Request, parts: Parts, at: At, page_: Annotated[int, Query(alias="page", ge=1, le=10_000)] = 1) -> Response:
    """Every proposal with what each level answered; a responder sees what is meant for their agency."""
    standing = _one_of(Standing, request.query_params.get("keadaan", ""))
    level = _one_of(Level, request.query_params.get("tingkat", ""))
    asked = (standing, level)
    async with parts.database.read() as db:
        offered = await offers(db, at.session, public=False)
        chosen = narrowed(request.query_params, [], offered)
        filters = seen_by(at, chosen.filters, offered.meant)
        total = await overview.count_of(db, at.session, filters, asked) if filters else 0
        rows = await overview.rows_of(db, at.session, filters, asked, skip=(page_ - 1) * PAGE, limit=PAGE) if filters else []
        waiting = (await overview.totals_of(db, at.session, filters)).waiting if filters else 0
        drafts = await draft_count(db, at.session.id) if publishes(at) else 0
    return outcomes_page(
        request,
        "outcomes/list.html",
        at,
        rows=rows,
        total=total,
        waiting=waiting,
        drafts=drafts,
        page_number=page_,
        pages=page_count(total, PAGE),
        query={**chosen.query, **({"tingkat": level.value} if level else {}), **({"keadaan": standing.value} if standing else {})},
        chosen=chosen,
        offers=offered,
        standings=list(Standing),
        told=request.query_params.get("kabar", ""),
        count=request.query_params.get("jumlah", ""),
    )


@router.get("/ringkasan")
async def digest_page(request: Request, parts: Parts, at: At) -> Response:
    """What was published when, and what still has no answer, by agency and level."""
    async with parts.database.read() as db:
        filters = seen_by(at, Filters(), (await offers(db, at.session, public=False)).meant)
        totals = await overview.totals_of(db, at.session, filters) if filters else overview.Totals(0, 0, 0)
        owing = await overview.owing(db, at.session, filters) if filters else []
        sent = await overview.publications(db, at.session.id)
    return outcomes_page(
        request,
        "outcomes/digest.html",
        at,
        sent=sent,
        owing=owing,
        total=totals.proposals,
        answered=totals.answered,
        published=request.query_params.get("terbit", ""),
    )


def _one_of(kind: type[Named], text: str) -> Named | None:
    return kind(text) if text in {one.value for one in kind} else None

"""The public page of a series: its days, and every day's proposals as one list."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import Response
from sqlalchemy import select

from app.errors import NotFound
from app.proposals import listing
from app.proposals.addresses import narrowed
from app.proposals.pages import PAGE, PUBLIC_STATUSES
from app.proposals.sectors import Sector
from app.proposals.views import Look, for_public
from app.sessions.guards import HELD
from app.sessions.models import AgendaItem, SessionState, Site
from app.sessions.series import days_of, series_named
from app.web.ground import Ground, ground
from app.web.pages import page, translator
from app.web.paging import page_count

router = APIRouter(include_in_schema=False)
Parts = Annotated[Ground, Depends(ground)]


@router.get("/seri/{series}")
async def series_page(
    request: Request,
    parts: Parts,
    series: Annotated[str, Path(max_length=80)],
    page_: Annotated[int, Query(alias="page", ge=1, le=10_000)] = 1,
) -> Response:
    """The announced days of a series and their public proposals, narrowed by what stands in the address."""
    async with parts.database.read() as db:
        found = await series_named(db, series)
        days = {day.id: day for day in await days_of(db, found.id) if day.state is not SessionState.DRAFT and not day.practice}
        if not days:
            raise NotFound("sessions.series_unknown")
        sites = (await db.scalars(select(Site).where(Site.session_id.in_(days)).order_by(Site.position))).all()
        points = await db.scalars(
            select(AgendaItem).where(AgendaItem.id.in_([day.agenda_item_id for day in days.values() if day.state in HELD]))
        )
        now_at = {point.session_id: point.title for point in points}
        offers = await listing.offers(db, next(iter(days.values())), list(days), public=True)
        chosen = narrowed(request.query_params, [], offers)
        total = await listing.count(db, list(days), chosen.filters, public=True)
        rows = await listing.matching(db, list(days), chosen.filters, public=True, limit=PAGE, skip=(page_ - 1) * PAGE)
        sources = await listing.sources_of(db, rows)
    codes, somebody = {site.id: site.code for site in sites}, translator(request).gettext("Warga")
    items = [
        (for_public(one, sources[one.id], Look(codes, days[one.session_id].zone, somebody)), one.status, days[one.session_id])
        for one in rows
    ]
    return page(
        request,
        "proposals/series.html",
        series=found,
        days=list(days.values()),
        halls={day: sum(site.session_id == day for site in sites) for day in days},
        now_at=now_at,
        items=items,
        total=total,
        page_number=page_,
        pages=page_count(total, PAGE),
        chosen=chosen,
        offers=offers,
        sectors=list(Sector),
        statuses=PUBLIC_STATUSES,
    )

"""The checklist of needs, before the day and on it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from app.hall.guards import AnyHall
from app.hall.needs import needs_of, see_to, signs_wanted
from app.sessions.navigation import desk_items
from app.web.forms import typed
from app.web.ground import Ground, ground
from app.web.pages import page, translator

router = APIRouter(include_in_schema=False)
Parts = Annotated[Ground, Depends(ground)]
ADDRESS = "/meja/{slug}/kebutuhan"


@router.get(ADDRESS)
async def checklist(request: Request, parts: Parts, desk: AnyHall) -> Response:
    """What is needed in each hall at which this person works."""
    async with parts.database.read() as db:
        halls = await needs_of(db, parts.vault, desk.session, desk.staff)
    items = desk_items(desk.session, desk.staff, "lokasi", translator(request))
    return page(request, "hall/needs.html", session=desk.session, halls=halls, signs=signs_wanted(halls), desk_items=items)


@router.post(ADDRESS)
async def tick(request: Request, parts: Parts, desk: AnyHall) -> Response:
    """Tick one off, or open it again."""
    form = await typed(request)
    who, done, now = form.get("participant")[:40], form.get("done") == "1", parts.clock.now()
    async with parts.database.write() as db:
        await see_to(db, parts.vault, desk.session, who, done=done, staff=desk.staff, now=now)
    return RedirectResponse(f"/meja/{desk.session.slug}/kebutuhan#n-{who}", 303)

"""The page at a hall's door, which goes on while the line is down, and the worker that lets it be opened then."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import FileResponse, Response

from app.hall.guards import AtHall
from app.sessions.navigation import desk_items
from app.web.files import STATIC
from app.web.ground import Ground, ground
from app.web.pages import page, translator

router = APIRouter(include_in_schema=False)
Parts = Annotated[Ground, Depends(ground)]


@router.get("/meja/{slug}/lokasi/{site}/pintu")
async def door(request: Request, parts: Parts, hall: AtHall) -> Response:
    """The door. Nobody's name stands in the page itself: the list is fetched and kept by the script."""
    items = desk_items(hall.session, hall.desk.staff, "lokasi", translator(request))
    return page(request, "hall/door.html", session=hall.session, site=hall.site, desk_items=items)


@router.get("/pekerja.js")
async def worker() -> Response:
    """The service worker, at the root so that it may serve the doors of all halls; asked for anew each time."""
    return FileResponse(STATIC / "hall" / "worker.js", media_type="text/javascript", headers={"Cache-Control": "no-cache"})

"""What somebody needs in the hall, shown by a press for one person, and recorded."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from app.errors import NotFound
from app.hall.guards import AtHall
from app.participants.models import Participant
from app.participants.unmasking import Datum, unmask
from app.sessions.navigation import desk_items
from app.web.forms import typed
from app.web.ground import Ground, ground
from app.web.pages import page, translator

router = APIRouter(prefix="/meja/{slug}/lokasi", include_in_schema=False)
Parts = Annotated[Ground, Depends(ground)]


@router.post("/{site}/kebutuhan")
async def show_needs(request: Request, parts: Parts, hall: AtHall) -> Response:
    """The needs of one guest of this session."""
    wanted = (await typed(request)).get("participant")[:16]
    async with parts.database.write() as db:
        person = await db.get(Participant, wanted) if wanted.isascii() else None
        if person is None or person.session_id != hall.session.id or person.erased_at is not None:
            raise NotFound("hall.unknown_code")
        now, staff = parts.clock.now(), hall.desk.staff
        known = await unmask(db, parts.vault, staff, person, [Datum.NEEDS], now=now, site_id=hall.site.id)
    items = desk_items(hall.session, staff, "lokasi", translator(request))
    return page(
        request,
        "hall/need_shown.html",
        session=hall.session,
        site=hall.site,
        name=person.name,
        needs=known.get(Datum.NEEDS),
        desk_items=items,
    )

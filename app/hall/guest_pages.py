"""What was left out when a guest came in by name alone: written down afterwards, when the queue is gone."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import RedirectResponse, Response

from app.errors import Invalid
from app.hall import guests
from app.hall.guards import AtHall
from app.hall.people import GuestFields
from app.sessions.navigation import desk_items
from app.web.forms import Typed, parse, typed
from app.web.ground import Ground, ground
from app.web.pages import page, translator

router = APIRouter(include_in_schema=False, prefix="/meja/{slug}/lokasi/{site}/tamu/{participant}")
Parts = Annotated[Ground, Depends(ground)]
Id = Annotated[str, Path(max_length=40)]


@router.get("")
async def guest_page(request: Request, parts: Parts, hall: AtHall, participant: Id) -> Response:
    """The form, with what is known already."""
    async with parts.database.read() as db:
        person = await guests.walk_in_of(db, hall.session, hall.site, participant)
    known = {name: getattr(person, name) for name in ("name", "capacity", "institution", "element", "gender")}
    return _form(request, hall, Typed({name: value or "" for name, value in known.items()}), participant)


@router.post("")
async def complete(request: Request, parts: Parts, hall: AtHall, participant: Id) -> Response:
    """Write it down and go back to the desk."""
    form = await typed(request)
    try:
        known = parse(GuestFields, form)
        async with parts.database.write() as db:
            now = parts.clock.now()
            await guests.describe(db, parts.vault, hall.session, hall.site, participant, known, actor=hall.actor, now=now)
    except Invalid as wrong:
        return _form(request, hall, form.with_errors(wrong, translator(request)), participant, status=422)
    return RedirectResponse(f"/meja/{hall.session.slug}/lokasi/{hall.site.code}?done={participant}#p-{participant}", 303)


def _form(request: Request, hall: AtHall, form: Typed, participant: str, *, status: int = 200) -> Response:
    items = desk_items(hall.session, hall.desk.staff, "lokasi", translator(request))
    return page(
        request,
        "hall/guest.html",
        status=status,
        session=hall.session,
        site=hall.site,
        form=form,
        participant=participant,
        desk_items=items,
    )

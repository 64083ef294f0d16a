"""Doors of one's own seat: another place, or given back; from the page behind the link and from the page of the application."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field

from app.errors import Conflict, Invalid, SignInNeeded
from app.invitations.guards import Attendee
from app.invitations.switching import give_back, seat_of_key, switch_place
from app.sessions.guards import find_session
from app.sessions.models import ForumSession
from app.web.forms import parse, typed
from app.web.ground import Ground, ground
from app.web.pages import page

router = APIRouter(include_in_schema=False)
api = APIRouter(prefix="/api/v1/join", tags=["invitations"])
Parts = Annotated[Ground, Depends(ground)]
ForumOf = Annotated[ForumSession, Depends(find_session)]
Key = Annotated[str, Path(max_length=64)]


class PlaceWish(BaseModel):
    """Where to sit: `online`, or `in_person:CODE` of a hall."""

    place: str = Field(max_length=60)


class SeatPlace(BaseModel):
    """Where the seat now is."""

    way: Literal["online", "in_person"]
    site: str | None = Field(None, description="The hall")
    version: int


@router.post("/s/{slug}/hadir/tempat")
async def switch(request: Request, parts: Parts, session: ForumOf, holder: Attendee) -> Response:
    """Another place, pressed on the page behind the link."""
    if holder.session_id != session.id:
        raise SignInNeeded("invitations.link_needed")
    return await _switch(request, parts, holder.seat_id, f"/s/{session.slug}/hadir")


@router.post("/s/{slug}/hadir/kembalikan")
async def give(request: Request, parts: Parts, session: ForumOf, holder: Attendee) -> Response:
    """The seat given back; what is left is a page that says so."""
    if holder.session_id != session.id:
        raise SignInNeeded("invitations.link_needed")
    async with parts.database.write() as db:
        await give_back(db, parts.vault, holder.seat_id, now=parts.clock.now())
    return page(request, "invitations/returned.html", session=session)


@router.post("/r/{key}/tempat")
async def switch_by_key(request: Request, parts: Parts, key: Key) -> Response:
    """Another place, pressed on the page of the application."""
    async with parts.database.read() as db:
        seat = await seat_of_key(db, parts.vault, key)
    return await _switch(request, parts, seat.id, f"/r/{key}")


@router.post("/r/{key}/kembalikan")
async def give_by_key(request: Request, parts: Parts, key: Key) -> Response:
    """The seat given back from the page of the application."""
    async with parts.database.read() as db:
        seat = await seat_of_key(db, parts.vault, key)
    async with parts.database.write() as db:
        await give_back(db, parts.vault, seat.id, now=parts.clock.now())
    return RedirectResponse(f"/r/{key}", 303)


@api.post("/place")
async def place(parts: Parts, holder: Attendee, wish: PlaceWish) -> SeatPlace:
    """Take a seat elsewhere while seats last; 422 `seats.full`, 409 `seats.over`."""
    async with parts.database.write() as db:
        seat = await switch_place(db, parts.vault, holder.seat_id, wish.place, now=parts.clock.now())
    return SeatPlace(way="online" if seat.way == "online" else "in_person", site=seat.site_id, version=seat.version)


@api.post("/return", status_code=204)
async def returned(parts: Parts, holder: Attendee) -> None:
    """Give the seat back; it is free at once."""
    async with parts.database.write() as db:
        await give_back(db, parts.vault, holder.seat_id, now=parts.clock.now())


async def _switch(request: Request, parts: Ground, seat_id: str, home: str) -> Response:
    """Back to where it was pressed; what went wrong goes along as a code and is said there."""
    try:
        wish = parse(PlaceWish, await typed(request))
        async with parts.database.write() as db:
            await switch_place(db, parts.vault, seat_id, wish.place, now=parts.clock.now())
    except Invalid as wrong:
        code = wrong.errors[0].code if wrong.errors[0].code.startswith("seats.") else "seats.no_such_place"
        return RedirectResponse(f"{home}?pindah={code.partition('.')[2]}#pindah", 303)
    except Conflict as refused:
        return RedirectResponse(f"{home}?pindah={refused.code.partition('.')[2]}#pindah", 303)
    return RedirectResponse(f"{home}?pindah=1", 303)

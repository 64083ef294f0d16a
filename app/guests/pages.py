"""The desk's list of guests by letter, and the page of one seat: who comes, the code, the letter."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, BeforeValidator

from app.access.models import Role
from app.errors import Conflict, Invalid, NotFound
from app.guests.deputies import Comes, as_listed, name_guest
from app.guests.desk import fillings, invitation_of, invitations, lists, totals
from app.guests.import_pages import Officer, Parts, SomeId
from app.guests.importing import remove
from app.notices.paper import tally
from app.registration.fields import Name, Phone, one_line
from app.sessions.guards import Desk, desk
from app.sessions.navigation import desk_items
from app.sessions.vocabulary import Gender
from app.web.forms import Typed, parse, typed
from app.web.ground import Ground
from app.web.pages import page, translator
from app.web.problems import status_of

router = APIRouter(include_in_schema=False)
AtDoor = Annotated[Desk, Depends(desk(Role.MODERATOR, Role.SECRETARIAT, Role.OPERATOR))]
REFUSALS = {"present", "used"}
"""Why a list or an invitation could not be taken back, as the address says it."""


class ComesForm(BaseModel):
    """Who takes a seat."""

    name: Name
    phone: Phone = None
    gender: Annotated[Gender | None, BeforeValidator(one_line)] = None


@router.get("/meja/{slug}/tamu")
async def guests(
    request: Request,
    parts: Parts,
    at: Officer,
    q: Annotated[str, Query(max_length=80)] = "",
    after: Annotated[int, Query(ge=0, le=10**6)] = 0,
    masuk: Annotated[str, Query(max_length=16)] = "",
    urung: Annotated[str, Query(max_length=1)] = "",
    gagal: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """The list with its meters; a list that was just taken in can be taken back with one press."""
    async with parts.database.read() as db:
        rows, onward = await invitations(db, at.session.id, q=q, after=after)
        brought = await lists(db, at.session.id)
        places = await fillings(db, at.session)
        numbers = await totals(db, at.session.id)
        on_paper = await tally(db, at.session.id)
    return page(
        request,
        "guests/list.html",
        session=at.session,
        desk_items=desk_items(at.session, at.staff, "tamu", translator(request)),
        rows=rows,
        onward=onward,
        after=after,
        q=q,
        brought=brought,
        fresh=next((one for one in brought if one.made.id == masuk), None),
        undone=bool(urung),
        refused=f"guests.{gagal}" if gagal in REFUSALS else None,
        places=places,
        totals=numbers,
        on_paper=on_paper.owed,
    )


@router.post("/meja/{slug}/tamu/{invitee_id}/hapus")
async def take_off(request: Request, parts: Parts, at: Officer, invitee_id: SomeId) -> Response:
    """Take one invitation off the list."""
    await typed(request)
    try:
        async with parts.database.write() as db:
            await remove(db, parts.vault, at.session.id, invitee_id, actor=at.staff.actor, now=parts.clock.now())
    except Conflict as refused:
        return RedirectResponse(f"/meja/{at.session.slug}/tamu?gagal={refused.code.removeprefix('guests.')}", 303)
    return RedirectResponse(f"/meja/{at.session.slug}/tamu?urung=1", 303)


@router.get("/meja/{slug}/tamu/kursi/{place_id}")
async def seat_page(
    request: Request, parts: Parts, at: AtDoor, place_id: SomeId, tersimpan: Annotated[str, Query(max_length=1)] = ""
) -> Response:
    """One seat: who is on the list, who comes."""
    return await _seat(request, parts, at, place_id, None, saved=bool(tersimpan))


@router.post("/meja/{slug}/tamu/kursi/{place_id}")
async def name_who_comes(request: Request, parts: Parts, at: AtDoor, place_id: SomeId) -> Response:
    """Somebody comes for the invited."""
    form = await typed(request)
    try:
        comes = parse(ComesForm, form)
        async with parts.database.write() as db:
            wanted = Comes(comes.name, comes.phone, comes.gender)
            await name_guest(db, parts.vault, at.session.id, place_id, wanted, actor=at.staff.actor, now=parts.clock.now())
    except Invalid as wrong:
        return await _seat(request, parts, at, place_id, form.with_errors(wrong, translator(request)), status=422)
    except Conflict as refused:
        return await _seat(request, parts, at, place_id, form, refused=refused)
    return _back(request, at, place_id)


@router.post("/meja/{slug}/tamu/kursi/{place_id}/semula")
async def back_to_list(request: Request, parts: Parts, at: AtDoor, place_id: SomeId) -> Response:
    """The invited come themselves after all."""
    await typed(request)
    try:
        async with parts.database.write() as db:
            await as_listed(db, parts.vault, at.session.id, place_id, actor=at.staff.actor, now=parts.clock.now())
    except Conflict as refused:
        return await _seat(request, parts, at, place_id, None, refused=refused)
    return _back(request, at, place_id)


async def _seat(
    request: Request,
    parts: Ground,
    at: Desk,
    place_id: str,
    form: Typed | None,
    *,
    status: int = 200,
    saved: bool = False,
    refused: Conflict | None = None,
) -> Response:
    async with parts.database.read() as db:
        found = await invitation_of(db, at.session.id, place_id)
    if found is None:
        raise NotFound("guests.unknown_place")
    invitation, seat = found
    values: dict[str, Any] = {"name": seat.person.name, "gender": seat.person.gender or ""} if seat.place.deputy else {}
    items = desk_items(at.session, at.staff, "tamu", translator(request))
    return page(
        request,
        "guests/seat.html",
        status=status_of(refused) if refused else status,
        refused=refused,
        session=at.session,
        desk_items=items,
        invitation=invitation,
        seat=seat,
        form=form or Typed(values),
        saved=saved,
        prints=any(item.current for item in items),
        site=_site_of(request),
    )


def _back(request: Request, at: Desk, place_id: str) -> Response:
    """To the desk of the hall from which somebody came, else to the same page."""
    site = _site_of(request)
    here = f"/meja/{at.session.slug}"
    return RedirectResponse(f"{here}/lokasi/{site}" if site else f"{here}/tamu/kursi/{place_id}?tersimpan=1", 303)


def _site_of(request: Request) -> str:
    """The code of the hall whose desk sent somebody here; empty for anything that is none."""
    site = request.query_params.get("lokasi", "")[:30]
    return site if site.replace("-", "").isalnum() and site.isascii() else ""

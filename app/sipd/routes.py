"""Doors of *Salin ke SIPD*: one proposal at a time, marking it, taking that back, holding it, and the deadline."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import RedirectResponse, Response

from app.access.models import Role
from app.errors import Conflict, Gone, Invalid, NotFound
from app.sessions.guards import Desk, desk
from app.sipd import service, view
from app.sipd.forms import DueForm, EnteredForm, seen_in
from app.sipd.listing import following, items_of
from app.sipd.service import By, Entered
from app.web.forms import Typed, parse, typed
from app.web.ground import Ground, ground

router = APIRouter(prefix="/meja/{slug}/sipd", include_in_schema=False)
Parts = Annotated[Ground, Depends(ground)]
At = Annotated[Desk, Depends(desk(Role.SECRETARIAT, Role.MODERATOR))]
Number = Annotated[str, Path(max_length=30)]


@router.get("")
async def next_page(request: Request, parts: Parts, at: At) -> Response:
    """The next proposal that is to be entered, of the list that stands in the address."""
    return await view.drawn(request, parts, at)


@router.get("/{number}")
async def one_page(request: Request, parts: Parts, at: At, number: Number) -> Response:
    """One proposal, entered or not."""
    return await view.drawn(request, parts, at, number)


@router.post("/tenggat")
async def set_due(request: Request, parts: Parts, at: At) -> Response:
    """Set the last day of entry; one that a colleague has set meanwhile is shown first."""
    form = await typed(request)
    try:
        due = parse(DueForm, form)
        async with parts.database.write() as db:
            await service.set_due(db, parts.vault, at.session.id, due.due_on, _by(parts, at, form), was=due.was)
    except (Conflict, Gone, Invalid) as refused:
        return await view.drawn(request, parts, at, form=form, refused=refused)
    return RedirectResponse(_address(request, at), 303)


@router.post("/{number}")
async def mark(request: Request, parts: Parts, at: At, number: Number) -> Response:
    """Mark it as entered, and go on to the next one."""
    form = await typed(request)
    try:
        said = parse(EnteredForm, form)
        async with parts.database.write() as db:
            await service.mark(db, parts.vault, at.session.id, number, Entered(said.entered_on, said.sipd_id), _by(parts, at, form))
    except (Conflict, Gone, Invalid, NotFound) as refused:
        return await view.drawn(request, parts, at, number, form=form, refused=refused, lenient=True)
    return RedirectResponse(_address(request, at, await _next(request, parts, at, number), done=number), 303)


@router.post("/{number}/urungkan")
async def take_back(request: Request, parts: Parts, at: At, number: Number) -> Response:
    """It is not entered after all."""
    form = await typed(request)
    try:
        async with parts.database.write() as db:
            await service.take_back(db, parts.vault, at.session.id, number, _by(parts, at, form))
    except (Conflict, Gone) as refused:
        return await view.drawn(request, parts, at, number, refused=refused, lenient=True)
    # What has left the list has no page to go back to.
    return RedirectResponse(_address(request, at, None if form.get("stray") else number), 303)


@router.post("/{number}/pegang")
async def hold(request: Request, parts: Parts, at: At, number: Number) -> Response:
    """Keep colleagues off it for some minutes; asked by the page's script when the first field is copied."""
    form = await typed(request)
    async with parts.database.write() as db:
        entry = await service.hold(db, at.session.id, number, _by(parts, at, form))
    mine = entry.entered_on is None and entry.held_by == at.staff.actor
    return Response(status_code=204 if mine else 423)


async def _next(request: Request, parts: Ground, at: Desk, number: str) -> str | None:
    chosen = view.chosen_in(request.query_params)
    async with parts.database.read() as db:
        items = await items_of(db, at.session, chosen.scope, chosen.village)
    found = following(items, number, at.staff.actor, parts.clock.now())
    return found.number if found else None


def _address(request: Request, at: Desk, number: str | None = None, *, done: str = "") -> str:
    folder = f"/meja/{at.session.slug}/sipd"
    return f"{folder}{f'/{number}' if number else ''}{view.chosen_in(request.query_params).other(done=done)}"


def _by(parts: Ground, at: Desk, form: Typed) -> By:
    return By(at.staff.actor, seen_in(form), parts.clock.now())

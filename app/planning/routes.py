"""Doors of the plenary: the desk's page, its moving part, its forms, and every press on it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import Role
from app.errors import Conflict, Invalid, NotFound
from app.planning import delegates, forms, points, service, undoing, view
from app.planning.board import By
from app.planning.delegates import Named
from app.sessions.guards import Desk, desk
from app.web.forms import Typed, parse, typed
from app.web.ground import Ground, ground

router = APIRouter(prefix="/meja/{slug}/pleno", include_in_schema=False)
Parts = Annotated[Ground, Depends(ground)]
At = Annotated[Desk, Depends(desk(Role.SECRETARIAT, Role.MODERATOR))]
Numbers = Annotated[list[str], Query(alias="number", max_length=forms.MOST_TOGETHER)]
FORMS = ("sepakat", "isi", "belum", "gabung", "pecah", "pagu", "utusan", "langkah")


@router.get("")
async def plenary_page(request: Request, parts: Parts, at: At) -> Response:
    """The list, narrowed by what stands in the address."""
    return await view.whole(request, parts, at)


@router.get("/daftar")
async def moving_part(request: Request, parts: Parts, at: At) -> Response:
    """What of the page changes, asked every second; 304 while nothing has."""
    return await view.moving(request, parts, at)


@router.post("")
async def press(request: Request, parts: Parts, at: At) -> Response:
    """One press: `do` is an act (`agree:NUMBER:` and the decision that was seen, `before:NUMBER:OTHER`, `undo:STEP`); without a number about those in `number`."""
    form = await typed(request)
    try:
        async with parts.database.write() as db:
            await _act(db, parts, at, form)
    except (Conflict, Invalid, NotFound) as refused:
        draw = view.moving if view.PART in request.headers else view.whole
        return await draw(request, parts, at, refused=refused)
    return await _done(request, parts, at)


@router.get("/{name}")
async def form_page(request: Request, parts: Parts, at: At, name: str, number: Numbers = []) -> Response:  # noqa: B006 - FastAPI copies it
    """A form: columns, refusal, merge, split, ceiling, delegates; and the last steps."""
    if name not in FORMS:
        raise NotFound("web.not_found")
    return await view.form_of(request, parts, at, name, number, part=view.PART in request.headers)


@router.post("/{name}")
async def submit(request: Request, parts: Parts, at: At, name: str) -> Response:
    """What a form says; refused with everything typed."""
    form = await typed(request)
    try:
        async with parts.database.write() as db:
            await _submitted(db, parts, at, name, form)
    except (Conflict, Invalid, NotFound) as refused:
        if name not in FORMS:
            raise
        numbers = form.many.get("number", [])
        return await view.form_of(request, parts, at, name, numbers, part=view.PART in request.headers, form=form, refused=refused)
    return await _done(request, parts, at)


async def _done(request: Request, parts: Ground, at: Desk) -> Response:
    if view.PART in request.headers:
        return await view.moving(request, parts, at)
    return RedirectResponse(f"/meja/{at.session.slug}/pleno{view.narrowed(request.query_params).address}", 303)


async def _act(db: AsyncSession, parts: Ground, at: Desk, form: Typed) -> None:
    act, number, extra = (*form.get("do").split(":"), "", "")[:3]
    vault, session, by = parts.vault, at.session.id, _by(parts, at, form)
    numbers = [number] if number else forms.numbers_in(form) if act in {"agree", "reopen"} else []
    was = {number: extra} if number else forms.was_in(form)
    match act:
        case "agree":
            await service.agree(db, vault, session, numbers, by, was=was)
        case "reopen":
            await service.reopen(db, vault, session, numbers, by, was=was)
        case "before":
            await service.order(db, vault, session, number, extra or None, by)
        case "sort":
            await points.sort_by_points(db, vault, session, by)
        case "undo":
            await undoing.undo(db, vault, session, by, number=forms.step_in(number) if number else None)
        case "show":
            await service.show(db, session, focus=number)
        case "screen-on" | "screen-off":
            await service.show(db, session, on=act == "screen-on")
        case "delegate-off":
            await delegates.remove_delegate(db, vault, session, number, by)
        case _:
            raise NotFound("web.not_found")


async def _submitted(db: AsyncSession, parts: Ground, at: Desk, name: str, form: Typed) -> None:
    vault, session, by = parts.vault, at.session.id, _by(parts, at, form)
    match name:
        case "sepakat":
            await service.agree(db, vault, session, forms.numbers_in(form), by, was=forms.was_in(form))
        case "isi":
            numbers = forms.numbers_in(form, forms.MOST_TOGETHER)
            given = forms.given_in(parse(forms.Filled, form), form)
            await service.fill(db, vault, session, numbers, given, by)
        case "belum":
            said = parse(forms.Refused, form)
            why = (said.reason_code, said.reason)
            await service.not_agree(db, vault, session, forms.numbers_in(form), why, by, was=forms.was_in(form))
        case "gabung":
            into = parse(forms.Joined, form).into
            numbers = [one for one in forms.numbers_in(form) if one != into]
            await service.merge(db, vault, session, into, numbers, by)
        case "pecah":
            await service.split(db, vault, session, forms.numbers_in(form)[0], forms.titles_in(parse(forms.Parted, form)), by)
        case "pagu":
            ceiling = parse(forms.Ceiling, form).ceiling
            if forms.touched(form, "ceiling"):
                await service.set_ceiling(db, vault, session, ceiling, by)
        case "utusan":
            one = parse(forms.DelegateForm, form)
            await delegates.add_delegate(db, vault, session, Named(one.name, one.element, one.gender), by)
        case _:
            raise NotFound("web.not_found")


def _by(parts: Ground, at: Desk, form: Typed) -> By:
    return forms.by_of(form, at.staff.actor, parts.clock.now())

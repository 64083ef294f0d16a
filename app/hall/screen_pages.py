"""The big screen itself, opened by its code alone, and the page from which an operator runs it."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode, urlsplit

import segno
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response
from markupsafe import Markup
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import Role
from app.access.service import must
from app.errors import Conflict, NotFound
from app.hall import screen
from app.hall.attendance import ONLINE, Figures, figures
from app.hall.guards import AnyHall
from app.hall.models import Screen
from app.hall.screen import OnScreen
from app.hall.sightings import SCREEN, note
from app.planning.listing import plenary_of
from app.planning.screen import PlenaryShown
from app.planning.screen import on_screen as plenary_on_screen
from app.planning.service import show as show_plenary
from app.sessions.agenda import go, may_undo, steps_shown, undo
from app.sessions.guards import Desk, PublicSession
from app.sessions.models import AgendaItem, ForumSession, Site
from app.sessions.navigation import desk_items
from app.sessions.progress import behind
from app.sessions.rows import agenda_of, sites_of
from app.web.forms import Typed, typed
from app.web.ground import Ground, ground
from app.web.pages import page, translator

router = APIRouter(include_in_schema=False)
Parts = Annotated[Ground, Depends(ground)]
Code = Annotated[str, Query(max_length=40)]
CHAIR = {Role.MODERATOR}
OF_THE_CHAIR = {"agenda", "agenda-undo"}
"""Presses that move the agenda of every hall: whoever works in a hall only sees where it stands."""
FEW_HALLS = 5
"""Up to so many halls get a line each; more stand in a short list."""


@dataclass(frozen=True)
class Hall:
    """A hall on the screen: how many are in it."""

    name: str
    present: int


@dataclass(frozen=True)
class Shown:
    """All that stands on the screen at one moment; `version` changes when any of it does."""

    blank: bool
    dark: bool
    voices: list[OnScreen]
    halls: list[Hall]
    online: int
    now: AgendaItem | None
    next: AgendaItem | None
    plenary: PlenaryShown | None
    """The plenary's list in the place of voices, while its desk has put it up."""
    version: str


@router.get("/layar")
async def any_screen(request: Request, parts: Parts, kode: Code = "") -> Response:
    """For whoever stands at the projector and knows no forum's address: the code alone leads to its screen (404 for an unknown one)."""
    if not kode.strip():
        return page(request, "hall/screen_code.html", session=None, kode="", wrong=None)
    try:
        async with parts.database.read() as db:
            found = await screen.forum_of(db, kode)
    except NotFound as refused:
        wrong = translator(request).error(refused.code)
        return page(request, "hall/screen_code.html", status=404, session=None, kode=kode, wrong=wrong)
    return RedirectResponse(f"/s/{found.slug}/layar?{urlencode({'kode': kode})}", 303)


@router.get("/s/{slug}/layar")
async def big_screen(request: Request, parts: Parts, session: PublicSession, kode: Code = "") -> Response:
    """The screen; for any other code than its own (404), a page that says where the code is found and takes it."""
    try:
        return await _drawn(request, parts, session, kode, "hall/screen.html")
    except NotFound as refused:
        wrong = translator(request).error(refused.code) if kode else None
        return page(request, "hall/screen_code.html", status=404, session=session, kode=kode, wrong=wrong)


@router.get("/s/{slug}/layar/data")
async def screen_data(request: Request, parts: Parts, session: PublicSession, kode: Code = "") -> Response:
    """What stands on the screen now, as a part of the page; 304 while nothing has changed."""
    return await _drawn(request, parts, session, kode, "hall/screen_parts.html")


@router.get("/meja/{slug}/layar")
async def control(request: Request, parts: Parts, desk: AnyHall) -> Response:
    """The page from which the screen is run."""
    return await _control(request, parts, desk, "hall/control.html")


@router.get("/meja/{slug}/layar/keadaan")
async def control_parts(request: Request, parts: Parts, desk: AnyHall) -> Response:
    """The moving part of that page, fetched again every few seconds."""
    return await _control(request, parts, desk, "hall/control_list.html")


@router.post("/meja/{slug}/layar")
async def run(request: Request, parts: Parts, desk: AnyHall) -> Response:
    """One press: blank or show, light or dark, put up or take down, go on in the agenda, change the code."""
    form = await typed(request)
    try:
        async with parts.database.write() as db:
            await _act(db, parts, desk, form)
    except (Conflict, NotFound) as refused:
        problem = translator(request).error(refused.code, **refused.facts)
        return await _control(request, parts, desk, "hall/control.html", status=409, problem=problem)
    return RedirectResponse(f"/meja/{desk.session.slug}/layar", 303)


async def _act(db: AsyncSession, parts: Ground, desk: Desk, form: Typed) -> None:
    session, actor, now = desk.session, desk.staff.actor, parts.clock.now()
    if form.get("act") in OF_THE_CHAIR:
        must(desk.staff, CHAIR, session.id)
    match form.get("act"):
        case "blank" | "unblank" as act:
            await screen.look(db, session.id, now, blank=act == "blank")
        case "dark" | "light" as act:
            await screen.look(db, session.id, now, dark=act == "dark")
        case "code":
            await screen.change_code(db, parts.vault, session.id, actor=actor, now=now)
        case "up":
            await screen.put_up(db, parts.vault, session, form.get("message"), actor=actor, now=now)
        case "down":
            await screen.take_down(db, parts.vault, session, form.get("message"), actor=actor, now=now)
        case "voices":
            await show_plenary(db, session.id, on=False)
        case "agenda":
            await go(db, parts.vault, session.id, form.get("item"), actor=actor, now=now)
        case "agenda-undo":
            await undo(db, parts.vault, session.id, actor=actor, now=now)
        case _:
            raise NotFound("web.not_found")


async def _drawn(request: Request, parts: Ground, session: ForumSession, code: str, template: str) -> Response:
    now = parts.clock.now()
    async with parts.database.read() as db:
        opened = await screen.opened(db, session.id, code)
        shown = await _shown(db, session, opened, now)
    await note(parts, session.id, SCREEN)
    tag = f'"{shown.version}"'
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers={"ETag": tag})
    address = f"{parts.settings.public_url}/s/{session.slug}"
    return page(
        request,
        template,
        headers={"ETag": tag},
        session=session,
        shown=shown,
        theme="dark" if shown.dark else "light",
        few=len(shown.halls) <= FEW_HALLS,
        qr=code_of(address),
        short=short(address),
        data=f"/s/{session.slug}/layar/data?kode={opened.code}",
    )


async def _shown(db: AsyncSession, session: ForumSession, opened: Screen, now: datetime) -> Shown:
    plenary = None if opened.blank else await plenary_on_screen(db, session)
    voices = [] if opened.blank or plenary else await screen.on_screen(db, session)
    there = await figures(db, session.id, at=now)
    sites, items = await sites_of(db, session.id), await agenda_of(db, session.id)
    halls = [Hall(site.name, there.by_site.get(site.id, 0)) for site in sites]
    current, following = around(items, session.agenda_item_id)
    online = there.by_way.get(ONLINE, 0)
    facts = (session.version, opened.blank, opened.dark, plenary, voices, halls, online, current and current.id, following and following.id)
    version = hashlib.sha256(repr(facts).encode()).hexdigest()[:24]
    return Shown(opened.blank, opened.dark, voices, halls, online, current, following, plenary, version)


async def _control(
    request: Request, parts: Ground, desk: Desk, template: str, *, status: int = 200, problem: str | None = None
) -> Response:
    session, now = desk.session, parts.clock.now()
    async with parts.database.write() as db:
        opened = await screen.screen_of(db, session.id, now)
    async with parts.database.read() as db:
        messages = await screen.offered(db, session)
        sites, items = await sites_of(db, session.id), await agenda_of(db, session.id)
        there = await figures(db, session.id, at=now)
        plenary = (await plenary_of(db, session.id)).on_screen
        steps, undoable = await steps_shown(db, session), await may_undo(db, session.id, now)
    current, following = around(items, session.agenda_item_id)
    return page(
        request,
        template,
        status=status,
        session=session,
        desk_items=desk_items(session, desk.staff, "layar", translator(request)),
        screen=opened,
        messages=messages,
        steps=steps,
        chair=desk.staff.may(CHAIR, session.id),
        undoable=undoable,
        late=behind(steps, now),
        current=current,
        following=following,
        halls=halls_of(sites, there),
        problem=problem,
        plenary=plenary,
        address=f"{parts.settings.public_url}/s/{session.slug}/layar?kode={opened.code}",
    )


def around(items: list[AgendaItem], current_id: str | None) -> tuple[AgendaItem | None, AgendaItem | None]:
    """The point being dealt with and the one after it; before the first, the first is next."""
    place = next((n for n, item in enumerate(items) if item.id == current_id), -1)
    return (items[place] if place >= 0 else None), (items[place + 1] if place + 1 < len(items) else None)


def halls_of(sites: list[Site], there: Figures) -> list[Hall]:
    """The halls with how many are in each."""
    return [Hall(site.name, there.by_site.get(site.id, 0)) for site in sites]


def code_of(address: str) -> Markup:
    """The QR code of an address, drawn inline in black."""
    return Markup(segno.make(address, error="m").svg_inline(omitsize=True, border=0))  # noqa: S704 - drawn by us


def short(address: str) -> str:
    """An address as people type it: without https://."""
    parts = urlsplit(address)
    return f"{parts.netloc}{parts.path}"

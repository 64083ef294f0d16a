"""Duty links: staff make one per hall and day; whoever opens it gives a name and works at that hall's desk, without an account."""

from datetime import date
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from app.access import duties
from app.access.duties import DUTY, Place
from app.access.guards import MaybeStaff
from app.access.models import DutyLink, Role
from app.errors import Conflict, FieldError, Gone, Invalid, NotFound
from app.hall.guards import site_named
from app.hall.screen_pages import code_of
from app.registration.fields import Name
from app.sessions.guards import Desk, desk
from app.sessions.models import ForumSession, Site
from app.sessions.navigation import desk_items
from app.sessions.rows import sites_of
from app.web.csrf import STAFF_COOKIE
from app.web.forms import Typed, parse, typed
from app.web.ground import Ground, ground
from app.web.pages import page, set_cookie, translator

router = APIRouter(include_in_schema=False)
Parts = Annotated[Ground, Depends(ground)]
Chair = Annotated[Desk, Depends(desk(Role.MODERATOR))]
Secret = Annotated[str, Path(max_length=80)]
QUIET = {"X-Robots-Tag": "noindex, nofollow"}


class LinkWish(BaseModel):
    """A link for a hall and a day."""

    site: str = Field(max_length=40)
    day: date


class OwnName(BaseModel):
    """Who is on duty."""

    name: Name


@router.get("/meja/{slug}/piket")
async def links(request: Request, parts: Parts, at: Chair) -> Response:
    """Every duty link of the session, with who opened it."""
    return await _links(request, parts, at, Typed())


@router.post("/meja/{slug}/piket")
async def make(request: Request, parts: Parts, at: Chair) -> Response:
    """Make the link of a hall and day, or find the one that is there."""
    form = await typed(request)
    try:
        wish = parse(LinkWish, form)
        async with parts.database.write() as db:
            site = await site_named(db, at.session.id, wish.site)
            place = Place(at.session.id, site.id, wish.day, at.session.zone)
            made = await duties.make_link(db, parts.vault, place, actor=at.staff.actor, now=parts.clock.now())
    except (Invalid, NotFound) as wrong:
        invalid = wrong if isinstance(wrong, Invalid) else Invalid(FieldError("site", wrong.code))
        return await _links(request, parts, at, form.with_errors(invalid, translator(request)), status=422)
    return RedirectResponse(f"/meja/{at.session.slug}/piket#t-{made.id}", 303)


@router.post("/meja/{slug}/piket/{link}/cabut")
async def revoke(parts: Parts, at: Chair, link: Annotated[str, Path(max_length=40)]) -> Response:
    """The link stops working, and so does everybody's duty by it."""
    async with parts.database.write() as db:
        await duties.revoke_link(db, parts.vault, at.session.id, link, actor=at.staff.actor, now=parts.clock.now())
    return RedirectResponse(f"/meja/{at.session.slug}/piket", 303)


@router.post("/meja/{slug}/piket/petugas/{shift}/akhiri")
async def end(parts: Parts, at: Chair, shift: Annotated[str, Path(max_length=40)]) -> Response:
    """One person's duty is over."""
    async with parts.database.write() as db:
        await duties.end_shift(db, parts.vault, at.session.id, shift, actor=at.staff.actor, now=parts.clock.now())
    return RedirectResponse(f"/meja/{at.session.slug}/piket", 303)


@router.get("/piket/{secret}")
async def see_link(request: Request, parts: Parts, secret: Secret, staff: MaybeStaff) -> Response:
    """What a duty link is; looking changes nothing. Who is on duty by it already goes on to the desk."""
    async with parts.database.read() as db:
        link, session, site = await _opened(db, parts, secret)
    if staff is not None and staff.kind == DUTY and staff.may({Role.OPERATOR}, session.id, site.id):
        return RedirectResponse(_desk_of(session, site), 303)
    return _door(request, parts, link, session, site, Typed())


@router.post("/piket/{secret}")
async def begin(request: Request, parts: Parts, secret: Secret, staff: MaybeStaff) -> Response:
    """The name is given, and this browser is on duty at that hall until the day ends."""
    form = await typed(request)
    now = parts.clock.now()
    async with parts.database.read() as db:
        link, session, site = await _opened(db, parts, secret)
    try:
        wish = parse(OwnName, form)
        async with parts.database.write() as db:
            link, cookie = await duties.begin(db, parts.vault, secret, wish.name, now)
    except Invalid as wrong:
        return _door(request, parts, link, session, site, form.with_errors(wrong, translator(request)), status=422)
    except (Gone, Conflict):
        return _door(request, parts, link, session, site, form)
    answer = RedirectResponse(_desk_of(session, site), 303)
    set_cookie(answer, parts, STAFF_COOKIE, cookie, int((link.expires_at - now).total_seconds()))
    return answer


async def _opened(db: AsyncSession, parts: Ground, secret: str) -> tuple[DutyLink, ForumSession, Site]:
    link = await duties.look_up(db, parts.vault, secret)
    session = await db.get(ForumSession, link.session_id) if link else None
    site = await db.get(Site, link.site_id) if link else None
    if link is None or session is None or site is None:
        raise NotFound("access.no_duty")
    return link, session, site


def _desk_of(session: ForumSession, site: Site) -> str:
    return f"/meja/{session.slug}/lokasi/{site.code}"


def _door(
    request: Request, parts: Ground, link: DutyLink, session: ForumSession, site: Site, form: Typed, *, status: int = 200
) -> Response:
    refused = None
    try:
        duties.must_be_open(link, parts.clock.now())
    except (Gone, Conflict) as closed:
        refused, status = closed.code, 410 if isinstance(closed, Gone) else 409
    day = date.fromisoformat(link.day)
    context = {"session": session, "site": site, "day": link.starts_at, "form": form, "refused": refused, "iso": day}
    return page(request, "hall/duty_door.html", status=status, headers=QUIET, **context)


async def _links(request: Request, parts: Ground, at: Desk, form: Typed, *, status: int = 200) -> Response:
    session, now = at.session, parts.clock.now()
    async with parts.database.read() as db:
        found = await duties.duties_of(db, session.id)
        sites = await sites_of(db, session.id)
    addresses = {one.link.id: f"{parts.settings.public_url}/piket/{duties.secret_of(parts.vault, one.link)}" for one in found}
    zone = ZoneInfo(session.zone)
    return page(
        request,
        "hall/duties.html",
        status=status,
        headers=QUIET,
        session=session,
        duties=[one for one in found if one.link.expires_at > now],
        past=[one for one in found if one.link.expires_at <= now],
        sites=sites,
        names={site.id: site.name for site in sites},
        addresses=addresses,
        codes={link: code_of(address) for link, address in addresses.items()},
        today=now.astimezone(zone).date().isoformat(),
        proposed=max(session.starts_at, now).astimezone(zone).date().isoformat(),
        form=form,
        desk_items=desk_items(session, at.staff, "lokasi", translator(request)),
    )

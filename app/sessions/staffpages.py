"""Staff of a session: who does what where, new accounts with a first password shown once, duties taken away."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field

from app.access.models import Role
from app.access.passwords import choose
from app.access.people import first_password
from app.errors import FieldError, Invalid, NotFound
from app.sessions.guards import Desk, desk
from app.sessions.navigation import desk_items
from app.sessions.rows import sites_of
from app.sessions.staffing import give_duty, members_of, new_member, others, take_duty
from app.web.forms import Typed, parse, typed
from app.web.ground import Ground, ground
from app.web.pages import page, translator

router = APIRouter(include_in_schema=False)
Parts = Annotated[Ground, Depends(ground)]
Admin = Annotated[Desk, Depends(desk(Role.ADMIN))]


class Duty(BaseModel):
    """An account of the office with a duty here."""

    account: str = Field(max_length=16)
    role: Role
    site: str | None = Field(None, max_length=16)


class Newcomer(BaseModel):
    """Somebody new; without a password one is made and shown once."""

    name: str = Field(max_length=120)
    login: str = Field(max_length=120)
    agency: str | None = Field(None, max_length=120)
    password: str | None = Field(None, max_length=400)
    role: Role
    site: str | None = Field(None, max_length=16)


@router.get("/meja/{slug}/petugas")
async def staff_page(request: Request, parts: Parts, at: Admin) -> Response:
    """Everybody who may work in this forum."""
    return await _page(request, parts, at, Typed())


@router.post("/meja/{slug}/petugas")
async def add(request: Request, parts: Parts, at: Admin) -> Response:
    """Give a duty to an account that exists."""
    form = await typed(request)
    try:
        wish = parse(Duty, form)
        async with parts.database.write() as db:
            now = parts.clock.now()
            await give_duty(db, parts.vault, at.session, wish.account, wish.role, wish.site, actor=at.staff.actor, now=now)
    except (Invalid, NotFound) as wrong:
        invalid = wrong if isinstance(wrong, Invalid) else Invalid(FieldError("account", wrong.code))
        return await _page(request, parts, at, form.with_errors(invalid, translator(request)), status=422)
    return RedirectResponse(f"/meja/{at.session.slug}/petugas", 303)


@router.post("/meja/{slug}/petugas/baru")
async def add_newcomer(request: Request, parts: Parts, at: Admin) -> Response:
    """Make an account with a duty here; its first password stands on the answer and nowhere else."""
    form = await typed(request)
    try:
        wish = parse(Newcomer, form)
        secret = wish.password or first_password()
        password = await choose(secret)
        async with parts.database.write() as db:
            account = await new_member(
                db,
                parts.vault,
                at.session,
                name=wish.name,
                login=wish.login,
                agency=wish.agency,
                password=password,
                role=wish.role,
                site_id=wish.site,
                actor=at.staff.actor,
                now=parts.clock.now(),
            )
    except Invalid as wrong:
        named = Invalid(*(FieldError(f"new_{e.field}", e.code, e.facts) for e in wrong.errors))
        return await _page(request, parts, at, form.with_errors(named, translator(request)), status=422)
    shown = (account.name, account.login, None if wish.password else secret)
    return await _page(request, parts, at, Typed(), made=shown)


@router.post("/meja/{slug}/petugas/cabut")
async def remove(request: Request, parts: Parts, at: Admin) -> Response:
    """Take a duty away; one that is gone already stays gone."""
    wish = parse(Duty, await typed(request))
    async with parts.database.write() as db:
        now = parts.clock.now()
        await take_duty(db, parts.vault, at.session, wish.account, wish.role, wish.site, actor=at.staff.actor, now=now)
    return RedirectResponse(f"/meja/{at.session.slug}/petugas", 303)


async def _page(
    request: Request, parts: Ground, at: Desk, form: Typed, *, status: int = 200, made: tuple[str, str, str | None] | None = None
) -> Response:
    async with parts.database.read() as db:
        members = await members_of(db, at.session.id)
        accounts = await others(db)
        sites = await sites_of(db, at.session.id)
    return page(
        request,
        "sessions/staff.html",
        status=status,
        form=form,
        session=at.session,
        members=members,
        accounts=accounts,
        sites=sites,
        site_names={site.id: site.name for site in sites},
        roles=[role for role in Role if role is not Role.ADMIN] + [Role.ADMIN],
        made=made,
        sign_in=f"{parts.settings.public_url}/masuk",
        desk_items=desk_items(at.session, at.staff, "petugas", translator(request)),
    )

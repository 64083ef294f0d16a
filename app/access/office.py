"""The accounts of the office, for administrators: who there is, new passwords by link, and where everybody is signed in."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field

from app.access import people, resets, service, signing, totp
from app.access.guards import OfficeAdmin
from app.access.models import Role
from app.access.passwords import choose
from app.access.rail import office_items
from app.access.rights import GrantOf, Staff
from app.errors import Conflict, ForumError, Invalid
from app.web.forms import Typed, parse, typed
from app.web.ground import Ground, ground
from app.web.pages import page, translator

router = APIRouter(include_in_schema=False)
Parts = Annotated[Ground, Depends(ground)]


class Newcomer(BaseModel):
    """A new account; with a role it reaches every forum, without one it waits for duties."""

    name: str = Field(max_length=120)
    login: str = Field(max_length=120)
    agency: str | None = Field(None, max_length=120)
    role: Role | None = None


@router.get("/meja/petugas")
async def people_page(request: Request, parts: Parts, staff: OfficeAdmin) -> Response:
    """Every account of the office."""
    return await _people(request, parts, staff, Typed())


@router.post("/meja/petugas")
async def add(request: Request, parts: Parts, staff: OfficeAdmin) -> Response:
    """A new account; its first password stands on the answer and nowhere else."""
    form = await typed(request)
    secret, now = people.first_password(), parts.clock.now()
    try:
        wish = parse(Newcomer, form)
        password = await choose(secret)
        async with parts.database.write() as db:
            account = await service.create_account(
                db, parts.vault, login=wish.login, name=wish.name, agency=wish.agency, password=password, actor=staff.actor, now=now
            )
            if wish.role is not None:
                await service.grant(db, parts.vault, account.id, GrantOf(wish.role), actor=staff.actor, now=now)
    except Invalid as wrong:
        return await _people(request, parts, staff, form.with_errors(wrong, translator(request)), status=422)
    return await _people(request, parts, staff, Typed(), made=(account.name, account.login, secret))


@router.post("/meja/petugas/{account}/sandi")
async def reset(request: Request, parts: Parts, staff: OfficeAdmin, account: str) -> Response:
    """A link by which somebody chooses a new password; it stands on the answer and nowhere else."""
    async with parts.database.write() as db:
        found, secret = await resets.make_link(db, parts.vault, account, actor=staff.actor, now=parts.clock.now())
    link = f"{parts.settings.public_url}/sandi-baru/{secret}"
    return await _people(request, parts, staff, Typed(), link=(found.name, link, parts.clock.now() + resets.LINK_LASTS))


@router.post("/meja/petugas/{account}/kode")
async def remove_second_step(request: Request, parts: Parts, staff: OfficeAdmin, account: str) -> Response:
    """Let somebody who lost their telephone sign in with the password alone."""
    async with parts.database.write() as db:
        await totp.remove(db, parts.vault, account, actor=staff.actor, now=parts.clock.now())
    return RedirectResponse("/meja/petugas", 303)


@router.get("/meja/petugas/masuk")
async def places_page(request: Request, parts: Parts, staff: OfficeAdmin) -> Response:
    """Who is signed in where."""
    async with parts.database.read() as db:
        found = await signing.places(db, parts.clock.now(), here=staff.sign_in_id)
    return page(request, "access/places.html", places=found, desk_items=office_items(staff, "petugas/masuk", translator(request)))


@router.post("/meja/petugas/{account}/keluar")
async def sign_somebody_out(parts: Parts, staff: OfficeAdmin, account: str) -> Response:
    """End every sign-in of somebody, who may sign in again."""
    async with parts.database.write() as db:
        await signing.sign_out_everywhere(db, parts.vault, account, actor=staff.actor, now=parts.clock.now())
    return RedirectResponse("/meja/petugas/masuk", 303)


@router.post("/meja/petugas/{account}/kunci")
async def lock_out(request: Request, parts: Parts, staff: OfficeAdmin, account: str) -> Response:
    """End every sign-in of an account and allow no new one."""
    try:
        async with parts.database.write() as db:
            await people.lock_out(db, parts.vault, account, actor=staff.actor, now=parts.clock.now())
    except Conflict as refused:
        return await _people(request, parts, staff, Typed(), status=409, refused=refused)
    return RedirectResponse("/meja/petugas", 303)


@router.post("/meja/petugas/{account}/buka")
async def let_in(request: Request, parts: Parts, staff: OfficeAdmin, account: str) -> Response:
    """Let an account sign in again."""
    async with parts.database.write() as db:
        await people.let_in(db, parts.vault, account, actor=staff.actor, now=parts.clock.now())
    return RedirectResponse("/meja/petugas", 303)


async def _people(
    request: Request,
    parts: Ground,
    staff: Staff,
    form: Typed,
    *,
    status: int = 200,
    made: tuple[str, str, str] | None = None,
    link: tuple[str, str, datetime] | None = None,
    refused: ForumError | None = None,
) -> Response:
    words = translator(request)
    async with parts.database.read() as db:
        everybody = await people.people(db)
    return page(
        request,
        "access/people.html",
        status=status,
        form=form,
        people=everybody,
        roles=list(Role),
        made=made,
        link=link,
        refused=words.error(refused.code, **refused.facts) if refused else None,
        sign_in=f"{parts.settings.public_url}/masuk",
        desk_items=office_items(staff, "petugas", words),
    )

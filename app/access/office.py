"""The accounts of the office: for administrators, and everybody's own password."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field

from app.access import people, service
from app.access.guards import OfficeAdmin, SignedIn
from app.access.models import Role
from app.access.rail import office_items
from app.access.rights import GrantOf, Staff
from app.errors import Conflict, ForumError, Invalid, NotFound
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


class Passwords(BaseModel):
    """One's old and new password."""

    old: str = Field(max_length=400)
    new: str = Field(max_length=400)


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
        async with parts.database.write() as db:
            account = await service.create_account(
                db, parts.vault, login=wish.login, name=wish.name, agency=wish.agency, password=secret, actor=staff.actor, now=now
            )
            if wish.role is not None:
                await service.grant(db, parts.vault, account.id, GrantOf(wish.role), actor=staff.actor, now=now)
    except Invalid as wrong:
        return await _people(request, parts, staff, form.with_errors(wrong, translator(request)), status=422)
    return await _people(request, parts, staff, Typed(), made=(account.name, account.login, secret))


@router.post("/meja/petugas/{account}/sandi")
async def reset(request: Request, parts: Parts, staff: OfficeAdmin, account: str) -> Response:
    """A new first password for somebody who lost theirs."""
    async with parts.database.write() as db:
        found, secret = await people.new_password(db, parts.vault, account, actor=staff.actor, now=parts.clock.now())
    return await _people(request, parts, staff, Typed(), made=(found.name, found.login, secret))


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


@router.get("/meja/sandi")
async def password_page(request: Request, parts: Parts, staff: SignedIn) -> Response:
    """The form to change one's own password."""
    return _password(request, staff, Typed())


@router.post("/meja/sandi")
async def change_password(request: Request, parts: Parts, staff: SignedIn) -> Response:
    """Change one's own password; every sign-in ends, so one signs in anew."""
    form = await typed(request)
    if staff.kind != "account":
        raise NotFound("access.no_account")
    parts.throttles.sign_in.must_wait(f"own:{staff.id}", request)
    try:
        wish = parse(Passwords, form)
        async with parts.database.write() as db:
            await people.own_password(db, parts.vault, staff.id, wish.old, wish.new, now=parts.clock.now())
    except Invalid as wrong:
        return _password(request, staff, form.with_errors(wrong, translator(request)), status=422)
    return RedirectResponse("/masuk?next=/meja", 303)


def _password(request: Request, staff: Staff, form: Typed, *, status: int = 200) -> Response:
    items = office_items(staff, "sandi", translator(request))
    # The password's own rule calls its field `password`.
    errors = {"new" if name == "password" else name: sentence for name, sentence in form.errors.items()}
    return page(request, "access/password.html", status=status, errors=errors, desk_items=items)


async def _people(
    request: Request,
    parts: Ground,
    staff: Staff,
    form: Typed,
    *,
    status: int = 200,
    made: tuple[str, str, str] | None = None,
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
        refused=words.error(refused.code, **refused.facts) if refused else None,
        sign_in=f"{parts.settings.public_url}/masuk",
        desk_items=office_items(staff, "petugas", words),
    )

"""Doors of the office: first set-up, sign-in and sign-out."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field

from app.access import service
from app.access.guards import MaybeStaff
from app.access.office import router as office
from app.access.passwords import matches
from app.errors import FieldError, Invalid, NotFound
from app.web.csrf import STAFF_COOKIE
from app.web.forms import Typed, parse, typed
from app.web.ground import Ground, ground
from app.web.pages import page, set_cookie, translator
from app.web.throttle import must_wait

router = APIRouter(include_in_schema=False)
router.include_router(office)
Parts = Annotated[Ground, Depends(ground)]
HOME = "/meja"


class SetupForm(BaseModel):
    """The first page: who is the administrator."""

    login: str = Field(min_length=1, max_length=120)
    name: str = Field(min_length=1, max_length=120)
    password: str = Field(min_length=1, max_length=400)


class SignInForm(BaseModel):
    """Log-in name and password."""

    login: str = Field(min_length=1, max_length=120)
    password: str = Field(min_length=1, max_length=400)


@router.get("/pasang/{secret}")
async def setup_page(request: Request, parts: Parts, secret: str) -> Response:
    """The one-time page that makes the administrator."""
    async with parts.database.read() as db:
        if not await service.setup_open(db, secret):
            raise NotFound("access.setup_used")
    return page(request, "access/setup.html", form=Typed())


@router.post("/pasang/{secret}")
async def set_up(request: Request, parts: Parts, secret: str) -> Response:
    """Make the administrator and sign them in."""
    form = await typed(request)
    now = parts.clock.now()
    try:
        wanted = parse(SetupForm, form)
        async with parts.database.write() as db:
            account = await service.set_up(db, parts.vault, secret, login=wanted.login, name=wanted.name, password=wanted.password, now=now)
            cookie = await service.sign_in(db, account.id, now)
    except Invalid as wrong:
        return page(request, "access/setup.html", status=422, form=form.with_errors(wrong, translator(request)))
    return _signed_in(parts, cookie, HOME)


@router.get("/masuk")
async def sign_in_page(request: Request, staff: MaybeStaff) -> Response:
    """The sign-in form of staff."""
    if staff is not None:
        return RedirectResponse(HOME, 303)
    return page(request, "access/sign_in.html", form=Typed(), next=_inside(request.query_params.get("next")))


@router.post("/masuk")
async def sign_in(request: Request, parts: Parts) -> Response:
    """Sign in; the same answer for an unknown name and a wrong password, and a pause after several."""
    form = await typed(request)
    onward = _inside(form.get("next"))
    try:
        wanted = parse(SignInForm, form)
        name = wanted.login.strip().lower()
        if parts.settings.limits and request.client is not None:
            must_wait(parts.throttles.sign_in_address, request.client.host)
        parts.throttles.sign_in.must_wait(name, request)
        async with parts.database.read() as db:
            account = await service.account_by_login(db, name)
        if not await matches(account.password_hash if account else None, wanted.password) or account is None:
            raise Invalid(FieldError("password", "access.wrong_sign_in"), code="access.wrong_sign_in")
    except Invalid as wrong:
        kept = form.with_errors(wrong, translator(request))
        return page(request, "access/sign_in.html", status=422, form=kept, next=onward)
    parts.throttles.sign_in.forget(name, request)
    async with parts.database.write() as db:
        cookie = await service.sign_in(db, account.id, parts.clock.now())
    return _signed_in(parts, cookie, onward)


@router.post("/keluar")
async def sign_out(request: Request, parts: Parts, staff: MaybeStaff) -> Response:
    """End this sign-in."""
    cookie = request.cookies.get(STAFF_COOKIE)
    if cookie and staff is not None:
        async with parts.database.write() as db:
            await service.sign_out(db, cookie, parts.clock.now())
    answer = RedirectResponse("/", 303)
    answer.delete_cookie(STAFF_COOKIE, path="/")
    return answer


def _signed_in(parts: Ground, cookie: str, onward: str) -> Response:
    answer = RedirectResponse(onward, 303)
    set_cookie(answer, parts, STAFF_COOKIE, cookie, int(service.SIGN_IN_LASTS.total_seconds()))
    return answer


def _inside(wish: str | None) -> str:
    """An address of ours to go on to; never another site."""
    inside = wish is not None and wish.startswith("/") and not wish.startswith(("//", "/\\")) and wish.isprintable()
    return wish if inside and wish else HOME

"""Doors of the office: first set-up, sign-in and sign-out."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field

from app.access import resets, service, signing, steps, totp
from app.access.devices import device_words
from app.access.guards import MaybeStaff
from app.access.lasting import LONGEST
from app.access.office import router as office
from app.access.passwords import choose, matches
from app.access.security import router as security
from app.errors import FieldError, Invalid, NotFound
from app.web.csrf import STAFF_COOKIE
from app.web.forms import Typed, parse, typed
from app.web.ground import Ground, ground
from app.web.pages import page, set_cookie, translator
from app.web.throttle import must_wait

router = APIRouter(include_in_schema=False)
router.include_router(office)
router.include_router(security)
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


class SecondStep(BaseModel):
    """The code that a telephone shows, or a recovery code; `step` says whose password was right a moment ago."""

    step: str = Field(max_length=200)
    code: str = Field(min_length=1, max_length=40)


class NewPassword(BaseModel):
    """A password that somebody chooses by their link."""

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
        password = await choose(wanted.password)
        async with parts.database.write() as db:
            account = await service.set_up(db, parts.vault, secret, login=wanted.login, name=wanted.name, password=password, now=now)
            cookie = await signing.sign_in(db, account.id, now, _device(request))
    except Invalid as wrong:
        return page(request, "access/setup.html", status=422, form=form.with_errors(wrong, translator(request)))
    return _signed_in(parts, cookie, HOME)


@router.get("/masuk")
async def sign_in_page(request: Request, staff: MaybeStaff) -> Response:
    """The sign-in form of staff."""
    if staff is not None:
        return RedirectResponse(HOME, 303)
    renewed = request.query_params.get("baru") == "1"
    return page(request, "access/sign_in.html", form=Typed(), renewed=renewed, next=_inside(request.query_params.get("next")))


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
        return page(request, "access/sign_in.html", status=422, form=kept, renewed=False, next=onward)
    parts.throttles.sign_in.forget(name, request)
    if account.totp_secret is not None:
        step = steps.proof(parts.vault, account, parts.clock.now())
        return page(request, "access/second_step.html", form=Typed(), step=step, next=onward)
    return await _welcome(request, parts, account.id, onward)


@router.post("/masuk/kode")
async def second_step(request: Request, parts: Parts) -> Response:
    """The second step of signing in, for those who have set it up; slowed down after a few wrong codes."""
    form, now = await typed(request), parts.clock.now()
    onward = _inside(form.get("next"))
    try:
        wanted = parse(SecondStep, form)
        async with parts.database.read() as db:
            account_id = await steps.proven(db, parts.vault, wanted.step, now)
        parts.throttles.second_step.must_wait(account_id, request)
        async with parts.database.write() as db:
            await totp.spend(db, parts.vault, account_id, wanted.code, now=now)
    except Invalid as wrong:
        kept = form.with_errors(wrong, translator(request))
        return page(request, "access/second_step.html", status=422, form=kept, step=form.get("step"), next=onward)
    parts.throttles.second_step.forget(account_id, request)
    return await _welcome(request, parts, account_id, onward)


@router.get("/sandi-baru/{secret}")
async def reset_page(request: Request, parts: Parts, secret: str) -> Response:
    """Where somebody chooses a new password by the link that an administrator gave them; opening it uses nothing up."""
    async with parts.database.read() as db:
        account = await resets.link_owner(db, secret, parts.clock.now())
    return page(request, "access/reset.html", form=Typed(), account=account)


@router.post("/sandi-baru/{secret}")
async def reset(request: Request, parts: Parts, secret: str) -> Response:
    """Set the new password, once; then one signs in with it."""
    form, now = await typed(request), parts.clock.now()
    async with parts.database.read() as db:
        account = await resets.link_owner(db, secret, now)
    try:
        wanted = parse(NewPassword, form)
        password = await choose(wanted.password)
        async with parts.database.write() as db:
            await resets.use_link(db, parts.vault, secret, password, now=now)
    except Invalid as wrong:
        kept = form.with_errors(wrong, translator(request))
        return page(request, "access/reset.html", status=422, form=kept, account=account)
    return RedirectResponse("/masuk?baru=1", 303)


@router.post("/keluar")
async def sign_out(request: Request, parts: Parts, staff: MaybeStaff) -> Response:
    """End this sign-in."""
    cookie = request.cookies.get(STAFF_COOKIE)
    if cookie and staff is not None:
        async with parts.database.write() as db:
            await signing.sign_out(db, cookie, parts.clock.now())
    answer = RedirectResponse("/", 303)
    answer.delete_cookie(STAFF_COOKIE, path="/")
    return answer


async def _welcome(request: Request, parts: Ground, account_id: str, onward: str) -> Response:
    async with parts.database.write() as db:
        cookie = await signing.sign_in(db, account_id, parts.clock.now(), _device(request))
    return _signed_in(parts, cookie, onward)


def _device(request: Request) -> str:
    return device_words(request.headers.get("user-agent", ""))


def _signed_in(parts: Ground, cookie: str, onward: str) -> Response:
    answer = RedirectResponse(onward, 303)
    set_cookie(answer, parts, STAFF_COOKIE, cookie, int(LONGEST.total_seconds()))
    return answer


def _inside(wish: str | None) -> str:
    """An address of ours to go on to; never another site."""
    inside = wish is not None and wish.startswith("/") and not wish.startswith(("//", "/\\")) and wish.isprintable()
    return wish if inside and wish else HOME

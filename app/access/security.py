"""Everybody's own safety: the password, the second step, and where one is signed in."""

from typing import Annotated

import segno
from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from markupsafe import Markup
from pydantic import BaseModel, Field

from app.access import people, signing, totp
from app.access.codes import address
from app.access.guards import SignedIn
from app.access.models import Account
from app.access.passwords import choose
from app.access.rail import office_items
from app.access.rights import Staff
from app.errors import Invalid, NotFound
from app.web.csrf import STAFF_COOKIE
from app.web.forms import Typed, parse, typed
from app.web.ground import Ground, ground
from app.web.pages import page, translator

router = APIRouter(include_in_schema=False)
Parts = Annotated[Ground, Depends(ground)]
HERE = "/meja/keamanan"


class Passwords(BaseModel):
    """One's old and new password."""

    old: str = Field(max_length=400)
    new: str = Field(max_length=400)


class Password(BaseModel):
    """The password again, before something that whoever finds an open screen must not do."""

    password: str = Field(min_length=1, max_length=400)


class Code(BaseModel):
    """The first code of a new key."""

    code: str = Field(min_length=1, max_length=20)


async def account_holder(staff: SignedIn) -> Staff:
    """Somebody with an account; programs have none."""
    if staff.kind != "account":
        raise NotFound("access.no_account")
    return staff


Holder = Annotated[Staff, Depends(account_holder)]


@router.get("/meja/sandi")
async def password_page(request: Request, staff: SignedIn) -> Response:
    """The form to change one's own password."""
    return _password(request, staff, Typed())


@router.post("/meja/sandi")
async def change_password(request: Request, parts: Parts, staff: Holder) -> Response:
    """Change one's own password; every sign-in ends, so one signs in anew."""
    form = await typed(request)
    parts.throttles.sign_in.must_wait(f"own:{staff.id}", request)
    try:
        wish = parse(Passwords, form)
        new = await choose(wish.new, "new")
        async with parts.database.write() as db:
            await people.own_password(db, parts.vault, staff.id, wish.old, new, now=parts.clock.now())
    except Invalid as wrong:
        return _password(request, staff, form.with_errors(wrong, translator(request)), status=422)
    return RedirectResponse("/masuk?next=/meja", 303)


@router.get(HERE)
async def security_page(request: Request, parts: Parts, staff: SignedIn) -> Response:
    """Where one is signed in, and whether a second step guards the account."""
    return await _security(request, parts, staff, Typed())


@router.post(f"{HERE}/keluar")
async def sign_out_everywhere(parts: Parts, staff: Holder) -> Response:
    """End every sign-in of one's own, this one included."""
    async with parts.database.write() as db:
        await signing.sign_out_everywhere(db, parts.vault, staff.id, actor=staff.actor, now=parts.clock.now())
    answer = RedirectResponse("/masuk", 303)
    answer.delete_cookie(STAFF_COOKIE, path="/")
    return answer


@router.post(f"{HERE}/kode/mulai")
async def begin(request: Request, parts: Parts, staff: Holder) -> Response:
    """A new key for the telephone, after the password."""
    form = await typed(request)
    try:
        await _password_again(request, parts, staff, form)
        async with parts.database.write() as db:
            await totp.begin(db, parts.vault, staff.id)
    except Invalid as wrong:
        return await _security(request, parts, staff, form.with_errors(wrong, translator(request)), status=422)
    return RedirectResponse(f"{HERE}/kode", 303)


@router.get(f"{HERE}/kode")
async def key_page(request: Request, parts: Parts, staff: SignedIn) -> Response:
    """The key to scan, until its first code was given."""
    return await _key(request, parts, staff, Typed())


@router.post(f"{HERE}/kode")
async def confirm(request: Request, parts: Parts, staff: Holder) -> Response:
    """The first code puts the key in force; the recovery codes stand on the answer and nowhere else."""
    form = await typed(request)
    parts.throttles.second_step.must_wait(staff.id, request)
    try:
        wish = parse(Code, form)
        async with parts.database.write() as db:
            codes = await totp.confirm(db, parts.vault, staff.id, wish.code, now=parts.clock.now())
    except Invalid as wrong:
        return await _key(request, parts, staff, form.with_errors(wrong, translator(request)), status=422)
    parts.throttles.second_step.forget(staff.id, request)
    return await _security(request, parts, staff, Typed(), codes=codes)


@router.post(f"{HERE}/kode/cadangan")
async def renew_codes(request: Request, parts: Parts, staff: Holder) -> Response:
    """New recovery codes, after the password."""
    form = await typed(request)
    try:
        await _password_again(request, parts, staff, form)
        async with parts.database.write() as db:
            codes = await totp.renew_codes(db, parts.vault, staff.id, now=parts.clock.now())
    except Invalid as wrong:
        return await _security(request, parts, staff, form.with_errors(wrong, translator(request)), status=422)
    return await _security(request, parts, staff, Typed(), codes=codes)


@router.post(f"{HERE}/kode/hapus")
async def remove(request: Request, parts: Parts, staff: Holder) -> Response:
    """Do without the second step again, after the password."""
    form = await typed(request)
    try:
        await _password_again(request, parts, staff, form)
        async with parts.database.write() as db:
            await totp.remove(db, parts.vault, staff.id, actor=staff.actor, now=parts.clock.now())
    except Invalid as wrong:
        return await _security(request, parts, staff, form.with_errors(wrong, translator(request)), status=422)
    return RedirectResponse(HERE, 303)


async def _password_again(request: Request, parts: Ground, staff: Staff, form: Typed) -> None:
    parts.throttles.sign_in.must_wait(f"own:{staff.id}", request)
    wish = parse(Password, form)
    async with parts.database.read() as db:
        await people.must_know_password(db, staff.id, wish.password, field="password")
    parts.throttles.sign_in.forget(f"own:{staff.id}", request)


def _password(request: Request, staff: Staff, form: Typed, *, status: int = 200) -> Response:
    items = office_items(staff, "sandi", translator(request))
    return page(request, "access/password.html", status=status, errors=form.errors, desk_items=items)


async def _security(
    request: Request, parts: Ground, staff: Staff, form: Typed, *, status: int = 200, codes: list[str] | None = None
) -> Response:
    async with parts.database.read() as db:
        account = await db.get(Account, staff.id) if staff.kind == "account" else None
        found = await signing.places(db, parts.clock.now(), account_id=staff.id, here=staff.sign_in_id)
        left = await totp.codes_left(db, staff.id)
    return page(
        request,
        "access/security.html",
        status=status,
        form=form,
        places=found,
        account=account,
        codes=codes,
        left=left,
        desk_items=office_items(staff, "keamanan", translator(request)),
    )


async def _key(request: Request, parts: Ground, staff: Staff, form: Typed, *, status: int = 200) -> Response:
    async with parts.database.read() as db:
        account = await db.get(Account, staff.id) if staff.kind == "account" else None
    secret = totp.pending(parts.vault, account) if account is not None else None
    if account is None or secret is None:
        return RedirectResponse(HERE, 303)
    drawn = segno.make(address(secret, account.login, parts.settings.office_name), error="m").svg_inline(omitsize=True, border=0)
    return page(
        request,
        "access/key.html",
        status=status,
        form=form,
        qr=Markup(drawn),  # noqa: S704 - drawn by us
        secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        desk_items=office_items(staff, "keamanan", translator(request)),
    )

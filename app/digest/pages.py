"""Where an officer switches the daily digest on and off, and where the link in a letter leads that shall be the last."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.guards import SignedIn
from app.access.models import Account
from app.access.rail import office_items
from app.access.rights import Staff
from app.digest import service
from app.digest.gathering import NEAR, PATIENCE, ROLES, Waiting, waiting_for
from app.digest.hours import waits_until
from app.digest.service import Wished
from app.errors import Invalid, NotAllowed, NotFound
from app.i18n import zone_word
from app.registration.fields import Email
from app.web.forms import Typed, parse, typed
from app.web.ground import Ground, ground
from app.web.pages import page, translator

router = APIRouter(include_in_schema=False)
Parts = Annotated[Ground, Depends(ground)]
HERE = "/meja/kabar"
USUAL = 7
"""The hour that the form proposes."""
HIDDEN = {"X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer"}
Key = Annotated[str, Path(max_length=64)]


class WishForm(BaseModel):
    """The form as it is typed."""

    hour: int = Field(ge=0, le=23)
    address: Email


async def secretariat(staff: SignedIn) -> Staff:
    """Somebody of the secretariat of any forum; programs too may look."""
    if not any(grant.role in ROLES for grant in staff.grants):
        raise NotAllowed("access.not_allowed")
    return staff


async def account_of_it(staff: Annotated[Staff, Depends(secretariat)]) -> Staff:
    """The same with an account: to a program nobody writes."""
    if staff.kind != "account":
        raise NotFound("access.no_account")
    return staff


Anybody = Annotated[Staff, Depends(secretariat)]
Holder = Annotated[Staff, Depends(account_of_it)]


@router.get(HERE)
async def digest_page(request: Request, parts: Parts, staff: Anybody) -> Response:
    """Whether it is switched on, what it would say now, and the form."""
    return await _drawn(request, parts, staff, None)


@router.post(HERE)
async def switch_on(request: Request, parts: Parts, staff: Holder) -> Response:
    """Want it, or want it otherwise."""
    form = await typed(request)
    try:
        wish = parse(WishForm, form)
        wished = Wished(wish.hour, wish.address or "", translator(request).language)
        async with parts.database.write() as db:
            await service.switch_on(db, parts.vault, staff.id, wished, now=parts.clock.now())
    except Invalid as wrong:
        return await _drawn(request, parts, staff, form.with_errors(wrong, translator(request)), status=422)
    return RedirectResponse(f"{HERE}?kabar=aktif", 303)


@router.post(f"{HERE}/mati")
async def switch_off(request: Request, parts: Parts, staff: Holder) -> Response:
    """Want it no more."""
    await typed(request)
    async with parts.database.write() as db:
        await service.switch_off(db, staff.id, now=parts.clock.now())
    return RedirectResponse(f"{HERE}?kabar=mati", 303)


@router.get("/kabar-harian/{key}")
async def stop_page(request: Request, parts: Parts, key: Key) -> Response:
    """One press away from the last letter; looking alone changes nothing, since mail programs look at links by themselves."""
    async with parts.database.read() as db:
        wish = await service.by_stop_key(db, parts.vault, key)
    return page(request, "digest/stop.html", headers=HIDDEN, key=key, stopped=wish is None)


@router.post("/kabar-harian/{key}")
async def stop(request: Request, parts: Parts, key: Key) -> Response:
    """No letter any more, also by the button of a mail program (RFC 8058)."""
    async with parts.database.write() as db:
        wish = await service.by_stop_key(db, parts.vault, key)
        if wish is not None:
            await service.switch_off(db, wish.account_id, now=parts.clock.now())
    return page(request, "digest/stop.html", headers=HIDDEN, key=key, stopped=True)


async def _drawn(request: Request, parts: Ground, staff: Staff, form: Typed | None, *, status: int = 200) -> Response:
    now = parts.clock.now()
    async with parts.database.read(patient=True) as db:
        zone = await service.zone_of(db)
        wish = await service.wish_of(db, staff.id)
        account = await db.get(Account, staff.id) if staff.kind == "account" else None
        waiting = await _now(db, account, parts)
    address = parts.vault.open(wish.address, "digest_wishes", "address", wish.id) if wish else None
    usual = account.login if account is not None and "@" in account.login else ""
    return page(
        request,
        "digest/page.html",
        status=status,
        form=form or Typed({"hour": str(wish.hour if wish else USUAL), "address": address or usual}),
        wish=wish,
        address=address,
        next_at=(waits_until(now, wish.hour, zone, wish.dealt_on) or now) if wish else None,
        hours=[(str(hour), f"{hour:02d}.00 {zone_word(zone)}") for hour in range(24)],
        account=account,
        sends=parts.settings.mail is not None or parts.settings.console_mail,
        waiting=waiting,
        patience=PATIENCE.days,
        near=NEAR,
        zone=zone,
        told=request.query_params.get("kabar", ""),
        desk_items=office_items(staff, "kabar", translator(request)),
    )


async def _now(db: AsyncSession, account: Account | None, parts: Ground) -> list[Waiting]:
    return await waiting_for(db, account.id, parts.clock.now()) if account is not None else []

"""The status page and what its owner may do there: correct, move, withdraw, have the link sent again."""

from typing import Annotated, Any

import segno
from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import RedirectResponse, Response
from markupsafe import Markup
from pydantic import BaseModel, Field

from app.errors import Conflict, FieldError, ForumError, Gone, Invalid, Unavailable
from app.regions import show_phone
from app.registration import service
from app.registration.api import status_url
from app.registration.filing import kept_at
from app.registration.filled import prefilled, read
from app.registration.keys import status_key, written
from app.registration.lost import by_code, send_again
from app.registration.offer import offer_of
from app.registration.pages import show_form
from app.registration.view import Status, status_of
from app.registration.window import Window
from app.web.forms import Typed, parse, typed
from app.web.ground import Ground, ground, received_at
from app.web.pages import page, translator

router = APIRouter(include_in_schema=False)
Parts = Annotated[Ground, Depends(ground)]
Key = Annotated[str, Path(max_length=64)]
HIDDEN = {"X-Robots-Tag": "noindex"}


class CodeForm(BaseModel):
    """The code that was printed or read aloud, and the last four digits of the phone."""

    code: str = Field(min_length=1, max_length=40)
    four: str = Field(min_length=1, max_length=20)


@router.get("/r/{key}")
async def status_page(request: Request, parts: Parts, key: Key) -> Response:
    """Where my application stands."""
    return await _show(request, parts, key, await _status(parts, key))


@router.get("/r/{key}/terdaftar")
async def done_page(request: Request, parts: Parts, key: Key) -> Response:
    """The application was received: code, QR and what happens next."""
    status = await _status(parts, key)
    return page(request, "registration/done.html", headers=HIDDEN, **_facts(parts, key, status))


@router.get("/r/{key}/ubah")
async def correct_page(request: Request, parts: Parts, key: Key) -> Response:
    """The form again with what was registered."""
    status = await _status(parts, key)
    if status.window is not Window.OPEN or status.standing == "withdrawn":
        return await _show(request, parts, key, status, status=410, problem="registration.correct_closed")
    async with parts.database.read() as db:
        offer = await offer_of(db, status.session)
    form = prefilled(status.application, status.participant, status.contact, status.consents, offer)
    return show_form(request, status.session, offer, form, who="correct", key=key)


@router.post("/r/{key}/ubah")
async def correct(request: Request, parts: Parts, key: Key) -> Response:
    """Take the corrected form until the deadline."""
    form = await typed(request)
    status = await _status(parts, key)
    async with parts.database.read() as db:
        offer = await offer_of(db, status.session)
    try:
        wanted = read(form, offer, "counter" if status.contact.phone is None else "page", kept_site=kept_at(status.application))
        async with parts.database.write() as db:
            await service.correct(db, parts.vault, key, wanted, received_at=received_at(request), now=parts.clock.now())
    except (Invalid, Conflict) as wrong:
        if not isinstance(wrong, Invalid) and wrong.code != "registration.duplicate":
            return await _show(request, parts, key, status, status=409, problem=wrong.code)
        kept_form = form.with_errors(wrong if isinstance(wrong, Invalid) else _on_name(wrong), translator(request))
        return show_form(request, status.session, offer, kept_form, status=422, who="correct", key=key)
    except Gone:
        return page(
            request,
            "registration/closed.html",
            status=410,
            headers=HIDDEN,
            session=status.session,
            stands=Window.CLOSED,
            form=form,
            carried=[],
        )
    return RedirectResponse(f"/r/{key}?tersimpan=1", 303)


@router.get("/r/{key}/tarik")
async def withdraw_page(request: Request, parts: Parts, key: Key) -> Response:
    """Ask once before withdrawing."""
    status = await _status(parts, key)
    return page(request, "registration/withdraw.html", headers=HIDDEN, **_facts(parts, key, status))


@router.post("/r/{key}/tarik")
async def withdraw(request: Request, parts: Parts, key: Key) -> Response:
    """Withdraw, until the deadline."""
    await typed(request)
    try:
        async with parts.database.write() as db:
            await service.withdraw(db, parts.vault, key, received_at=received_at(request), now=parts.clock.now())
    except Gone:
        return await _show(request, parts, key, await _status(parts, key), status=410, problem="registration.withdraw_closed")
    return RedirectResponse(f"/r/{key}", 303)


@router.post("/r/{key}/pindah")
async def move(request: Request, parts: Parts, key: Key) -> Response:
    """Attend in another way, until the deadline and while that place is not full."""
    form = await typed(request)
    way, _, site = form.get("attendance").partition(":")
    try:
        async with parts.database.write() as db:
            await service.move(db, parts.vault, key, attendance=way, site=site, received_at=received_at(request), now=parts.clock.now())
    except (Invalid, Gone, Conflict) as wrong:
        status = await _status(parts, key)
        code = wrong.errors[0].code if isinstance(wrong, Invalid) else "registration.correct_closed"
        return await _show(request, parts, key, status, status=422 if isinstance(wrong, Invalid) else 410, problem=code)
    return RedirectResponse(f"/r/{key}?tersimpan=1", 303)


@router.post("/r/{key}/tautan")
async def send_own_link(request: Request, parts: Parts, key: Key) -> Response:
    """Have this page's link sent to one's own number."""
    await typed(request)
    status = await _status(parts, key)
    try:
        await send_again(parts, name=status.participant.name, phone=status.contact.phone or "")
    except Unavailable as busy:
        return await _show(request, parts, key, status, status=429, problem=busy)
    return RedirectResponse(f"/r/{key}?dikirim=1", 303)


@router.get("/status")
async def find_page(request: Request) -> Response:
    """Find one's registration by code and phone, or have the link sent."""
    return page(request, "registration/find.html", form=Typed())


@router.post("/status")
async def find(request: Request, parts: Parts) -> Response:
    """From code and last four digits to the status page; after five tries a pause."""
    form = await typed(request)
    words = translator(request)
    try:
        wanted = parse(CodeForm, form)
        # The same name as at the short address: digits are guessed at either door, and counted together.
        name = f"code:{written(wanted.code)}"
        parts.throttles.last_four.must_wait(name, request)
        async with parts.database.read() as db:
            found = await by_code(db, parts.vault, wanted.code, "".join(sign for sign in wanted.four if sign.isdigit()))
    except Invalid as wrong:
        return page(request, "registration/find.html", status=422, form=form.with_errors(wrong, words))
    except Unavailable as busy:
        form = Typed(form.values, form.many, {"four": words.error(busy.code, **busy.facts)})
        return page(request, "registration/find.html", status=429, headers={"Retry-After": str(busy.facts["retry"])}, form=form)
    parts.throttles.last_four.forget(name, request)
    return RedirectResponse(f"/r/{status_key(parts.vault, found.id, found.key_generation)}", 303)


@router.post("/status/tautan")
async def lost_link(request: Request, parts: Parts) -> Response:
    """Have lost links sent to their own number; always the same answer."""
    form = await typed(request)
    await send_again(parts, name=form.get("name"), phone=form.get("phone"))
    return page(request, "registration/link_sent.html")


async def _status(parts: Ground, key: str) -> Status:
    async with parts.database.read() as db:
        return await status_of(db, parts.vault, key, parts.clock.now())


async def _show(
    request: Request, parts: Ground, key: str, status_: Status, *, status: int = 200, problem: str | ForumError | None = None
) -> Response:
    """The status page, with what went wrong on top; while registration is open it offers the other ways of attending."""
    words = translator(request)
    sentence = words.error(problem.code, **problem.facts) if isinstance(problem, ForumError) else problem and words.error(problem)
    async with parts.database.read() as db:
        offer = await offer_of(db, status_.session)
    hall = offer.hall(status_.application.site_id)
    form = Typed({"attendance": f"in_person:{hall.code}" if hall else status_.application.attendance})
    facts = _facts(parts, key, status_)
    return page(
        request, "registration/status.html", status=status, headers=HIDDEN, problem=sentence, offer=offer, form=form, who="page", **facts
    )


def _facts(parts: Ground, key: str, status: Status) -> dict[str, Any]:
    address = status_url(parts, key)
    return {
        "mine": status,
        "session": status.session,
        "key": key,
        "address": address,
        "qr": qr(address),
        "phone": show_phone(status.contact.phone or ""),
        "contact_number": show_phone(status.session.contact_number or ""),
    }


def qr(address: str) -> Markup:
    """A QR code as an inline picture without style."""
    return Markup(segno.make(address, error="m").svg_inline(omitsize=True, border=0))  # noqa: S704 - drawn by us


def _on_name(conflict: Conflict) -> Invalid:
    """A double found while correcting, said beside the name."""
    return Invalid(FieldError("name", conflict.code))

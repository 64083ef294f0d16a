"""The counter: staff register somebody who stands before them, with a phone or without, and late only with a reason."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, BeforeValidator, Field

from app.access.models import Role
from app.errors import Conflict, FieldError, Gone, Invalid, NotFound
from app.participants.unmasking import MAY_SEE, Datum, note
from app.registration.api import status_url
from app.registration.applying import Sender, apply
from app.registration.fields import one_line
from app.registration.filled import read
from app.registration.keys import status_key
from app.registration.models import Application
from app.registration.offer import offer_of
from app.registration.pages import show_form
from app.registration.status import qr
from app.registration.window import Window, window
from app.sessions.guards import Desk, desk
from app.sessions.navigation import desk_items
from app.vault import same
from app.web.forms import Typed, parse, typed
from app.web.ground import Ground, ground, received_at
from app.web.pages import translator

router = APIRouter(include_in_schema=False)
Parts = Annotated[Ground, Depends(ground)]
AtCounter = Annotated[Desk, Depends(desk(Role.MODERATOR, Role.OPERATOR, Role.SECRETARIAT))]
Caller = Annotated[Desk, Depends(desk(*MAY_SEE[Datum.STATUS_LINK]))]
ADDRESS = "/meja/{slug}/pendaftar/baru"


class LateForm(BaseModel):
    """Why somebody is registered outside the time."""

    late_reason: Annotated[Annotated[str, Field(max_length=300)] | None, BeforeValidator(one_line)] = None


@router.get(ADDRESS)
async def counter_page(request: Request, parts: Parts, at: AtCounter) -> Response:
    """The form for staff; after registering, the code to hand out stands above it."""
    return await _form(request, parts, at, Typed())


@router.post(ADDRESS)
async def register(request: Request, parts: Parts, at: AtCounter) -> Response:
    """Register somebody at the counter."""
    form = await typed(request)
    stamp = received_at(request)
    words = translator(request)
    try:
        async with parts.database.read() as db:
            offer = await offer_of(db, at.session)
        application = read(form, offer, "counter")
        reason = parse(LateForm, form).late_reason
        sender = Sender(nonce=form.get("nonce")[:64] or None, actor=at.staff.actor, late_reason=reason)
        async with parts.counter.held(), parts.database.write() as db:
            made = await apply(db, parts.vault, at.session.id, application, sender, received_at=stamp, now=parts.clock.now())
    except Invalid as wrong:
        return await _form(request, parts, at, form.with_errors(wrong, words), status=422)
    except Conflict as conflict:
        field = "name" if conflict.code == "registration.duplicate" else "late_reason"
        return await _form(
            request,
            parts,
            at,
            form.with_errors(Invalid(FieldError(field, conflict.code)), words),
            status=409,
            found=conflict.facts.get("found"),
        )
    except Gone:
        missing = Invalid(FieldError("late_reason", "registration.late_reason_missing"))
        return await _form(request, parts, at, form.with_errors(missing, words), status=422)
    return RedirectResponse(f"{request.url.path}?terdaftar={made.id}&tanda={_own(parts, made.id, at)}", 303)


@router.post(f"{ADDRESS}/tautan")
async def show_link(request: Request, parts: Parts, at: Caller) -> Response:
    """The link of somebody who is registered already; that it was looked at is recorded."""
    application = (await typed(request)).get("application")[:16]
    async with parts.database.write() as db:
        there = await db.get(Application, application) if application.isascii() else None
        if there is None or there.session_id != at.session.id:
            raise NotFound("selection.unknown")
        now = parts.clock.now()
        await note(db, parts.vault, at.session.id, there.participant_id, [Datum.STATUS_LINK], actor=at.staff.actor, now=now)
    return await _form(request, parts, at, Typed(), found=there.id, linked=True)


def _own(parts: Ground, application_id: str, at: Desk) -> str:
    """Proof in the address that this officer registered this person, and so may hand their link out."""
    return parts.vault.derive("counter", f"{application_id}|{at.staff.actor}", 0)


async def _form(
    request: Request, parts: Ground, at: Desk, form: Typed, *, status: int = 200, found: object = None, linked: bool = False
) -> Response:
    shown = str(found) if found else request.query_params.get("terdaftar", "")
    async with parts.database.read() as db:
        offer = await offer_of(db, at.session)
        there = await db.get(Application, shown[:16]) if shown.isascii() else None
    if there is not None and there.session_id != at.session.id:
        there = None
    linked = linked or (there is not None and same(request.query_params.get("tanda", ""), _own(parts, there.id, at)))
    address = status_url(parts, status_key(parts.vault, there.id, there.key_generation)) if there and linked else None
    return show_form(
        request,
        at.session,
        offer,
        form,
        status=status,
        who="counter",
        late=window(at.session, parts.clock.now()) is not Window.OPEN,
        there=there,
        doubled=found is not None,
        address=address,
        qr=qr(address) if address else None,
        may_link=at.staff.may(MAY_SEE[Datum.STATUS_LINK], at.session.id),
        desk_items=desk_items(at.session, at.staff, "pendaftar", translator(request)),
    )

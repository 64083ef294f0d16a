"""My data: read, take along, correct, withdraw consent, be forgotten; the same pages behind both doors."""

import json
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field

from app.errors import Conflict, FieldError, Invalid, Unavailable
from app.invitations.join import knows_phone
from app.outcomes.own import own_key
from app.rights import correction
from app.rights.correction import Corrected
from app.rights.doors import Door, seat_door, status_door
from app.rights.erasure import BEING_HELD, ask
from app.rights.mine import everything, mine
from app.rights.retention import dates_of, months_of
from app.web.forms import Typed, parse, typed
from app.web.ground import Ground, ground
from app.web.pages import page, translator
from app.web.problems import status_of

HIDDEN = {"X-Robots-Tag": "noindex"}
Parts = Annotated[Ground, Depends(ground)]


class Withdrawn(BaseModel):
    """A purpose to which somebody does not agree any longer."""

    purpose: str = Field(max_length=20)


def reading(prefix: str, door: Callable[..., Awaitable[Door]]) -> APIRouter:
    """What people read about themselves behind a door whose addresses begin with `prefix`."""
    router = APIRouter(include_in_schema=False)
    At = Annotated[Door, Depends(door)]  # noqa: N806 - an annotation

    @router.get(f"{prefix}/data")
    async def see(request: Request, parts: Parts, at: At) -> Response:
        """What is kept, for how long, and what I may do."""
        return await _page(request, parts, at)

    @router.get(f"{prefix}/data/unduh.json")
    async def take_json(request: Request, parts: Parts, at: At) -> Response:
        """Everything as JSON, to be kept or taken elsewhere."""
        text = json.dumps(await _everything(parts, at), ensure_ascii=False, indent=1)
        return Response(text, media_type="application/json", headers=_as_file("data-saya.json"))

    @router.get(f"{prefix}/data/unduh.html")
    async def take_page(request: Request, parts: Parts, at: At) -> Response:
        """Everything as a page that can be read and printed without us."""
        told = await _everything(parts, at)
        return page(request, "rights/file.html", headers=_as_file("data-saya.html"), session=at.session, told=told)

    return router


def acting(prefix: str, door: Callable[..., Awaitable[Door]]) -> APIRouter:
    """What people do about it behind the same door."""
    router = APIRouter(include_in_schema=False)
    At = Annotated[Door, Depends(door)]  # noqa: N806 - an annotation

    @router.post(f"{prefix}/data/perbaiki")
    async def correct(request: Request, parts: Parts, at: At) -> Response:
        """Take corrected data; what is wrong is said beside the field, and nothing typed is lost."""
        form = await typed(request)
        try:
            given = parse(Corrected, form)
            async with parts.database.write() as db:
                await correction.correct(db, parts.vault, at.person.id, given, actor=at.actor, now=parts.clock.now())
        except Invalid as wrong:
            return await _page(request, parts, at, form.with_errors(wrong, translator(request)), status=422)
        except Conflict as double:
            on_name = Invalid(FieldError("name", double.code))
            return await _page(request, parts, at, form.with_errors(on_name, translator(request)), status=409)
        return RedirectResponse(f"{at.base}/data?tersimpan=1", 303)

    @router.post(f"{prefix}/data/persetujuan")
    async def withdraw(request: Request, parts: Parts, at: At) -> Response:
        """Take one consent back."""
        wish = parse(Withdrawn, await typed(request))
        async with parts.database.write() as db:
            await correction.withdraw_consent(db, parts.vault, at.person.id, wish.purpose, actor=at.actor, now=parts.clock.now())
        return RedirectResponse(f"{at.base}/data?ditarik=1", 303)

    @router.get(f"{prefix}/data/hapus")
    async def before(request: Request, parts: Parts, at: At) -> Response:
        """What goes and what stays, before the last press."""
        return _erase_page(request, at, Typed())

    @router.post(f"{prefix}/data/hapus")
    async def forget(request: Request, parts: Parts, at: At) -> Response:
        """Be forgotten, having said the last four digits."""
        form = await typed(request)
        try:
            _must_be_sure(request, parts, at, form)
        except (Invalid, Unavailable) as refused:
            wrong = refused if isinstance(refused, Invalid) else Invalid(FieldError("four", refused.code, refused.facts))
            return _erase_page(request, at, form.with_errors(wrong, translator(request)), status=status_of(refused))
        async with parts.database.write() as db:
            await ask(db, parts.vault, at.session, at.person.id, actor=at.actor, now=parts.clock.now())
        live = at.session.state in BEING_HELD
        return page(request, "rights/asked.html", headers=HIDDEN, session=at.session, live=live)

    return router


def _must_be_sure(request: Request, parts: Ground, at: Door, form: Typed) -> None:
    """The last four digits of the phone; where none is known, a tick. Digits are guessed five times, then not for a while."""
    if at.person.phone is None:
        if not form.get("sure"):
            raise Invalid(FieldError("sure", "rights.not_sure"))
        return
    name = f"erase:{at.person.id}"
    parts.throttles.last_four.must_wait(name, request)
    if not knows_phone(parts.vault, at.person, form.get("four")):
        raise Invalid(FieldError("four", "rights.four_wrong"))
    parts.throttles.last_four.forget(name, request)


async def _everything(parts: Ground, at: Door) -> dict[str, Any]:
    async with parts.database.read() as db:
        return await everything(db, parts.vault, await mine(db, parts.vault, at.session, at.person))


async def _page(request: Request, parts: Ground, at: Door, form: Typed | None = None, *, status: int = 200) -> Response:
    async with parts.database.read() as db:
        own = await mine(db, parts.vault, at.session, at.person)
        until = dates_of(await months_of(db, at.session.id), at.session)
    return page(
        request,
        "rights/mine.html",
        status=status,
        headers=HIDDEN,
        session=at.session,
        own=own,
        until=until,
        base=at.base,
        proposals=f"/jawaban/{own_key(parts.vault, at.person.id)}",
        form=form or _filled(own.person, own.contact),
        wrong=form is not None,
        saved=request.query_params.get("tersimpan"),
        withdrawn=request.query_params.get("ditarik"),
    )


def _filled(person: Any, contact: Any) -> Typed:
    phone = f"0{contact.phone.removeprefix('+62')}" if contact.phone else ""
    values = {
        "name": person.name,
        "phone": phone,
        "email": contact.email,
        "address": contact.address,
        "capacity": person.capacity,
        "institution": person.institution,
    }
    return Typed({name: value or "" for name, value in values.items()})


def _erase_page(request: Request, at: Door, form: Typed, *, status: int = 200) -> Response:
    return page(
        request,
        "rights/erase.html",
        status=status,
        headers=HIDDEN,
        session=at.session,
        base=at.base,
        form=form,
        by_phone=at.person.phone is not None,
        live=at.session.state in BEING_HELD,
    )


def _as_file(name: str) -> dict[str, str]:
    return {**HIDDEN, "Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}


router = APIRouter()
for before, through in (("/r/{key}", status_door), ("/s/{slug}/hadir", seat_door)):
    router.include_router(reading(before, through))
    router.include_router(acting(before, through))

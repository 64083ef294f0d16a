"""The page of the letters: what is written on them, and the PDFs."""

from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import FileResponse, RedirectResponse, Response
from pydantic import BaseModel, BeforeValidator, Field
from starlette.background import BackgroundTask

from app.audit.service import Act, record
from app.database.tables import new_id
from app.errors import Invalid, NotFound
from app.guests.import_pages import Officer, Parts, SomeId
from app.guests.importing import hold
from app.guests.letters import Letterform, addressed, letter_counts, letterform, made, write_letterform
from app.invitations.changes import note_letters
from app.registration.fields import many_lines, one_line
from app.sessions.changes import tell_since
from app.sessions.guards import Desk
from app.sessions.models import ForumSession
from app.sessions.navigation import desk_items
from app.web.forms import Typed, parse, typed
from app.web.ground import Ground
from app.web.pages import page, translator
from app.web.problems import CodedValueError

router = APIRouter(include_in_schema=False)


def _day(value: object) -> object:
    if isinstance(value, str):
        try:
            return date.fromisoformat(value.strip()).isoformat()
        except ValueError:
            raise CodedValueError("guests.day_wrong") from None
    return value


class LetterFields(BaseModel):
    """What is written on the letters."""

    number: Annotated[str, BeforeValidator(one_line), Field(max_length=80)] = ""
    city: Annotated[str, BeforeValidator(one_line), Field(max_length=60)] = ""
    dated_on: Annotated[str, BeforeValidator(_day)] = ""
    subject: Annotated[str, BeforeValidator(one_line), Field(min_length=1, max_length=160)]
    opening: Annotated[str, BeforeValidator(many_lines), Field(min_length=1, max_length=700)]
    closing: Annotated[str, BeforeValidator(many_lines), Field(max_length=500)] = ""
    signer_office: Annotated[str, BeforeValidator(one_line), Field(min_length=1, max_length=120)]
    signer_name: Annotated[str, BeforeValidator(one_line), Field(max_length=120)] = ""
    signer_rank: Annotated[str, BeforeValidator(one_line), Field(max_length=80)] = ""


@router.get("/meja/{slug}/tamu/surat")
async def letters_page(request: Request, parts: Parts, at: Officer, tersimpan: Annotated[str, Query(max_length=1)] = "") -> Response:
    """What the letters say, to be written before they are printed."""
    async with parts.database.read() as db:
        form = await letterform(db, at.session, parts.settings.office_unit)
    return await _page(request, parts, at, Typed(asdict(form)), saved=bool(tersimpan))


@router.post("/meja/{slug}/tamu/surat")
async def write_letters(request: Request, parts: Parts, at: Officer) -> Response:
    """Keep what staff wrote."""
    form = await typed(request)
    try:
        wanted = parse(LetterFields, form)
    except Invalid as wrong:
        return await _page(request, parts, at, form.with_errors(wrong, translator(request)), status=422)
    async with parts.database.write() as db:
        now = parts.clock.now()
        await write_letterform(db, at.session.id, Letterform(**wanted.model_dump()), now)
        await record(db, parts.vault, at.session.id, now, Act(at.staff.actor, "guests.letter_written", f"session:{at.session.id}", {}))
    return RedirectResponse(f"/meja/{at.session.slug}/tamu/surat?tersimpan=1", 303)


@router.post("/meja/{slug}/tamu/surat/cetak")
async def all_letters(request: Request, parts: Parts, at: Officer) -> Response:
    """Every letter in one PDF, a page each, or those that were never printed (`baru`); making them is audited."""
    form = await typed(request)
    return await _pdf(parts, at, f"undangan-{at.session.slug}.pdf", unwritten=bool(form.get("baru")))


@router.post("/meja/{slug}/tamu/kursi/{place_id}/cetak")
async def one_letter(request: Request, parts: Parts, at: Officer, place_id: SomeId) -> Response:
    """The letter of one seat."""
    await typed(request)
    return await _pdf(parts, at, "undangan-{code}.pdf", place_id)


async def _pdf(parts: Ground, at: Desk, name: str, place_id: str | None = None, *, unwritten: bool = False) -> Response:
    """The letters as the plans now are; from then on their guests count as told of these."""
    async with parts.database.read() as db:
        # Before everything else: plans that change while this is read or set are told again rather than never.
        session = await db.get_one(ForumSession, at.session.id)
        form = await letterform(db, session, parts.settings.office_unit)
        letters = await addressed(db, parts, session.id, place_id, unwritten=unwritten)
    if place_id is not None and not letters:
        raise NotFound("guests.unknown_place")
    path = await made(parts, session, form, letters)
    async with parts.database.write() as db:
        held = await hold(db, session.id)
        now = parts.clock.now()
        await note_letters(db, [one.seat_id for one in letters], session.version, now)
        if held.version > session.version:
            # Its job passed over whoever had no letter then.
            await tell_since(db, session.id, session.version, new_id(), now)
        act = Act(at.staff.actor, "guests.letters_made", f"session:{session.id}", {"letters": len(letters)})
        await record(db, parts.vault, session.id, now, act)
    return paper(path, name.format(code=letters[0].code))


def paper(path: Path, name: str) -> Response:
    """A PDF to be shown, removed when it has been sent."""
    gone = BackgroundTask(path.unlink, missing_ok=True)
    return FileResponse(path, media_type="application/pdf", filename=name, content_disposition_type="inline", background=gone)


async def _page(request: Request, parts: Ground, at: Desk, form: Typed, *, status: int = 200, saved: bool = False) -> Response:
    async with parts.database.read() as db:
        letters, unwritten = await letter_counts(db, at.session.id)
    return page(
        request,
        "guests/letters.html",
        status=status,
        session=at.session,
        desk_items=desk_items(at.session, at.staff, "tamu", translator(request)),
        form=form,
        saved=saved,
        letters=letters,
        unwritten=unwritten if unwritten < letters else 0,
    )

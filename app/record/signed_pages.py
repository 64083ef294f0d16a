"""Doors of official files: bring one, fetch one, take one away."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, BeforeValidator, Field
from starlette.datastructures import UploadFile

from app.audit.service import Act, record
from app.errors import Conflict, FieldError, Invalid, NotFound
from app.record.desk_pages import Number, Parts, Writer, record_desk
from app.record.files import OfVersion, bring_signed, files_of, remove_signed
from app.record.final import versions_of
from app.record.models import FileKind, RecordVersion
from app.registration.fields import one_line
from app.sessions.guards import Desk
from app.web.forms import parse, typed
from app.web.ground import Ground
from app.web.kept_files import sent
from app.web.pages import translator
from app.web.posted import posted

router = APIRouter(include_in_schema=False, prefix="/meja/{slug}/berita-acara/versi/{number}")
FileId = Annotated[str, Path(max_length=40)]


class SignedForm(BaseModel):
    """What whoever brings an official file says of it."""

    note: Annotated[str, BeforeValidator(one_line), Field(max_length=200)] = ""


@router.post("/unggah")
async def bring(request: Request, parts: Parts, at: Writer, number: Number) -> Response:
    """Take an official file in."""
    form = await typed(request)
    sent_in = await posted(request)
    file = sent_in.get("file")
    version = await _version(parts, at, number)
    try:
        note = parse(SignedForm, form).note
        if not isinstance(file, UploadFile) or not file.filename:
            raise Invalid(FieldError("file", "papers.no_file"))
        await bring_signed(parts, version, file.file, note, actor=at.staff.actor, now=parts.clock.now())
    except Invalid as wrong:
        return await record_desk(request, parts, at, form=form.with_errors(wrong, translator(request)), status=422, bringing=number)
    except Conflict as refused:
        return await record_desk(request, parts, at, form=form, refused=refused, status=409, bringing=number)
    finally:
        await sent_in.close()
    return RedirectResponse(f"/meja/{at.session.slug}/berita-acara?resmi=1", 303)


@router.get("/resmi/{file}")
async def fetch(parts: Parts, at: Writer, number: Number, file: FileId) -> Response:
    """An official file as a download; whoever takes it is recorded."""
    version = await _version(parts, at, number)
    found = await _file(parts, version, file)
    async with parts.database.write() as db:
        act = Act(at.staff.actor, "record.signed_taken", f"record:{version.id}", {"version": number, "sha256": found.file.sha256})
        await record(db, parts.vault, at.session.id, parts.clock.now(), act)
    return sent(parts, found.kept)


@router.post("/resmi/{file}/buang")
async def remove(request: Request, parts: Parts, at: Writer, number: Number, file: FileId) -> Response:
    """Take an official file away that was brought by mistake."""
    await typed(request)
    await remove_signed(parts, await _version(parts, at, number), file, actor=at.staff.actor, now=parts.clock.now())
    return RedirectResponse(f"/meja/{at.session.slug}/berita-acara", 303)


async def _version(parts: Ground, at: Desk, number: int) -> RecordVersion:
    async with parts.database.read() as db:
        found = next((one for one in await versions_of(db, at.session.id) if one.number == number), None)
    if found is None:
        raise NotFound("record.unknown_version")
    return found


async def _file(parts: Ground, version: RecordVersion, file_id: str) -> OfVersion:
    async with parts.database.read() as db:
        files = (await files_of(db, [version]))[version.id]
    found = next((one for one in files if one.file.id == file_id and one.file.kind is FileKind.SIGNED), None)
    if found is None:
        raise NotFound("record.unknown_file")
    return found

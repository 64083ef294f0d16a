"""Doors of the exports: a page that lists them, and one address per table and format."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import FileResponse, Response, StreamingResponse
from starlette.background import BackgroundTask

from app.access.models import Role
from app.audit.service import Act, head_of, record
from app.errors import Conflict, NotFound
from app.exports.catalogue import FORMATS, MINUTES, TABLES, letterhead
from app.exports.gather import source
from app.exports.made_files import pdf, xlsx
from app.exports.plain_files import csv_lines, json_lines
from app.minutes.making import minutes_docx, minutes_pdf
from app.proposals.addresses import narrowed
from app.proposals.listing import Filters, offers
from app.sessions.guards import Desk, desk
from app.sessions.navigation import desk_items
from app.sessions.rows import sites_of
from app.web.ground import Ground, ground
from app.web.pages import page, translator

router = APIRouter()
Parts = Annotated[Ground, Depends(ground)]
Secretariat = Annotated[Desk, Depends(desk(Role.SECRETARIAT))]
Reader = Annotated[Desk, Depends(desk(Role.SECRETARIAT, Role.READER))]

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("/meja/{slug}/rekaman", include_in_schema=False)
async def records_page(request: Request, parts: Parts, at: Reader) -> Response:
    """What can be taken out, in which format, and how each chain ends."""
    words = translator(request)
    async with parts.database.read() as db:
        head = await head_of(db, at.session.id)
    return page(
        request,
        "exports/records.html",
        session=at.session,
        desk_items=desk_items(at.session, at.staff, "rekaman", words),
        formats=FORMATS,
        head=head,
        may_export=at.staff.may({Role.SECRETARIAT}, at.session.id),
    )


@router.get("/api/v1/sessions/{slug}/exports/{table}.{kind}")
async def export(request: Request, parts: Parts, at: Secretariat, table: str, kind: str) -> Response:
    """A table of the session as a file; attendance also as the PDF of annex I, minutes as the document they are. Every export is audited.

    Proposals are narrowed as their list is: `?status=&site=&village=&sector=&via=&agency=&dapil=&q=`.
    """
    if kind not in FORMATS.get(table, ()):
        raise NotFound("exports.unknown")
    if at.session.rehearsal is not None:
        raise Conflict("exports.rehearsing")
    words = translator(request)
    now = parts.clock.now()
    async with parts.database.write() as db:
        act = Act(at.staff.actor, "exports.made", f"session:{at.session.id}", {"table": table, "format": kind})
        await record(db, parts.vault, at.session.id, now, act)
        head = await head_of(db, at.session.id)
    name = f"{table}-{at.session.slug}.{kind}"
    if table == MINUTES:
        if kind == "docx":
            return _file(await minutes_docx(parts, at.session), DOCX, name)
        return _file(await minutes_pdf(parts, at.session), "application/pdf", name)
    made = TABLES[table](replace(await source(parts.database, parts.vault, words, at.session), filters=await _filters(request, parts, at)))
    match kind:
        case "csv":
            return _stream(csv_lines(made), "text/csv; charset=utf-8", name)
        case "json":
            about: dict[str, object] = {"session": at.session.slug, "made_at": now.isoformat(timespec="seconds"), "audit_head": head}
            return _stream(json_lines(made, about), "application/json", name)
        case "xlsx":
            return _file(await xlsx(made), XLSX, name)
    return _file(await pdf(made, "attendance.typ", letterhead(parts, at.session, words, head)), "application/pdf", name)


async def _filters(request: Request, parts: Ground, at: Desk) -> Filters:
    async with parts.database.read() as db:
        return narrowed(request.query_params, await sites_of(db, at.session.id), await offers(db, at.session, public=False)).filters


def _stream(lines: AsyncIterator[bytes], kind: str, name: str) -> Response:
    return StreamingResponse(lines, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _file(path: Path, kind: str, name: str) -> Response:
    return FileResponse(path, media_type=kind, filename=name, background=BackgroundTask(path.unlink, missing_ok=True))

"""Doors of the exports for programs and browsers: one address per table and format."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import FileResponse, JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.background import BackgroundTask

from app.access.models import Role
from app.audit.service import Act, head_of, record
from app.exports.asked import Asked, asked_for, sheet_of
from app.exports.catalogue import MINUTES, RECORD, letterhead
from app.exports.made_files import pdf, xlsx
from app.exports.making import MEDIA, about, file_name, want_export
from app.exports.open_pages import router as open_router
from app.exports.pages import router as pages_router
from app.exports.plain_files import csv_lines, json_lines
from app.exports.sizes import AT_ONCE, rows_of
from app.minutes.making import minutes_docx, minutes_pdf
from app.record.desk_pages import record_sent
from app.record.final import versions_of
from app.record.models import FileKind
from app.sessions.guards import Desk, desk
from app.web.ground import Ground, ground
from app.web.pages import translator

router = APIRouter()
router.include_router(pages_router)
router.include_router(open_router)
Parts = Annotated[Ground, Depends(ground)]
Secretariat = Annotated[Desk, Depends(desk(Role.SECRETARIAT))]


@router.get("/api/v1/sessions/{slug}/exports/{table}.{kind}")
async def export(request: Request, parts: Parts, at: Secretariat, table: str, kind: str) -> Response:
    """A table of the session as a file; attendance also as the PDF of annex I, minutes and record as the documents they are. Every export is audited.

    Proposals are narrowed as their list is: `?status=&site=&village=&sector=&via=&agency=&dapil=&q=`; `sipd` by `?list=verified` and `village`.
    A table of more than 10,000 rows is made by a job: 202 with `job` and `href`, where its state and at last its address are told.
    """
    async with parts.database.read() as db:
        asked = await asked_for(db, at.session, table, kind, request.query_params)
        versions = await versions_of(db, at.session.id) if table == RECORD else []
        total = await rows_of(db, at.session, table, asked.chosen.filters)
    if table == RECORD:
        return await record_sent(parts, at, FileKind(kind), versions)
    if total > AT_ONCE:
        return await _wanted(request, parts, at, asked, total)
    now = parts.clock.now()
    async with parts.database.write() as db:
        act = Act(at.staff.actor, "exports.made", f"session:{at.session.id}", {"table": table, "format": kind})
        await record(db, parts.vault, at.session.id, now, act)
        head = await head_of(db, at.session.id)
    name = file_name(at.session, table, kind)
    if table == MINUTES:
        return _file(await (minutes_docx if kind == "docx" else minutes_pdf)(parts, at.session), kind, name)
    given, made = await sheet_of(parts, at.session, asked, translator(request).language)
    if kind in {"csv", "json"}:
        return _stream(csv_lines(made) if kind == "csv" else json_lines(made, about(at.session, now, head)), kind, name)
    if kind == "xlsx":
        return _file(await xlsx(made), kind, name)
    return _file(await pdf(made, f"{table}.typ", letterhead(parts, at.session, given.words, head)), kind, name)


async def _wanted(request: Request, parts: Ground, at: Desk, asked: Asked, total: int) -> Response:
    language, now = translator(request).language, parts.clock.now()
    async with parts.database.write() as db:
        file = await want_export(db, parts.vault, at.session, asked, language, total, actor=at.staff.actor, now=now)
    if "authorization" not in request.headers and "text/html" in request.headers.get("accept", ""):
        # Somebody pressed a link: they see how far it is.
        return RedirectResponse(f"/meja/{at.session.slug}/rekaman/berkas/{file.id}", 303)
    return JSONResponse({"job": file.id, "href": f"/api/v1/jobs/{file.id}"}, 202)


def _stream(lines: AsyncIterator[bytes], kind: str, name: str) -> Response:
    return StreamingResponse(lines, media_type=MEDIA[kind], headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _file(path: Path, kind: str, name: str) -> Response:
    return FileResponse(path, media_type=MEDIA[kind], filename=name, background=BackgroundTask(path.unlink, missing_ok=True))

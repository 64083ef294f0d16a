"""Doors of open data, for everybody: what there is, its dictionary, and the files."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response, StreamingResponse

from app.errors import Conflict, NotFound
from app.exports import open_data
from app.exports.gather import Source, source
from app.exports.plain_files import csv_lines, json_lines
from app.exports.tables import Sheet
from app.proposals.addresses import Narrowed, narrowed
from app.proposals.listing import count, offers
from app.sessions.guards import PublicSession
from app.sessions.models import ForumSession
from app.sessions.rows import sites_of
from app.web.ground import Ground, ground
from app.web.pages import page
from app.web.throttle import must_wait

router = APIRouter(prefix="/s/{slug}/data", include_in_schema=False)
Parts = Annotated[Ground, Depends(ground)]
FILES = {"usulan": open_data.sheet, "kamus": open_data.dictionary_sheet}


@router.get("")
async def open_page(request: Request, parts: Parts, session: PublicSession) -> Response:
    """What can be taken, under which terms, and what each column means."""
    chosen = await _chosen(request, parts, session)
    async with parts.database.read() as db:
        total = await count(db, session.id, chosen.filters, public=True)
    return page(
        request,
        "exports/open_data.html",
        session=session,
        chosen=chosen,
        total=total,
        licence=parts.settings.data_licence,
        dictionary=open_data.dictionary_rows(await _source(parts, session)),
    )


@router.get("/{name}.{kind}")
async def open_file(request: Request, parts: Parts, session: PublicSession, name: str, kind: str) -> Response:
    """The proposals (`usulan`) or the dictionary (`kamus`) as CSV or JSON, narrowed by what stands in the address."""
    if name not in FILES or kind not in {"csv", "json"}:
        raise NotFound("web.not_found")
    if session.rehearsal is not None:
        raise Conflict("exports.practising")
    must_wait(parts.throttles.open_data, request.client.host if request.client else "")
    chosen = await _chosen(request, parts, session)
    made = FILES[name](replace(await _source(parts, session), filters=chosen.filters))
    return _sent(parts, session, made, name, kind)


def _sent(parts: Ground, session: ForumSession, made: Sheet, name: str, kind: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}-{session.slug}.{kind}"'}
    if kind == "csv":
        return StreamingResponse(csv_lines(made), media_type="text/csv; charset=utf-8", headers=headers)
    about: dict[str, object] = {
        "session": session.slug,
        "made_at": parts.clock.now().isoformat(timespec="seconds"),
        "publisher": parts.settings.office_name,
        "licence": parts.settings.data_licence or None,
    }
    return StreamingResponse(json_lines(made, about), media_type="application/json", headers=headers)


async def _source(parts: Ground, session: ForumSession) -> Source:
    return await source(parts.database, parts.vault, parts.catalogues.translator("id"), session)


async def _chosen(request: Request, parts: Ground, session: ForumSession) -> Narrowed:
    async with parts.database.read() as db:
        return narrowed(request.query_params, await sites_of(db, session.id), await offers(db, session, public=True))

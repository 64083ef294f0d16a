"""The page on which the office says which kecamatan belong to which electoral district."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from app.access.models import Role
from app.errors import Invalid
from app.proposals import dapil
from app.regions import districts_of, full_name
from app.sessions.guards import Desk, desk
from app.sessions.navigation import desk_items
from app.web.forms import Typed, attached, typed
from app.web.ground import Ground, ground
from app.web.pages import page, translator

router = APIRouter(prefix="/meja/{slug}/dapil", include_in_schema=False)
Parts = Annotated[Ground, Depends(ground)]
At = Annotated[Desk, Depends(desk(Role.SECRETARIAT))]


@router.get("")
async def dapil_page(request: Request, parts: Parts, at: At) -> Response:
    """What is stored, and the form for another list."""
    return await _page(request, parts, at)


@router.post("")
async def paste(request: Request, parts: Parts, at: At) -> Response:
    """Put the pasted list in place of what was stored; with a wrong row nothing changes and every wrong row is named."""
    form = await typed(request)
    return await _bring_in(request, parts, at, form.get("text"), form)


@router.post("/unggah")
async def upload(request: Request, parts: Parts, at: At) -> Response:
    """The same from a file; after a refusal its rows stand in the box, to be corrected there."""
    form = await typed(request)
    brought = await attached(request, "file")
    return await _bring_in(request, parts, at, brought[1] if brought else "", form)


async def _bring_in(request: Request, parts: Ground, at: Desk, brought: str | bytes, form: Typed) -> Response:
    try:
        lines = await dapil.lines_of(brought)
        form = Typed({"text": form.get("text") or dapil.as_text(lines)})
        async with parts.database.write() as db:
            await dapil.replace_dapils(db, parts.vault, at.session, lines, actor=at.staff.actor, now=parts.clock.now())
    except Invalid as wrong:
        return await _page(request, parts, at, form.with_errors(wrong, translator(request)))
    return RedirectResponse(f"/meja/{at.session.slug}/dapil?kabar=tersimpan", 303)


async def _page(request: Request, parts: Ground, at: Desk, form: Typed | None = None) -> Response:
    region_code = at.session.region_code
    async with parts.database.read() as db:
        stored = await dapil.dapils_of(db, dapil.regency_of(region_code))
        text = form.get("text") if form else await dapil.written_out(db, region_code)
    return page(
        request,
        "proposals/dapil.html",
        status=422 if form else 200,
        session=at.session,
        desk_items=desk_items(at.session, at.staff, "usulan", translator(request)),
        place=full_name(dapil.regency_of(region_code)),
        example=next((one.name for one in districts_of(dapil.regency_of(region_code))), "Kecamatan"),
        stored=[(one.name, dapil.names_of(one)) for one in stored.values()],
        text=text,
        errors=list(form.errors.values()) if form else [],
        saved=request.query_params.get("kabar") == "tersimpan",
    )

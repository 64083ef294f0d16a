"""The pages of paper: what to print, what is being made, and the file itself."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field

from app.audit.service import Act, record
from app.errors import Invalid, NotFound
from app.kept.models import KeptFile, KeptState, Purpose
from app.kept.service import kept, newest
from app.papers.gather import BLANK_ROWS, expected_people
from app.papers.guards import AtPaper, PaperDesk
from app.papers.pack import MOST_FORMS, Choice, Part, want_pack
from app.sessions.navigation import desk_items
from app.web.forms import Typed, parse, typed
from app.web.ground import Ground, ground
from app.web.kept_files import sent
from app.web.pages import page, translator

router = APIRouter(include_in_schema=False, prefix="/meja/{slug}/kertas")
Parts = Annotated[Ground, Depends(ground)]
FileId = Annotated[str, Path(max_length=40)]
USUAL_FORMS = 20
SHOWN = 6


class PackForm(BaseModel):
    """What somebody ticked: codes of halls, parts, and how many forms each hall gets."""

    sites: Annotated[list[str], Field(max_length=200)]
    parts: list[Part]
    forms: Annotated[int, Field(ge=1, le=MOST_FORMS)] = USUAL_FORMS


@router.get("")
async def print_page(request: Request, parts: Parts, at: AtPaper) -> Response:
    """Choose what to print; what was made lately stands below."""
    return await _print_page(request, parts, at, Typed())


@router.post("/cetak")
async def print_pack(request: Request, parts: Parts, at: AtPaper) -> Response:
    """Want a pack, and on to the page that shows how far it is."""
    form = await typed(request)
    try:
        asked = parse(PackForm, form, lists=frozenset({"sites", "parts"}))
        halls = [site for site in at.sites if site.code in asked.sites]
        choice = Choice(halls, asked.parts, asked.forms, translator(request).language)
        async with parts.database.write() as db:
            file = await want_pack(db, parts.vault, at.session, choice, actor=at.actor, now=parts.clock.now())
    except Invalid as wrong:
        return await _print_page(request, parts, at, form.with_errors(wrong, translator(request)), status=422)
    return RedirectResponse(f"/meja/{at.session.slug}/kertas/cetak/{file.id}", 303)


@router.get("/cetak/{file}")
async def pack_page(request: Request, parts: Parts, at: AtPaper, file: FileId) -> Response:
    """How far a pack is, or that it is ready."""
    found = await _pack(parts, at, file)
    items = desk_items(at.session, at.desk.staff, "kertas", translator(request))
    back = f"/meja/{at.session.slug}/kertas"
    return page(
        request, "papers/making.html", session=at.session, desk_items=items, file=found, href=f"{back}/berkas/{found.id}", back=back
    )


@router.get("/berkas/{file}")
async def pack_file(request: Request, parts: Parts, at: AtPaper, file: FileId) -> Response:
    """The pack as PDF; whoever fetches it is recorded, since it carries names."""
    found = await _pack(parts, at, file)
    if found.state != KeptState.KEPT:
        raise NotFound("kept.unknown")
    async with parts.database.write() as db:
        act = Act(at.actor, "papers.pack_taken", f"file:{found.id}", {})
        await record(db, parts.vault, at.session.id, parts.clock.now(), act)
    return sent(parts, found)


async def _pack(parts: Ground, at: PaperDesk, file_id: str) -> KeptFile:
    """A pack all of whose halls are within reach."""
    async with parts.database.read() as db:
        found = await kept(db, at.session.id, file_id, Purpose.PACK)
    if not _reached(at, found):
        raise NotFound("kept.unknown")
    return found


def _reached(at: PaperDesk, file: KeptFile) -> bool:
    halls = file.options["halls"]
    assert isinstance(halls, list)
    return all(at.reaches(hall["site"]) for hall in halls)


async def _print_page(request: Request, parts: Ground, at: PaperDesk, form: Typed, *, status: int = 200) -> Response:
    async with parts.database.read() as db:
        expected = {site.id: len(await expected_people(db, parts.vault, at.session.id, site.id)) for site in at.sites}
        files = [file for file in await newest(db, at.session.id, Purpose.PACK, 4 * SHOWN) if _reached(at, file)][:SHOWN]
    return page(
        request,
        "papers/print.html",
        status=status,
        session=at.session,
        desk_items=desk_items(at.session, at.desk.staff, "kertas", translator(request)),
        form=form,
        sites=at.sites,
        expected=expected,
        files=files,
        all_parts=[part.value for part in Part],
        usual_forms=USUAL_FORMS,
        most_forms=MOST_FORMS,
        blank_rows=BLANK_ROWS,
    )

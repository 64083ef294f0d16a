"""The page of signed scans: bring one, fetch one, take one away with a reason."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import AfterValidator, BaseModel, Field
from starlette.datastructures import UploadFile

from app.errors import Conflict, FieldError, Invalid, NotFound
from app.kept.arriving import MOST_BYTES
from app.papers.guards import AtPaper, PaperDesk
from app.papers.models import ScanKind
from app.papers.scans import Paper, add_scan, remove_scan, scan_taken, scans_of, unsigned_halls
from app.proposals.fields import Line, clean
from app.sessions.navigation import desk_items
from app.web.forms import Typed, parse, typed
from app.web.ground import Ground, ground
from app.web.kept_files import sent
from app.web.pages import page, translator
from app.web.posted import posted

router = APIRouter(include_in_schema=False, prefix="/meja/{slug}/kertas/pindaian")
Parts = Annotated[Ground, Depends(ground)]
ScanId = Annotated[str, Path(max_length=40)]


class ScanForm(BaseModel):
    """What whoever brings a scan says of it."""

    kind: ScanKind
    site: Annotated[Line, Field(max_length=40)] | None = None
    note: Annotated[str, AfterValidator(clean), Field(max_length=300)] = ""


class RemovalForm(BaseModel):
    """Why a scan goes."""

    reason: Annotated[str, AfterValidator(clean), Field(max_length=300)] = ""


@router.get("")
async def scans_page(request: Request, parts: Parts, at: AtPaper) -> Response:
    """The scans within reach, and which sheets are missing."""
    return await _page(request, parts, at, Typed())


@router.post("/unggah")
async def bring(request: Request, parts: Parts, at: AtPaper) -> Response:
    """Take a scan in."""
    form = await typed(request)
    sent_in = await posted(request)
    file = sent_in.get("file")
    try:
        said = parse(ScanForm, form)
        if said.kind == ScanKind.ATTENDANCE and not said.site:
            raise Invalid(FieldError("site", "papers.whose_sheet"))
        site = at.site_named(said.site)
        if not isinstance(file, UploadFile) or not file.filename:
            raise Invalid(FieldError("file", "papers.no_file"))
        paper = Paper(said.kind, site.id if site else None, said.note)
        await add_scan(parts.database, parts.vault, at.session, paper, file.file, actor=at.actor, now=parts.clock.now())
    except Invalid as wrong:
        return await _page(request, parts, at, form.with_errors(wrong, translator(request)), status=422)
    except Conflict as refused:
        return await _page(request, parts, at, form, status=409, refused=translator(request).error(refused.code, **refused.facts))
    finally:
        await sent_in.close()
    return RedirectResponse(f"/meja/{at.session.slug}/kertas/pindaian?done=1", 303)


@router.get("/{scan}")
async def fetch(request: Request, parts: Parts, at: AtPaper, scan: ScanId) -> Response:
    """The scan as a download."""
    await _reached(parts, at, scan)
    async with parts.database.write() as db:
        found = await scan_taken(db, parts.vault, at.session.id, scan, actor=at.actor, now=parts.clock.now())
    return sent(parts, found.file)


@router.post("/{scan}/buang")
async def remove(request: Request, parts: Parts, at: AtPaper, scan: ScanId) -> Response:
    """Take a scan away."""
    form = await typed(request)
    await _reached(parts, at, scan)
    try:
        reason = parse(RemovalForm, form).reason
        async with parts.database.write() as db:
            await remove_scan(db, parts.vault, at.session.id, scan, reason, actor=at.actor, now=parts.clock.now())
    except Invalid as wrong:
        return await _page(request, parts, at, form.with_errors(wrong, translator(request)), status=422, removing=scan)
    return RedirectResponse(f"/meja/{at.session.slug}/kertas/pindaian?removed=1", 303)


async def _reached(parts: Ground, at: PaperDesk, scan_id: str) -> None:
    async with parts.database.read() as db:
        there = {one.scan.id: one.scan.site_id for one in await scans_of(db, at.session.id)}
    if scan_id not in there or not at.reaches(there[scan_id]):
        raise NotFound("papers.unknown_scan")


async def _page(
    request: Request, parts: Ground, at: PaperDesk, form: Typed, *, status: int = 200, refused: str | None = None, removing: str = ""
) -> Response:
    async with parts.database.read() as db:
        there = await scans_of(db, at.session.id)
        gone = await scans_of(db, at.session.id, removed=True)
        missing = set(await unsigned_halls(db, at.session.id, there))
    return page(
        request,
        "papers/scans.html",
        status=status,
        session=at.session,
        desk_items=desk_items(at.session, at.desk.staff, "kertas", translator(request)),
        form=form,
        refused=refused,
        removing=removing,
        sites=at.sites,
        everywhere=at.everywhere,
        halls={site.id: site.name for site in at.sites},
        scans=[one for one in there if at.reaches(one.scan.site_id)],
        removed=[one for one in gone if at.reaches(one.scan.site_id)],
        missing=[site for site in at.sites if site.id in missing],
        kinds=list(ScanKind),
        most=MOST_BYTES // 1024 // 1024,
        done=request.query_params.get("done"),
        taken_away=request.query_params.get("removed"),
    )

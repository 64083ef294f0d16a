"""The page of the record: what can be taken out, narrowed by what stands in its address, and the long tables that are being made."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import RedirectResponse, Response

from app.access.models import Role
from app.audit.service import Act, head_of, record
from app.errors import Conflict, ForumError, NotFound
from app.exports.asked import asked_for, chosen_in, scope_in
from app.exports.catalogue import FORMATS, NARROWED, TABLES
from app.exports.making import want_export
from app.exports.sizes import AT_ONCE, rows_of
from app.kept.models import KeptState, Purpose
from app.kept.service import kept, newest
from app.proposals.choices import Via
from app.proposals.listing import offers
from app.proposals.models import ProposalStatus
from app.proposals.sectors import Sector
from app.sessions.desk_page import desk_page
from app.sessions.guards import Desk, desk
from app.sessions.navigation import desk_items
from app.sessions.rows import sites_of
from app.web.forms import typed
from app.web.ground import Ground, ground
from app.web.kept_files import sent
from app.web.pages import page, translator

router = APIRouter(prefix="/meja/{slug}/rekaman", include_in_schema=False)
Parts = Annotated[Ground, Depends(ground)]
Secretariat = Annotated[Desk, Depends(desk(Role.SECRETARIAT))]
Reader = Annotated[Desk, Depends(desk(Role.SECRETARIAT, Role.READER))]
FileId = Annotated[str, Path(max_length=40)]
SHOWN = 6


@router.get("")
async def records_page(request: Request, parts: Parts, at: Reader) -> Response:
    """What can be taken out, in which format, and how the audit chain ends."""
    return await _drawn(request, parts, at)


@router.post("/berkas")
async def want(request: Request, parts: Parts, at: Secretariat) -> Response:
    """Want a long table, narrowed as the page was, and on to the page that shows how far it is."""
    form = await typed(request)
    now = parts.clock.now()
    try:
        # Filters and sizes are asked of the whole list: not while others wait to write.
        async with parts.database.read() as db:
            asked = await asked_for(db, at.session, form.get("table"), form.get("kind"), request.query_params)
            if asked.table not in TABLES:
                raise NotFound("exports.unknown")
            total = await rows_of(db, at.session, asked.table, asked.chosen.filters)
        language = translator(request).language
        async with parts.database.write() as db:
            file = await want_export(db, parts.vault, at.session, asked, language, total, actor=at.staff.actor, now=now)
    except Conflict as refused:
        return await _drawn(request, parts, at, refused=refused)
    return RedirectResponse(f"/meja/{at.session.slug}/rekaman/berkas/{file.id}", 303)


@router.get("/berkas/{file}")
async def making(request: Request, parts: Parts, at: Secretariat, file: FileId) -> Response:
    """How far a long table is, or that it is ready."""
    async with parts.database.read() as db:
        found = await kept(db, at.session.id, file, Purpose.EXPORT)
    items = desk_items(at.session, at.staff, "rekaman", translator(request))
    back = f"/meja/{at.session.slug}/rekaman"
    href = f"{back}/berkas/{found.id}/unduh"
    return page(request, "papers/making.html", session=at.session, desk_items=items, file=found, href=href, back=back)


@router.get("/berkas/{file}/unduh")
async def fetch(request: Request, parts: Parts, at: Secretariat, file: FileId) -> Response:
    """The file; whoever fetches it is recorded."""
    async with parts.database.write() as db:
        found = await kept(db, at.session.id, file, Purpose.EXPORT)
        if found.state != KeptState.KEPT:
            raise NotFound("kept.unknown")
        act = Act(at.staff.actor, "exports.taken", f"file:{found.id}", {"sha256": found.sha256})
        await record(db, parts.vault, at.session.id, parts.clock.now(), act)
    return sent(parts, found)


async def _drawn(request: Request, parts: Ground, at: Desk, *, refused: ForumError | None = None) -> Response:
    async with parts.database.read() as db:
        chosen = await chosen_in(db, at.session, request.query_params)
        sizes = {table: await rows_of(db, at.session, table, chosen.filters) for table in FORMATS}
        offered = await offers(db, at.session, public=False)
        sites = await sites_of(db, at.session.id)
        files = await newest(db, at.session.id, Purpose.EXPORT, SHOWN)
        head = await head_of(db, at.session.id)
    return desk_page(
        request,
        "exports/records.html",
        at,
        "rekaman",
        refused=refused,
        formats=FORMATS,
        narrowed=NARROWED,
        chosen=chosen,
        scope=scope_in(request.query_params).value,
        sizes=sizes,
        at_once=AT_ONCE,
        offers=offered,
        sites={site.id: site for site in sites},
        sectors=list(Sector),
        statuses=list(ProposalStatus),
        vias=list(Via),
        files=files,
        head=head,
        may_export=at.staff.may({Role.SECRETARIAT}, at.session.id),
    )

"""Doors of photos for staff: bring one, look at it, take it, show it to everybody or hide it, describe it, take it away."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import RedirectResponse, Response

from app.access.models import Role
from app.errors import Conflict, Invalid, NotFound, Unavailable
from app.proposals import desk_view as view
from app.proposals import listing, photos
from app.proposals.photo_forms import PhotoRemovalForm, chosen_in, described_in, file_in, nonce_in, said_in
from app.proposals.photo_zip import zipped
from app.proposals.photos import Brought
from app.proposals.photos_shown import file_of, photo_in, photos_of
from app.sessions.guards import Desk, desk
from app.web.forms import Typed, parse, typed
from app.web.ground import Ground, ground
from app.web.kept_files import drawn, sent
from app.web.posted import posted
from app.web.problems import wants_page

router = APIRouter(prefix="/meja/{slug}/usulan/{number}/foto", include_in_schema=False)
Parts = Annotated[Ground, Depends(ground)]
At = Annotated[Desk, Depends(desk(Role.SECRETARIAT, Role.MODERATOR))]
Looking = Annotated[Desk, Depends(desk(Role.SECRETARIAT, Role.MODERATOR, Role.OPERATOR, Role.RESPONDER, Role.READER))]
Number = Annotated[str, Path(max_length=80)]
PhotoId = Annotated[str, Path(max_length=40)]
SHOWING = {"show": True, "hide": False}


@router.post("/unggah")
async def bring(request: Request, parts: Parts, at: At, number: Number) -> Response:
    """Take a photo in; what is refused leaves its words on the page."""
    form, sent_in = await typed(request), await posted(request)
    try:
        brought = Brought(nonce_in(form), at.staff.actor, said_in(form).alt, chosen=chosen_in(form))
        content = await file_in(request)
        async with parts.database.read() as db:
            proposal = await listing.find(db, at.session.id, number)
        await photos.bring(parts.database, parts.vault, proposal.id, brought, content, now=parts.clock.now())
    except (Invalid, Conflict, Unavailable) as refused:
        if not wants_page(request):
            raise
        return await view.one(request, parts, at, number, beside=form, refused=refused)
    finally:
        await sent_in.close()
    return _back(at, form, number)


@router.get("/semua.zip")
async def every(parts: Parts, at: Looking, number: Number) -> Response:
    """All photos that stand with a proposal, in one file."""
    async with parts.database.read() as db:
        proposal = await listing.find(db, at.session.id, number)
        found = (await photos_of(db, [proposal], public=False))[proposal.id]
        files = [(one.file_name, await file_of(db, one.photo, "full")) for one in found]
    return await zipped(parts, f"{proposal.number}-foto.zip", files)


@router.get("/{photo}")
async def look(request: Request, parts: Parts, at: Looking, number: Number, photo: PhotoId) -> Response:
    """The photo, or with `?unduh=1` as a file named by its proposal's number."""
    return await _picture(request, parts, at, number, photo, "full")


@router.get("/{photo}/kecil")
async def look_small(request: Request, parts: Parts, at: Looking, number: Number, photo: PhotoId) -> Response:
    """Its thumbnail."""
    return await _picture(request, parts, at, number, photo, "small")


@router.post("/{photo}")
async def change(request: Request, parts: Parts, at: At, number: Number, photo: PhotoId) -> Response:
    """Describe it, and show or hide it where such a button was pressed."""
    form = await typed(request)
    try:
        words = replace(described_in(form), shown=SHOWING.get(form.get("act")))
        async with parts.database.write() as db:
            proposal = await listing.find(db, at.session.id, number)
            await photos.change(db, parts.vault, proposal.id, photo, words, actor=at.staff.actor, now=parts.clock.now())
    except (Invalid, Conflict, NotFound) as refused:
        return await view.one(request, parts, at, _page(form, number), described=(photo, form), refused=refused)
    return _back(at, form, number)


@router.post("/{photo}/buang")
async def remove(request: Request, parts: Parts, at: At, number: Number, photo: PhotoId) -> Response:
    """Take it away for good."""
    form = await typed(request)
    try:
        why = parse(PhotoRemovalForm, form).why
        async with parts.database.write() as db:
            proposal = await listing.find(db, at.session.id, number)
            await photos.remove(db, parts.vault, proposal.id, photo, why, actor=at.staff.actor, now=parts.clock.now())
    except (Invalid, Conflict) as refused:
        return await view.one(request, parts, at, _page(form, number), refused=refused)
    return _back(at, form, number)


async def _picture(request: Request, parts: Ground, at: Desk, number: str, photo: str, size: str) -> Response:
    async with parts.database.read() as db:
        proposal = await listing.find(db, at.session.id, number)
        found = await photo_in(db, proposal, photo, public=False)
        file = await file_of(db, found.photo, size)
    return sent(parts, file, found.file_name) if request.query_params.get("unduh") else drawn(request, parts, file, found.file_name)


def _back(at: Desk, form: Typed, number: str) -> Response:
    return RedirectResponse(f"/meja/{at.session.slug}/usulan/{_page(form, number)}#foto", 303)


def _page(form: Typed, number: str) -> str:
    """The page from which the form came: a merged proposal shows photos of others too."""
    return listing.numbered(form.get("back")) or number

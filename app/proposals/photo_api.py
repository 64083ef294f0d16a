"""Calls of programs about photos: bring one (a form in parts), describe, show or hide it, take it away."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response
from pydantic import BaseModel, Field

from app.access.models import Role
from app.proposals import listing, photos
from app.proposals.fields import LONG, Line
from app.proposals.models import Proposal
from app.proposals.photo_forms import file_in, nonce_in, said_in
from app.proposals.photo_models import Photo
from app.proposals.photos import ALT, Brought, Words
from app.proposals.photos_shown import WithNumber, for_programs
from app.sessions.guards import Desk, desk
from app.web.forms import typed
from app.web.ground import Ground, ground
from app.web.posted import posted

router = APIRouter(prefix="/api/v1/sessions/{slug}/proposals/{number}/photos", tags=["proposals"])
Parts = Annotated[Ground, Depends(ground)]
Writer = Annotated[Desk, Depends(desk(Role.SECRETARIAT, Role.MODERATOR))]
Number = Annotated[str, Path(max_length=80)]
PhotoId = Annotated[str, Path(max_length=40)]


class PhotoChanges(BaseModel):
    """What to change; what is left out stays. An empty `alt` takes the words away."""

    alt: Annotated[Line, Field(max_length=ALT)] | None = None
    shown: bool | None = None


@router.post("", status_code=201)
async def bring(request: Request, response: Response, parts: Parts, at: Writer, number: Number) -> dict[str, Any]:
    """Take a photo in: `multipart/form-data` with `file` and, if wanted, `alt` and `nonce`; the same nonce again answers with the same photo."""
    form, sent_in = await typed(request), await posted(request)
    try:
        brought = Brought(nonce_in(form), at.staff.actor, said_in(form).alt)
        async with parts.database.read() as db:
            proposal = await listing.find(db, at.session.id, number)
        photo = await photos.bring(parts.database, parts.vault, proposal.id, brought, await file_in(request), now=parts.clock.now())
    finally:
        await sent_in.close()
    response.headers["Location"] = f"{request.url.path}/{photo.id}"
    return _body(at, proposal, photo)


@router.patch("/{photo}")
async def change(parts: Parts, at: Writer, number: Number, photo: PhotoId, wanted: Annotated[PhotoChanges, Body()]) -> dict[str, Any]:
    """Change what is given."""
    async with parts.database.write() as db:
        proposal = await listing.find(db, at.session.id, number)
        words = Words(alt=wanted.alt, shown=wanted.shown)
        changed = await photos.change(db, parts.vault, proposal.id, photo, words, actor=at.staff.actor, now=parts.clock.now())
    return _body(at, proposal, changed)


@router.delete("/{photo}", status_code=204)
async def remove(parts: Parts, at: Writer, number: Number, photo: PhotoId, why: Annotated[str, Query(max_length=LONG)] = "") -> Response:
    """Take it away for good."""
    async with parts.database.write() as db:
        proposal = await listing.find(db, at.session.id, number)
        await photos.remove(db, parts.vault, proposal.id, photo, why, actor=at.staff.actor, now=parts.clock.now())
    return Response(status_code=204)


def _body(at: Desk, proposal: Proposal, photo: Photo) -> dict[str, Any]:
    address = f"/meja/{at.session.slug}/usulan/{proposal.number}/foto"
    return for_programs([WithNumber(photo, proposal.number)], address, staff=True)[0]

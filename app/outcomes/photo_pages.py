"""Where a writer brings photos of their proposal, by a link of their own, and where everybody sees those that are shown."""

from typing import Annotated, TypeAlias

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import RedirectResponse, Response

from app.errors import Conflict, ForumError, Gone, Invalid, NotFound, Unavailable
from app.outcomes.own_photos import PhotoHolder, by_photo_key
from app.proposals import listing, photos
from app.proposals.photo_forms import chosen_in, file_in, new_nonce, nonce_in, said_in
from app.proposals.photo_models import Photo
from app.proposals.photos import ALT, MOST, Brought, Words
from app.proposals.photos_shown import WithNumber, file_of, photo_in
from app.web.forms import Typed, typed
from app.web.ground import Ground, ground
from app.web.kept_files import drawn
from app.web.pages import page, translator
from app.web.posted import posted
from app.web.problems import status_of, wants_page
from app.web.throttle import Throttle, must_wait

router = APIRouter(include_in_schema=False)
Parts = Annotated[Ground, Depends(ground)]
Key = Annotated[str, Path(max_length=64)]
PhotoId = Annotated[str, Path(max_length=40)]
Number = Annotated[str, Path(max_length=80)]
SECONDS = 600
"""How long a browser may show a public photo without asking: one that staff hides is gone from other people's screens soon."""
_Limit: TypeAlias = tuple[Throttle, str]
HIDDEN = {"X-Robots-Tag": "noindex"}


@router.get("/foto-usulan/{key}")
async def own_page(request: Request, parts: Parts, key: Key) -> Response:
    """Theirs, and the form for another."""
    return await _page(request, parts, key, Typed())


@router.post("/foto-usulan/{key}/unggah")
async def bring(request: Request, parts: Parts, key: Key) -> Response:
    """Take a photo in; what is refused leaves its words on the page."""
    holder = await _holder(parts, key)
    form, sent_in = await typed(request), await posted(request)
    limits, charged = _limits(request, parts, holder), list[_Limit]()

    def charge() -> None:
        for throttle, name in limits:
            must_wait(throttle, name)
            charged.append((throttle, name))

    try:
        said = said_in(form)
        person = holder.participant.id if holder.participant else None
        brought = Brought(nonce_in(form), holder.actor, said.alt, said.agreed, person, chosen_in(form))
        where, content = (parts.database, parts.vault, holder.proposal.id), await file_in(request)
        await photos.bring(*where, brought, content, now=parts.clock.now(), charge=charge)
    except (Invalid, Conflict, Gone, Unavailable) as refused:
        if isinstance(refused, Unavailable):
            # It was not theirs that it failed.
            for throttle, name in charged:
                throttle.give_back(name)
        if not wants_page(request):
            raise
        return await _page(request, parts, key, form, refused=refused)
    finally:
        await sent_in.close()
    return RedirectResponse(f"/foto-usulan/{key}?selesai=1", 303)


@router.get("/foto-usulan/{key}/{photo}")
async def own_photo(request: Request, parts: Parts, key: Key, photo: PhotoId) -> Response:
    """A photo of theirs."""
    return await _own(request, parts, key, photo, "full")


@router.get("/foto-usulan/{key}/{photo}/kecil")
async def own_thumbnail(request: Request, parts: Parts, key: Key, photo: PhotoId) -> Response:
    """Its thumbnail."""
    return await _own(request, parts, key, photo, "small")


@router.post("/foto-usulan/{key}/{photo}")
async def change(request: Request, parts: Parts, key: Key, photo: PhotoId) -> Response:
    """Agree that everybody sees it, or not any longer; or take it away."""
    form, holder, now = await typed(request), await _holder(parts, key), parts.clock.now()
    async with parts.database.write() as db:
        at = (db, parts.vault, holder.proposal.id, photo)
        if theirs(await db.get(Photo, photo), holder, gone=True).removed_at is not None:
            # Pressed twice, or staff was first: there is nothing left to do.
            pass
        elif form.get("act") == "remove":
            await photos.remove(*at, "", actor=holder.actor, now=now)
        else:
            await photos.change(*at, Words(agreed=form.get("act") == "agree"), actor=holder.actor, now=now)
    return RedirectResponse(f"/foto-usulan/{key}", 303)


@router.get("/u/{number}/foto/{photo}")
async def public_photo(request: Request, parts: Parts, number: Number, photo: PhotoId) -> Response:
    """A photo that everybody may see."""
    return await _public(request, parts, number, photo, "full")


@router.get("/u/{number}/foto/{photo}/kecil")
async def public_thumbnail(request: Request, parts: Parts, number: Number, photo: PhotoId) -> Response:
    """Its thumbnail."""
    return await _public(request, parts, number, photo, "small")


def _limits(request: Request, parts: Ground, holder: PhotoHolder) -> list[_Limit]:
    if not parts.settings.limits:
        return []
    own = [(parts.throttles.photo, holder.key)]
    return own if holder.participant or request.client is None else [*own, (parts.throttles.photo_address, request.client.host)]


async def _holder(parts: Ground, key: str) -> PhotoHolder:
    async with parts.database.read() as db:
        return await by_photo_key(db, parts.vault, key)


def theirs(photo: Photo | None, holder: PhotoHolder, *, gone: bool = False) -> Photo:
    """The photo, if it is there (or, where asked for, `gone`) and this writer brought it; NotFound for any other."""
    if photo is None or photo.proposal_id != holder.proposal.id or not holder.brought(photo):
        raise NotFound("photos.unknown")
    if photo.removed_at is not None and not gone:
        raise NotFound("photos.unknown")
    return photo


async def _own(request: Request, parts: Ground, key: str, photo_id: str, size: str) -> Response:
    async with parts.database.read() as db:
        holder = await by_photo_key(db, parts.vault, key)
        photo = theirs(await db.get(Photo, photo_id), holder)
        file = await file_of(db, photo, size)
    return drawn(request, parts, file, WithNumber(photo, holder.proposal.number).file_name)


async def _public(request: Request, parts: Ground, number: str, photo_id: str, size: str) -> Response:
    async with parts.database.read() as db:
        for proposal, _ in await listing.find_public(db, number):
            try:
                found = await photo_in(db, proposal, photo_id, public=True)
            except NotFound:
                continue
            file = await file_of(db, found.photo, size)
            return drawn(request, parts, file, found.file_name, seconds=SECONDS)
    raise NotFound("photos.unknown")


async def _page(request: Request, parts: Ground, key: str, form: Typed, *, refused: ForumError | None = None) -> Response:
    words = translator(request)
    async with parts.database.read() as db:
        holder = await by_photo_key(db, parts.vault, key)
        there = await photos.standing(db, holder.proposal.id)
    if isinstance(refused, Invalid):
        form = form.with_errors(refused, words)
    person = holder.participant
    return page(
        request,
        "outcomes/photos.html",
        status=status_of(refused) if refused else 200,
        headers=HIDDEN,
        session=holder.session,
        one=holder.proposal,
        base=f"/foto-usulan/{key}",
        mine=[WithNumber(photo, holder.proposal.number) for photo in there if holder.brought(photo)],
        room=MOST - len(there),
        most_photos=MOST,
        most_alt=ALT,
        form=form,
        refused=None if refused is None or isinstance(refused, Invalid) else words.error(refused.code, **refused.facts),
        nonce=form.get("nonce") or new_nonce(),
        agreed=bool(form.get("agreed")) if refused else person is not None and holder.since is None and person.publish_photos,
        done=bool(request.query_params.get("selesai")) and refused is None,
    )

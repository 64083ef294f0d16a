"""The desk's pages of proposals: the list, one proposal beside its words, and what can be done with it; all of it forms."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import RedirectResponse, Response

from app.access.models import Role
from app.errors import Conflict, FieldError, Invalid, NotFound
from app.proposals import desk_view as view
from app.proposals import joining, listing, service, undoing
from app.proposals.desk_forms import FORM, Edited, Merged, Noted, Parted, changes_of
from app.proposals.fields import TITLE, clean
from app.proposals.service import Heard
from app.sessions.guards import Desk, desk
from app.web.forms import Typed, parse, typed
from app.web.ground import Ground, ground
from app.web.pages import translator

router = APIRouter(prefix="/meja/{slug}/usulan", include_in_schema=False)
Parts = Annotated[Ground, Depends(ground)]
At = Annotated[Desk, Depends(desk(Role.SECRETARIAT, Role.MODERATOR))]
Number = Annotated[str, Path(max_length=80)]


@router.get("")
async def list_page(request: Request, parts: Parts, at: At, page_: Annotated[int, Query(alias="page", ge=1, le=10_000)] = 1) -> Response:
    """Every proposal of the session, narrowed by what stands in the address."""
    return await view.every(request, parts, at, page_)


@router.get("/baru")
async def new_page(request: Request, parts: Parts, at: At) -> Response:
    """The form for writing a proposal down."""
    return await view.new(request, parts, at, Typed())


@router.post("/baru")
async def write_down(request: Request, parts: Parts, at: At) -> Response:
    """Store what the desk wrote down and open it."""
    form = await typed(request)
    try:
        noted = parse(Noted, form)
        fields = {name: getattr(noted, name) for name in FORM if getattr(noted, name) is not None}
        async with parts.database.write() as db:
            site = next((one.id for one in await view.sites_of(db, at) if one.code == noted.site), None)
            author = noted.proposer or translator(request).gettext("Warga")
            heard = Heard(noted.text, author, noted.capacity, noted.on_behalf, site)
            made = await service.create(db, parts.vault, at.session, heard, fields, actor=at.staff.actor, now=parts.clock.now())
    except Invalid as wrong:
        return await view.new(request, parts, at, form.with_errors(wrong, translator(request)), status=422)
    return RedirectResponse(f"/meja/{at.session.slug}/usulan/{made.number}", 303)


@router.get("/{number}")
async def one_page(request: Request, parts: Parts, at: At, number: Number) -> Response:
    """One proposal beside its words."""
    return await view.one(request, parts, at, number)


@router.post("/{number}")
async def edit(request: Request, parts: Parts, at: At, number: Number) -> Response:
    """Save the fields and do what the pressed button says: a step, publishing, or nothing more; then on to the next that waits."""
    form = await typed(request)
    try:
        edited = parse(Edited, form)
        changes = changes_of(edited)
        async with parts.database.write() as db:
            changed = await service.change(
                db,
                parts.vault,
                at.session,
                number,
                changes,
                if_version=edited.version,
                actor=at.staff.actor,
                now=parts.clock.now(),
            )
    except (Invalid, Conflict) as refused:
        return await view.one(request, parts, at, number, form=form, refused=refused)
    decided = "status" in changes
    return await view.onward(request, parts, at, changed, decided=decided)


@router.post("/{number}/gabung")
async def merge(request: Request, parts: Parts, at: At, number: Number) -> Response:
    """Let another proposal stand for this one."""
    form = await typed(request)
    try:
        wanted = parse(Merged, form)
        async with parts.database.write() as db:
            now = parts.clock.now()
            await joining.merge(db, parts.vault, at.session, wanted.into, [number], actor=at.staff.actor, now=now)
            merged = await listing.find(db, at.session.id, number)
    except NotFound:
        unknown = Invalid(FieldError("into", "proposals.unknown"))
        return await view.one(request, parts, at, number, refused=unknown, form=None, beside=form)
    except (Invalid, Conflict) as refused:
        return await view.one(request, parts, at, number, refused=refused, form=None, beside=form)
    return await view.onward(request, parts, at, merged, decided=True)


@router.post("/{number}/pecah")
async def split(request: Request, parts: Parts, at: At, number: Number) -> Response:
    """Part this proposal into one per title."""
    form = await typed(request)
    try:
        titles = [line.strip() for line in parse(Parted, form).titles.splitlines() if line.strip()]
        if any(len(title) > TITLE for title in titles):
            raise Invalid(FieldError("titles", "field.too_long", {"most": TITLE}))
        if not 2 <= len(titles) <= joining.MOST:
            raise Invalid(FieldError("titles", "proposals.two_parts"))
        asked = [joining.Part(clean(title)) for title in titles]
        async with parts.database.write() as db:
            made = await joining.split(db, parts.vault, at.session, number, asked, actor=at.staff.actor, now=parts.clock.now())
    except (Invalid, Conflict) as refused:
        return await view.one(request, parts, at, number, refused=refused, form=None, beside=form)
    return RedirectResponse(f"/meja/{at.session.slug}/usulan/{made[0].number}?done={number}", 303)


@router.post("/{number}/urungkan")
async def undo(request: Request, parts: Parts, at: At, number: Number) -> Response:
    """Take the last act on a proposal back and show it."""
    form = await typed(request)
    version = form.get("version")
    seen = int(version) if version.isascii() and version.isdigit() and len(version) < 10 else None
    try:
        async with parts.database.write() as db:
            now = parts.clock.now()
            await undoing.undo(db, parts.vault, at.session, number, if_version=seen, actor=at.staff.actor, now=now)
    except Conflict as refused:
        return await view.one(request, parts, at, number, refused=refused)
    return RedirectResponse(f"/meja/{at.session.slug}/usulan/{number}", 303)

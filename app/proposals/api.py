"""Calls of programs: the list, one proposal with its ETag, its changes, merging and splitting."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Depends, Header, Path, Query, Request, Response
from pydantic import AfterValidator, BaseModel, Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.guards import MaybeStaff
from app.access.models import Role
from app.access.rights import Staff
from app.errors import Conflict, FieldError, Invalid
from app.proposals import joining, listing, service
from app.proposals.agencies import spellings
from app.proposals.answers import responses_of
from app.proposals.choices import Reason, Via
from app.proposals.fields import LONG, SHORT, TITLE, Content, Line, clean
from app.proposals.listing import Filters, Offers
from app.proposals.models import Proposal, ProposalStatus
from app.proposals.photos_shown import photos_of
from app.proposals.sectors import Sector
from app.proposals.service import Heard
from app.proposals.views import Look, etag, for_public, for_staff
from app.sessions.guards import Desk, PublicSession, desk
from app.sessions.models import ForumSession, Site
from app.web.ground import Ground, ground
from app.web.pages import translator

router = APIRouter(prefix="/api/v1/sessions/{slug}/proposals", tags=["proposals"])
Parts = Annotated[Ground, Depends(ground)]
READERS = frozenset({Role.MODERATOR, Role.OPERATOR, Role.SECRETARIAT, Role.RESPONDER, Role.READER})
WRITERS = (Role.SECRETARIAT, Role.MODERATOR)
Writer = Annotated[Desk, Depends(desk(*WRITERS))]
Listener = Annotated[Desk, Depends(desk(*WRITERS, Role.OPERATOR))]
Number = Annotated[str, Path(max_length=80)]
IfMatch = Annotated[str | None, Header()]


class Changes(Content):
    """Columns to change; null empties one. `status` with its reason; `published` with what to do about personal data."""

    status: ProposalStatus | None = None
    reason_code: Reason | None = None
    reason: Annotated[str, AfterValidator(clean), Field(max_length=LONG)] | None = None
    published: bool | None = None
    personal_checked: bool = False
    personal_masked: bool = False


class New(Content):
    """A proposal that staff writes down; `text` are the words as said."""

    text: Annotated[str, AfterValidator(clean), Field(max_length=LONG)] | None = None
    proposer: Annotated[str, Field(max_length=SHORT)] | None = None
    capacity: Annotated[str, Field(max_length=SHORT)] | None = None
    on_behalf: Annotated[str, Field(max_length=SHORT)] | None = None
    site: Annotated[str, Field(max_length=30)] | None = None


class Merge(BaseModel):
    """`into` stands for all `numbers` from now on."""

    into: Annotated[Line, Field(min_length=1, max_length=30)]
    numbers: Annotated[list[Annotated[Line, Field(max_length=30)]], Field(min_length=1, max_length=joining.MOST)]


class PartBody(BaseModel):
    """A part: its title, and the ids of the sources it comes from (none: all)."""

    title: Annotated[Line, Field(min_length=1, max_length=TITLE)]
    sources: Annotated[list[Annotated[Line, Field(max_length=16)]], Field(max_length=200)] = []


class Split(BaseModel):
    """Two parts or more."""

    parts: Annotated[list[PartBody], Field(min_length=2, max_length=joining.MOST)]


class Wanted(BaseModel):
    """Filters of the list in the address."""

    status: list[ProposalStatus] = []
    site: Annotated[Line, Field(max_length=30)] | None = None
    village: Annotated[Line, Field(max_length=SHORT)] | None = None
    sector: Sector | Literal[""] | None = None
    via: Via | Literal[""] | None = None
    agency: Annotated[Line, Field(max_length=SHORT)] | None = None
    dapil: Annotated[Line, Field(max_length=SHORT)] | None = None
    q: Annotated[Line, Field(max_length=SHORT)] | None = None
    after: Annotated[Line, Field(max_length=30)] | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 100


@router.get("")
async def list_proposals(
    request: Request, parts: Parts, session: PublicSession, staff: MaybeStaff, wanted: Annotated[Wanted, Query()]
) -> dict[str, Any]:
    """The proposals in the order of their numbers: all for staff of the session, else the public ones in their public form."""
    public = not _reads_all(staff, session)
    async with parts.database.read() as db:
        sites = await _sites(db, session)
        filters = await _filters(db, session, wanted, sites, public=public)
        rows = list(await listing.matching(db, session.id, filters, public=public, limit=wanted.limit + 1, after=wanted.after))
        more, rows = len(rows) > wanted.limit, rows[: wanted.limit]
        sources, responses = await listing.sources_of(db, rows), await responses_of(db, rows)
        photos = await photos_of(db, rows, public=public)
    look = Look(sites, session.zone, translator(request).gettext("Warga"), session.slug)
    items = [(for_public if public else for_staff)(one, sources[one.id], look, responses[one.id], photos[one.id]) for one in rows]
    return {"items": items, **({"next": rows[-1].number} if more else {})}


@router.post("", status_code=201)
async def create(request: Request, response: Response, parts: Parts, at: Listener, new: New) -> dict[str, Any]:
    """Write a proposal down for somebody."""
    text = new.text or new.problem or new.title
    if not text or not text.strip():
        raise Invalid(FieldError("text", "field.required"))
    words = translator(request)
    async with parts.database.write() as db:
        sites = await _sites(db, at.session)
        heard = Heard(text, new.proposer or words.gettext("Warga"), new.capacity, new.on_behalf, _site_id(sites, new.site))
        fields = {name: getattr(new, name) for name in Content.model_fields if getattr(new, name) is not None}
        made = await service.create(db, parts.vault, at.session, heard, fields, actor=at.staff.actor, now=parts.clock.now())
        body = await _staff_body(db, made, at.session, sites)
    response.headers["Location"] = f"{request.url.path}/{made.number}"
    response.headers["ETag"] = etag(made)
    return body


@router.post("/merge")
async def merge(response: Response, parts: Parts, at: Writer, wanted: Merge) -> dict[str, Any]:
    """Let one stand for others; the one."""
    async with parts.database.write() as db:
        now, actor = parts.clock.now(), at.staff.actor
        target = await joining.merge(db, parts.vault, at.session, wanted.into, wanted.numbers, actor=actor, now=now)
        body = await _staff_body(db, target, at.session)
    response.headers["ETag"] = etag(target)
    return body


@router.get("/{number}")
async def read(
    request: Request, response: Response, parts: Parts, session: PublicSession, staff: MaybeStaff, number: Number
) -> dict[str, Any]:
    """One proposal with its ETag: everything for staff of the session, else its public form or 404."""
    public = not _reads_all(staff, session)
    async with parts.database.read() as db:
        found = await listing.find(db, session.id, number, public=public)
        sources = (await listing.sources_of(db, [found]))[found.id]
        responses = (await responses_of(db, [found]))[found.id]
        photos = (await photos_of(db, [found], public=public))[found.id]
        sites = await _sites(db, session)
    response.headers["ETag"] = etag(found)
    look = Look(sites, session.zone, translator(request).gettext("Warga"), session.slug)
    return (for_public if public else for_staff)(found, sources, look, responses, photos)


@router.patch("/{number}")
async def change(
    response: Response, parts: Parts, at: Writer, number: Number, wanted: Annotated[Changes, Body()], if_match: IfMatch = None
) -> dict[str, Any]:
    """Change what is given; `If-Match` names the version that was seen."""
    async with parts.database.write() as db:
        changed = await service.change(
            db,
            parts.vault,
            at.session,
            number,
            wanted.model_dump(exclude_unset=True),
            if_version=version_of(if_match),
            actor=at.staff.actor,
            now=parts.clock.now(),
        )
        body = await _staff_body(db, changed, at.session)
    response.headers["ETag"] = etag(changed)
    return body


@router.post("/{number}/split", status_code=201)
async def split(parts: Parts, at: Writer, number: Number, wanted: Split) -> dict[str, Any]:
    """Part one into several; the parts."""
    asked = [joining.Part(part.title, tuple(part.sources)) for part in wanted.parts]
    async with parts.database.write() as db:
        now, actor = parts.clock.now(), at.staff.actor
        made = await joining.split(db, parts.vault, at.session, number, asked, actor=actor, now=now)
        return {"items": [await _staff_body(db, one, at.session) for one in made]}


def version_of(if_match: str | None) -> int | None:
    """The version in an `If-Match` header; None without one, and a version that is never right for anything else."""
    if if_match is None:
        return None
    bare = if_match.strip().removeprefix("W/").strip('"')
    if not bare.isascii() or not bare.isdigit() or len(bare) > 9:
        raise Conflict("web.stale_version")
    return int(bare)


def _reads_all(staff: Staff | None, session: ForumSession) -> bool:
    return staff is not None and staff.may(READERS, session.id)


async def _sites(db: AsyncSession, session: ForumSession) -> dict[str, str]:
    rows = await db.execute(select(Site.id, Site.code).where(Site.session_id == session.id))
    return {row.id: row.code for row in rows}


def _site_id(sites: dict[str, str], code: str | None) -> str | None:
    if not code:
        return None
    found = next((id_ for id_, known in sites.items() if known == code), None)
    if found is None:
        raise Invalid(FieldError("site", "field.not_a_choice"))
    return found


async def _staff_body(db: AsyncSession, proposal: Proposal, session: ForumSession, sites: dict[str, str] | None = None) -> dict[str, Any]:
    sources = (await listing.sources_of(db, [proposal]))[proposal.id]
    responses = (await responses_of(db, [proposal]))[proposal.id]
    photos = (await photos_of(db, [proposal], public=False))[proposal.id]
    look = Look(sites or await _sites(db, session), session.zone, slug=session.slug)
    return for_staff(proposal, sources, look, responses, photos)


async def _filters(db: AsyncSession, session: ForumSession, wanted: Wanted, sites: dict[str, str], *, public: bool) -> Filters:
    """The filters of a call; a hall or electoral district that there is not is a wrong field, not an empty list."""
    offers = await listing.offers(db, session, public=public) if wanted.agency or wanted.dapil else Offers()
    agency = spellings(wanted.agency, offers.spelled) if wanted.agency else ()
    unknown = [
        name for name, found in (("agency", agency), ("dapil", wanted.dapil in offers.dapils)) if getattr(wanted, name) and not found
    ]
    if unknown:
        raise Invalid(*(FieldError(name, "field.not_a_choice") for name in unknown))
    site = _site_id(sites, wanted.site)
    dapil = offers.dapils[wanted.dapil] if wanted.dapil else None
    return Filters(tuple(wanted.status), site, wanted.village, wanted.sector, wanted.via, wanted.q, agency, dapil)

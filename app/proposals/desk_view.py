"""The desk's pages of proposals as they are drawn: the list, the form for a new one, one proposal beside its words."""

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import Conflict, ForumError, Invalid, NotFound
from app.proposals import handing, listing, triage
from app.proposals.addresses import Narrowed, narrowed
from app.proposals.answers import responses_of
from app.proposals.desk_forms import CHOICES, FORM
from app.proposals.listing import Filters
from app.proposals.models import Proposal, ProposalStatus
from app.proposals.photo_forms import new_nonce
from app.proposals.photos import ALT, MOST
from app.proposals.photos_shown import photo_traces, photos_of
from app.proposals.privacy import flags_of
from app.proposals.service import hidden_names
from app.proposals.status import STEPS, WAITING
from app.proposals.villages import offered
from app.sessions.desk_page import desk_page
from app.sessions.guards import Desk
from app.sessions.models import Site
from app.sessions.navigation import desk_items
from app.web.forms import Typed
from app.web.ground import Ground
from app.web.pages import page, translator
from app.web.paging import page_count

PAGE = 50
QUEUE = 200


async def every(request: Request, parts: Ground, at: Desk, number: int) -> Response:
    """The list, narrowed by what stands in the address; `number` is the page."""
    async with parts.database.read() as db:
        sites = await sites_of(db, at)
        offers = await listing.offers(db, at.session, public=False)
        chosen = narrowed(request.query_params, sites, offers)
        total = await listing.count(db, at.session.id, chosen.filters, public=False)
        rows = await listing.matching(db, at.session.id, chosen.filters, public=False, limit=PAGE, skip=(number - 1) * PAGE)
        counts = await listing.by_status(db, at.session.id)
        waiting = await listing.matching(db, at.session.id, Filters(status=WAITING), public=False, limit=1)
    return desk_page(
        request,
        "proposals/desk_list.html",
        at,
        "usulan",
        items=rows,
        total=total,
        page_number=number,
        pages=page_count(total, PAGE),
        chosen=chosen,
        counts={status.value: counts[status] for status in ProposalStatus},
        first=waiting[0].number if waiting else None,
        offers=offers,
        sites={site.id: site for site in sites},
        choices=CHOICES,
    )


async def onward(request: Request, parts: Ground, at: Desk, changed: Proposal, *, decided: bool) -> Response:
    """After a decision to the next that waits in the chosen list, else back to the same one."""
    base = f"/meja/{at.session.slug}/usulan"
    async with parts.database.read() as db:
        chosen = await _queue_of(request, db, at, await sites_of(db, at))
        after = await listing.matching(db, at.session.id, chosen.filters, public=False, limit=1, after=changed.number) if decided else []
    going = after[0].number if after else changed.number
    query = "&".join(filter(None, (chosen.address.removeprefix("?"), f"done={changed.number}")))
    return RedirectResponse(f"{base}/{going}?{query}", 303)


async def _queue_of(request: Request, db: AsyncSession, at: Desk, sites: list[Site]) -> Narrowed:
    chosen = narrowed(request.query_params, sites, await listing.offers(db, at.session, public=False))
    return chosen if chosen.query else Narrowed(Filters(status=WAITING), {})


async def sites_of(db: AsyncSession, at: Desk) -> list[Site]:
    """The halls of the session in their order."""
    return list(await db.scalars(select(Site).where(Site.session_id == at.session.id).order_by(Site.position)))


async def new(request: Request, parts: Ground, at: Desk, form: Typed, *, status: int = 200) -> Response:
    """The form for writing a proposal down, with what was typed."""
    async with parts.database.read() as db:
        sites = await sites_of(db, at)
    return page(
        request,
        "proposals/desk_new.html",
        status=status,
        session=at.session,
        desk_items=desk_items(at.session, at.staff, "usulan", translator(request)),
        form=form,
        sites=sites,
        villages=offered(at.session.region_code),
        choices=CHOICES,
    )


async def one(
    request: Request,
    parts: Ground,
    at: Desk,
    number: str,
    *,
    form: Typed | None = None,
    beside: Typed | None = None,
    described: tuple[str, Typed] | None = None,
    refused: ForumError | None = None,
) -> Response:
    """The page of one; after a refusal with everything typed (`form` the main one, `beside` a smaller one, `described` a photo's by its id) and what was wrong."""
    words = translator(request)
    async with parts.database.read() as db:
        proposal = await listing.find(db, at.session.id, number)
        sources = (await listing.sources_of(db, [proposal]))[proposal.id]
        sites = await sites_of(db, at)
        chosen = await _queue_of(request, db, at, sites)
        responses = (await responses_of(db, [proposal]))[proposal.id]
        queue = await listing.matching(db, at.session.id, chosen.filters, public=False, limit=QUEUE)
        counts = await listing.by_status(db, at.session.id)
        alike = await triage.possible_doubles(db, proposal)
        history = await triage.traces(db, await listing.versions_of(db, proposal))
        done = await _done(db, at, request.query_params.get("done"))
        unproven = await handing.unproven(db, proposal.id)
        photos = (await photos_of(db, [proposal], public=False))[proposal.id]
        photo_history = await photo_traces(db, proposal)
    present = triage.typed_values(proposal)
    open_ = proposal.status in WAITING
    read = triage.suggestions(proposal, sources, at.session.region_code) if open_ and form is None else {}
    stale = isinstance(refused, Conflict) and refused.code == "web.stale_version"
    shown = form or Typed({**present, **read})
    if described is not None and isinstance(refused, Invalid):
        described = described[0], described[1].with_errors(refused, words)
    elif isinstance(refused, Invalid):
        shown = shown.with_errors(refused, words)
    return desk_page(
        request,
        "proposals/desk_one.html",
        at,
        "usulan",
        refused=refused,
        one=proposal,
        sources=sources,
        responses=responses,
        form=shown,
        beside=beside or Typed(),
        read=read,
        stale={name: present[name] or "–" for name in FORM if stale and shown.get(name) != present[name]},
        is_stale=stale,
        chosen=chosen,
        queue=queue,
        waiting=sum(counts[status] for status in WAITING),
        neighbours=_neighbours([row.number for row in queue], proposal.number),
        doubles=alike,
        history=history,
        done=done,
        unproven=unproven,
        photos=photos,
        photo_flags={one.photo.id: flags_of([one.alt], hidden_names(proposal, sources)) for one in photos},
        described=dict([described]) if described else {},
        photo_history=photo_history,
        photo_room=MOST - sum(photo.number == proposal.number for photo in photos),
        most_photos=MOST,
        most_alt=ALT,
        nonce=new_nonce(),
        steps=[status.value for status in STEPS[proposal.status]],
        sites={site.id: site for site in sites},
        villages=offered(at.session.region_code),
        choices=CHOICES,
    )


async def _done(db: AsyncSession, at: Desk, number: str | None) -> Proposal | None:
    """The proposal that was just decided, so that it can be taken back."""
    try:
        return await listing.find(db, at.session.id, number) if number else None
    except NotFound:
        return None


def _neighbours(numbers: list[str], number: str) -> tuple[str | None, str | None]:
    if number not in numbers:
        return None, numbers[0] if numbers else None
    at = numbers.index(number)
    return numbers[at - 1] if at else None, numbers[at + 1] if at + 1 < len(numbers) else None

"""Pages of proposals for everybody: a forum's list, and what the page of one is drawn with (its door stands where its outcomes are known)."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.proposals import listing
from app.proposals.addresses import narrowed
from app.proposals.answers import public, responses_of
from app.proposals.handing import takes_from_all
from app.proposals.models import Proposal, ProposalSource, ProposalStatus
from app.proposals.photos_shown import for_everybody, photos_of
from app.proposals.sectors import Sector
from app.proposals.service import covered, hidden_names
from app.proposals.story import Turn, story
from app.proposals.views import Look, for_public
from app.sessions.guards import PublicSession
from app.sessions.models import ForumSession, Site
from app.web.ground import Ground, ground
from app.web.pages import page, translator
from app.web.paging import page_count

router = APIRouter(include_in_schema=False)
Parts = Annotated[Ground, Depends(ground)]
PAGE = 50
PUBLIC_STATUSES = (
    ProposalStatus.NEW,
    ProposalStatus.CHECKED,
    ProposalStatus.VERIFIED,
    ProposalStatus.AGREED,
    ProposalStatus.NOT_AGREED,
    ProposalStatus.FORWARDED,
    ProposalStatus.RETURNED,
    ProposalStatus.DECLINED,
    ProposalStatus.COMPLAINT,
)


@dataclass(frozen=True)
class Shown:
    """A proposal as a public page shows it: its public form and the moments in it."""

    body: dict[str, Any]
    status: ProposalStatus


@router.get("/s/{slug}/usulan")
async def list_page(
    request: Request, parts: Parts, session: PublicSession, page_: Annotated[int, Query(alias="page", ge=1, le=10_000)] = 1
) -> Response:
    """The public list, narrowed by what stands in the address."""
    async with parts.database.read() as db:
        sites = (await db.scalars(select(Site).where(Site.session_id == session.id).order_by(Site.position))).all()
        offers = await listing.offers(db, session, public=True)
        chosen = narrowed(request.query_params, sites, offers)
        total = await listing.count(db, session.id, chosen.filters, public=True)
        rows = await listing.matching(db, session.id, chosen.filters, public=True, limit=PAGE, skip=(page_ - 1) * PAGE)
        sources = await listing.sources_of(db, rows)
    items = [_shown(request, one, sources[one.id], session, sites) for one in rows]
    return page(
        request,
        "proposals/list.html",
        session=session,
        items=items,
        total=total,
        page_number=page_,
        pages=page_count(total, PAGE),
        chosen=chosen,
        offers=offers,
        sites=sites,
        sectors=list(Sector),
        statuses=PUBLIC_STATUSES,
        open_to_all=takes_from_all(session, ground(request).clock.now()),
    )


async def story_of(request: Request, db: AsyncSession, proposal: Proposal, session: ForumSession) -> dict[str, Any]:
    """What the page of one proposal's story is drawn with, as far as this floor knows it."""
    sites = (await db.scalars(select(Site).where(Site.session_id == session.id))).all()
    sources = (await listing.sources_of(db, [proposal]))[proposal.id]
    cover = covered(proposal, sources)
    turns = [
        Turn(
            ProposalStatus(str(version.fields["status"])),
            proposal.created_at if version.version == 1 else version.at,
            _text(version.fields.get("reason_code")),
            cover(str(version.fields["reason"])) if version.fields.get("reason") else None,
            undone=version.note == "undone",
        )
        for version in await listing.versions_of(db, proposal)
    ]
    responses = (await responses_of(db, [proposal]))[proposal.id]
    return {
        "session": session,
        "one": _shown(request, proposal, sources, session, sites),
        "answers": public(responses, hidden_names(proposal, sources)),
        "said": [source for source in sources if not source.gone],
        "sites_by_code": {site.code: site for site in sites},
        "stations": story(turns),
        "photos": for_everybody((await photos_of(db, [proposal], public=True))[proposal.id], hidden_names(proposal, sources)),
        "spare_data": spares_data(request),
        "linked": await listing.public_among(db, session.id, [*proposal.leads_to, *proposal.comes_from]),
    }


def spares_data(request: Request) -> bool:
    """Whether this browser asks for little: by the switch *Hemat data*, or by itself."""
    return request.cookies.get("hemat", request.headers.get("save-data", "")).lower() == "on"


def _shown(request: Request, proposal: Proposal, sources: list[ProposalSource], session: ForumSession, sites: Any) -> Shown:
    look = Look({site.id: site.code for site in sites}, session.zone, translator(request).gettext("Warga"))
    return Shown(for_public(proposal, sources, look), proposal.status)


def _text(value: object) -> str | None:
    return None if value is None else str(value)

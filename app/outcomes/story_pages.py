"""Where anybody reads what became of a proposal: its public page, the receipt of whoever handed it in, and a writer's own page by link."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import NotFound
from app.outcomes.levels import FIRST_LEVEL
from app.outcomes.listing import earlier_of, published_of
from app.outcomes.own import by_own_key
from app.outcomes.own_photos import photo_key
from app.outcomes.timeline import Stop, Year, stops, years
from app.outcomes.writers import families_of, onward, written_by
from app.proposals import handing, listing
from app.proposals.models import Proposal, ProposalSource
from app.proposals.pages import story_of
from app.proposals.privacy import masked
from app.proposals.service import covered, hidden_names
from app.sessions.guards import PublicSession, show_agenda
from app.sessions.models import ForumSession
from app.web.ground import Ground, ground
from app.web.pages import page

router = APIRouter(include_in_schema=False)
Parts = Annotated[Ground, Depends(ground)]
Key = Annotated[str, Path(max_length=64)]
HIDDEN = {"X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer"}


@dataclass(frozen=True)
class Became:
    """What became of one proposal, as anybody may read it; `answered` says that at least one level did."""

    number: str
    title: str
    public: bool
    stops: Sequence[Stop]
    years: Sequence[Year]

    @property
    def newest(self) -> Stop | None:
        """What was decided last this year."""
        return next((stop for stop in reversed(self.stops) if stop.verdict), None)

    @property
    def answered(self) -> bool:
        """Whether anything is published of it, this year or earlier."""
        return bool(self.years) or any(stop.verdict for stop in self.stops)


@dataclass(frozen=True)
class Own:
    """One of a writer's proposals, and what became of those in which it goes on."""

    proposal: Proposal
    became: Sequence[Became]
    photos: str
    """Where they bring photos of it."""


@router.get("/u/{number}")
async def story_page(request: Request, parts: Parts, number: str, forum: str | None = None) -> Response:
    """One proposal's whole story; where two forums share the number, a page to choose from; one that waits to be checked says so."""
    async with parts.database.read() as db:
        found = [(one, session) for one, session in await listing.find_public(db, number) if forum in {None, "", session.slug}]
        if not found:
            raise NotFound("proposals.not_yet" if not forum and await listing.is_waiting(db, number) else "proposals.unknown")
        if len(found) > 1:
            return page(request, "proposals/which.html", number=found[0][0].number, forums=[session for _, session in found])
        proposal, session = found[0]
        await show_agenda(request, db, session)
        became = [one for one in await answered_in(db, session, proposal) if one.public]
        return page(request, "proposals/one.html", became=became, **await story_of(request, db, proposal, session))


@router.get("/s/{slug}/usulan/kirim/{key}")
async def receipt(request: Request, parts: Parts, session: PublicSession, key: Key) -> Response:
    """Number, words and what became of it, for whoever holds the address."""
    async with parts.database.read() as db:
        handed, proposal = await handing.by_key(db, parts.vault, session.id, key)
        said = await handing.words_of(db, handed)
        became = await answered_in(db, session, proposal)
    address = f"{parts.settings.public_url}{request.url.path}"
    return page(
        request,
        "proposals/receipt.html",
        headers={"X-Robots-Tag": "noindex"},
        session=session,
        handed=handed,
        one=proposal,
        said=said,
        became=became,
        address=address,
        photos_at=f"/foto-usulan/{photo_key(parts.vault, proposal.id, handed.participant_id or handed.id)}" if said else None,
    )


@router.get("/jawaban/{key}")
async def own_page(request: Request, parts: Parts, key: Key) -> Response:
    """All that somebody wrote in a forum and what became of it, public or not."""
    async with parts.database.read() as db:
        person = await by_own_key(db, parts.vault, key)
        session = await db.get_one(ForumSession, person.session_id)
        mine = [
            Own(one, await answered_in(db, session, one), f"/foto-usulan/{photo_key(parts.vault, one.id, person.id)}")
            for one in await written_by(db, person.id)
        ]
    return page(request, "outcomes/own.html", headers=HIDDEN, session=session, mine=mine)


async def answered_in(db: AsyncSession, session: ForumSession, proposal: Proposal) -> list[Became]:
    """What became of a proposal, or of those in which it goes on; what was answered to it before it did stays."""
    where = await onward(db, proposal)
    found = await became_of(db, session, where)
    if proposal in where:
        return found
    (before,) = await became_of(db, session, [proposal])
    said = [stop for stop in before.stops if stop.verdict]
    return [*([replace(before, stops=said, years=())] if said else []), *found]


async def became_of(db: AsyncSession, session: ForumSession, proposals: Sequence[Proposal]) -> list[Became]:
    """What became of proposals of a session: published answers alone."""
    ids = [one.id for one in proposals]
    answers, sources = await published_of(db, ids), await listing.sources_of(db, proposals)
    # What goes on in a proposal that was merged goes on with it.
    families = await families_of(db, session.id, ids)
    earlier = await earlier_of(db, sorted(set().union(*families.values())) if families else [])
    first, zone = FIRST_LEVEL[session.tier], session.zone
    public = await listing.public_among(db, session.id, [one.number for one in proposals])
    return [
        Became(
            one.number,
            covered(one, sources[one.id])(one.title),
            one.number in public,
            stops(answers[one.id], first, zone, cover := covering(one, sources[one.id])),
            years([past for id_ in sorted(families[one.id]) for past in earlier[id_]], zone, cover),
        )
        for one in proposals
    ]


def covering(proposal: Proposal, sources: Sequence[ProposalSource]) -> Callable[[str], str]:
    """Names of speakers who did not agree, and numbers of people, out of what the office wrote."""
    hidden = hidden_names(proposal, sources)
    return lambda text: masked(text, hidden)

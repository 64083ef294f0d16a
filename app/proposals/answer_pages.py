"""The pages on which agencies and council answer: the proposals meant for them, those without an answer first, and one beside its answers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import AfterValidator, BaseModel, Field

from app.access.models import Role
from app.database.tables import new_id
from app.errors import Conflict, FieldError, ForumError, Invalid
from app.proposals import listing, replies
from app.proposals.addresses import narrowed
from app.proposals.agencies import spellings
from app.proposals.answers import responses_of
from app.proposals.choices import Via
from app.proposals.desk_view import sites_of
from app.proposals.fields import LONG, SHORT, Line, clean
from app.proposals.models import Proposal, ProposalStatus
from app.proposals.photos_shown import photos_of
from app.proposals.replies import Reply
from app.proposals.sectors import Sector
from app.sessions.desk_page import desk_page
from app.sessions.guards import Desk, desk
from app.web.forms import Typed, parse, typed
from app.web.ground import Ground, ground
from app.web.pages import translator
from app.web.paging import page_count

router = APIRouter(prefix="/meja/{slug}/tanggapan", include_in_schema=False)
Parts = Annotated[Ground, Depends(ground)]
At = Annotated[Desk, Depends(desk(Role.RESPONDER, Role.SECRETARIAT, Role.MODERATOR, Role.OPERATOR))]
Number = Annotated[str, Path(max_length=80)]
BY_HAND = frozenset({Role.SECRETARIAT, Role.MODERATOR, Role.OPERATOR})
"""Who writes down what others answered."""
CORRECTING = frozenset({Role.SECRETARIAT, Role.MODERATOR})
PAGE = 50
MOST = 2000
"""Proposals of a session that are put in the order of what waits."""
GONE_ON = (ProposalStatus.MERGED, ProposalStatus.SPLIT)
MINE = "mine"
EVERY = "every"


class Answering(BaseModel):
    """An answer as it is typed; name and agency only by hand."""

    id: Annotated[str, Field(pattern=r"^[a-z2-7]{16}$")]
    text: Annotated[str, AfterValidator(clean), Field(min_length=1, max_length=LONG)]
    author: Annotated[Line, Field(max_length=SHORT)] | None = None
    agency: Annotated[Line, Field(max_length=SHORT)] | None = None


class Correcting(BaseModel):
    """New words for an answer, and the version that was seen."""

    text: Annotated[str, AfterValidator(clean), Field(min_length=1, max_length=LONG)]
    version: Annotated[int, Field(ge=1, le=2**31 - 1)]


@dataclass(frozen=True)
class Waiting:
    """A proposal of the list, and how often it was answered."""

    proposal: Proposal
    answers: int


@router.get("")
async def list_page(
    request: Request,
    parts: Parts,
    at: At,
    untuk: Annotated[str, Query(max_length=10)] = "",
    page_: Annotated[int, Query(alias="page", ge=1, le=10_000)] = 1,
) -> Response:
    """The proposals for the agency of who looks, or all; those that nobody has answered first."""
    async with parts.database.read() as db:
        sites = await sites_of(db, at)
        offers = await listing.offers(db, at.session, public=False)
        chosen = narrowed(request.query_params, sites, offers)
        mine = spellings(at.staff.agency or "", offers.meant)
        whose = MINE if untuk != EVERY and mine and not chosen.query.get("agency") else EVERY
        filters = chosen.filters if whose == EVERY else replace(chosen.filters, meant_for=mine)
        found = await listing.matching(db, at.session.id, filters, public=False, limit=MOST)
        found = [one for one in found if one.status not in GONE_ON]
        answers = await responses_of(db, found)
    rows = sorted((Waiting(one, len(answers[one.id])) for one in found), key=lambda row: row.answers > 0)
    return desk_page(
        request,
        "proposals/answers_list.html",
        at,
        "tanggapan",
        rows=rows[(page_ - 1) * PAGE : page_ * PAGE],
        total=len(rows),
        unanswered=sum(row.answers == 0 for row in rows),
        whose=whose,
        has_own=bool(mine),
        agency=at.staff.agency,
        query={**chosen.query, **({"untuk": EVERY} if whose == EVERY and mine else {})},
        chosen=chosen,
        offers=offers,
        page_number=page_,
        pages=page_count(len(rows), PAGE),
        sites={site.id: site for site in sites},
        choices={"sector": list(Sector), "via": list(Via)},
    )


@router.get("/{number}")
async def one_page(request: Request, parts: Parts, at: At, number: Number) -> Response:
    """One proposal beside its answers."""
    return await _one(request, parts, at, number)


@router.post("/{number}")
async def answer(request: Request, parts: Parts, at: At, number: Number) -> Response:
    """Keep a written answer; pressed twice it is one."""
    form = await typed(request)
    try:
        given = _signed(at, parse(Answering, form))
        async with parts.database.write() as db:
            await replies.reply(db, parts.vault, at.session, number, given, actor=at.staff.actor, now=parts.clock.now())
    except (Invalid, Conflict) as refused:
        return await _one(request, parts, at, number, form=form, refused=refused)
    return RedirectResponse(f"/meja/{at.session.slug}/tanggapan/{number}?kabar=tersimpan", 303)


@router.post("/{number}/{response}")
async def correct(request: Request, parts: Parts, at: At, number: Number, response: Annotated[str, Path(max_length=40)]) -> Response:
    """Change or withdraw a written answer: one's own, for the desk any."""
    form = await typed(request)
    any_ = at.staff.may(CORRECTING, at.session.id)
    now, actor = parts.clock.now(), at.staff.actor
    try:
        async with parts.database.write() as db:
            if form.get("act") == "withdraw":
                await replies.withdraw(db, parts.vault, at.session, response, actor=actor, any_=any_, now=now)
            else:
                new = parse(Correcting, form)
                await replies.correct(
                    db, parts.vault, at.session, response, new.text, if_version=new.version, actor=actor, any_=any_, now=now
                )
    except (Invalid, Conflict) as refused:
        return await _one(request, parts, at, number, form=form, refused=refused, correcting=response)
    told = "ditarik" if form.get("act") == "withdraw" else "tersimpan"
    return RedirectResponse(f"/meja/{at.session.slug}/tanggapan/{number}?kabar={told}", 303)


def _by_hand(at: Desk) -> bool:
    return at.staff.may(BY_HAND, at.session.id)


def _signed(at: Desk, given: Answering) -> Reply:
    """In whose name: one's own, or by hand somebody's. An answer by hand says at least the agency."""
    if not _by_hand(at):
        return Reply(given.id, given.text, at.staff.name, at.staff.agency)
    if not given.author and not given.agency:
        raise Invalid(FieldError("agency", "field.required"))
    return Reply(given.id, given.text, given.author or given.agency or "", given.agency)


async def _one(
    request: Request,
    parts: Ground,
    at: Desk,
    number: str,
    *,
    form: Typed | None = None,
    refused: ForumError | None = None,
    correcting: str = "",
) -> Response:
    words = translator(request)
    kept = form or Typed({"id": new_id()})
    if isinstance(refused, Invalid):
        kept = kept.with_errors(refused, words)
    async with parts.database.read() as db:
        proposal = await listing.find(db, at.session.id, number)
        sources = (await listing.sources_of(db, [proposal]))[proposal.id]
        responses = (await responses_of(db, [proposal]))[proposal.id]
        photos = (await photos_of(db, [proposal], public=False))[proposal.id]
        sites = await sites_of(db, at)
        agencies: Sequence[str] = (await listing.offers(db, at.session, public=False)).agencies if _by_hand(at) else ()
    return desk_page(
        request,
        "proposals/answers_one.html",
        at,
        "tanggapan",
        refused=refused,
        one=proposal,
        sources=sources,
        responses=responses,
        photos=photos,
        own={
            one.id for one in responses if one.message_id is None and (one.by == at.staff.actor or at.staff.may(CORRECTING, at.session.id))
        },
        sites={site.id: site for site in sites},
        by_hand=_by_hand(at),
        agencies=agencies,
        form=kept,
        correcting=correcting,
        told=request.query_params.get("kabar", ""),
    )

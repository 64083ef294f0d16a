"""The desk's page on which drafts are looked at once more and published."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from app.database.tables import new_id
from app.errors import Conflict
from app.outcomes import forms, publishing
from app.outcomes.desk import KEY, PREFIX, Parts, Secretariat, outcomes_page
from app.outcomes.listing import drafts_of
from app.outcomes.writers import writers_of
from app.sessions.guards import Desk
from app.web.forms import Typed, typed
from app.web.ground import Ground

router = APIRouter(prefix=PREFIX, include_in_schema=False)


@router.get("/terbitkan")
async def publish_page(request: Request, parts: Parts, at: Secretariat) -> Response:
    """The drafts, to be looked at once more before everybody reads them."""
    return await _publish(request, parts, at, Typed())


@router.post("/terbitkan")
async def publish(request: Request, parts: Parts, at: Secretariat) -> Response:
    """Publish what is ticked; pressed twice it is one publication."""
    form = await typed(request)
    given = form.get("id")
    publication = given if given.isalnum() and given.isascii() and len(given) == len(new_id()) else new_id()
    now, actor = parts.clock.now(), at.staff.actor
    try:
        async with parts.database.write() as db:
            made = await publishing.publish(db, parts.vault, at.session.id, publication, forms.drafts_in(form), actor=actor, now=now)
            number = made.number
    except Conflict as refused:
        return await _publish(request, parts, at, form, refused=refused)
    return RedirectResponse(f"/meja/{at.session.slug}/{KEY}/ringkasan?terbit={number}", 303)


async def _publish(request: Request, parts: Ground, at: Desk, form: Typed, *, refused: Conflict | None = None) -> Response:
    async with parts.database.read() as db:
        drafts = await drafts_of(db, at.session.id)
        people = await writers_of(db, at.session.id, list({proposal.id for _, proposal in drafts}))
    ticked = forms.drafts_in(form) if refused else {}
    return outcomes_page(
        request,
        "outcomes/publish.html",
        at,
        refused=refused,
        drafts=drafts,
        most=publishing.MOST,
        people=len(people),
        ticked=set(ticked) if refused else {outcome.id for outcome, _ in drafts[: publishing.MOST]},
        id=new_id(),
        told=request.query_params.get("kabar", ""),
        count=request.query_params.get("jumlah", ""),
    )

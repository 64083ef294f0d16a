"""The door of addenda."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from app.errors import Conflict, Invalid
from app.record.amending import Amendment, add_addendum
from app.record.desk_pages import Parts, Writer, record_desk
from app.record.draft import draft_of, following
from app.record.final import prepare, versions_of
from app.record.forms import addendum_from, brought_forward, seen_in
from app.record.wording import place_of
from app.web.forms import typed
from app.web.pages import translator

router = APIRouter(include_in_schema=False, prefix="/meja/{slug}/berita-acara")


@router.post("/adendum")
async def amend(request: Request, parts: Parts, at: Writer) -> Response:
    """Add what changed since as an addendum."""
    form = await typed(request)
    words = parts.catalogues.translator("id")
    try:
        async with parts.database.read() as db:
            versions = await versions_of(db, at.session.id)
            if not versions:
                raise Conflict("record.not_final")
            written = (await draft_of(db, words, at.session)).draft
            stood = {one.number: following(written, one.source, place_of(one.source)) for one in versions}
            seen, newest = seen_in(form), versions[-1].number
            if seen != newest:
                form = brought_forward(form, stood.get(seen, written))
                raise Conflict("record.stale")
            said, draft = addendum_from(form, stood[newest])
            prepared = await prepare(db, parts.vault, parts.settings, words, at.session, draft, annex=False)
        async with parts.database.write() as db:
            amendment = Amendment(said.number, said.dated_on, said.reason)
            now = parts.clock.now()
            await add_addendum(db, parts.vault, parts.settings, at.session, prepared, amendment, actor=at.staff.actor, now=now)
    except Invalid as wrong:
        return await record_desk(request, parts, at, form=form.with_errors(wrong, translator(request)), status=422, amending=True)
    except Conflict as refused:
        return await record_desk(request, parts, at, form=form, refused=refused, status=409, amending=True)
    return RedirectResponse(f"/meja/{at.session.slug}/berita-acara?ditetapkan=1", 303)

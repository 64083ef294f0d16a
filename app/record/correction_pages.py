"""Where somebody who attended reads the draft and objects: behind a link of their own, or from the page of their seat."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import RedirectResponse, Response

from app.errors import ForumError, Invalid, SignInNeeded
from app.hall.present import stays_of
from app.invitations.guards import Attendee
from app.outcomes.own import by_own_key, own_key
from app.record.correction_forms import MOST_TEXT, objection_in
from app.record.corrections import is_final, last_window, objections_in, opened_words
from app.record.models import ObjectionSubject, RecordObjection
from app.record.objecting import object_to_draft, rows_shown
from app.record.source import attendee_of
from app.sessions.guards import PublicSession
from app.sessions.models import ForumSession
from app.web.forms import Typed, typed
from app.web.ground import Ground, ground, received_at
from app.web.pages import page, translator
from app.web.problems import status_of
from app.web.throttle import must_wait

router = APIRouter(include_in_schema=False)
Parts = Annotated[Ground, Depends(ground)]
Key = Annotated[str, Path(max_length=64)]
HIDDEN = {"X-Robots-Tag": "noindex"}


@router.get("/koreksi/{key}")
async def draft_page(request: Request, parts: Parts, key: Key) -> Response:
    """The draft as it was opened to correction, one's own row of annex I, and one's objections with their answers."""
    return await _page(request, parts, key)


@router.post("/koreksi/{key}")
async def file_objection(request: Request, parts: Parts, key: Key) -> Response:
    """Object; what is wrong is said, and nothing typed is lost."""
    form, stamp = await typed(request), received_at(request)
    async with parts.database.read() as db:
        person = await by_own_key(db, parts.vault, key)
        session = await db.get_one(ForumSession, person.session_id)
    try:
        if parts.settings.limits:
            must_wait(parts.throttles.objection, person.id)
        wanted = objection_in(form)
        async with parts.counter.held(), parts.database.write() as db:
            actor, now = f"participant:{person.id}", parts.clock.now()
            made = await object_to_draft(db, parts.vault, session, person.id, wanted, actor=actor, received_at=stamp, now=now)
            number = made.number
    except Invalid as wrong:
        return await _page(request, parts, key, form=form.with_errors(wrong, translator(request)), status=422)
    except ForumError as refused:
        return await _page(request, parts, key, form=form, refused=refused, status=status_of(refused))
    return RedirectResponse(f"/koreksi/{key}?tersimpan={number}#keberatan", 303)


@router.get("/s/{slug}/hadir/koreksi")
async def from_seat(parts: Parts, session: PublicSession, holder: Attendee) -> Response:
    """From the page of one's seat to one's own page."""
    if holder.session_id != session.id:
        raise SignInNeeded("invitations.link_needed")
    return RedirectResponse(f"/koreksi/{own_key(parts.vault, holder.participant_id)}", 303)


async def _page(
    request: Request, parts: Ground, key: str, *, form: Typed | None = None, refused: ForumError | None = None, status: int = 200
) -> Response:
    words, now = translator(request), parts.clock.now()
    async with parts.database.read() as db:
        person = await by_own_key(db, parts.vault, key)
        session = await db.get_one(ForumSession, person.session_id)
        window, final = await last_window(db, session.id), await is_final(db, session.id)
        stays = await stays_of(db, person.id)
        filed = await objections_in(db, RecordObjection.participant_id == person.id)
    saved = request.query_params.get("tersimpan", "")
    return page(
        request,
        "record/correct.html",
        status=status,
        headers=HIDDEN,
        session=session,
        key=key,
        # Of the draft only they may read it who were there.
        window=window if stays else None,
        there=bool(stays),
        runs=window is not None and now <= window.closes_at and not final,
        final=final,
        # In the record's language, as it will stand there.
        row=attendee_of(parts.vault, parts.catalogues.translator("id"), session, person, stays) if stays else None,
        mine=[(one, opened_words(parts.vault, one, "text"), opened_words(parts.vault, one, "answer")) for one in filed],
        subjects=[(one.value, words.label("objection_subject", one.value)) for one in ObjectionSubject],
        rows=[row for rows in rows_shown(window).values() for row in rows] if window else [],
        form=form or Typed(),
        refused=words.error(refused.code, **refused.facts) if refused else None,
        saved=int(saved) if saved.isdecimal() and len(saved) < 9 else 0,
        most=MOST_TEXT,
    )

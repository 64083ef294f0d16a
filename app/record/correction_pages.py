"""Where somebody who attended reads the draft and objects: behind a link of their own, or from the page of their seat."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import RedirectResponse, Response

from app.errors import ForumError, Invalid, SignInNeeded
from app.hall.present import stays_of
from app.invitations.guards import Attendee
from app.invitations.links import SeatHolder
from app.participants.models import Participant
from app.planning.cells import PRIORITIES
from app.record.correction_forms import MOST_TEXT, objection_in
from app.record.corrections import is_final, last_window, objections_in, opened_words
from app.record.models import ObjectionSubject
from app.record.objecting import object_to_draft, rows_shown
from app.record.own import by_correction_key, own_objections, own_row
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
    return await _page(request, parts, await _by_key(parts, key))


@router.post("/koreksi/{key}")
async def file_objection(request: Request, parts: Parts, key: Key) -> Response:
    """Object; what is wrong is said, and nothing typed is lost."""
    return await _file(request, parts, await _by_key(parts, key))


@router.get("/s/{slug}/hadir/koreksi")
async def draft_from_seat(request: Request, parts: Parts, session: PublicSession, holder: Attendee) -> Response:
    """The same page for whoever has the page of their seat, for as long as that opens."""
    return await _page(request, parts, await _by_seat(parts, session, holder))


@router.post("/s/{slug}/hadir/koreksi")
async def file_from_seat(request: Request, parts: Parts, session: PublicSession, holder: Attendee) -> Response:
    """Object from there."""
    return await _file(request, parts, await _by_seat(parts, session, holder))


@dataclass(frozen=True)
class Reader:
    """Who reads, and the address of their page."""

    person: Participant
    session: ForumSession
    here: str


async def _by_key(parts: Ground, key: str) -> Reader:
    async with parts.database.read() as db:
        person = await by_correction_key(db, parts.vault, key)
        return Reader(person, await db.get_one(ForumSession, person.session_id), f"/koreksi/{key}")


async def _by_seat(parts: Ground, session: ForumSession, holder: SeatHolder) -> Reader:
    if holder.session_id != session.id:
        raise SignInNeeded("invitations.link_needed")
    async with parts.database.read() as db:
        return Reader(await db.get_one(Participant, holder.participant_id), session, f"/s/{session.slug}/hadir/koreksi")


async def _file(request: Request, parts: Ground, at: Reader) -> Response:
    form, stamp, person, session = await typed(request), received_at(request), at.person, at.session
    try:
        if parts.settings.limits:
            must_wait(parts.throttles.objection, person.id)
        wanted = objection_in(form)
        async with parts.counter.held(), parts.database.write() as db:
            actor, now = f"participant:{person.id}", parts.clock.now()
            made = await object_to_draft(db, parts.vault, session, person.id, wanted, actor=actor, received_at=stamp, now=now)
            number = made.number
    except Invalid as wrong:
        return await _page(request, parts, at, form=form.with_errors(wrong, translator(request)), status=422)
    except ForumError as refused:
        return await _page(request, parts, at, form=form, refused=refused, status=status_of(refused))
    return RedirectResponse(f"{at.here}?tersimpan={number}#keberatan", 303)


async def _page(
    request: Request, parts: Ground, at: Reader, *, form: Typed | None = None, refused: ForumError | None = None, status: int = 200
) -> Response:
    words, now, person, session = translator(request), parts.clock.now(), at.person, at.session
    async with parts.database.read() as db:
        window, final = await last_window(db, session.id), await is_final(db, session.id)
        stays = await stays_of(db, person.id)
        filed = await objections_in(db, await own_objections(db, person.id))
    saved = request.query_params.get("tersimpan", "")
    return page(
        request,
        "record/correct.html",
        status=status,
        headers=HIDDEN,
        session=session,
        here=at.here,
        # Of the draft only they may read it who were there.
        window=window if stays else None,
        there=bool(stays),
        runs=window is not None and now <= window.closes_at and not final,
        final=final,
        # In the record's language, as it will stand there.
        row=own_row(parts.vault, parts.catalogues.translator("id"), session.zone, person, stays) if stays else None,
        mine=[(one, opened_words(parts.vault, one, "text"), opened_words(parts.vault, one, "answer")) for one in filed],
        headings=[heading for _, heading in PRIORITIES[1:]],
        subjects=[(one.value, words.label("objection_subject", one.value)) for one in ObjectionSubject],
        rows=[row for rows in rows_shown(window).values() for row in rows] if window else [],
        form=form or Typed(),
        refused=words.error(refused.code, **refused.facts) if refused else None,
        saved=int(saved) if saved.isdecimal() and len(saved) < 9 else 0,
        most=MOST_TEXT,
    )

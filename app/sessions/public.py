"""The public pages: every forum, and one forum with what, when, where and how to take part."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from app.access.guards import MaybeStaff
from app.i18n import Translator
from app.regions import show_phone, wa_number
from app.sessions.agenda import steps_shown
from app.sessions.changes import shown_of
from app.sessions.crowd import applied_by_place, seated_by_place
from app.sessions.guards import PublicSession
from app.sessions.lists import visible
from app.sessions.models import ForumSession, Series, SessionState
from app.sessions.registering import Registration, places_of, registration_of
from app.sessions.rows import sites_of
from app.web.ground import Ground, ground
from app.web.pages import page, translator

router = APIRouter(include_in_schema=False)
Parts = Annotated[Ground, Depends(ground)]
NOW_ON = {SessionState.LIVE, SessionState.PAUSED}
MOST = 200


@router.get("/")
async def front(request: Request, parts: Parts, staff: MaybeStaff) -> Response:
    """Every announced forum: now on, open for registration, coming, over."""
    async with parts.database.read() as db:
        found = await visible(db, None, limit=MOST)
    return page(request, "sessions/front.html", groups=grouped(found, parts.clock.now()))


@router.get("/s/{slug}")
async def forum(request: Request, parts: Parts, session: PublicSession, staff: MaybeStaff) -> Response:
    """One forum."""
    now = parts.clock.now()
    async with parts.database.read() as db:
        sites = await sites_of(db, session.id)
        agenda = await steps_shown(db, session)
        changes = await shown_of(db, session)
        count = applied_by_place if session.selection_published_at is None else seated_by_place
        taken = await count(db, session.id)
        series = await db.get(Series, session.series_id) if session.series_id else None
    return page(
        request,
        "sessions/forum.html",
        session=session,
        registration=registration_of(session, now),
        places=places_of(session, sites, taken),
        halls=len(sites),
        agenda=agenda,
        changes=changes,
        series=series,
        contact=(show_phone(session.contact_number), wa_number(session.contact_number)) if session.contact_number else None,
        nav_items=forum_links(session, translator(request)),
    )


@router.get("/s/{slug}/acara-kini")
async def agenda_now(request: Request, session: PublicSession) -> Response:
    """The line about what is being dealt with, by itself; 204 when the forum is not held (any more)."""
    if session.state not in NOW_ON:
        return Response(status_code=204)
    return page(request, "sessions/agenda_now.html", session=session)


def forum_links(session: ForumSession, words: Translator) -> list[dict[str, str]]:
    """The links of a forum's public pages, for the head and foot of the page."""
    return [
        {"href": f"/s/{session.slug}/usulan", "label": words.gettext("Usulan warga")},
        {"href": "/status", "label": words.gettext("Lihat status saya")},
    ]


def grouped(sessions: Sequence[ForumSession], now: datetime) -> dict[str, list[ForumSession]]:
    """Forums by where they stand: `live`, `open` and `coming` with the soonest first, `over` with the latest first."""
    groups: dict[str, list[ForumSession]] = {"live": [], "open": [], "coming": [], "over": []}
    for session in sorted(sessions, key=lambda one: one.starts_at):
        registration = registration_of(session, now)
        if session.state in NOW_ON:
            groups["live"].append(session)
        elif registration is Registration.OPEN:
            groups["open"].append(session)
        elif registration is Registration.OVER:
            groups["over"].insert(0, session)
        else:
            groups["coming"].append(session)
    return groups

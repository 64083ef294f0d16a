"""Pages of an attendee: the personal link, the short address with a code, and the page behind both. Looking changes nothing; a press posts."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.database.tables import new_id
from app.errors import FieldError, ForumError, Invalid, NotFound, SignInNeeded, Unavailable
from app.invitations import join
from app.invitations.appointment import FILE_NAME, appointment
from app.invitations.calendar import calendar
from app.invitations.guards import Attendee, MaybeAttendee
from app.invitations.join import Found, Shown, Worth
from app.invitations.links import SeatHolder, ends
from app.invitations.meeting import meeting_name
from app.invitations.models import Seat
from app.invitations.switching import MAY_MOVE, RETURNED, places
from app.meetings.models import Meeting
from app.sessions.changes import shown_of
from app.sessions.guards import find_session
from app.sessions.models import ForumSession, Site
from app.web.csrf import SEAT_COOKIE
from app.web.forms import Typed, typed
from app.web.ground import Ground, ground
from app.web.pages import page, set_cookie, translator
from app.web.problems import status_of

router = APIRouter(include_in_schema=False)
Parts = Annotated[Ground, Depends(ground)]
Secret = Annotated[str, Path(max_length=80)]
Code = Annotated[str, Path(max_length=40)]
ForumOf = Annotated[ForumSession, Depends(find_session)]
QUIET = {"X-Robots-Tag": "noindex, nofollow"}
COOKIE_LIFE = 30 * 24 * 3600


@router.get("/j/{secret}")
async def see_link(request: Request, parts: Parts, secret: Secret, holder: MaybeAttendee) -> Response:
    """What a link is; whoever looks first, be it a machine that makes previews, learns no name and uses nothing up."""
    async with parts.database.read() as db:
        found = await join.look_up(db, parts.vault, secret, parts.clock.now())
    if found is None:
        raise NotFound("invitations.unknown_link")
    if found.worth == Worth.OPEN and holder is not None and holder.seat_id == found.seat.id:
        return RedirectResponse(_home(found.session), 303)
    return _door(request, found, Typed())


@router.post("/j/{secret}")
async def open_link(request: Request, parts: Parts, secret: Secret) -> Response:
    """The press: digits right, this browser is tied to the seat and goes on to an address that says nothing."""
    form = await typed(request)
    async with parts.database.read() as db:
        found = await join.look_up(db, parts.vault, secret, parts.clock.now())
    if found is None:
        raise NotFound("invitations.unknown_link")
    if found.worth != Worth.OPEN:
        return _door(request, found, form)
    name = f"seat:{found.seat.id}"
    try:
        if found.seat.needs_last_four:
            parts.throttles.last_four.must_wait(name, request)
        join.must_know_phone(parts.vault, found, form.get("last_four"))
    except (Invalid, Unavailable) as refused:
        return _door(request, found, _refused(request, form, refused), status_of(refused))
    parts.throttles.last_four.forget(name, request)
    return await _come_in(parts, found)


@router.get("/k/{code}")
async def see_code(request: Request, code: Code) -> Response:
    """The short address that can be typed from a message: asks for the last four digits."""
    return _code_page(request, Typed({"code": code}))


@router.post("/k/{code}")
async def open_code(request: Request, parts: Parts, code: Code) -> Response:
    """Code and digits right: the selected come in, others go to the page of their application."""
    form = await typed(request)
    code = form.get("code") or code
    try:
        parts.throttles.last_four.must_wait(f"code:{join.written(code)}", request)
        async with parts.database.read() as db:
            found = await join.by_code(db, parts.vault, code, form.get("last_four"), parts.clock.now())
    except (NotFound, Unavailable) as refused:
        return _code_page(request, _refused(request, form, refused), status_of(refused))
    parts.throttles.last_four.forget(f"code:{join.written(code)}", request)
    if isinstance(found, str):
        return RedirectResponse(f"/r/{found}", 303)
    return await _come_in(parts, found) if found.worth == Worth.OPEN else _door(request, found, Typed())


@router.get("/s/{slug}/hadir")
async def home(request: Request, parts: Parts, session: ForumOf, holder: Attendee) -> Response:
    """The attendee's page: when, where, the way into meeting and room, and what to do when the line drops."""
    return await _home_page(request, parts, session, holder)


@router.post("/s/{slug}/hadir")
async def show(request: Request, parts: Parts, session: ForumOf, holder: Attendee) -> Response:
    """The same page with link, meeting ID and passcode shown; logged. Not a redirect: nothing of it may stand in an address."""
    _must_be_here(session, holder)
    now = parts.clock.now()
    try:
        async with parts.database.write() as db:
            shown = await join.reveal(db, parts.vault, holder, now)
    except NotFound as missing:
        return await _home_page(request, parts, session, holder, problem=missing.code)
    return await _home_page(request, parts, session, holder, shown=shown, shown_at=now)


@router.get("/s/{slug}/hadir/kalender.ics")
async def calendar_file(request: Request, parts: Parts, session: ForumOf, holder: Attendee) -> Response:
    """The forum for the attendee's calendar, without a secret in it."""
    _must_be_here(session, holder)
    async with parts.database.read() as db:
        site = await db.get(Site, holder.site_id) if holder.site_id else None
        seat = await db.get_one(Seat, holder.seat_id)
    event = appointment(session, site, seat.version, public_url=parts.settings.public_url, words=translator(request))
    headers = {"Content-Disposition": f'attachment; filename="{FILE_NAME}"', "Cache-Control": "no-store"}
    return Response(calendar(event, parts.clock.now()), headers=headers, media_type="text/calendar; charset=utf-8")


async def _come_in(parts: Ground, found: Found) -> Response:
    async with parts.database.write() as db:
        secret = await join.open_device(db, found.seat, parts.clock.now())
    answer = RedirectResponse(_home(found.session), 303)
    set_cookie(answer, parts, SEAT_COOKIE, secret, COOKIE_LIFE)
    return answer


async def _home_page(
    request: Request,
    parts: Ground,
    session: ForumSession,
    holder: SeatHolder,
    *,
    shown: Shown | None = None,
    shown_at: datetime | None = None,
    problem: str | None = None,
) -> Response:
    _must_be_here(session, holder)
    async with parts.database.read() as db:
        site = await db.get(Site, holder.site_id) if holder.site_id else None
        meeting = await _meeting_name(db, parts, session.id) if holder.way == "online" else None
        changes = await shown_of(db, session)
        free = await places(db, session) if session.state in MAY_MOVE else []
    return page(
        request,
        "invitations/home.html",
        headers=QUIET,
        session=session,
        holder=holder,
        site=site,
        meeting=meeting,
        shown=shown,
        shown_at=shown_at,
        problem=problem,
        late_until=ends(session),
        changes=changes,
        places=free,
        cid=new_id(),
    )


async def _meeting_name(db: AsyncSession, parts: Ground, session_id: str) -> str | None:
    """What the meeting's page is called (Zoom …), empty for one that is not known; None when nothing was typed yet."""
    found = await db.scalar(select(Meeting).where(Meeting.session_id == session_id))
    if found is None or not (found.link or found.meeting_id):
        return None
    return meeting_name(parts.vault.open(found.link, "meetings", "link", found.id))


def _must_be_here(session: ForumSession, holder: SeatHolder) -> None:
    if holder.session_id != session.id:
        raise SignInNeeded("invitations.link_needed")


def _door(request: Request, found: Found, form: Typed, status: int | None = None) -> Response:
    gone = found.worth != Worth.OPEN
    return page(
        request,
        "invitations/gone.html" if gone else "invitations/door.html",
        status=status or (410 if gone else 200),
        headers=QUIET,
        session=found.session,
        worth=found.worth,
        returned=found.seat.reason == RETURNED,
        needs_last_four=found.seat.needs_last_four,
        form=form,
    )


def _code_page(request: Request, form: Typed, status: int = 200) -> Response:
    return page(request, "invitations/code.html", status=status, headers=QUIET, form=form)


def _refused(request: Request, form: Typed, refused: ForumError) -> Typed:
    if isinstance(refused, Invalid):
        return form.with_errors(refused, translator(request))
    return form.with_errors(Invalid(FieldError("last_four", refused.code, refused.facts)), translator(request))


def _home(session: ForumSession) -> str:
    return f"/s/{session.slug}/hadir"

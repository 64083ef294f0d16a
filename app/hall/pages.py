"""The operators' pages: the halls with their state, and the desk of one hall; everything works without script by plain forms."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response

from app.access.models import Role
from app.chat import frames
from app.chat.batch import Given
from app.chat.frames import LONG_TEXT
from app.chat.house import house_of
from app.errors import ForumError, Invalid
from app.hall import arrival, checkin, placeholders
from app.hall.checkin import Scan
from app.hall.guards import ROLES, AnyHall, AtHall, Completing, HallDesk, site_named
from app.hall.people import CompletionFields, GuestFields, person_of
from app.hall.screen_pages import code_of, short
from app.hall.speech import at_hall, in_hall, typed_words
from app.hall.view import desk_view, halls_view
from app.proposals.reading import as_json, read
from app.sessions.navigation import desk_items
from app.web.forms import Typed, parse, typed
from app.web.ground import Ground, ground
from app.web.pages import page, translator

router = APIRouter(include_in_schema=False, prefix="/meja/{slug}/lokasi")
Parts = Annotated[Ground, Depends(ground)]
Wish = Annotated[str, Query(max_length=120)]


@router.get("")
async def halls(request: Request, parts: Parts, desk: AnyHall) -> Response:
    """Every hall of the session with its state."""
    async with parts.database.read() as db:
        shown = await halls_view(db, desk.session, parts.clock.now())
    mine = [site.id for site, _ in shown if desk.staff.may(ROLES, desk.session.id, site.id)]
    chairs = desk.staff.may({Role.MODERATOR}, desk.session.id)
    items = desk_items(desk.session, desk.staff, "lokasi", translator(request))
    return page(request, "hall/sites.html", session=desk.session, halls=shown, mine=mine, chairs=chairs, desk_items=items)


@router.get("/{site}")
async def desk_page(request: Request, parts: Parts, hall: AtHall, q: Wish = "", done: Wish = "") -> Response:
    """The desk of a hall."""
    return await _desk(request, parts, hall, q=q, done=done)


@router.get("/{site}/keadaan")
async def desk_parts(request: Request, parts: Parts, hall: AtHall) -> Response:
    """The moving parts of the desk, fetched again every few seconds."""
    return await _desk(request, parts, hall, template="hall/desk_parts.html")


@router.post("/{site}/hadir")
async def check_in(request: Request, parts: Parts, hall: AtHall) -> Response:
    """Check somebody in by a press on their row, or by a code."""
    form = await typed(request)
    who, code = form.get("participant") or None, form.get("code") or None
    scan = Scan(f"{form.get('nonce')[:30]}-{who or 'code'}-{hall.site.id}"[:64], ask=form.get("anyway") != "1")
    try:
        async with parts.database.write() as db:
            stay = await checkin.check_in_wanted(db, parts.vault, hall.site, who, code, scan, actor=hall.actor, now=parts.clock.now())
    except ForumError as refused:
        asked = {"participant": refused.facts.get("participant_id")} if "participant_id" in refused.facts else {}
        return await _desk(request, parts, hall, form=form, refused=refused, asked=asked)
    return _back(hall, stay.participant_id)


@router.post("/{site}/batal")
async def undo(request: Request, parts: Parts, hall: AtHall) -> Response:
    """Take a check-in back."""
    form = await typed(request)
    async with parts.database.write() as db:
        await checkin.undo(db, parts.vault, hall.site, form.get("stay")[:40], actor=hall.actor, now=parts.clock.now())
    return _back(hall)


@router.post("/{site}/tarik")
async def take_back(request: Request, parts: Parts, hall: AtHall) -> Response:
    """Take back what somebody did by themselves with the PIN."""
    form = await typed(request)
    async with parts.database.write() as db:
        await arrival.take_back(db, parts.vault, hall.site, form.get("stay")[:40], actor=hall.actor, now=parts.clock.now())
    return _back(hall)


@router.get("/{site}/poster")
async def poster(request: Request, parts: Parts, hall: AtHall) -> Response:
    """The hall's QR code, to be printed and hung at the entrance; without the PIN."""
    address = f"{parts.settings.public_url}/h/{hall.site.id}"
    items = desk_items(hall.session, hall.desk.staff, "lokasi", translator(request))
    return page(
        request, "hall/poster.html", session=hall.session, site=hall.site, qr=code_of(address), short=short(address), desk_items=items
    )


@router.post("/{site}/tamu")
async def add_guest(request: Request, parts: Parts, hall: AtHall) -> Response:
    """A guest who was on no list comes in."""
    form = await typed(request)
    try:
        guest = parse(GuestFields, form)
        person = person_of(guest, hall.session, hall.site.id)
        scan = Scan(f"guest-{form.get('nonce')}"[:64])
        async with parts.database.write() as db:
            added, _ = await checkin.add_walk_in(db, parts.vault, hall.site, person, scan, actor=hall.actor, now=parts.clock.now())
    except ForumError as refused:
        return await _desk(request, parts, hall, form=form, refused=refused, opened="guest")
    return _back(hall, added.id)


@router.post("/{site}/kata")
async def say(request: Request, parts: Parts, hall: AtHall) -> Response:
    """Send what somebody in the hall said."""
    form = await typed(request)
    try:
        message = in_hall(frames.send(typed_words(form.values, translator(request).gettext("Warga"))))
        person = at_hall(hall.desk.staff, hall.session, hall.site)
        await house_of(request).writers.submit(Given(person, message, limits=parts.settings.limits))
    except ForumError as refused:
        return await _desk(request, parts, hall, form=form, refused=refused, opened="say")
    return _back(hall)


@router.post("/{site}/baca")
async def recognise(request: Request, hall: AtHall) -> Response:
    """What the typed words name, as small tags beside the composer."""
    form = await typed(request)
    fields = as_json(read(form.get("text")[:LONG_TEXT]))["fields"]
    return page(request, "hall/read.html", session=hall.session, fields=fields)


@router.post("/{site}/lengkapi/{participant}")
async def complete(request: Request, parts: Parts, staff_at: Completing, participant: str, site: str) -> Response:
    """A placeholder becomes somebody."""
    async with parts.database.read() as db:
        found = await site_named(db, staff_at.session.id, site)
    hall = HallDesk(staff_at.session, found, staff_at)
    form = await typed(request)
    try:
        known = parse(CompletionFields, form)
        async with parts.database.write() as db:
            await placeholders.become(db, parts.vault, hall.session, participant[:40], known, staff=staff_at.staff, now=parts.clock.now())
    except ForumError as refused:
        if not staff_at.staff.may(ROLES, hall.session.id, hall.site.id):
            # Who completes people from elsewhere is answered, and does not see this hall's desk.
            raise
        return await _desk(request, parts, hall, form=form, refused=refused, opened=participant)
    return _back(hall)


def _back(hall: HallDesk, person_id: str = "") -> Response:
    shown = f"?done={person_id}#p-{person_id}" if person_id else ""
    return RedirectResponse(f"/meja/{hall.session.slug}/lokasi/{hall.site.code}{shown}", 303)


async def _desk(
    request: Request,
    parts: Ground,
    hall: HallDesk,
    *,
    template: str = "hall/desk.html",
    q: str = "",
    done: str = "",
    form: Typed | None = None,
    refused: ForumError | None = None,
    asked: dict[str, object] | None = None,
    opened: str = "",
) -> Response:
    words = translator(request)
    kept = form or Typed()
    if isinstance(refused, Invalid):
        kept = kept.with_errors(refused, words)
    async with parts.database.read() as db:
        view = await desk_view(db, parts.vault, hall.session, hall.site, q, parts.clock.now())
    return page(
        request,
        template,
        status=200 if refused is None else 422 if isinstance(refused, Invalid) else 409,
        session=hall.session,
        site=hall.site,
        view=view,
        q=q,
        done=done,
        form=kept,
        problem=words.error(refused.code, **refused.facts) if refused else None,
        asked=asked or {},
        opened=opened,
        desk_items=desk_items(hall.session, hall.desk.staff, "lokasi", words),
    )

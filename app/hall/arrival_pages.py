"""`/h/{site}`, behind the QR code at a hall's entrance: somebody writes their name, or their code, and the PIN that is said aloud."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field
from sqlalchemy import select

from app.database.tables import new_id
from app.errors import FieldError, Gone, Invalid, NotFound, Unavailable
from app.hall import arrival, pin
from app.hall.checkin import CheckedIn
from app.hall.people import GuestFields, person_of
from app.invitations.guards import MaybeAttendee, attendee_or_none
from app.invitations.links import SeatHolder
from app.sessions.models import ForumSession, SessionState, Site
from app.sessions.notice import notice_of
from app.web.csrf import SEAT_COOKIE
from app.web.forms import Typed, parse, typed
from app.web.ground import Ground, ground
from app.web.pages import page, set_cookie, translator
from app.web.problems import status_of

router = APIRouter(include_in_schema=False, prefix="/h/{site}")
Parts = Annotated[Ground, Depends(ground)]
COOKIE_LIFE = 30 * 24 * 3600
QUIET = {"X-Robots-Tag": "noindex, nofollow"}


class CodeForm(BaseModel):
    """The code of an invitation or application."""

    code: str = Field(max_length=300)


class Hall:
    """A hall by its id, with its session; a dependency."""

    def __init__(self, session: ForumSession, site: Site) -> None:
        self.session = session
        self.site = site

    @property
    def address(self) -> str:
        """Where the QR code leads."""
        return f"/h/{self.site.id}"


async def hall(request: Request, site: Annotated[str, Path(max_length=40)]) -> Hall:
    """The hall of this address; NotFound while its session is a draft."""
    async with ground(request).database.read() as db:
        row = (
            await db.execute(
                select(ForumSession, Site)
                .join(Site, Site.session_id == ForumSession.id)
                .where(Site.id == site, ForumSession.state != SessionState.DRAFT)
            )
        ).first()
    if row is None:
        raise NotFound("hall.unknown_site")
    return Hall(row[0], row[1])


AtHall = Annotated[Hall, Depends(hall)]


@router.get("")
async def entrance(request: Request, parts: Parts, at: AtHall, holder: MaybeAttendee) -> Response:
    """The form; or, for somebody who is in the hall already, that they are."""
    mine = holder if holder is not None and holder.session_id == at.session.id else None
    if mine is not None:
        async with parts.database.read() as db:
            stay = await arrival.stay_of(db, at.site, mine.participant_id)
        if stay is not None:
            return _done(request, at, stay, seated=True)
    return await _form(request, parts, at, Typed(), mine=mine)


@router.post("")
async def come_in(request: Request, parts: Parts, at: AtHall) -> Response:
    """Name, or code, or this browser's seat, with the PIN; the same form twice is one stay."""
    form = await typed(request)
    holder = await attendee_or_none(request) if form.get("way") == "seat" else None
    mine = holder if holder is not None and holder.session_id == at.session.id else None
    try:
        arrival.must_be_open(at.session)
        match form.get("way"):
            case "seat" if mine is not None:
                return await _known(request, parts, at, form, mine)
            case "code":
                return await _known(request, parts, at, form, parse(CodeForm, form).code)
            case _:
                return await _new(request, parts, at, form)
    except Gone:
        return await _form(request, parts, at, form, status=410)
    except Invalid as wrong:
        return await _form(request, parts, at, form.with_errors(wrong, translator(request)), mine=mine, status=422)
    except (NotFound, Unavailable) as refused:
        field = "code" if isinstance(refused, NotFound) else "pin"
        told = Invalid(FieldError(field, refused.code, refused.facts))
        return await _form(request, parts, at, form.with_errors(told, translator(request)), mine=mine, status=status_of(refused))


async def _new(request: Request, parts: Ground, at: Hall, form: Typed) -> Response:
    person = person_of(parse(GuestFields, form), at.session, at.site.id)
    async with _pin_right(request, parts, at, form), parts.database.write() as db:
        nonce, now = form.get("nonce"), parts.clock.now()
        arrived = await arrival.come_in_new(db, parts.vault, at.session, at.site, person, nonce, now=now)
    answer = RedirectResponse(at.address, 303)
    set_cookie(answer, parts, SEAT_COOKIE, arrived.cookie, COOKIE_LIFE)
    return answer


async def _known(request: Request, parts: Ground, at: Hall, form: Typed, who: SeatHolder | str) -> Response:
    async with _pin_right(request, parts, at, form), parts.database.write() as db:
        nonce, now = form.get("nonce"), parts.clock.now()
        stay = await arrival.come_in_known(db, parts.vault, at.session, at.site, who, nonce, now=now)
    if isinstance(who, SeatHolder):
        return RedirectResponse(at.address, 303)
    return _done(request, at, stay, seated=False)


@asynccontextmanager
async def _pin_right(request: Request, parts: Ground, at: Hall, form: Typed) -> AsyncIterator[None]:
    """Only with the right PIN. Wrong ones are counted, right ones are not: a whole hall behind one address comes in, and a guesser waits."""
    parts.throttles.hall_pin.must_wait(f"pin:{at.site.id}", request)
    if not pin.opens(parts.vault, at.site.id, form.get("pin"), parts.clock.now()):
        raise Invalid(FieldError("pin", "hall.pin_wrong" if form.get("pin") else "hall.pin_missing"))
    parts.throttles.hall_pin.was_right(f"pin:{at.site.id}", request)
    yield


async def _form(request: Request, parts: Ground, at: Hall, form: Typed, *, mine: SeatHolder | None = None, status: int = 200) -> Response:
    async with parts.database.read() as db:
        privacy = await notice_of(db, at.session.id)
    by_code = form.get("way") == "code" or request.query_params.get("cara") == "kode"
    return page(
        request,
        "hall/entrance.html",
        status=status,
        headers=QUIET,
        session=at.session,
        site=at.site,
        open=at.session.state in arrival.OPEN,
        form=form,
        nonce=form.get("nonce") or new_id(),
        way="seat" if mine else "code" if by_code else "new",
        mine=mine,
        privacy=privacy,
    )


def _done(request: Request, at: Hall, stay: CheckedIn, *, seated: bool) -> Response:
    return page(request, "hall/entered.html", headers=QUIET, session=at.session, site=at.site, stay=stay, seated=seated)

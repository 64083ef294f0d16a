"""The desk's doors for programs: guests, check-ins, placeholders that become somebody."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.service import must
from app.chat import answers, frames
from app.chat.batch import Given
from app.chat.calls import MessageBody, ReceiptBody
from app.chat.house import house_of
from app.hall import checkin, placeholders
from app.hall.checkin import CheckedIn, Scan
from app.hall.guards import ROLES, AnyHall, AtHall, Completing, site_named
from app.hall.people import CompletionFields, GuestFields, person_of
from app.hall.speech import at_hall, in_hall, refuse_kept
from app.participants.models import Participant
from app.sessions.guards import Desk
from app.sessions.models import Site
from app.web.ground import Ground, ground

router = APIRouter(prefix="/api/v1/sessions/{slug}", tags=["hall"])
Parts = Annotated[Ground, Depends(ground)]
Id = Annotated[str, Path(max_length=40)]
Nonce = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


class NewGuest(GuestFields):
    """Somebody who was on no list; with a nonce they are checked in at the hall at once, and a repetition finds the same guest."""

    site: str = Field(min_length=1, max_length=40)
    nonce: Nonce | None = None
    at: AwareDatetime | None = None


class GuestOut(BaseModel):
    """A participant as the desk needs them."""

    id: str
    number: int
    name: str
    capacity: str | None = None
    element: str | None = None
    site: str | None = None
    checkin: "CheckinOut | None" = None


class NewCheckin(BaseModel):
    """Who is in the hall: an application's code or the scanned link of a seat, or a participant's id. `ask` refuses an unexpected guest first (409)."""

    model_config = ConfigDict(str_strip_whitespace=True)

    code: str | None = Field(None, min_length=1, max_length=300)
    participant: str | None = Field(None, min_length=1, max_length=40)
    site: str = Field(min_length=1, max_length=40)
    nonce: Nonce
    at: AwareDatetime | None = None
    ask: bool = False


class CheckinOut(BaseModel):
    """A stay in a hall; `at` is when the guest came, `warnings` are codes such as `hall.other_hall`."""

    id: str
    participant: str
    name: str
    site: str
    at: datetime
    warnings: list[str] = []


@router.post("/participants", status_code=201)
async def add_guest(answer: Response, desk: AnyHall, parts: Parts, guest: NewGuest) -> GuestOut:
    """Add a guest who was on no list (201); with a repeated nonce the same guest again (200)."""
    scan = Scan(guest.nonce, guest.at) if guest.nonce else None
    now = parts.clock.now()
    async with parts.database.write() as db:
        site = await _site(db, desk, guest.site)
        person = person_of(guest, desk.session, site.id)
        added, stay = await checkin.add_walk_in(db, parts.vault, site, person, scan, actor=desk.staff.actor, now=now)
    if stay is not None and not stay.fresh:
        answer.status_code = 200
    return _guest(added, site, stay)


@router.post("/checkins", status_code=201)
async def check_in(answer: Response, desk: AnyHall, parts: Parts, wanted: NewCheckin) -> CheckinOut:
    """Check somebody in (201); the same nonce, or somebody who is in the hall already, answers 200 with the first stay."""
    scan = Scan(wanted.nonce, wanted.at, wanted.ask)
    now = parts.clock.now()
    async with parts.database.write() as db:
        site = await _site(db, desk, wanted.site)
        stay = await checkin.check_in_wanted(db, parts.vault, site, wanted.participant, wanted.code, scan, actor=desk.staff.actor, now=now)
    if not stay.fresh:
        answer.status_code = 200
    return _stay(stay, site)


@router.delete("/checkins/{stay}", status_code=204)
async def undo_check_in(
    desk: AnyHall, parts: Parts, stay: Annotated[str, Path(max_length=40)], site: Annotated[str, Query(max_length=40)]
) -> Response:
    """Take a check-in of the hall back; harmless when it is gone."""
    async with parts.database.write() as db:
        await checkin.undo(db, parts.vault, await _site(db, desk, site), stay, actor=desk.staff.actor, now=parts.clock.now())
    return Response(status_code=204)


@router.post("/participants/{participant}/complete")
async def complete(desk: Completing, parts: Parts, participant: Id, known: CompletionFields) -> GuestOut:
    """A placeholder becomes somebody: with what is now known, or the same as somebody on the list."""
    now = parts.clock.now()
    async with parts.database.write() as db:
        person = await placeholders.become(db, parts.vault, desk.session, participant, known, staff=desk.staff, now=now)
    return _guest(person)


@router.post("/sites/{site}/messages", response_model=ReceiptBody, status_code=201, responses={200: {"model": ReceiptBody}})
async def say(request: Request, parts: Parts, hall: AtHall, body: MessageBody) -> Response:
    """Words typed in a hall, as `POST /rooms/{room}/messages` but marked with this hall: 201, and 200 for a repeated cid.

    410 `rehearsal.practised` when `sent_at` lies in a rehearsal that has been wiped.
    """
    message = in_hall(frames.send(body.frame()))
    async with parts.database.read() as db:
        await refuse_kept(db, hall.session.id, message)
    person = at_hall(hall.desk.staff, hall.session, hall.site)
    said = await house_of(request).writers.submit(Given(person, message, limits=parts.settings.limits))
    return JSONResponse(answers.receipt(said), 200 if said.dup else 201)


async def _site(db: AsyncSession, desk: Desk, name: str) -> Site:
    """The hall that a body names, if this person works there."""
    site = await site_named(db, desk.session.id, name)
    must(desk.staff, ROLES, desk.session.id, site.id)
    return site


def _guest(person: Participant, site: Site | None = None, stay: CheckedIn | None = None) -> GuestOut:
    checked = _stay(stay, site) if stay is not None and site is not None else None
    return GuestOut(
        id=person.id,
        number=person.number,
        name=person.name,
        capacity=person.capacity,
        element=person.element,
        site=site.code if site else None,
        checkin=checked,
    )


def _stay(stay: CheckedIn, site: Site) -> CheckinOut:
    return CheckinOut(
        id=stay.id, participant=stay.participant_id, name=stay.name, site=site.code, at=stay.arrived_at, warnings=list(stay.warnings)
    )

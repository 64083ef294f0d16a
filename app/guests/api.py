"""Guests by letter for other programs: the list, taking a list in or back, and who comes instead of somebody."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from app.database.tables import new_id
from app.errors import FieldError, Invalid
from app.guests.columns import Field as Column
from app.guests.deputies import Comes, name_guest
from app.guests.desk import PAGE, Invitation, Taken, fillings, invitation_of, invitations
from app.guests.import_pages import Officer, Parts, SomeId, choices_of
from app.guests.importing import take_back, take_in
from app.guests.pages import AtDoor, ComesForm
from app.guests.reading import rows_read
from app.guests.rows import ONLINE, Usual
from app.sessions.guards import Desk
from app.web.ground import Ground

router = APIRouter(prefix="/api/v1/sessions/{slug}", tags=["guests"])
MOST_ITEMS = 1000
COLUMNS = list(Column)


class InviteeIn(BaseModel):
    """One invitation; `place` is a hall's name or code, or `online`; absent: the first hall."""

    institution: Annotated[str, Field(max_length=400)] = ""
    office: Annotated[str, Field(max_length=400)] = ""
    name: Annotated[str, Field(max_length=400)] = ""
    seats: Annotated[int, Field(ge=1, le=50)] = 1
    element: Annotated[str, Field(max_length=60)] = ""
    place: Annotated[str, Field(max_length=120)] = ""
    gender: Annotated[str, Field(max_length=20)] = ""
    phone: Annotated[str, Field(max_length=60)] = ""
    email: Annotated[str, Field(max_length=300)] = ""


class InviteesIn(BaseModel):
    """A list that is taken in as a whole; the same `id` again is the same list."""

    items: Annotated[list[InviteeIn], Field(min_length=1, max_length=MOST_ITEMS)]
    title: Annotated[str, Field(max_length=120)] = ""
    id: Annotated[str, Field(pattern="^[a-z2-7]{16}$")] | None = None


class ImportOut(BaseModel):
    """A list that was taken in."""

    id: str
    invitees: int
    seats: int
    undone: bool


class SeatOut(BaseModel):
    """A seat of an invitee: who takes it, in which capacity, where (they may have moved since the list), and the code at the door."""

    id: str
    participant: str
    code: str
    name: str
    capacity: str | None
    deputy: bool
    way: Literal["online", "in_person"]
    hall: str | None
    present: bool


class InviteeOut(BaseModel):
    """An invitation; `way` and `hall` are those of its first seat."""

    id: str
    import_id: str
    institution: str
    office: str | None
    element: str | None
    way: Literal["online", "in_person"]
    hall: str | None
    delegates: bool
    seats: list[SeatOut]


class InviteeList(BaseModel):
    """By institution; `next` is where the following page begins, absent at the end."""

    items: list[InviteeOut]
    next: str | None = None


@router.get("/invitees", response_model_exclude_none=True)
async def list_invitees(
    parts: Parts, at: Officer, q: Annotated[str, Query(max_length=80)] = "", after: Annotated[int, Query(ge=0, le=10**6)] = 0
) -> InviteeList:
    """Who is invited by letter."""
    async with parts.database.read() as db:
        rows, onward = await invitations(db, at.session.id, q=q, after=after, limit=PAGE)
    return InviteeList(items=[_shown(one) for one in rows], next=None if onward is None else str(onward))


@router.post("/invitees", status_code=201)
async def invite(parts: Parts, at: Officer, wanted: InviteesIn) -> ImportOut:
    """Invite a list: all or nothing. 422 with fields `items.3.phone`; 409 `guests.full` with items, `guests.nothing_new`."""
    rows = [[str(getattr(item, column.value)) for column in COLUMNS] for item in wanted.items]
    async with parts.database.read() as db:
        places = await fillings(db, at.session)
    choices = choices_of(at.session, places, parts.catalogues)
    usual = Usual(places[0].pool if places else ONLINE)
    read = await rows_read(rows, list(range(1, len(rows) + 1)), list(COLUMNS), choices, usual)
    wrong = [FieldError(f"items.{row.place}.{e.field}", e.code, e.facts) for row in read for e in row.wrong.values()]
    if wrong:
        raise Invalid(*wrong)
    invited = [row.wanted for row in read if row.wanted is not None]
    async with parts.database.write() as db:
        now = parts.clock.now()
        made = await take_in(db, parts.vault, at.session.id, wanted.id or new_id(), wanted.title, invited, actor=at.staff.actor, now=now)
        return ImportOut(id=made.id, invitees=made.invitees, seats=made.seats, undone=made.undone_at is not None)


@router.post("/guest-imports/{import_id}/undo")
async def undo_import(parts: Parts, at: Officer, import_id: SomeId) -> ImportOut:
    """Take a whole list back; 409 `guests.present` when somebody of it has been there."""
    async with parts.database.write() as db:
        made = await take_back(db, parts.vault, at.session.id, import_id, actor=at.staff.actor, now=parts.clock.now())
        return ImportOut(id=made.id, invitees=made.invitees, seats=made.seats, undone=made.undone_at is not None)


@router.post("/invitee-places/{place_id}/deputy")
async def name_deputy(parts: Parts, at: AtDoor, place_id: SomeId, comes: ComesForm) -> SeatOut:
    """Somebody comes *mewakili* the invited."""
    async with parts.database.write() as db:
        wanted = Comes(comes.name, comes.phone, comes.gender)
        await name_guest(db, parts.vault, at.session.id, place_id, wanted, actor=at.staff.actor, now=parts.clock.now())
    return await _seat(parts, at, place_id)


async def _seat(parts: Ground, at: Desk, place_id: str) -> SeatOut:
    async with parts.database.read() as db:
        found = await invitation_of(db, at.session.id, place_id)
    assert found is not None
    return _seat_shown(found[1])


def _seat_shown(one: Taken) -> SeatOut:
    place, person = one.place, one.person
    return SeatOut(
        id=place.id,
        participant=person.id,
        code=place.code,
        name=person.name,
        capacity=person.capacity,
        deputy=place.deputy,
        way="online" if one.hall is None else "in_person",
        hall=one.hall,
        present=one.present,
    )


def _shown(one: Invitation) -> InviteeOut:
    invitee, hall = one.invitee, next(iter(one.halls), None)
    return InviteeOut(
        id=invitee.id,
        import_id=invitee.import_id,
        institution=invitee.institution,
        office=invitee.office,
        element=invitee.element,
        way="online" if hall is None else "in_person",
        hall=hall,
        delegates=invitee.delegates,
        seats=[_seat_shown(seat) for seat in one.seats],
    )

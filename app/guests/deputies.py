"""Who really comes: a deputy for the invited, a name for a seat of which only the institution was known, and back to the list."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import Act, record
from app.errors import Conflict, FieldError, Invalid, NotFound
from app.guests.holders import come_back, give_way, resembles
from app.guests.importing import hold, must_fit
from app.guests.models import Invitee, InviteePlace
from app.guests.naming import deputised, guest_named, nobodys
from app.invitations.models import Seat, SeatDevice, SeatState
from app.invitations.seats import ROTATED
from app.invitations.switching import MAY_MOVE, ONLINE, RETURNED, follow
from app.journal.service import revoke as close_sockets
from app.notices.hand import want_again
from app.outbox.service import enqueue
from app.participants.models import Participant
from app.participants.service import Person, rewrite
from app.registration.filing import PERSON
from app.sessions.changes import tell_since
from app.sessions.models import ForumSession
from app.vault import Vault


@dataclass(frozen=True)
class Comes:
    """Somebody who comes: phone in E.164."""

    name: str
    phone: str | None = None
    gender: str | None = None


@dataclass(frozen=True)
class Place:
    """A seat of an invitee with who takes it."""

    place: InviteePlace
    invitee: Invitee
    person: Participant


async def name_guest(db: AsyncSession, vault: Vault, session_id: str, place_id: str, comes: Comes, *, actor: str, now: datetime) -> Place:
    """Somebody takes the seat, *mewakili* the office or the invited; the invited themselves by their own name.

    A seat that was given back is taken again while seats last: Conflict `guests.full`, `seats.over`, and `guests.revoked` for one that was revoked.
    """
    session = await hold(db, session_id)
    held = await _held(db, session_id, place_id)
    place, invitee = held.place, held.invitee
    if not comes.name:
        raise Invalid(FieldError("name", "field.required"))
    await _seat_again(db, session, held.person, now)
    if place.name is not None and comes.name.casefold() == place.name.casefold() and comes.phone is None:
        return await _as_listed(db, vault, held, actor, now)
    office = place.office or (invitee.office if place.position == 1 else None)
    capacity = deputised(place.name, office, invitee.institution)
    person = _person(held.person, Person(name=comes.name, capacity=capacity, phone=comes.phone, gender=comes.gender))
    place.deputy = True
    return await _write(db, vault, held, person, "guests.deputy_named", actor, now)


async def as_listed(db: AsyncSession, vault: Vault, session_id: str, place_id: str, *, actor: str, now: datetime) -> Place:
    """The invited come themselves after all: the seat is as the list says, and taken again if it was given back (Conflict as `name_guest`)."""
    session = await hold(db, session_id)
    held = await _held(db, session_id, place_id)
    if await _seat_again(db, session, held.person, now) and not held.place.deputy:
        facts: dict[str, object] = {"place": held.place.id}
        await record(db, vault, session_id, now, Act(actor, "guests.as_listed", f"participant:{held.person.id}", facts))
    return await _as_listed(db, vault, held, actor, now)


async def _as_listed(db: AsyncSession, vault: Vault, held: Place, actor: str, now: datetime) -> Place:
    place, invitee = held.place, held.invitee
    if not place.deputy:
        return held
    name, capacity = guest_named(place.name, place.office, invitee.institution, place.position, invitee.seats)
    phone = vault.open(place.phone, "invitee_places", "phone", place.id)
    email = vault.open(place.email, "invitee_places", "email", place.id)
    place.deputy = False
    person = _person(held.person, Person(name=name, capacity=capacity, phone=phone, email=email, gender=place.gender))
    return await _write(db, vault, held, person, "guests.as_listed", actor, now)


async def _seat_again(db: AsyncSession, session: ForumSession, guest: Participant, now: datetime) -> bool:
    """Give a seat that was given back to whoever comes now, with the code and letter of before, and tell what changed meanwhile; whether it was."""
    seat = await db.scalar(select(Seat).where(Seat.participant_id == guest.id).with_for_update().execution_options(populate_existing=True))
    if seat is None or seat.state is SeatState.ACTIVE:
        return False
    if seat.reason != RETURNED:
        raise Conflict("guests.revoked")
    if session.state not in MAY_MOVE:
        raise Conflict("seats.over")
    await must_fit(db, session, Counter({seat.site_id or ONLINE: 1}))
    seat.state, seat.revoked_at, seat.reason = SeatState.ACTIVE, None, None
    seat.version += 1
    await follow(db, seat, now)
    await want_again(db, guest.id, ("changed",), now)
    await tell_since(db, session.id, seat.letter_version or session.version, f"{seat.id}:{seat.version}", now)
    return True


def _person(before: Participant, now: Person) -> Person:
    """The new person on the seat of the one before: the institution stays, what was confided by somebody else does not."""
    stays = ("institution", "element", "village", "village_code", "site_id", "publish_name", "publish_photos", "language")
    return replace(now, **{name: getattr(before, name) for name in stays})


async def _held(db: AsyncSession, session_id: str, place_id: str) -> Place:
    found = await db.get(InviteePlace, place_id)
    if found is None or found.session_id != session_id:
        raise NotFound("guests.unknown_place")
    person = await db.get_one(Participant, found.participant_id, with_for_update=True, populate_existing=True)
    if person.erased_at is not None:
        raise NotFound("guests.unknown_place")
    await db.refresh(found)
    return Place(found, await db.get_one(Invitee, found.invitee_id), person)


async def _write(db: AsyncSession, vault: Vault, held: Place, person: Person, act: str, actor: str, now: datetime) -> Place:
    guest, key, place, invitee = held.person, held.person.name_key, held.place, held.invitee
    # Of whom nobody knows the name stands there as what the seat is called.
    named = place.name is not None or guest.name not in nobodys(place.office, invitee.institution, place.position, invitee.seats)
    same = named and resembles(guest.name, person.name)
    if named and not same:
        await give_way(db, vault, guest, now)
    rewrite(vault, guest, person, remembered=same)
    await db.flush()
    await come_back(db, vault, guest)
    if guest.name_key != key:
        await _let_go(db, guest, now)
    await enqueue(db, PERSON, f"person:{guest.id}:{guest.version}", {"participant_id": guest.id}, due_at=now, now=now)
    await record(db, vault, guest.session_id, now, Act(actor, act, f"participant:{guest.id}", {"place": held.place.id}))
    return held


async def _let_go(db: AsyncSession, guest: Participant, now: datetime) -> None:
    """Browsers that opened the letter for whoever had the seat before lose it; whoever brings the letter opens it anew."""
    seats = select(Seat.id).where(Seat.participant_id == guest.id)
    await db.execute(delete(SeatDevice).where(SeatDevice.seat_id.in_(seats)))
    session = await db.get_one(ForumSession, guest.session_id)
    await close_sockets(db, guest.id, session.room, ROTATED, now)

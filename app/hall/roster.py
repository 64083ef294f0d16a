"""Whom an operator may check in: everybody of the session by name, code or scanned link, with where each is expected."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.errors import Conflict, NotFound
from app.guests.models import InviteePlace
from app.invitations.join import Worth, look_up
from app.invitations.links import TOKEN
from app.invitations.models import Seat, SeatState
from app.participants.models import Attendance, Origin, Participant
from app.regions import name_key
from app.registration.keys import application_of, opens, written
from app.registration.models import Application, ApplicationState
from app.vault import Vault

MOST_ROWS = 2000
STOPPED = {Worth.REVOKED: "hall.seat_revoked", Worth.ROTATED: "hall.link_replaced"}


class Expected(StrEnum):
    """Where somebody was to take part, seen from one hall."""

    HERE = "here"
    OTHER_HALL = "other_hall"
    ONLINE = "online"
    NOWHERE = "nowhere"
    """On the list, but without a seat."""


@dataclass(frozen=True)
class Stay:
    """A stay in a hall that has not ended."""

    id: str
    site_id: str
    arrived_at: datetime


@dataclass(frozen=True)
class Guest:
    """Somebody on the list of the session as the desk of one hall sees them; `needs` says whether somebody expected there needs help.

    `brief`: a guest of this hall of whom little more than the name was written down.
    """

    id: str
    name: str
    name_key: str
    capacity: str | None
    institution: str | None
    village: str | None
    element: str | None
    code: str | None
    needs: bool
    expected: Expected
    expected_site: str | None
    stay: Stay | None
    brief: bool
    place_id: str | None = None
    """The seat of somebody invited by letter, for whom a deputy may come."""


async def roster(db: AsyncSession, vault: Vault, session_id: str, site_id: str) -> list[Guest]:
    """Everybody who may be checked in at a hall: those in it or expected there first, then by name; placeholders stand on a list of their own."""
    stays = await open_stays(db, session_id)
    rows = await db.execute(on_list(session_id))
    places = await invited_places(db, session_id)
    guests = [_guest(vault, site_id, person, seat, application, places.get(person.id), stays) for person, seat, application in rows]
    return sorted(guests, key=lambda one: one.expected != Expected.HERE and (one.stay is None or one.stay.site_id != site_id))


async def open_stays(db: AsyncSession, session_id: str) -> dict[str, Stay]:
    """The stay of each person who is in a hall now."""
    rows = await db.scalars(
        select(Attendance)
        .where(Attendance.session_id == session_id, Attendance.site_id.is_not(None), Attendance.left_at.is_(None))
        .order_by(Attendance.arrived_at)
    )
    return {row.participant_id: Stay(row.id, row.site_id or "", row.arrived_at) for row in rows}


async def invited_places(db: AsyncSession, session_id: str) -> dict[str, InviteePlace]:
    """The place on the list of invitations of each person who was invited by letter."""
    return {row.participant_id: row for row in await db.scalars(select(InviteePlace).where(InviteePlace.session_id == session_id))}


def found(guests: list[Guest], wish: str) -> list[Guest]:
    """Those whose name, office, institution or code holds every word that was typed."""
    words = name_key(wish).split() or wish.casefold().split()
    return [one for one in guests if all(word in search_text(one) for word in words)]


def search_text(guest: Guest) -> str:
    """What a search looks through: name, office, institution, village and code, in small letters."""
    parts = (guest.name, guest.name_key, guest.capacity, guest.institution, guest.village, guest.code, (guest.code or "").replace("-", ""))
    return " ".join(part.casefold() for part in parts if part)


async def expected_at(db: AsyncSession, person: Participant) -> tuple[Expected, str | None]:
    """Where somebody was to take part (`HERE` meaning the hall that is returned beside it)."""
    row = (await db.execute(people_of(person.session_id).where(Participant.id == person.id))).one()
    return where_expected(person, row[1], row[2])


async def by_code(db: AsyncSession, vault: Vault, session_id: str, code: str, now: datetime) -> str:
    """The participant of this session behind what was scanned or typed: a seat's link, a status page's, or a printed code.

    NotFound `hall.unknown_code`; Conflict `hall.seat_revoked` or `hall.link_replaced` for a link that was right once.
    """
    last = last_part(code)
    if TOKEN.fullmatch(last):
        found = await look_up(db, vault, last, now)
        if found is not None and found.session.id == session_id and found.person.erased_at is None:
            if found.worth in STOPPED:
                raise Conflict(STOPPED[found.worth], person=found.person.name, participant_id=found.person.id)
            return found.person.id
        application = await db.get(Application, application_of(last))
        if application and application.session_id == session_id and opens(vault, last, application.id, application.key_generation):
            return application.participant_id
    else:
        spoken = select(Application.participant_id).where(Application.session_id == session_id, Application.code == written(last))
        invited = select(InviteePlace.participant_id).where(InviteePlace.session_id == session_id, InviteePlace.code == written(last))
        for asked in (spoken, invited):
            if (person := await db.scalar(asked)) is not None:
                return person
    raise NotFound("hall.unknown_code")


def last_part(code: str) -> str:
    """What was scanned or typed without the address around it."""
    return code.strip().split("?", 1)[0].split("#", 1)[0].rstrip("/").rsplit("/", 1)[-1]


def people_of(session_id: str) -> Select[Participant, Seat | None, Application | None]:
    """Everybody who may be checked in, each with their seat and application."""
    return (
        select(Participant, Seat, Application)
        .outerjoin(Seat, (Seat.participant_id == Participant.id) & (Seat.state == SeatState.ACTIVE))
        .outerjoin(Application, Application.participant_id == Participant.id)
        .where(
            Participant.session_id == session_id,
            Participant.erased_at.is_(None),
            Participant.merged_into.is_(None),
            Participant.origin != Origin.PLACEHOLDER,
        )
    )


def on_list(session_id: str) -> Select[Participant, Seat | None, Application | None]:
    """The same by name, without those whom only their own hand brought in and an operator sent away."""
    revoked = aliased(Seat)
    away = exists().where(revoked.participant_id == Participant.id, revoked.state == SeatState.REVOKED)
    named = people_of(session_id).where(or_(Participant.origin != Origin.WALK_IN, ~away))
    return named.order_by(Participant.name_key, Participant.number).limit(MOST_ROWS)


def where_expected(person: Participant, seat: Seat | None, application: Application | None) -> tuple[Expected, str | None]:
    """Where somebody was to take part, and in which hall."""
    if seat is not None:
        return (Expected.HERE, seat.site_id) if seat.site_id else (Expected.ONLINE, None)
    if application is not None and application.state != ApplicationState.SELECTED:
        return Expected.NOWHERE, None
    return (Expected.HERE, person.site_id) if person.site_id else (Expected.NOWHERE, None)


def _guest(
    vault: Vault,
    site_id: str,
    person: Participant,
    seat: Seat | None,
    application: Application | None,
    place: InviteePlace | None,
    stays: Mapping[str, Stay],
) -> Guest:
    expected, expected_site = where_expected(person, seat, application)
    if expected == Expected.HERE and expected_site != site_id:
        expected = Expected.OTHER_HALL
    return Guest(
        id=person.id,
        name=person.name,
        name_key=person.name_key,
        capacity=person.capacity,
        institution=person.institution,
        village=person.village,
        element=person.element,
        code=application.code if application else place.code if place else None,
        needs=person.needs is not None and expected == Expected.HERE,
        expected=expected,
        expected_site=expected_site,
        stay=stays.get(person.id),
        brief=person.origin == Origin.WALK_IN and person.site_id == site_id and None in {person.element, person.gender},
        place_id=place.id if place else None,
    )

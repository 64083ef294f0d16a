"""What the desk reads of guests by letter: invitations with their seats, searched and paged, the lists they came in, and how places fill."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.guests.models import GuestImport, Invitee, InviteePlace
from app.guests.rows import ONLINE
from app.invitations.models import Seat, SeatState
from app.participants.models import Attendance, Participant
from app.registration.decisions import seats_taken
from app.registration.keys import written
from app.registration.roll import names_of
from app.sessions.crowd import holds_seat, invited_by_place
from app.sessions.models import ForumSession, Site

PAGE = 50


@dataclass(frozen=True)
class Taken:
    """A seat of an invitee with who takes it, where (`hall` is the hall's name, none online), whether they have been there, and whether the seat still stands."""

    place: InviteePlace
    person: Participant
    hall: str | None
    present: bool
    stands: bool


@dataclass(frozen=True)
class Invitation:
    """An invitee with its seats in their order."""

    invitee: Invitee
    seats: list[Taken]

    @property
    def halls(self) -> list[str | None]:
        """Where its people sit now, each place once in the order of the seats: whoever has moved sits elsewhere than the list said."""
        return list(dict.fromkeys(one.hall for one in self.seats))

    @property
    def present(self) -> int:
        """How many of it have been there."""
        return sum(one.present for one in self.seats)


@dataclass(frozen=True)
class Brought:
    """A list that was taken in, by whom, and how many of it have been there."""

    made: GuestImport
    by: str | None
    present: int


@dataclass(frozen=True)
class Filling:
    """A place of the session: hall's name (none: online), its seats, those taken, and how many of these by letter."""

    pool: str
    hall: str | None
    seats: int
    taken: int
    invited: int


@dataclass(frozen=True)
class Totals:
    """Invitations of which somebody still comes, seats of theirs, deputies named, and people who have been there; `returned` seats are not among them."""

    invitees: int
    seats: int
    deputies: int
    present: int
    returned: int


async def invitations(
    db: AsyncSession, session_id: str, *, q: str = "", import_id: str | None = None, after: int = 0, limit: int = PAGE
) -> tuple[list[Invitation], int | None]:
    """Invitations by institution from position `after`, and the position of the next page; `q` is looked for in institution, office, names and codes."""
    wanted = select(Invitee).where(Invitee.session_id == session_id)
    if import_id:
        wanted = wanted.where(Invitee.import_id == import_id)
    for word in q.split():
        wanted = _holding(wanted, word)
    order = (func.lower(Invitee.institution), Invitee.created_at, Invitee.position, Invitee.id)
    found = (await db.scalars(wanted.order_by(*order).offset(after).limit(limit + 1))).all()
    return await _seated(db, session_id, found[:limit]), after + limit if len(found) > limit else None


async def invitation_of(db: AsyncSession, session_id: str, place_id: str) -> tuple[Invitation, Taken] | None:
    """The invitation to which a seat belongs, and that seat."""
    found = await db.scalar(
        select(Invitee)
        .join(InviteePlace, InviteePlace.invitee_id == Invitee.id)
        .where(InviteePlace.id == place_id, Invitee.session_id == session_id)
    )
    if found is None:
        return None
    invitation = (await _seated(db, session_id, [found]))[0]
    return invitation, next(one for one in invitation.seats if one.place.id == place_id)


async def lists(db: AsyncSession, session_id: str) -> list[Brought]:
    """The lists that stand, newest first."""
    standing = (GuestImport.session_id == session_id) & GuestImport.undone_at.is_(None)
    made = (await db.scalars(select(GuestImport).where(standing).order_by(GuestImport.at.desc(), GuestImport.id))).all()
    names = await names_of(db, [one.by for one in made])
    counted = await db.execute(
        select(Invitee.import_id, func.count(func.distinct(Attendance.participant_id)))
        .join(InviteePlace, InviteePlace.invitee_id == Invitee.id)
        .join(Attendance, Attendance.participant_id == InviteePlace.participant_id)
        .where(Invitee.session_id == session_id)
        .group_by(Invitee.import_id)
    )
    present = {import_id: int(count) for import_id, count in counted.all()}
    return [Brought(one, names.get(one.by), present.get(one.id, 0)) for one in made]


async def fillings(db: AsyncSession, session: ForumSession) -> list[Filling]:
    """How the places of the session fill, the halls in their order and online last."""
    taken, invited = await seats_taken(db, session.id), await invited_by_place(db, session.id)
    halls = await db.scalars(select(Site).where(Site.session_id == session.id).order_by(Site.position, Site.id))
    found = [Filling(hall.id, hall.name, hall.seats, taken.get(hall.id, 0), invited.get(hall.id, 0)) for hall in halls]
    if session.seats_online or invited.get(ONLINE):
        found.append(Filling(ONLINE, None, session.seats_online, taken.get(ONLINE, 0), invited.get(ONLINE, 0)))
    return found


async def totals(db: AsyncSession, session_id: str) -> Totals:
    """The numbers above the list."""
    mine, kept = InviteePlace.session_id == session_id, holds_seat(InviteePlace.participant_id)
    counted = select(func.count(func.distinct(InviteePlace.invitee_id)), func.count(), func.count().filter(InviteePlace.deputy))
    invitees, seats, deputies = (await db.execute(counted.where(mine, kept))).one()
    returned = await db.scalar(select(func.count()).select_from(InviteePlace).where(mine, ~kept))
    there = select(func.count(func.distinct(Attendance.participant_id))).join(
        InviteePlace, InviteePlace.participant_id == Attendance.participant_id
    )
    return Totals(invitees, seats, deputies, await db.scalar(there.where(mine)) or 0, returned or 0)


async def _seated(db: AsyncSession, session_id: str, invitees: Sequence[Invitee]) -> list[Invitation]:
    rows = await db.execute(
        select(InviteePlace, Participant, Site.name, Seat.state)
        .join(Participant, Participant.id == InviteePlace.participant_id)
        .join(Seat, Seat.participant_id == Participant.id)
        .outerjoin(Site, Site.id == Seat.site_id)
        .where(InviteePlace.session_id == session_id, InviteePlace.invitee_id.in_([one.id for one in invitees]))
        .order_by(InviteePlace.position)
    )
    found = rows.all()
    there = select(Attendance.participant_id).where(Attendance.participant_id.in_([row[1].id for row in found]))
    present = set(await db.scalars(there))
    seats: dict[str, list[Taken]] = {}
    for place, person, hall, state in found:
        seats.setdefault(place.invitee_id, []).append(Taken(place, person, hall, person.id in present, state is SeatState.ACTIVE))
    return [Invitation(one, seats.get(one.id, [])) for one in invitees]


def _holding(wanted: Select[Invitee], word: str) -> Select[Invitee]:
    inside = select(InviteePlace.invitee_id).join(Participant, Participant.id == InviteePlace.participant_id)
    small = word.casefold()
    named = inside.where(
        or_(
            func.lower(Participant.name).contains(small, autoescape=True),
            func.lower(InviteePlace.office).contains(small, autoescape=True),
            InviteePlace.code == written(word),
        )
    )
    return wanted.where(or_(func.lower(Invitee.institution).contains(small, autoescape=True), Invitee.id.in_(named)))

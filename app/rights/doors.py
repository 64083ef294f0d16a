"""Through which door people come to their own data: the key of the status page, or the browser that opened a seat's link."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Path, Request
from sqlalchemy import select

from app.errors import Gone, NotFound, SignInNeeded
from app.invitations.guards import attendee_or_none
from app.invitations.models import Seat, SeatDevice
from app.participants.models import Participant
from app.registration.filing import by_key
from app.sessions.guards import find_session
from app.sessions.models import ForumSession
from app.vault import fingerprint
from app.web.csrf import SEAT_COOKIE, check
from app.web.ground import ground

Key = Annotated[str, Path(max_length=64)]
Forum = Annotated[ForumSession, Depends(find_session)]


@dataclass(frozen=True)
class Door:
    """Who came in, and the address in front of whose `/data` they are."""

    base: str
    session: ForumSession
    person: Participant

    @property
    def actor(self) -> str:
        """As the audit chain writes them."""
        return f"person:{self.person.id}"


async def status_door(request: Request, key: Key) -> Door:
    """By the key of the status page; Gone once the person was forgotten."""
    parts = ground(request)
    async with parts.database.read() as db:
        application = await by_key(db, parts.vault, key)
        person = await db.get(Participant, application.participant_id)
        session = await db.get(ForumSession, application.session_id)
    if person is None or session is None:
        raise NotFound("registration.unknown_key")
    return _unless_erased(Door(f"/r/{key}", session, person))


async def seat_door(request: Request, session: Forum) -> Door:
    """By the seat of this browser, also when its link has run out: rights last longer than invitations."""
    parts = ground(request)
    holder = await attendee_or_none(request)
    cookie = request.cookies.get(SEAT_COOKIE)
    async with parts.database.read() as db:
        person_id = holder.participant_id if holder is not None else None
        if person_id is None and cookie:
            opened = (SeatDevice.seat_id == Seat.id) & (SeatDevice.generation == Seat.generation)
            person_id = await db.scalar(
                select(Seat.participant_id).join(SeatDevice, opened).where(SeatDevice.fingerprint == fingerprint(cookie))
            )
        person = await db.get(Participant, person_id) if person_id else None
    if person is None or person.session_id != session.id:
        raise SignInNeeded("invitations.link_needed")
    if holder is None:
        await check(request)
    return _unless_erased(Door(f"/s/{session.slug}/hadir", session, person))


def _unless_erased(door: Door) -> Door:
    if door.person.erased_at is not None:
        raise Gone("rights.erased")
    return door

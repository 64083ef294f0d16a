"""Who is in the room: from a token or cookie to a person with a part in it, staff or the holder of a seat."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import Role
from app.access.rights import Staff
from app.access.service import staff_by_bearer
from app.access.signing import staff_by_cookie
from app.chat.conduct import PartInRoom
from app.errors import NotAllowed, NotFound, SignInNeeded
from app.invitations.links import SeatHolder, resolve, resolve_device
from app.sessions.models import ForumSession, Site
from app.vault import Vault

ORDER = (
    (Role.ADMIN, PartInRoom.MODERATOR),
    (Role.MODERATOR, PartInRoom.MODERATOR),
    (Role.SECRETARIAT, PartInRoom.SECRETARIAT),
    (Role.OPERATOR, PartInRoom.OPERATOR),
    (Role.RESPONDER, PartInRoom.RESPONDER),
)
"""The strongest part that a member of staff holds is the one they speak in."""


@dataclass(frozen=True, slots=True)
class Key:
    """What somebody shows at the door; a token wins over cookies."""

    token: str | None = None
    staff_cookie: str | None = None
    seat_cookie: str | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in one room: `id` labels their sockets and is the `sender` of what they send (participant, account or token)."""

    id: str
    name: str
    part: PartInRoom
    room: str
    session_id: str
    capacity: str | None = None
    element: str | None = None
    site_id: str | None = None
    site: str | None = None
    seat_id: str | None = None
    generation: int = 0
    roles: frozenset[Role] = field(default_factory=frozenset)
    actor: str = ""

    @property
    def on_staff(self) -> bool:
        """Whether this is somebody of the office, a responder included."""
        return self.seat_id is None

    def may(self, *roles: Role) -> bool:
        """Whether one of these roles (or administrator) is held in this session."""
        return bool(self.roles & {*roles, Role.ADMIN})


async def enter(db: AsyncSession, vault: Vault, room: str, key: Key, now: datetime) -> Person:
    """Who this is in this room: SignInNeeded when nobody, NotFound for a room that is not there for them, NotAllowed for staff without a part."""
    staff, holder = await _who(db, vault, key, now)
    if staff is None and holder is None:
        raise SignInNeeded("chat.unauthenticated")
    if staff is not None:
        session_id = await db.scalar(select(ForumSession.id).where(ForumSession.room == room))
        if session_id is not None and (holder is None or staff.roles_in(session_id)):
            return await _of_staff(db, staff, session_id, room)
    if holder is None or holder.room != room:
        raise NotFound("chat.not_found")
    return _of_seat(holder)


async def _who(db: AsyncSession, vault: Vault, key: Key, now: datetime) -> tuple[Staff | None, SeatHolder | None]:
    if key.token:
        # A secret is one thing only; seats are by far the most.
        seat = await resolve(db, vault, key.token, now)
        return (await staff_by_bearer(db, key.token, now) if seat is None else None), seat
    staff = await staff_by_cookie(db, key.staff_cookie, now) if key.staff_cookie else None
    holder = await resolve_device(db, key.seat_cookie, now) if key.seat_cookie else None
    return staff, holder


async def _of_staff(db: AsyncSession, staff: Staff, session_id: str, room: str) -> Person:
    roles = staff.roles_in(session_id)
    part = next((part for role, part in ORDER if role in roles), None)
    if part is None:
        raise NotAllowed("chat.forbidden")
    sites = staff.sites_in(session_id, Role.OPERATOR) if Role.OPERATOR in roles else None
    site = await _site(db, session_id, min(sites)) if sites else None
    return Person(
        id=staff.id,
        name=staff.name,
        part=part,
        room=room,
        session_id=session_id,
        capacity=staff.agency,
        site_id=site.id if site else None,
        site=site.code if site else None,
        roles=frozenset(roles),
        actor=staff.actor,
    )


async def _site(db: AsyncSession, session_id: str, site_id: str) -> Site | None:
    return await db.scalar(select(Site).where(Site.id == site_id, Site.session_id == session_id))


def _of_seat(holder: SeatHolder) -> Person:
    return Person(
        id=holder.participant_id,
        name=holder.name,
        part=PartInRoom.ATTENDEE,
        room=holder.room,
        session_id=holder.session_id,
        capacity=holder.capacity,
        element=holder.element,
        site_id=holder.site_id,
        seat_id=holder.seat_id,
        generation=holder.generation,
        actor=f"participant:{holder.participant_id}",
    )

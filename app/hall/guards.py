"""Who works in a hall: operators at their own hall (or every one, when their right is not bound to it), moderators at each."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Path, Request
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import Role
from app.access.service import must
from app.errors import NotFound
from app.hall.sightings import note
from app.sessions.guards import Desk, desk
from app.sessions.models import ForumSession, Site
from app.web.ground import ground

ROLES = {Role.OPERATOR, Role.MODERATOR}
COMPLETING = {Role.OPERATOR, Role.SECRETARIAT}

AnyHall = Annotated[Desk, Depends(desk(*ROLES))]
"""Somebody who works at one hall of the session at least."""
Completing = Annotated[Desk, Depends(desk(*COMPLETING))]


@dataclass(frozen=True)
class HallDesk:
    """A member of staff at work in one hall."""

    session: ForumSession
    site: Site
    desk: Desk

    @property
    def actor(self) -> str:
        """As the audit chain writes them."""
        return self.desk.staff.actor


async def hall_desk(request: Request, at: AnyHall, site: Annotated[str, Path(max_length=40)]) -> HallDesk:
    """The desk of this hall; NotFound for no hall of the session, NotAllowed for one at which the right does not hold."""
    async with ground(request).database.read() as db:
        found = await site_named(db, at.session.id, site)
    must(at.staff, ROLES, at.session.id, found.id)
    await note(ground(request), at.session.id, found.id)
    return HallDesk(at.session, found, at)


async def site_named(db: AsyncSession, session_id: str, name: str) -> Site:
    """The hall with this code (or id); NotFound `hall.unknown_site`."""
    found = await db.scalar(select(Site).where(Site.session_id == session_id, or_(Site.code == name, Site.id == name)))
    if found is None:
        raise NotFound("hall.unknown_site")
    return found


AtHall = Annotated[HallDesk, Depends(hall_desk)]

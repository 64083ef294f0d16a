"""From the slug in an address to the forum session, for the public and for staff with a right in it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Path, Request
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.guards import MaybeStaff, SignedIn
from app.access.models import Role
from app.access.rights import Staff
from app.access.service import must
from app.errors import NotFound
from app.sessions.models import AgendaItem, ForumSession, SessionState
from app.web.ground import ground

Slug = Annotated[str, Path(max_length=80)]
HELD = frozenset({SessionState.LIVE, SessionState.PAUSED})


@dataclass(frozen=True)
class Desk:
    """A member of staff at work in a session."""

    session: ForumSession
    staff: Staff


async def find_session(request: Request, slug: Slug) -> ForumSession:
    """The session of this address, in whatever state; NotFound when there is none."""
    if not slug.isprintable():  # PostgreSQL refuses NUL in a text, which would look like a fault of ours
        raise NotFound("sessions.unknown")
    async with ground(request).database.read() as db:
        found = await db.scalar(select(ForumSession).where(ForumSession.slug == slug))
        if found is None:
            raise NotFound("sessions.unknown")
        await show_agenda(request, db, found)
    return found


async def show_agenda(request: Request, db: AsyncSession, session: ForumSession) -> None:
    """Let every page of this request say what the forum is dealing with, while it is held, and where to ask again."""
    if session.state in HELD:
        request.state.agenda_at = f"/s/{session.slug}/acara-kini"
        if session.agenda_item_id:
            request.state.on_agenda = await db.get(AgendaItem, session.agenda_item_id)


async def public_session(found: Annotated[ForumSession, Depends(find_session)], staff: MaybeStaff) -> ForumSession:
    """A session that anybody may see; a draft shows itself to its staff only."""
    if found.state == SessionState.DRAFT and (staff is None or not staff.may(set(Role), found.id)):
        raise NotFound("sessions.unknown")
    return found


def desk(*roles: Role) -> Callable[..., Awaitable[Desk]]:
    """A dependency: the session and the member of staff who holds one of these roles in it (admins always do)."""

    async def at_desk(found: Annotated[ForumSession, Depends(find_session)], staff: SignedIn) -> Desk:
        must(staff, set(roles), found.id)
        return Desk(found, staff)

    return at_desk


PublicSession = Annotated[ForumSession, Depends(public_session)]

"""Who works on the desk's pages of outcomes, which proposals they see there, and what every one of these pages shows."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import Role
from app.errors import ForumError
from app.outcomes.levels import FIRST_LEVEL, LEVELS, Level
from app.outcomes.writing import Writer
from app.proposals.agencies import spellings
from app.proposals.listing import Filters, offers
from app.sessions.desk_page import desk_page
from app.sessions.guards import Desk, desk
from app.web.ground import Ground, ground

Parts = Annotated[Ground, Depends(ground)]
At = Annotated[Desk, Depends(desk(Role.SECRETARIAT, Role.RESPONDER))]
Secretariat = Annotated[Desk, Depends(desk(Role.SECRETARIAT))]
KEY = "hasil"
PREFIX = f"/meja/{{slug}}/{KEY}"


def publishes(at: Desk) -> bool:
    """Whether they write for every level and publish; a responder does neither."""
    return at.staff.may({Role.SECRETARIAT}, at.session.id)


async def writer_of(db: AsyncSession, parts: Ground, at: Desk) -> Writer:
    """Who writes: the secretariat anything, a responder what their agency answers."""
    if publishes(at):
        return Writer(at.staff.actor, parts.clock.now())
    meant = (await offers(db, at.session, public=False)).meant
    return Writer(at.staff.actor, parts.clock.now(), spellings(at.staff.agency or "", meant))


def seen_by(at: Desk, filters: Filters, meant: Sequence[str]) -> Filters | None:
    """What they may see of what the filters let through: a responder what is meant (of the agencies `meant`) for theirs; None for nothing."""
    if publishes(at):
        return filters
    mine = spellings(at.staff.agency or "", meant)
    return replace(Filters(q=filters.q, sector=filters.sector, village=filters.village), meant_for=mine) if mine else None


def levels_of(at: Desk) -> tuple[Level, ...]:
    """The levels whose answers they write."""
    return LEVELS if publishes(at) else (Level.AGENCY,)


def outcomes_page(
    request: Request, template: str, at: Desk, /, *, status: int = 200, refused: ForumError | None = None, **context: Any
) -> Response:
    """A page of these, with what every one of them needs."""
    writes_all = publishes(at)
    return desk_page(
        request,
        template,
        at,
        KEY,
        status=status,
        refused=refused,
        publishes=writes_all,
        agency=None if writes_all else at.staff.agency,
        levels=levels_of(at),
        first=FIRST_LEVEL[at.session.tier],
        **context,
    )

"""Who works on the desk's pages of outcomes, which proposals they see there, and what every one of these pages shows."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import Role
from app.outcomes.levels import FIRST_LEVEL, LEVELS, Level
from app.outcomes.writing import Writer
from app.proposals.agencies import spellings
from app.proposals.listing import Filters, offers
from app.sessions.guards import Desk, desk
from app.sessions.navigation import desk_items
from app.web.ground import Ground, ground
from app.web.pages import translator

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


def about_desk(request: Request, at: Desk) -> dict[str, Any]:
    """What every page of these needs."""
    writes_all = publishes(at)
    return {
        "session": at.session,
        "desk_items": desk_items(at.session, at.staff, KEY, translator(request)),
        "publishes": writes_all,
        "agency": None if writes_all else at.staff.agency,
        "levels": LEVELS if writes_all else (Level.AGENCY,),
        "first": FIRST_LEVEL[at.session.tier],
    }

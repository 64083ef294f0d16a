"""The desk: every session of a person, and the summary of one with its next step and its state."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.guards import SignedIn
from app.access.models import Role
from app.access.rail import office_items
from app.access.service import must
from app.meetings.service import meeting_of, opened
from app.sessions.crowd import Crowd, crowd_of, selected_by_place
from app.sessions.guards import Desk, desk
from app.sessions.lifecycle import ADMINS_ONLY, next_states
from app.sessions.lists import own
from app.sessions.models import ForumSession, Series, SessionState, Site
from app.sessions.navigation import desk_items, may_open
from app.sessions.readiness import Facts, next_step, readiness
from app.sessions.registering import registration_of
from app.sessions.rows import quotas_of, sites_of
from app.sessions.service import change_state
from app.sessions.staffing import members_of
from app.vault import Vault
from app.web.forms import parse, typed
from app.web.ground import Ground, ground
from app.web.pages import page, translator

router = APIRouter(include_in_schema=False)
Parts = Annotated[Ground, Depends(ground)]
Anybody = Annotated[Desk, Depends(desk(*Role))]
Chair = Annotated[Desk, Depends(desk(Role.MODERATOR))]


class StatePress(BaseModel):
    """A press on one of the state buttons."""

    to: SessionState
    reason: Annotated[str, Field(max_length=500)] | None = None


@router.get("/meja")
async def desks(request: Request, parts: Parts, staff: SignedIn) -> Response:
    """The sessions in which this person works."""
    async with parts.database.read() as db:
        sessions = await own(db, staff)
    items = office_items(staff, "", translator(request))
    admin = staff.may({Role.ADMIN})
    return page(request, "sessions/desks.html", sessions=sessions, admin=admin, desk_items=items)


@router.get("/meja/{slug}")
async def summary(request: Request, parts: Parts, at: Anybody) -> Response:
    """Where the session stands and the one thing to do next."""
    now, session = parts.clock.now(), at.session
    async with parts.database.read() as db:
        crowd = await crowd_of(db, session.id)
        sites = await sites_of(db, session.id)
        selected = await selected_by_place(db, session.id)
        facts = await facts_of(db, parts.vault, session, sites, crowd)
        series = await db.get(Series, session.series_id) if session.series_id else None
    admin = at.staff.may({Role.ADMIN}, session.id)
    chairs = at.staff.may({Role.MODERATOR}, session.id)
    may_come = set(next_states(session)) - ({SessionState.LIVE} if session.undated else set())
    pressable = [to for to in next_states(session) if to in may_come and (admin if to in ADMINS_ONLY else chairs)]
    points = readiness(session, facts)
    return page(
        request,
        "sessions/summary.html",
        session=session,
        crowd=crowd,
        sites=sites,
        selected=selected,
        points=points,
        may_open={point.key: may_open(at.staff, session.id, point.page) for point in points},
        may_see={
            key: may_open(at.staff, session.id, key)
            for key in ("siap", "pendaftar", "undangan", "usulan", "rekaman", "ruang", "atur", "jadwal")
        },
        step=next_step(session, crowd, now),
        registration=registration_of(session, now),
        pressable=pressable,
        chairs=chairs,
        series=series,
        desk_items=desk_items(session, at.staff, "", translator(request)),
    )


@router.post("/meja/{slug}/keadaan")
async def press(request: Request, parts: Parts, at: Chair) -> Response:
    """Publish, open, pause, end or cancel, and back to the summary."""
    wish = parse(StatePress, await typed(request))
    if wish.to in ADMINS_ONLY:
        must(at.staff, {Role.ADMIN}, at.session.id)
    async with parts.database.write() as db:
        await change_state(db, parts.vault, at.session.id, wish.to, actor=at.staff.actor, reason=wish.reason, now=parts.clock.now())
    return RedirectResponse(f"/meja/{at.session.slug}", 303)


async def facts_of(db: AsyncSession, vault: Vault, session: ForumSession, sites: list[Site], crowd: Crowd) -> Facts:
    """What the rules of readiness look at."""
    duties = [duty for member in await members_of(db, session.id) for duty in member.duties]
    operated = {duty.site_id for duty in duties if duty.role is Role.OPERATOR}
    return Facts(
        crowd=crowd,
        halls=len(sites),
        halls_without_operator=0 if None in operated else sum(site.id not in operated for site in sites),
        moderators=sum(duty.role is Role.MODERATOR for duty in duties),
        quotas=len(await quotas_of(db, session.id)),
        meeting_complete=opened(vault, await meeting_of(db, session.id)).complete,
    )

"""Gathers what the readiness page shows: the examination of this process, the session's numbers, and signs of life of halls and screens."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.hall.sightings import SCREEN, sightings
from app.health.checkup import Report
from app.outbox.models import JobState
from app.readiness.points import Gathering, Machine, Place
from app.sessions.crowd import ONLINE, Crowd, seated_by_place
from app.sessions.models import ForumSession, Site
from app.settings import Settings


def machine(settings: Settings, report: Report, here: str) -> Machine:
    """The installation as the examination found it; `here` is the origin under which the page was opened."""
    facts = report.facts
    jobs = facts.jobs if facts is not None else {}
    return Machine(
        public_url=settings.public_url,
        # Every loopback address is the same machine.
        here=settings.public_url if here in settings.public_urls else here,
        ready=report.ready and report.writes,
        skew=facts.skew if facts is not None else None,
        disk_free=report.disk_free,
        mail=settings.mail is not None,
        jobs_waiting=jobs.get(JobState.WAITING, 0),
        jobs_set_aside=jobs.get(JobState.SET_ASIDE, 0),
        oldest_job=facts.oldest_job if facts is not None else 0.0,
    )


async def gathering(db: AsyncSession, session: ForumSession, sites: list[Site], crowd: Crowd) -> Gathering:
    """The session's places with their seats, who is invited there, and when each was last there."""
    invited = await seated_by_place(db, session.id)
    there = await sightings(db, session.id)
    online = [Place("", session.seats_online, invited.get(ONLINE, 0))] if session.seats_online or invited.get(ONLINE) else []
    halls = [Place(site.name, site.seats, invited.get(site.id, 0), there.get(site.id)) for site in sites]
    return Gathering([*online, *halls], there.get(SCREEN), crowd.undelivered, crowd.failed)

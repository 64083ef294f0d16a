"""Settings become parts here, and only here: the database, the shared ground, the handlers of jobs, the routers of the features."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from fastapi import APIRouter

from app.access.jobs import jobs as access_jobs
from app.access.routes import router as access_router
from app.chat.house import House
from app.chat.routes import router as chat_router
from app.chat.socket import router as socket_router
from app.clock import Clock
from app.closing.jobs import jobs as closing_jobs
from app.closing.routes import router as closing_router
from app.database.engine import Database, connect
from app.digest.jobs import jobs as digest_jobs
from app.digest.routes import router as digest_router
from app.exports.jobs import jobs as export_jobs
from app.exports.routes import router as exports_router
from app.figures.routes import router as figures_router
from app.guests.routes import router as guests_router
from app.hall.routes import router as hall_router
from app.health.routes import router as health_router
from app.i18n import Catalogues
from app.invitations.jobs import jobs as invitation_jobs
from app.invitations.routes import router as invitations_router
from app.minutes.routes import router as minutes_router
from app.outbox.worker import Handler
from app.outcomes.jobs import jobs as outcome_jobs
from app.outcomes.routes import router as outcomes_router
from app.outcomes.telling import OUTCOME, letter_words
from app.papers.jobs import jobs as paper_jobs
from app.papers.routes import router as papers_router
from app.planning.routes import router as planning_router
from app.planning.scoring_routes import router as scoring_router
from app.proposals.jobs import jobs as proposal_jobs
from app.proposals.routes import router as proposals_router
from app.readiness.routes import router as readiness_router
from app.record.jobs import jobs as record_jobs
from app.record.objecting import OBJECTION
from app.record.routes import router as record_router
from app.record.telling import CORRECTION, answer_words, window_words
from app.registration.jobs import jobs as registration_jobs
from app.registration.routes import router as registration_router
from app.rights.jobs import jobs as rights_jobs
from app.rights.routes import router as rights_router
from app.sessions.jobs import jobs as session_jobs
from app.sessions.routes import router as sessions_router
from app.settings import Settings
from app.sipd.routes import router as sipd_router
from app.vault import load_vault
from app.web.ground import Ground
from app.web.throttle import Throttles

LOCALES = Path(__file__).resolve().parents[1] / "locales"


def lay_ground(settings: Settings, database: Database | None = None) -> Ground:
    """The parts that all features share."""
    vault, clock = load_vault(settings.keys, settings.data_dir), Clock(settings.clock_offset)
    return Ground(
        settings=settings,
        database=database or connect(settings.database_url),
        vault=vault,
        clock=clock,
        catalogues=_catalogues(),
        throttles=Throttles(),
        letters={
            OUTCOME: letter_words(vault, settings.public_url),
            CORRECTION: window_words(vault, settings.public_url, clock),
            OBJECTION: answer_words(vault, settings.public_url),
        },
    )


@cache
def _catalogues() -> Catalogues:
    """The sentences of all languages, which nothing changes: read once a process."""
    return Catalogues.load(LOCALES)


def open_house(ground: Ground) -> House:
    """The live rooms of this process."""
    return House(ground)


def handlers(ground: Ground) -> Mapping[str, Handler]:
    """Which function does which kind of job."""
    features = (
        access_jobs,
        session_jobs,
        registration_jobs,
        invitation_jobs,
        proposal_jobs,
        outcome_jobs,
        paper_jobs,
        record_jobs,
        export_jobs,
        closing_jobs,
        digest_jobs,
        rights_jobs,
    )
    return {kind: handler for jobs in features for kind, handler in jobs(ground).items()}


def routers() -> list[APIRouter]:
    """The doors of every feature; that of sockets first, since a crowd comes through it and each door before it is tried."""
    return [
        socket_router,
        access_router,
        # Before the sessions: /meja/angka and /meja/kabar are no sessions of this name.
        figures_router,
        digest_router,
        sessions_router,
        registration_router,
        invitations_router,
        guests_router,
        proposals_router,
        planning_router,
        scoring_router,
        outcomes_router,
        sipd_router,
        chat_router,
        hall_router,
        papers_router,
        minutes_router,
        record_router,
        exports_router,
        readiness_router,
        rights_router,
        closing_router,
        health_router,
    ]

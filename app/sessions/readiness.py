"""What the desk should do next and what is still missing: pure rules over numbers and facts of a session."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.sessions.crowd import Crowd
from app.sessions.models import ForumSession, SessionState
from app.sessions.registering import Registration, registration_of

SOON = timedelta(hours=1)
"""Before the start, when opening the room becomes the next step."""


class Step(StrEnum):
    """The one thing to do next."""

    PUBLISH = "publish"
    REHEARSE = "rehearse"
    DATE = "date"
    WAIT = "wait"
    SELECT = "select"
    DELIVER = "deliver"
    OPEN = "open"
    RUN = "run"
    RESUME = "resume"
    VERIFY = "verify"
    EXPORT = "export"
    NOTHING = "nothing"


class Urgency(StrEnum):
    """How much a point of the readiness list matters; the names are states of the interface."""

    MUST = "must"
    SHOULD = "should"
    READY = "ready"


@dataclass(frozen=True)
class Point:
    """A point of the readiness list: `key` names its words, `page` the desk page that mends it."""

    key: str
    urgency: Urgency
    page: str
    count: int = 0


@dataclass(frozen=True)
class Facts:
    """What the rules look at beside the session itself."""

    crowd: Crowd
    halls: int
    halls_without_operator: int
    moderators: int
    quotas: int
    meeting_complete: bool


def next_step(session: ForumSession, crowd: Crowd, now: datetime) -> Step:
    """The next step of the desk in this moment."""
    match session.state:
        case SessionState.DRAFT:
            return Step.PUBLISH
        case SessionState.LIVE:
            return Step.RUN
        case SessionState.PAUSED:
            return Step.RESUME
        case SessionState.CANCELLED:
            return Step.NOTHING
        case SessionState.ENDED:
            return Step.VERIFY if crowd.proposals_new else Step.EXPORT
        case _:
            return _before_the_forum(session, crowd, now)


def _before_the_forum(session: ForumSession, crowd: Crowd, now: datetime) -> Step:
    if session.rehearsal is not None:
        return Step.REHEARSE
    if session.undated:
        return Step.DATE
    if now >= session.starts_at - SOON:
        return Step.OPEN
    if session.selection_published_at is None:
        registration = registration_of(session, now)
        return Step.SELECT if registration is Registration.CLOSED and crowd.applicants else Step.WAIT
    return Step.DELIVER if crowd.undelivered else Step.OPEN


def readiness(session: ForumSession, facts: Facts) -> list[Point]:
    """Everything that should be in order before the room is opened, the most urgent first."""
    online = session.seats_online > 0
    points = [
        _point("meeting", facts.meeting_complete, Urgency.MUST if online else Urgency.SHOULD, "atur"),
        _point("moderator", facts.moderators > 0, Urgency.SHOULD, "petugas"),
        _point("operators", facts.halls_without_operator == 0, Urgency.SHOULD, "petugas", facts.halls_without_operator),
        _point("results", session.selection_published_at is not None, Urgency.SHOULD, "pendaftar", facts.crowd.applicants),
        _point("letters", facts.crowd.undelivered == 0, Urgency.SHOULD, "undangan", facts.crowd.undelivered),
        _point("quotas", facts.quotas > 0, Urgency.SHOULD, "atur", facts.quotas),
        _point("contact", session.contact_number is not None, Urgency.SHOULD, "atur"),
        _point("stream", session.stream_url is not None, Urgency.SHOULD, "atur"),
    ]
    if not facts.halls:
        points = [point for point in points if point.key != "operators"]
    order = list(Urgency)
    return sorted(points, key=lambda point: order.index(point.urgency))


def _point(key: str, done: bool, otherwise: Urgency, page: str, count: int = 0) -> Point:
    return Point(key, Urgency.READY if done else otherwise, page, count)

"""When registration is open: a pure rule over the session's times, its state and the moment at which a form was complete."""

from datetime import datetime
from enum import StrEnum

from app.errors import Conflict, Gone
from app.sessions.models import ForumSession, SessionState

_TAKING = {SessionState.PUBLISHED, SessionState.LIVE, SessionState.PAUSED}


class Window(StrEnum):
    """How registration stands for a form received at some moment."""

    NOT_OPEN = "not_open"
    OPEN = "open"
    CLOSED = "closed"


def window(session: ForumSession, stamp: datetime) -> Window:
    """In time is what was received at the deadline or before, unless the list has been counted since."""
    if session.state == SessionState.DRAFT or stamp < session.registration_opens_at:
        return Window.NOT_OPEN
    if session.state not in _TAKING or stamp > session.registration_closes_at or counted(session):
        return Window.CLOSED
    return Window.OPEN


def keeps_late(session: ForumSession) -> bool:
    """Whether a form that came after the deadline may be kept for the moderators: only while the forum is still to be held or being held."""
    return session.state in _TAKING


def counted(session: ForumSession) -> bool:
    """Whether the list of the present deadline was closed; a deadline moved beyond that count opens it again."""
    return session.closed_at is not None and session.closed_at >= session.registration_closes_at


def must_be_open(session: ForumSession, stamp: datetime) -> None:
    """Refuse what came too early (425) or too late (410)."""
    match window(session, stamp):
        case Window.NOT_OPEN:
            raise Conflict("registration.not_open")
        case Window.CLOSED:
            raise Gone("registration.closed")
        case Window.OPEN:
            return

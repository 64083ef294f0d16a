"""A person's appointment with the forum, for their calendar: one UID for ever, and a SEQUENCE that grows with the forum's plans and with the person's place."""

from app.i18n import Translator
from app.invitations.calendar import Event
from app.sessions.models import ForumSession, SessionState, Site

FILE_NAME = "musrenbang.ics"


def appointment(session: ForumSession, site: Site | None, seat_version: int, *, public_url: str, words: Translator) -> Event:
    """The event for somebody with a seat; nothing secret is in it. `seat_version` grows when they change their place."""
    return Event(
        uid=f"{session.id}@{public_url.partition('://')[2]}",
        sequence=session.version + seat_version - 1,
        title=session.title,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        zone=session.zone,
        place=", ".join(part for part in (site.name, site.address) if part) if site else words.gettext("Daring"),
        about=words.gettext("Buka tautan undangan Anda untuk masuk."),
        url=f"{public_url}/s/{session.slug}/hadir",
        cancelled=session.undated or session.state == SessionState.CANCELLED,
    )

"""Whether somebody may register now, and what to say about the places: pure rules for the public pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.sessions.models import ForumSession, SessionState, Site

FEW = 0.2
"""The share of places left below which their number is shown."""


class Registration(StrEnum):
    """`closed` because the deadline has passed, `over` because the forum has ended or was cancelled."""

    NOT_YET = "not_yet"
    OPEN = "open"
    CLOSED = "closed"
    OVER = "over"


class Left(StrEnum):
    """How full a place is: before the selection more may apply than there are seats."""

    PLENTY = "plenty"
    FEW = "few"
    SOUGHT = "sought"
    FULL = "full"


@dataclass(frozen=True)
class Place:
    """A hall, or the meeting (`site` is None), with its seats and how many of them nobody has asked for."""

    site: Site | None
    seats: int
    free: int
    left: Left

    @property
    def value(self) -> str:
        """As forms name it: `online`, or `in_person:CODE` of a hall."""
        return f"in_person:{self.site.code}" if self.site else "online"


def registration_of(session: ForumSession, now: datetime) -> Registration:
    """Where registration stands; the deadline itself is still in time."""
    if session.state in {SessionState.ENDED, SessionState.CANCELLED}:
        return Registration.OVER
    if session.state is SessionState.DRAFT or now < session.registration_opens_at:
        return Registration.NOT_YET
    if now > session.registration_closes_at or session.selection_published_at is not None:
        return Registration.CLOSED
    return Registration.OPEN


def places_of(session: ForumSession, sites: Sequence[Site], taken: Mapping[str, int]) -> list[Place]:
    """The meeting first, then the halls; `taken` counts applications, or seats once the results are out, by hall id or `online`."""
    seated = session.selection_published_at is not None
    found = [_place(None, session.seats_online, taken.get("online", 0), seated=seated)] if session.seats_online else []
    return found + [_place(site, site.seats, taken.get(site.id, 0), seated=seated) for site in sites]


def _place(site: Site | None, seats: int, taken: int, *, seated: bool) -> Place:
    free = max(0, seats - taken)
    gone = Left.FULL if seated else Left.SOUGHT
    enough = Left.FEW if free <= seats * FEW else Left.PLENTY
    return Place(site, seats, free, enough if free else gone)

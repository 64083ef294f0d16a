"""Who was there, for the minutes: a table of elements by sex, halls and ways. Each person counts once in each figure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.hall.tally import Tally, tally
from app.participants.models import Attendance, Participant
from app.sessions.models import ForumSession
from app.sessions.vocabulary import Element, Gender


@dataclass(frozen=True)
class Row:
    """People of one element; `unsaid` did not say their sex."""

    element: str
    """Empty for those of whom no element is known."""
    male: int
    female: int
    unsaid: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.male + self.female + self.unsaid


@dataclass(frozen=True)
class Crowd:
    """Everybody who was there until a moment: the figures of the tally, and elements by sex."""

    tally: Tally
    rows: Sequence[Row]


async def crowd_of(db: AsyncSession, session: ForumSession, at: datetime) -> Crowd:
    """Who came to a session until a moment; whether the quorum was reached while it was held."""
    people = await db.execute(
        select(Participant.id, Participant.element, Participant.gender)
        .join(Attendance, Attendance.participant_id == Participant.id)
        .where(Attendance.session_id == session.id, Attendance.arrived_at <= at)
        .distinct()
    )
    counts: dict[str, dict[str, int]] = {}
    for _, element, gender in people:
        of = counts.setdefault(element or "", {})
        of[gender or ""] = of.get(gender or "", 0) + 1
    found = await tally(db, session, at)
    if session.ended_at is not None and session.ended_at < at:
        found = replace(found, quorum=(await tally(db, session, session.ended_at)).quorum)
    return Crowd(found, rows_of(counts, session.elements or list(Element)))


def rows_of(counts: Mapping[str, Mapping[str, int]], order: Sequence[str]) -> list[Row]:
    """The rows in the order in which the session names its elements, others behind them, the unknown at the end."""
    places = {name: n for n, name in enumerate(order)}
    names = sorted(counts, key=lambda name: (name == "", places.get(name, len(places)), name))
    return [_row(name, counts[name]) for name in names]


def _row(element: str, by_gender: Mapping[str, int]) -> Row:
    male, female = by_gender.get(Gender.MALE, 0), by_gender.get(Gender.FEMALE, 0)
    return Row(element, male, female, sum(by_gender.values()) - male - female)

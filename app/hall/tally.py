"""Who is there at a moment and who ever was, with the quorum: everything that the page of attendance and the minutes need, in one short read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.hall.attendance import Figures, Stayed, counted
from app.hall.quorum import Quorum, Span, quorum_of
from app.invitations.models import Seat, SeatState
from app.participants.models import Attendance, Origin, Participant
from app.sessions.models import ForumSession, Site
from app.sessions.rows import sites_of


@dataclass(frozen=True)
class Tally:
    """Figures of the moment and of all times; `expected` is how many have a seat, by hall id (`""` online); `zone` is the forum's."""

    now: Figures
    ever: Figures
    quorum: Quorum
    sites: Sequence[Site]
    expected: Mapping[str, int]
    zone: ZoneInfo


async def tally(db: AsyncSession, session: ForumSession, at: datetime) -> Tally:
    """Attendance of a session at a moment."""
    rows = await db.execute(
        select(
            Attendance.participant_id,
            Attendance.way,
            Attendance.site_id,
            Participant.gender,
            Participant.element,
            Attendance.arrived_at,
            Attendance.left_at,
        )
        .join(Participant, Participant.id == Attendance.participant_id)
        .where(Attendance.session_id == session.id, Attendance.arrived_at <= at)
    )
    found = [(Stayed(*row[:5]), Span(row[0], row[5], row[6])) for row in rows]
    there = [stay for stay, span in found if span.left_at is None or span.left_at > at]
    expected = await _seats(db, session.id)
    quorum = quorum_of(session.quorum, session.quorum_unit, sum(expected.values()), [span for _, span in found], at)
    ever = counted([stay for stay, _ in found])
    return Tally(counted(there), ever, quorum, await sites_of(db, session.id), expected, ZoneInfo(session.zone))


async def _seats(db: AsyncSession, session_id: str) -> dict[str, int]:
    """Seats that were given before the day: who came in by themselves at the door enlarges no share."""
    rows = await db.execute(
        select(Seat.site_id, func.count())
        .join(Participant, Participant.id == Seat.participant_id)
        .where(Seat.session_id == session_id, Seat.state == SeatState.ACTIVE, Participant.origin != Origin.WALK_IN)
        .group_by(Seat.site_id)
    )
    return {site or "": int(n) for site, n in rows}

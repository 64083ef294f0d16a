"""How many people and papers stand above a session, asked of the tables by name.

Applications, seats, deliveries and proposals belong to higher floors, whose rules are not needed here: only their numbers.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, column, func, insert, select, table
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

_APPLICATIONS = table(
    "applications", column("session_id"), column("participant_id"), column("state"), column("attendance"), column("site_id")
)
_SEATS = table("seats", column("session_id"), column("participant_id"), column("state"), column("way"), column("site_id"))
_PARTICIPANTS = table(
    "participants", column("id"), column("session_id"), column("site_id"), column("origin"), column("erased_at"), column("merged_into")
)
_NOTICES = table("notices", column("id"), column("session_id"), column("participant_id"))
_DELIVERIES = table("deliveries", column("id"), column("notice_id"), column("state"))
_PROPOSALS = table("proposals", column("session_id"), column("status"))
_PROPOSAL_COUNTERS = table("proposal_counters", column("session_id"), column("last"))
_PARTICIPANT_COUNTERS = table("participant_counters", column("session_id"), column("last"))
_GRANTS = table("grants", column("session_id"), column("site_id"))
_ATTENDANCES = table("attendances", column("session_id"), column("site_id"))
_DOOR_PRESSES = table("door_presses", column("session_id"), column("site_id"))

ONLINE = "online"
UNDELIVERED = ("queued", "claimed", "sending", "waiting_retry", "failed")


@dataclass(frozen=True)
class Crowd:
    """Numbers for the summary of the desk."""

    applicants: int
    selected: int
    undelivered: int
    failed: int
    proposals_new: int
    proposals: int


async def start_counting(db: AsyncSession, session_id: str) -> None:
    """The rows from which participants and proposals of a new session take their numbers."""
    for counter in (_PARTICIPANT_COUNTERS, _PROPOSAL_COUNTERS):
        await db.execute(insert(counter).values(session_id=session_id, last=0))


async def proposals_numbered(db: AsyncSession, session_id: str) -> int:
    """The last number given to a proposal; 0 when there is none."""
    last = await db.scalar(select(_PROPOSAL_COUNTERS.c.last).where(_PROPOSAL_COUNTERS.c.session_id == session_id))
    return int(last or 0)


async def applied_by_place(db: AsyncSession, session_id: str) -> dict[str, int]:
    """Applications that stand, by hall id (`online` for those who stay at home)."""
    standing = _APPLICATIONS.c.state.not_in(("withdrawn", "declined"))
    return await _by_place(db, _APPLICATIONS.c.attendance, _APPLICATIONS.c.site_id, _APPLICATIONS.c.session_id == session_id, standing)


async def selected_by_place(db: AsyncSession, session_id: str) -> dict[str, int]:
    """People selected so far or invited by letter, by hall id (`online` …); for the desk only until the results are published."""
    chosen = _APPLICATIONS.c.state == "selected"
    found = await _by_place(db, _APPLICATIONS.c.attendance, _APPLICATIONS.c.site_id, _APPLICATIONS.c.session_id == session_id, chosen)
    for place, count in (await invited_by_place(db, session_id)).items():
        found[place] = found.get(place, 0) + count
    return found


async def invited_by_place(db: AsyncSession, session_id: str) -> dict[str, int]:
    """Active seats of people invited by letter, who take them without an application, by hall id (`online` …)."""
    invited = _PARTICIPANTS.c.origin == "invitee"
    there = _PARTICIPANTS.c.erased_at.is_(None) & _PARTICIPANTS.c.merged_into.is_(None)
    theirs = (_SEATS.c.participant_id == _PARTICIPANTS.c.id) & (_SEATS.c.state == "active")
    return await _by_place(db, _SEATS.c.way, _SEATS.c.site_id, _PARTICIPANTS.c.session_id == session_id, invited, there, theirs)


def holds_seat(participant_id: ColumnElement[str] | InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """Whether a participant's seat is active; of a seat given back or revoked nothing is left to count."""
    return select(_SEATS.c.participant_id).where(_SEATS.c.participant_id == participant_id, _SEATS.c.state == "active").exists()


async def seated_by_place(db: AsyncSession, session_id: str) -> dict[str, int]:
    """Active seats, by hall id (`online` …)."""
    return await _by_place(db, _SEATS.c.way, _SEATS.c.site_id, _SEATS.c.session_id == session_id, _SEATS.c.state == "active")


async def taken_by_place(db: AsyncSession, session_id: str) -> dict[str, int]:
    """Seats that nobody else may have, by hall id (`online` …): those given, and those of people selected who have not been told yet."""
    taken = await seated_by_place(db, session_id)
    given = select(_SEATS.c.participant_id).where(_SEATS.c.participant_id == _APPLICATIONS.c.participant_id)
    promised = await _by_place(
        db,
        _APPLICATIONS.c.attendance,
        _APPLICATIONS.c.site_id,
        _APPLICATIONS.c.session_id == session_id,
        _APPLICATIONS.c.state == "selected",
        ~given.exists(),
    )
    return {place: taken.get(place, 0) + promised.get(place, 0) for place in taken | promised}


async def people_at(db: AsyncSession, session_id: str, site_id: str) -> int:
    """How many people are bound to a hall in any way: on the list, applied, seated, working there, or seen at its door."""
    bound = (_PARTICIPANTS, _APPLICATIONS, _SEATS, _GRANTS, _ATTENDANCES, _DOOR_PRESSES)
    counts = [select(func.count()).select_from(one).where(one.c.session_id == session_id, one.c.site_id == site_id) for one in bound]
    return max([int(await db.scalar(count) or 0) for count in counts])


async def crowd_of(db: AsyncSession, session_id: str) -> Crowd:
    """The numbers of one session."""
    states = await _grouped(
        db,
        select(_APPLICATIONS.c.state, func.count()).where(_APPLICATIONS.c.session_id == session_id).group_by(_APPLICATIONS.c.state),
    )
    letters = await _grouped(
        db,
        select(_DELIVERIES.c.state, func.count())
        .join_from(_DELIVERIES, _NOTICES, _NOTICES.c.id == _DELIVERIES.c.notice_id)
        .where(_NOTICES.c.session_id == session_id)
        .group_by(_DELIVERIES.c.state),
    )
    papers = await _grouped(
        db, select(_PROPOSALS.c.status, func.count()).where(_PROPOSALS.c.session_id == session_id).group_by(_PROPOSALS.c.status)
    )
    return Crowd(
        applicants=sum(count for state, count in states.items() if state != "withdrawn"),
        selected=states.get("selected", 0),
        undelivered=sum(letters.get(state, 0) for state in UNDELIVERED),
        failed=letters.get("failed", 0),
        proposals_new=papers.get("new", 0),
        proposals=sum(papers.values()),
    )


async def _by_place(db: AsyncSession, way: ColumnElement[Any], site: ColumnElement[Any], *where: ColumnElement[bool]) -> dict[str, int]:
    rows = await db.execute(select(way, site, func.count()).where(*where).group_by(way, site))
    found: dict[str, int] = {}
    for kind, site_id, count in rows:
        place = ONLINE if kind == ONLINE or site_id is None else str(site_id)
        found[place] = found.get(place, 0) + int(count)
    return found


async def _grouped(db: AsyncSession, query: Select[str, int]) -> dict[str, int]:
    return {str(row[0]): int(row[1]) for row in (await db.execute(query)).all()}

"""Sessions in numbers: aggregates straight from the tables, no name and no row of a person among them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeAlias
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, distinct, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased

from app.chat.models import Message, MessageState
from app.invitations.models import Seat, SeatState
from app.participants.models import Attendance, Participant
from app.proposals.models import Proposal, ProposalStatus, Response
from app.registration.models import Application, ApplicationState
from app.sessions.models import ForumSession, SessionState, Site

Key: TypeAlias = InstrumentedAttribute[str] | InstrumentedAttribute[str | None]
ONLINE = "online"
UNKNOWN = ""
"""Under this key stand those of whom something is not known."""
GONE_ON = (ProposalStatus.MERGED, ProposalStatus.SPLIT)
UNVERIFIED = (ProposalStatus.NEW, ProposalStatus.CHECKED)
OVER = (SessionState.ENDED, SessionState.CANCELLED)
"""Nobody is there any more, though not everybody was checked out."""
VOICES = ("aspiration", "question", "chat")


@dataclass(frozen=True)
class Forum:
    """One session's row: `attended` people ever, `answered` responses."""

    slug: str
    title: str
    state: str
    registered: int
    seated: int
    attended: int
    proposals: int
    answered: int


@dataclass(frozen=True)
class Place:
    """A hall, or the meeting online (no name): its seats, how many are given, how many people are there now; of several sessions added up by its name."""

    name: str
    seats: int
    given: int
    present: int
    proposals: int


@dataclass(frozen=True)
class Numbers:
    """Everything that the page shows of some sessions. Counts by stored value, `UNKNOWN` where it was not said; `by_day` in the first session's zone."""

    forums: list[Forum] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    by_day: list[tuple[date, int]] = field(default_factory=list)
    attended: int = 0
    present_online: int = 0
    present_halls: int = 0
    attended_by_element: dict[str, int] = field(default_factory=dict)
    attended_by_gender: dict[str, int] = field(default_factory=dict)
    verified: int = 0
    by_village: dict[str, int] = field(default_factory=dict)
    by_sector: dict[str, int] = field(default_factory=dict)
    by_way: dict[str, int] = field(default_factory=dict)
    by_element: dict[str, int] = field(default_factory=dict)
    """Proposals by the element of whoever proposed them."""
    by_hour: list[tuple[datetime, int]] = field(default_factory=list)
    """Proposals by the hour at which they came, without a zone: as the first session's clocks showed it."""
    spoke: int = 0
    spoke_by_element: dict[str, int] = field(default_factory=dict)
    spoke_by_gender: dict[str, int] = field(default_factory=dict)

    def total(self, name: str) -> int:
        """A column of the forums, summed up."""
        return sum(getattr(forum, name) for forum in self.forums)


async def numbers_of(db: AsyncSession, sessions: Sequence[ForumSession], now: datetime, *, sqlite: bool) -> Numbers:
    """The numbers of these sessions together; one grouped statement per figure, whatever the number of people."""
    if not sessions:
        return Numbers()
    ids = [one.id for one in sessions]
    standing = and_(Application.session_id.in_(ids), Application.state != ApplicationState.WITHDRAWN)
    own = and_(Proposal.session_id.in_(ids), Proposal.status.not_in(GONE_ON), _real(Proposal.session_id, Proposal.created_at))
    came = and_(Attendance.session_id.in_(ids), _real(Attendance.session_id, Attendance.recorded_at))
    answered = and_(Response.session_id.in_(ids), Response.gone.is_(None), _real(Response.session_id, Response.at))
    people = distinct(Attendance.participant_id)
    over = [one.id for one in sessions if one.state in OVER]
    here = and_(
        came, Attendance.session_id.not_in(over), Attendance.arrived_at <= now, or_(Attendance.left_at.is_(None), Attendance.left_at > now)
    )
    present = await _table(db, Attendance.way, Attendance.site_id, here, count=func.count(people))
    seated = and_(Seat.session_id.in_(ids), Seat.state == SeatState.ACTIVE)
    spoke = await _spoke(db, sessions)
    return Numbers(
        forums=_forums(
            sessions,
            await _counts(db, Application.session_id, standing),
            await _counts(db, Seat.session_id, seated),
            await _counts(db, Attendance.session_id, came, func.count(people)),
            await _counts(db, Proposal.session_id, own),
            await _counts(db, Response.session_id, answered),
        ),
        places=_places(
            list(await db.scalars(select(Site).where(Site.session_id.in_(ids)).order_by(Site.session_id, Site.position))),
            sum(one.seats_online for one in sessions),
            await _table(db, Seat.way, Seat.site_id, seated),
            present,
            await _counts(db, Proposal.site_id, own),
        ),
        by_day=await _by_day(db, standing, sessions[0].zone, now, sqlite=sqlite),
        attended=int(await db.scalar(select(func.count(people)).where(came)) or 0),
        present_online=sum(count for (way, _), count in present.items() if way == ONLINE),
        present_halls=sum(count for (way, _), count in present.items() if way != ONLINE),
        attended_by_element=await _of_people(db, Participant.element, came),
        attended_by_gender=await _of_people(db, Participant.gender, came),
        verified=int(await db.scalar(select(func.count()).where(own, Proposal.status.not_in(UNVERIFIED))) or 0),
        by_village=await _counts(db, Proposal.village, own),
        by_sector=await _counts(db, Proposal.sector, own),
        by_way=await _counts(db, Proposal.via, own),
        by_element=await _of_proposers(db, own),
        by_hour=await _by_hour(db, own, sessions[0].zone, now, sqlite=sqlite),
        spoke=sum(spoke.values()),
        spoke_by_element=_summed({element: 0 for element, _ in spoke}, [(element, n) for (element, _), n in spoke.items()]),
        spoke_by_gender=_summed({gender: 0 for _, gender in spoke}, [(gender, n) for (_, gender), n in spoke.items()]),
    )


def _real(session_id: Key, moment: InstrumentedAttribute[datetime]) -> ColumnElement[bool]:
    """Nothing that is only rehearsed stands among the numbers."""
    forum = aliased(ForumSession)
    return ~exists().where(forum.id == session_id, forum.rehearsal_at <= moment)


async def _counts(db: AsyncSession, key: Key, where: ColumnElement[bool], count: ColumnElement[int] | None = None) -> dict[str, int]:
    rows = await db.execute(select(key, func.count() if count is None else count).where(where).group_by(key))
    return _summed({}, [(row[0] or UNKNOWN, row[1]) for row in rows])


async def _table(
    db: AsyncSession, first: Key, second: Key, where: ColumnElement[bool], count: ColumnElement[int] | None = None
) -> dict[tuple[str, str], int]:
    rows = await db.execute(select(first, second, func.count() if count is None else count).where(where).group_by(first, second))
    return {(row[0] or UNKNOWN, row[1] or UNKNOWN): row[2] for row in rows}


async def _of_people(db: AsyncSession, key: Key, came: ColumnElement[bool]) -> dict[str, int]:
    """People who attended, each once, by something about them."""
    counted = select(key, func.count(distinct(Participant.id))).join(Attendance, Attendance.participant_id == Participant.id)
    return _summed({}, [(row[0] or UNKNOWN, row[1]) for row in await db.execute(counted.where(came).group_by(key))])


async def _spoke(db: AsyncSession, sessions: Sequence[ForumSession]) -> dict[tuple[str, str], int]:
    """People whose words everybody may read, each once, by element and gender; staff are not counted."""
    rows = await db.execute(
        select(Participant.element, Participant.gender, func.count(distinct(Participant.id)))
        .join(Message, Message.participant_id == Participant.id)
        .join(ForumSession, ForumSession.room == Message.room)
        .where(Message.room.in_([one.room for one in sessions]), Message.state == MessageState.VISIBLE, Message.kind.in_(VOICES))
        .where(_real(ForumSession.id, Message.received_at))
        .group_by(Participant.element, Participant.gender)
    )
    return {(row[0] or UNKNOWN, row[1] or UNKNOWN): row[2] for row in rows}


async def _by_day(db: AsyncSession, standing: ColumnElement[bool], zone: str, now: datetime, *, sqlite: bool) -> list[tuple[date, int]]:
    local = func.date(Application.received_at, _shift(zone, now)) if sqlite else func.date(func.timezone(zone, Application.received_at))
    rows = await db.execute(select(local, func.count()).where(standing).group_by(local).order_by(local))
    return [(row[0] if isinstance(row[0], date) else date.fromisoformat(row[0]), row[1]) for row in rows]


async def _by_hour(db: AsyncSession, own: ColumnElement[bool], zone: str, now: datetime, *, sqlite: bool) -> list[tuple[datetime, int]]:
    local = (
        func.strftime("%Y-%m-%dT%H", Proposal.created_at, _shift(zone, now))
        if sqlite
        else func.to_char(func.timezone(zone, Proposal.created_at), 'YYYY-MM-DD"T"HH24')
    )
    rows = await db.execute(select(local, func.count()).where(own).group_by(local).order_by(local))
    return [(datetime.fromisoformat(f"{row[0]}:00"), row[1]) for row in rows]


def _shift(zone: str, now: datetime) -> str:
    """What SQLite adds to a moment. Indonesia knows no summer time: one offset holds for every day."""
    offset = ZoneInfo(zone).utcoffset(now.replace(tzinfo=None))
    assert offset is not None
    return f"{int(offset.total_seconds() // 60):+d} minutes"


async def _of_proposers(db: AsyncSession, own: ColumnElement[bool]) -> dict[str, int]:
    counted = (
        select(Participant.element, func.count()).select_from(Proposal).outerjoin(Participant, Participant.id == Proposal.participant_id)
    )
    return _summed({}, [(row[0] or UNKNOWN, row[1]) for row in await db.execute(counted.where(own).group_by(Participant.element))])


def _forums(sessions: Sequence[ForumSession], *columns: dict[str, int]) -> list[Forum]:
    return [Forum(one.slug, one.title, one.state.value, *(column.get(one.id, 0) for column in columns)) for one in sessions]


def _places(
    sites: Sequence[Site], online: int, given: dict[tuple[str, str], int], present: dict[tuple[str, str], int], proposals: dict[str, int]
) -> list[Place]:
    def of(table: dict[tuple[str, str], int], site: str) -> int:
        return sum(count for (way, place), count in table.items() if (place == site and way != ONLINE))

    halls = [Place(one.name, one.seats, of(given, one.id), of(present, one.id), proposals.get(one.id, 0)) for one in sites]
    seated, there = (sum(count for (way, _), count in table.items() if way == ONLINE) for table in (given, present))
    away = Place("", online, seated, there, proposals.get(UNKNOWN, 0))
    return _by_name([*halls, away] if online or seated or there else halls)


def _by_name(places: Sequence[Place]) -> list[Place]:
    """The same hall on every day of a series is one place."""
    found: dict[str, Place] = {}
    for one in places:
        key = one.name.casefold()
        same = found.get(key, Place(one.name, 0, 0, 0, 0))
        found[key] = Place(
            same.name, same.seats + one.seats, same.given + one.given, same.present + one.present, same.proposals + one.proposals
        )
    return list(found.values())


def _summed(start: dict[str, int], pairs: list[tuple[str, int]]) -> dict[str, int]:
    """Counts per key, the largest first."""
    found = dict(start)
    for key, count in pairs:
        found[key] = found.get(key, 0) + count
    return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))

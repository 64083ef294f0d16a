"""What is still open at the end of a session, in numbers that are read anew each time; nothing here forbids anything."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.chat.models import Message, MessageState
from app.notices.models import Delivery, DeliveryState, Notice
from app.papers.models import ScanKind
from app.papers.scans import KeptScan, missing_sheets, scans_of
from app.participants.models import Attendance
from app.proposals.models import Proposal
from app.proposals.status import WAITING
from app.sessions.models import ForumSession, SessionState, Site
from app.sessions.rows import sites_of

UNDELIVERED = (
    DeliveryState.QUEUED,
    DeliveryState.CLAIMED,
    DeliveryState.SENDING,
    DeliveryState.WAITING_RETRY,
    DeliveryState.FAILED,
)


class Matter(StrEnum):
    """What a point of the list is about."""

    UNCAPTURED = "uncaptured"
    HELD = "held"
    UNVERIFIED = "unverified"
    STAYS = "stays"
    SHEETS = "sheets"
    RECORD = "record"
    UNDELIVERED = "undelivered"


PAGES = {
    Matter.UNCAPTURED: "ruang",
    Matter.HELD: "ruang",
    Matter.UNVERIFIED: "usulan?status=waiting",
    Matter.STAYS: "lokasi",
    Matter.SHEETS: "kertas/pindaian",
    Matter.RECORD: "kertas/pindaian",
    Matter.UNDELIVERED: "undangan",
}
"""The desk page on which each is put in order."""


@dataclass(frozen=True)
class Point:
    """A point of the list: how many are open, and at which halls where it is about halls."""

    matter: Matter
    count: int
    halls: tuple[str, ...] = ()

    @property
    def page(self) -> str:
        """The desk page that mends it."""
        return PAGES[self.matter]


async def points_of(db: AsyncSession, session: ForumSession) -> list[Point]:
    """Every point, open or not, in the order of the work."""
    sites = await sites_of(db, session.id)
    stays = await _open_stays(db, session.id)
    scans = await scans_of(db, session.id)
    unsigned = missing_sheets(await _used_halls(db, session.id), scans)
    return [
        Point(Matter.HELD, await _count_messages(db, session, held=True)),
        Point(Matter.UNCAPTURED, await _count_messages(db, session, held=False)),
        Point(Matter.UNVERIFIED, await _count_waiting(db, session.id)),
        Point(Matter.STAYS, sum(stays.values()), _named(sites, [site_id for site_id, count in stays.items() if count])),
        Point(Matter.SHEETS, len(unsigned), _named(sites, unsigned)),
        Point(Matter.RECORD, 0 if _has_record(scans) else 1),
        Point(Matter.UNDELIVERED, await _count_undelivered(db, session.id)),
    ]


def still_open(points: Sequence[Point]) -> list[Point]:
    """Those that somebody should look at."""
    return [point for point in points if point.count]


def end_of(session: ForumSession, now: datetime) -> datetime | None:
    """When everybody had gone: the moment at which the session was ended, or its planned end once that is over; None before."""
    if session.ended_at is not None:
        return session.ended_at
    return session.ends_at if session.ends_at <= now and session.state != SessionState.DRAFT else None


def _has_record(scans: Sequence[KeptScan]) -> bool:
    return any(one.scan.kind == ScanKind.RECORD for one in scans)


def _named(sites: Sequence[Site], ids: Sequence[str]) -> tuple[str, ...]:
    return tuple(site.name for site in sites if site.id in ids)


async def _count_messages(db: AsyncSession, session: ForumSession, *, held: bool) -> int:
    count = select(func.count()).select_from(Message).where(Message.room == session.room)
    if held:
        count = count.where(Message.state == MessageState.HELD)
    else:
        kept = Message.state.in_((MessageState.VISIBLE, MessageState.LATE))
        count = count.where(kept, Message.kind == "aspiration", or_(Message.proposal.is_(None), Message.proposal == ""))
    return int(await db.scalar(count) or 0)


async def _count_waiting(db: AsyncSession, session_id: str) -> int:
    count = select(func.count()).select_from(Proposal).where(Proposal.session_id == session_id, Proposal.status.in_(WAITING))
    return int(await db.scalar(count) or 0)


async def _count_undelivered(db: AsyncSession, session_id: str) -> int:
    count = select(func.count()).select_from(Delivery).join(Notice, Notice.id == Delivery.notice_id)
    return int(await db.scalar(count.where(Notice.session_id == session_id, Delivery.state.in_(UNDELIVERED))) or 0)


async def _open_stays(db: AsyncSession, session_id: str) -> dict[str, int]:
    rows = await db.execute(
        select(Attendance.site_id, func.count())
        .where(Attendance.session_id == session_id, Attendance.site_id.is_not(None), Attendance.left_at.is_(None))
        .group_by(Attendance.site_id)
    )
    return {str(site_id): int(count) for site_id, count in rows}


async def _used_halls(db: AsyncSession, session_id: str) -> list[str]:
    """Halls in which somebody was: each has a sheet that was signed."""
    rows = await db.scalars(
        select(Attendance.site_id).where(Attendance.session_id == session_id, Attendance.site_id.is_not(None)).distinct()
    )
    return [str(site_id) for site_id in rows]

"""What is still open at the end of a session, in numbers that are read anew each time; nothing here forbids anything."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.chat.models import Message, MessageState
from app.hall.models import DoorPress
from app.notices.models import Delivery, DeliveryState, Notice
from app.papers.models import ScanKind
from app.papers.scans import scans_of, unsigned_halls
from app.participants.models import Attendance, Origin, Participant
from app.proposals.answers import responses_of
from app.proposals.models import Proposal, ProposalStatus
from app.proposals.status import WAITING
from app.registration.models import Application, ApplicationState
from app.sessions.models import ForumSession, SessionState, Site
from app.sessions.rows import sites_of

UNDELIVERED = (
    DeliveryState.QUEUED,
    DeliveryState.CLAIMED,
    DeliveryState.SENDING,
    DeliveryState.WAITING_RETRY,
    DeliveryState.FAILED,
)
ANSWERABLE = (ProposalStatus.NEW, ProposalStatus.CHECKED, ProposalStatus.VERIFIED, ProposalStatus.AGREED, ProposalStatus.FORWARDED)
"""Proposals that an agency still owes an answer."""


class Matter(StrEnum):
    """What a point of the list is about."""

    UNCAPTURED = "uncaptured"
    HELD = "held"
    UNVERIFIED = "unverified"
    UNANSWERED = "unanswered"
    LATE = "late"
    PRESSES = "presses"
    NAMELESS = "nameless"
    STAYS = "stays"
    SHEETS = "sheets"
    RECORD = "record"
    UNDELIVERED = "undelivered"


PAGES = {
    Matter.UNCAPTURED: "ruang",
    Matter.HELD: "ruang",
    Matter.UNVERIFIED: "usulan?status=waiting",
    Matter.UNANSWERED: "tanggapan?untuk=every",
    Matter.LATE: "pendaftar?state=late",
    Matter.PRESSES: "lokasi",
    Matter.NAMELESS: "lokasi",
    Matter.STAYS: "lokasi",
    Matter.SHEETS: "kertas/pindaian",
    Matter.RECORD: "kertas/pindaian",
    Matter.UNDELIVERED: "undangan",
}
"""The desk page on which each is put in order."""
OF_A_HALL = {Matter.PRESSES: "/pintu", Matter.NAMELESS: "", Matter.STAYS: ""}
"""What is put in order at the desk of a hall, and on which page of it."""


@dataclass(frozen=True)
class Point:
    """A point of the list: how many are open, and at which halls where it is about halls."""

    matter: Matter
    count: int
    halls: tuple[str, ...] = ()
    site: str | None = None
    """The code of the hall, when only one is concerned."""

    @property
    def page(self) -> str:
        """The desk page that mends it."""
        return f"lokasi/{self.site}{OF_A_HALL[self.matter]}" if self.site and self.matter in OF_A_HALL else PAGES[self.matter]


async def points_of(db: AsyncSession, session: ForumSession) -> list[Point]:
    """Every point, open or not, in the order of the work."""
    sites = await sites_of(db, session.id)
    scans = await scans_of(db, session.id)
    unsigned = await unsigned_halls(db, session.id, scans)
    signed = any(one.scan.kind == ScanKind.RECORD for one in scans)
    return [
        Point(Matter.HELD, await _count_messages(db, session, held=True)),
        Point(Matter.UNCAPTURED, await _count_messages(db, session, held=False)),
        Point(Matter.UNVERIFIED, await _count_waiting(db, session.id)),
        Point(Matter.UNANSWERED, await _count_unanswered(db, session.id)),
        Point(Matter.LATE, await _count_late(db, session.id)),
        _at_halls(Matter.PRESSES, sites, await _open_presses(db, session.id)),
        _at_halls(Matter.NAMELESS, sites, await _nameless(db, session.id)),
        _at_halls(Matter.STAYS, sites, await _open_stays(db, session.id)),
        _at_halls(Matter.SHEETS, sites, dict.fromkeys(unsigned, 1)),
        Point(Matter.RECORD, 0 if signed else 1),
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


def _at_halls(matter: Matter, sites: Sequence[Site], counts: dict[str, int]) -> Point:
    """A point about halls; what belongs to none counts too."""
    there = [site for site in sites if counts.get(site.id)]
    return Point(matter, sum(counts.values()), tuple(site.name for site in there), there[0].code if len(there) == 1 else None)


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


async def _count_unanswered(db: AsyncSession, session_id: str) -> int:
    """Proposals that name an agency and have no answer of anybody."""
    meant = select(Proposal).where(Proposal.session_id == session_id, Proposal.status.in_(ANSWERABLE), Proposal.agency.is_not(None))
    proposals = (await db.scalars(meant.where(Proposal.agency != ""))).all()
    answers = await responses_of(db, proposals)
    return sum(not answers[one.id] for one in proposals)


async def _count_late(db: AsyncSession, session_id: str) -> int:
    late = (Application.session_id == session_id, Application.state == ApplicationState.LATE)
    return int(await db.scalar(select(func.count()).select_from(Application).where(*late)) or 0)


async def _count_undelivered(db: AsyncSession, session_id: str) -> int:
    count = select(func.count()).select_from(Delivery).join(Notice, Notice.id == Delivery.notice_id)
    return int(await db.scalar(count.where(Notice.session_id == session_id, Delivery.state.in_(UNDELIVERED))) or 0)


async def _open_presses(db: AsyncSession, session_id: str) -> dict[str, int]:
    """Presses at the door that an operator has still to settle, by hall."""
    waiting = (DoorPress.session_id == session_id, DoorPress.refusal.is_not(None), DoorPress.settled.is_(None))
    rows = await db.execute(select(DoorPress.site_id, func.count()).where(*waiting).group_by(DoorPress.site_id))
    return {str(site_id): int(count) for site_id, count in rows}


async def _nameless(db: AsyncSession, session_id: str) -> dict[str, int]:
    """People of whom only a word was known when they spoke, by hall."""
    ghosts = (Participant.session_id == session_id, Participant.origin == Origin.PLACEHOLDER)
    left = (*ghosts, Participant.merged_into.is_(None), Participant.erased_at.is_(None))
    rows = await db.execute(select(Participant.site_id, func.count()).where(*left).group_by(Participant.site_id))
    return {str(site_id): int(count) for site_id, count in rows}


async def _open_stays(db: AsyncSession, session_id: str) -> dict[str, int]:
    rows = await db.execute(
        select(Attendance.site_id, func.count())
        .where(Attendance.session_id == session_id, Attendance.site_id.is_not(None), Attendance.left_at.is_(None))
        .group_by(Attendance.site_id)
    )
    return {str(site_id): int(count) for site_id, count in rows}

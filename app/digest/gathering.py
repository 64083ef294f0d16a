"""What waits in the forums of a secretariat, as numbers and pages: no title, no name, nothing anybody wrote."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import Account, Grant, Role
from app.digest.hours import day_of
from app.notices.models import Delivery, DeliveryState, Notice
from app.outcomes.listing import draft_count
from app.outcomes.overview import waiting_since
from app.proposals.listing import Filters, count
from app.proposals.status import WAITING
from app.record.corrections import standing_of
from app.sessions.models import ForumSession, SessionState
from app.sipd.listing import Scope, items_of
from app.sipd.service import due_of

ROLES = (Role.SECRETARIAT, Role.ADMIN)
"""Who may have a digest."""
PATIENCE = timedelta(days=14)
"""For so long a level may take its time before it is mentioned."""
NEAR = 7
"""Days before SIPD's last day from which on it is mentioned."""
OVER = 30
"""Days after it until which it is."""
REMEMBERED = timedelta(days=400)
"""After its end a forum is no daily matter any more: the budget that answers it is made within a year."""
OVER_AND_DONE = (DeliveryState.FAILED, DeliveryState.CANCELLED)
"""What a way is that no longer tells anybody anything."""
TOLD_OF = (SessionState.PUBLISHED, SessionState.LIVE, SessionState.PAUSED, SessionState.ENDED)


@dataclass(frozen=True)
class Matter:
    """Something that waits: how often, the desk's page on which to see to it, and how many days it has (negative: it is over)."""

    key: str
    count: int
    page: str
    days: int = 0


@dataclass(frozen=True)
class Waiting:
    """What waits in one forum."""

    session: ForumSession
    matters: Sequence[Matter]


async def waiting_for(db: AsyncSession, account_id: str, now: datetime) -> list[Waiting]:
    """What waits in the forums of this account, the newest forum first; none where nothing does."""
    found = [Waiting(session, await matters_of(db, session, now)) for session in await forums_of(db, account_id, now)]
    return [one for one in found if one.matters]


async def forums_of(db: AsyncSession, account_id: str, now: datetime) -> Sequence[ForumSession]:
    """The forums whose secretariat the account is; none of an account that may not sign in."""
    mine = (Grant.account_id == account_id, Grant.role.in_(ROLES), Account.disabled_at.is_(None))
    held = set(await db.scalars(select(Grant.session_id).join(Account, Account.id == Grant.account_id).where(*mine)))
    wanted = select(ForumSession).where(
        ForumSession.state.in_(TOLD_OF),
        ForumSession.rehearsal.is_(None),
        ForumSession.practice.is_(False),
        ForumSession.ends_at > now - REMEMBERED,
    )
    if None not in held:
        wanted = wanted.where(ForumSession.id.in_(held))
    return (await db.scalars(wanted.order_by(ForumSession.starts_at.desc(), ForumSession.id))).all()


async def matters_of(db: AsyncSession, session: ForumSession, now: datetime) -> list[Matter]:
    """What waits in a forum."""
    counted = (
        Matter("verify", await count(db, session.id, Filters(status=WAITING), public=False), "usulan?status=waiting"),
        Matter("unanswered", await waiting_since(db, session, now - PATIENCE), "hasil?keadaan=waiting", PATIENCE.days),
        Matter("drafted", await draft_count(db, session.id), "hasil/terbitkan"),
        Matter("objected", (await standing_of(db, session.id)).waiting, "berita-acara/koreksi"),
        Matter("undelivered", await _undelivered(db, session), "undangan"),
        await _to_be_entered(db, session, now),
    )
    return [one for one in counted if one.count]


async def _undelivered(db: AsyncSession, session: ForumSession) -> int:
    """What nobody was told on any way. Once the forum is over, what was to be told before its end can be told no more."""
    ways = select(Delivery.id).where(Delivery.notice_id == Notice.id)
    failed, other = ways.where(Delivery.state == DeliveryState.FAILED), ways.where(Delivery.state.not_in(OVER_AND_DONE))
    wanted = select(func.count()).select_from(Notice).where(Notice.session_id == session.id, failed.exists(), ~other.exists())
    if session.state is SessionState.ENDED and session.ended_at is not None:
        wanted = wanted.where(Notice.created_at > session.ended_at)
    return int(await db.scalar(wanted) or 0)


async def _to_be_entered(db: AsyncSession, session: ForumSession, now: datetime) -> Matter:
    due = await due_of(db, session.id)
    left = (due - day_of(now, session.zone)).days if due is not None else NEAR + 1
    if not -OVER <= left <= NEAR:
        return Matter("sipd", 0, "sipd")
    items = await items_of(db, session, Scope.AGREED)
    return Matter("sipd", sum(not item.entered for item in items), "sipd", left)

"""Which sessions somebody sees: everybody the announced ones, staff also those they work in."""

from sqlalchemy import ColumnElement, and_, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.rights import Staff
from app.sessions.models import ForumSession, SessionState

PAGE = 50


async def visible(db: AsyncSession, staff: Staff | None, after: str | None = None, limit: int = PAGE) -> list[ForumSession]:
    """Sessions for a list, the latest start first, following the session of slug `after`; drafts and rehearsals for their staff only."""
    query = (
        select(ForumSession).where(_announced_or_own(staff)).order_by(ForumSession.starts_at.desc(), ForumSession.id.desc()).limit(limit)
    )
    if after is not None:
        last = await db.scalar(select(ForumSession).where(ForumSession.slug == after))
        if last is None:
            return []
        query = query.where(tuple_(ForumSession.starts_at, ForumSession.id) < tuple_(last.starts_at, last.id))
    return list(await db.scalars(query))


async def own(db: AsyncSession, staff: Staff, limit: int = 200) -> list[ForumSession]:
    """Sessions in which this person works, the latest start first."""
    query = select(ForumSession).where(_own(staff)).order_by(ForumSession.starts_at.desc(), ForumSession.id.desc())
    return list(await db.scalars(query.limit(limit)))


def _announced_or_own(staff: Staff | None) -> ColumnElement[bool]:
    announced = and_(ForumSession.state != SessionState.DRAFT, ForumSession.practice.is_(False))
    return announced if staff is None else or_(announced, _own(staff))


def _own(staff: Staff) -> ColumnElement[bool]:
    if any(grant.session_id is None for grant in staff.grants):
        return ForumSession.id.is_not(None)
    return ForumSession.id.in_([grant.session_id for grant in staff.grants if grant.session_id])

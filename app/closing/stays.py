"""Checking out whoever was forgotten: one press ends every stay in a hall at the time the session ended."""

from datetime import datetime

from sqlalchemy import case, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import Act, record
from app.closing.checklist import end_of
from app.errors import Conflict
from app.participants.models import Attendance
from app.sessions.models import ForumSession
from app.vault import Vault


async def close_stays(db: AsyncSession, vault: Vault, session: ForumSession, *, actor: str, now: datetime) -> int:
    """End every open stay in a hall at the end of the session (or at its own beginning, when that was later); how many. Conflict before the end."""
    end = end_of(session, now)
    if end is None:
        raise Conflict("closing.not_over")
    open_here = (Attendance.session_id == session.id, Attendance.site_id.is_not(None), Attendance.left_at.is_(None))
    left = case((Attendance.arrived_at > end, Attendance.arrived_at), else_=end)
    closed = await db.execute(update(Attendance).where(*open_here).values(left_at=left).returning(Attendance.id))
    count = len(closed.all())
    if count:
        facts: dict[str, object] = {"stays": count, "at": end.isoformat()}
        await record(db, vault, session.id, now, Act(actor, "closing.stays_closed", f"session:{session.id}", facts))
    return count

"""Closing: at the deadline plus the grace the list is counted and hashed, once, under the session's row held alone."""

import hashlib
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import Act, record
from app.database.tables import canonical
from app.errors import NotFound
from app.outbox.worker import Again
from app.registration.models import Application, ApplicationState
from app.registration.window import counted
from app.sessions.models import ForumSession
from app.sessions.service import GRACE
from app.vault import Vault


async def close(db: AsyncSession, vault: Vault, session_id: str, now: datetime) -> bool:
    """Count and hash the applications that stand; False when that was done for this deadline. Raises Again before the grace is over."""
    session = await db.scalar(
        select(ForumSession).where(ForumSession.id == session_id).with_for_update(key_share=True).execution_options(populate_existing=True)
    )
    if session is None:
        raise NotFound("sessions.unknown")
    due = session.registration_closes_at + GRACE
    if now < due:
        raise Again(due)
    if counted(session):
        return False
    rows = await _list(db, session_id)
    session.closed_at = now
    session.closed_count = len(rows)
    session.closed_hash = list_hash(rows)
    facts: dict[str, object] = {
        "count": session.closed_count,
        "hash": session.closed_hash,
        "deadline": session.registration_closes_at.isoformat(),
    }
    await record(db, vault, session_id, now, Act("system", "registration.closed", f"session:{session_id}", facts))
    return True


def list_hash(rows: list[tuple[str, str, str]]) -> str:
    """SHA-256 in hex over the canonical list of (id, code, moment received) in the order of registration."""
    return hashlib.sha256(canonical([list(row) for row in rows])).hexdigest()


async def _list(db: AsyncSession, session_id: str) -> list[tuple[str, str, str]]:
    found = await db.execute(
        select(Application.id, Application.code, Application.received_at)
        .where(Application.session_id == session_id, Application.state != ApplicationState.WITHDRAWN, Application.late.is_(False))
        .order_by(Application.order)
    )
    return [(row.id, row.code, row.received_at.isoformat()) for row in found]

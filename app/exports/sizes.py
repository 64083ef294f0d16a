"""How many rows a table will have, so that what takes long is made by a job."""

from sqlalchemy import distinct, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.models import AuditEntry
from app.chat.models import Message
from app.exports import outcomes_table
from app.exports.catalogue import TABLES
from app.exports.chat_table import TOLD
from app.exports.open_data import NAME
from app.participants.models import Attendance
from app.planning import scored
from app.proposals.listing import Filters, count
from app.sessions.models import ForumSession

AT_ONCE = 10_000
"""Rows that are sent while the asking browser waits; longer tables are made by a job, with progress."""


async def rows_of(db: AsyncSession, session: ForumSession, table: str, filters: Filters) -> int:
    """How many rows the table has; of those made from the plenary list an upper bound; 0 for what is no table."""
    match table:
        case "attendance":
            wanted = select(func.count(distinct(Attendance.participant_id))).where(Attendance.session_id == session.id)
        case "chat":
            wanted = select(func.count()).select_from(Message).where(Message.room == session.room, Message.state.in_(TOLD))
        case "scores":
            scheme = scored.scheme_in(await scored.scoring_of(db, session.id))
            rows = len(await scored.assessors_of(db, session.id)) * (len(scheme.criteria) if scheme else 0)
            return rows * await count(db, session.id, Filters(), public=False)
        case "audit":
            wanted = select(func.count()).select_from(AuditEntry).where(AuditEntry.chain == session.id)
        case outcomes_table.NAME:
            return await outcomes_table.rows_of(db, session.id, filters)
        case _ if table in {"proposals", NAME}:
            return await count(db, session.id, filters, public=table == NAME)
        case _ if table not in TABLES:
            return 0
        case _:
            return await count(db, session.id, Filters(), public=False)
    return await db.scalar(wanted) or 0

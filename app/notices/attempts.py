"""The trace of a delivery: one row per try or press, in order."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.notices.models import Attempt


async def add_attempt(db: AsyncSession, delivery_id: str, outcome: str, problem: str | None, by: str, now: datetime) -> None:
    """Append a try; the caller holds the delivery's row."""
    last = await db.scalar(select(func.max(Attempt.number)).where(Attempt.delivery_id == delivery_id))
    db.add(Attempt(delivery_id=delivery_id, number=(last or 0) + 1, at=now, outcome=outcome, problem=problem, by=by))

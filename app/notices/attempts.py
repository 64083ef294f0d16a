"""The trace of a delivery: one row per try or press, in order."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.database.tables import new_id
from app.notices.models import Attempt


async def add_attempt(db: AsyncSession, delivery_id: str, outcome: str, problem: str | None, by: str, now: datetime) -> None:
    """Append a try; the caller holds the delivery's row."""
    last = await db.scalar(select(func.max(Attempt.number)).where(Attempt.delivery_id == delivery_id))
    db.add(Attempt(delivery_id=delivery_id, number=(last or 0) + 1, at=now, outcome=outcome, problem=problem, by=by))


async def add_attempts(db: AsyncSession, delivery_ids: Sequence[str], outcome: str, by: str, now: datetime) -> None:
    """Append the same try to many deliveries, whose rows the caller holds."""
    if not delivery_ids:
        return
    numbered = select(Attempt.delivery_id, func.max(Attempt.number)).where(Attempt.delivery_id.in_(delivery_ids))
    last = {row[0]: int(row[1]) for row in await db.execute(numbered.group_by(Attempt.delivery_id))}
    rows = [
        {"id": new_id(), "delivery_id": one, "number": last.get(one, 0) + 1, "at": now, "outcome": outcome, "problem": None, "by": by}
        for one in delivery_ids
    ]
    await db.execute(insert(Attempt), rows)

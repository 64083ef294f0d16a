"""A change of the schedule: everybody who was told of the forum is told of the change, once."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.notices.models import Delivery, DeliveryState, Notice
from app.notices.service import Told, notify_all
from app.participants.models import Participant

CHANGED = "changed"
REACHED = (DeliveryState.SENT, DeliveryState.SENDING, DeliveryState.CLAIMED)
"""Letters that carry, or may carry, the old times; those not yet composed will carry the new ones."""


async def tell_of_change(db: AsyncSession, session_id: str, change_id: str, now: datetime) -> int:
    """One notice per person already told and change, however often the job runs; how many are new."""
    told = (
        select(Notice.participant_id)
        .join(Delivery, Delivery.notice_id == Notice.id)
        .join(Participant, Participant.id == Notice.participant_id)
        .where(Notice.session_id == session_id, Delivery.state.in_(REACHED), Participant.erased_at.is_(None))
        .distinct()
    )
    people = [Told(person, f"changed:{change_id}:{person}", {"change_id": change_id}) for person in await db.scalars(told)]
    return await notify_all(db, session_id=session_id, kind=CHANGED, people=people, now=now)

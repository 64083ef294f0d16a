"""From a notice to its deliveries: which channels reach this person, as things stand now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.database.tables import new_id
from app.notices.hand import queue
from app.notices.models import Channel, Delivery, DeliveryState, Notice
from app.participants.models import Participant
from app.settings import Settings

CHUNK = 25
"""Notices routed in one transaction: the writer of SQLite is held for a moment only."""


@dataclass(frozen=True)
class Reach:
    """By which channels letters can go at all, and whether this person has what they need."""

    mail: bool
    phone: bool
    console: bool


def channels(reach: Reach, before: Channel | None = None) -> list[Channel]:
    """The channels for one notice: the one that reached this person `before`, else e-mail, else WhatsApp by hand; the console beside them."""
    fitting = [c for c, fits in ((Channel.EMAIL, reach.mail), (Channel.WHATSAPP_HAND, reach.phone)) if fits]
    first = [before] if before in fitting else fitting[:1]
    return [*first, *([Channel.CONSOLE] if reach.console else [])]


async def route(db: AsyncSession, settings: Settings, notice_ids: Sequence[str], now: datetime) -> None:
    """Give each notice its deliveries; one that has some is left alone, one that reaches nobody fails in sight of the officers."""
    people = await db.execute(
        select(Notice, Participant)
        .join(Participant, Participant.id == Notice.participant_id)
        .where(Notice.id.in_(notice_ids), Notice.id.not_in(select(Delivery.notice_id)), Participant.erased_at.is_(None))
        # A notice of change may be taking in another change in this moment.
        .with_for_update(of=Notice)
    )
    for notice, person in people.all():
        reach = Reach(person.email is not None and settings.mail is not None, person.phone is not None, settings.console_mail)
        before = await _reached_by(db, person.id) if notice.kind == "changed" else None
        chosen = channels(reach, before)
        for channel in chosen:
            await _deliver_by(db, notice.id, channel, now)
        if not chosen:
            state, problem = DeliveryState.FAILED, "notices.no_contact"
            db.add(Delivery(notice_id=notice.id, channel=Channel.CONSOLE, state=state, last_problem=problem))


async def fall_back(db: AsyncSession, delivery_id: str, now: datetime) -> bool:
    """E-mail failed for good: let an officer write on WhatsApp, when there is a number and nobody does yet."""
    found = await db.execute(
        select(Delivery.notice_id, Participant.phone.is_not(None))
        .join(Notice, Notice.id == Delivery.notice_id)
        .join(Participant, Participant.id == Notice.participant_id)
        .where(Delivery.id == delivery_id, Delivery.channel == Channel.EMAIL)
    )
    row = found.one_or_none()
    if row is None or not row[1]:
        return False
    other = select(Delivery.id).where(Delivery.notice_id == row[0], Delivery.channel == Channel.WHATSAPP_HAND)
    if await db.scalar(other) is not None:
        return False
    await _deliver_by(db, row[0], Channel.WHATSAPP_HAND, now)
    return True


async def _deliver_by(db: AsyncSession, notice_id: str, channel: Channel, now: datetime) -> None:
    delivery = Delivery(id=new_id(), notice_id=notice_id, channel=channel)
    db.add(delivery)
    await db.flush()
    if channel != Channel.WHATSAPP_HAND:
        await queue(db, delivery.id, delivery.version, now)


async def _reached_by(db: AsyncSession, participant_id: str) -> Channel | None:
    return await db.scalar(
        select(Delivery.channel)
        .join(Notice, Notice.id == Delivery.notice_id)
        .where(Notice.participant_id == participant_id, Delivery.state == DeliveryState.SENT, Delivery.channel != Channel.CONSOLE)
        .order_by(Delivery.sent_at.desc())
        .limit(1)
    )

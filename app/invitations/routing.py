"""From a notice to its deliveries: which channels reach this person, as things stand now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.database.tables import new_id
from app.invitations.changes import IN_LETTER
from app.invitations.models import Seat, SeatState
from app.notices.hand import queue, renew
from app.notices.models import Channel, Delivery, DeliveryState, Notice, ToldChange
from app.participants.models import Origin, Participant
from app.sessions.models import ScheduleChange
from app.settings import Settings

FOLLOWING = frozenset({"changed", "outcome", "correction", "objection"})
"""Kinds of news that go where the last news reached somebody."""
CHUNK = 25
"""Notices routed in one transaction: the writer of SQLite is held for a moment only."""


@dataclass(frozen=True)
class Reach:
    """By which channels letters can go at all, and whether this person has what they need."""

    mail: bool
    phone: bool
    console: bool
    letter: bool = False
    """Whether they hold a seat as a guest by letter, to whom a change can be brought on paper."""


def channels(reach: Reach, before: Channel | None = None) -> list[Channel]:
    """The channels for one notice: the one that reached this person `before`, else e-mail, WhatsApp by hand, a letter; the console beside them."""
    ways = ((Channel.EMAIL, reach.mail), (Channel.WHATSAPP_HAND, reach.phone), (Channel.LETTER, reach.letter))
    fitting = [channel for channel, fits in ways if fits]
    first = [before] if before in fitting else fitting[:1]
    return [*first, *([Channel.CONSOLE] if reach.console else [])]


async def route(db: AsyncSession, settings: Settings, notice_ids: Sequence[str], now: datetime) -> None:
    """Give each notice its deliveries; one that has some is left alone, one that reaches nobody fails in sight of the officers."""
    people = await db.execute(
        select(Notice, Participant, holds_by_letter())
        .join(Participant, Participant.id == Notice.participant_id)
        .where(Notice.id.in_(notice_ids), Notice.id.not_in(select(Delivery.notice_id)), Participant.erased_at.is_(None))
        # A notice of change may be taking in another change in this moment.
        .with_for_update(of=Notice)
    )
    for notice, person, by_letter in people.all():
        on_paper = by_letter and notice.kind == "changed"
        reach = Reach(person.email is not None and settings.mail is not None, person.phone is not None, settings.console_mail, on_paper)
        before = await _reached_by(db, person.id) if notice.kind in FOLLOWING else None
        chosen = channels(reach, before)
        for channel in chosen:
            if channel is Channel.LETTER and await _in_letter(db, notice):
                db.add(Delivery(notice_id=notice.id, channel=channel, state=DeliveryState.CANCELLED, last_problem=IN_LETTER))
            else:
                await _deliver_by(db, notice.id, channel, now)
        if not chosen:
            state, problem = DeliveryState.FAILED, "notices.no_contact"
            db.add(Delivery(notice_id=notice.id, channel=Channel.CONSOLE, state=state, last_problem=problem))


async def fall_back(db: AsyncSession, delivery_id: str, now: datetime) -> bool:
    """A message failed for good: let an officer write on WhatsApp instead of an e-mail, or, when that failed too, bring a guest the change on paper; each once."""
    found = await db.execute(
        select(Delivery, Notice.kind, Participant.phone.is_not(None), holds_by_letter())
        .join(Notice, Notice.id == Delivery.notice_id)
        .join(Participant, Participant.id == Notice.participant_id)
        .where(Delivery.id == delivery_id, Delivery.channel.in_((Channel.EMAIL, Channel.WHATSAPP_HAND)))
    )
    row = found.one_or_none()
    if row is None:
        return False
    failed, kind, has_phone, by_letter = row
    ways = [Channel.WHATSAPP_HAND] if failed.channel == Channel.EMAIL and has_phone else []
    ways += [Channel.LETTER] if by_letter and kind == "changed" else []
    for other in ways:
        same = (Delivery.notice_id == failed.notice_id, Delivery.channel == other)
        there = await db.scalar(select(Delivery).where(*same).with_for_update().execution_options(populate_existing=True))
        if there is None:
            await _deliver_by(db, failed.notice_id, other, now)
            return True
        if there.state == DeliveryState.FAILED:
            continue
        again = other is Channel.LETTER and there.state == DeliveryState.CANCELLED
        if again:
            renew(there)
        return again
    return False


async def no_letter(db: AsyncSession, delivery_id: str) -> None:
    """The message that had failed is tried again after all: the letter instead of it, not printed yet, is not needed; nothing for a row that is no message."""
    messages = Delivery.channel.in_((Channel.EMAIL, Channel.WHATSAPP_HAND))
    notice = select(Delivery.notice_id).where(Delivery.id == delivery_id, messages).scalar_subquery()
    waiting = (Delivery.notice_id == notice, Delivery.channel == Channel.LETTER, Delivery.state == DeliveryState.QUEUED)
    await db.execute(update(Delivery).where(*waiting).values(state=DeliveryState.CANCELLED, version=Delivery.version + 1))


def holds_by_letter() -> ColumnElement[bool]:
    """Whether a participant is a guest by letter whose seat stands."""
    seated = exists().where(Seat.participant_id == Participant.id, Seat.state == SeatState.ACTIVE)
    return and_(Participant.origin == Origin.INVITEE, seated)


async def _in_letter(db: AsyncSession, notice: Notice) -> bool:
    """Whether all that the notice (held by the caller) tells stands in a letter of invitation that was printed since."""
    newest = select(func.max(ScheduleChange.session_version)).join(ToldChange, ToldChange.change_id == ScheduleChange.id)
    newest = newest.where(ToldChange.notice_id == notice.id)
    seat = (Seat.participant_id == notice.participant_id, Seat.state == SeatState.ACTIVE)
    return bool(await db.scalar(select(exists().where(*seat, Seat.letter_version >= newest.scalar_subquery()))))


async def _deliver_by(db: AsyncSession, notice_id: str, channel: Channel, now: datetime) -> None:
    delivery = Delivery(id=new_id(), notice_id=notice_id, channel=channel)
    db.add(delivery)
    await db.flush()
    if channel not in {Channel.WHATSAPP_HAND, Channel.LETTER}:
        await queue(db, delivery.id, delivery.version, now)


async def _reached_by(db: AsyncSession, participant_id: str) -> Channel | None:
    by_message = Delivery.channel.not_in((Channel.CONSOLE, Channel.LETTER))
    return await db.scalar(
        select(Delivery.channel)
        .join(Notice, Notice.id == Delivery.notice_id)
        .where(Notice.participant_id == participant_id, Delivery.state == DeliveryState.SENT, by_message)
        .order_by(Delivery.sent_at.desc())
        .limit(1)
    )

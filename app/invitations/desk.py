"""What the desk sees of deliveries: rows with their states, filtered and paged, and counts."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.invitations.models import Reveal, Seat, SeatDevice
from app.notices.models import Channel, Delivery, DeliveryState, Notice
from app.participants.models import Participant
from app.regions import name_key

PAGE = 50


@dataclass(frozen=True)
class Filter:
    """Which deliveries: each absent field lets everything through."""

    state: DeliveryState | None = None
    channel: Channel | None = None
    kind: str | None = None
    name: str | None = None


@dataclass(frozen=True)
class Row:
    """A delivery with whom it is for."""

    delivery: Delivery
    notice: Notice
    person: Participant
    seat: Seat | None

    def held_by_another(self, actor: str, now: datetime) -> bool:
        """Whether a colleague has this row in hand."""
        mine = self.delivery.claimed_by == actor
        lasting = self.delivery.claimed_until is not None and self.delivery.claimed_until > now
        return self.delivery.state == DeliveryState.CLAIMED and not mine and lasting

    def held_by(self, actor: str) -> bool:
        """Whether this row is in this officer's hand."""
        return self.delivery.state == DeliveryState.CLAIMED and self.delivery.claimed_by == actor


async def rows(db: AsyncSession, session_id: str, wanted: Filter, *, after: int = 0, limit: int = PAGE) -> tuple[list[Row], int | None]:
    """Deliveries of a session, newest notice first, from position `after`; and the position of the next page."""
    statement = _filtered(_joined(session_id), wanted).order_by(Notice.created_at.desc(), Participant.number, Delivery.id)
    found = (await db.execute(statement.offset(after).limit(limit + 1))).all()
    read = [Row(*row) for row in found[:limit]]
    return read, after + limit if len(found) > limit else None


async def in_hand(db: AsyncSession, session_id: str, actor: str) -> list[Row]:
    """The rows that this officer has claimed, oldest first."""
    statement = _joined(session_id).where(Delivery.state == DeliveryState.CLAIMED, Delivery.claimed_by == actor)
    return [Row(*row) for row in await db.execute(statement.order_by(Notice.created_at, Participant.number, Delivery.id))]


async def counts(db: AsyncSession, session_id: str) -> dict[tuple[Channel, DeliveryState], int]:
    """How many deliveries stand where, per channel."""
    found = await db.execute(
        select(Delivery.channel, Delivery.state, func.count())
        .join(Notice, Notice.id == Delivery.notice_id)
        .where(Notice.session_id == session_id)
        .group_by(Delivery.channel, Delivery.state)
    )
    return {(channel, state): int(count) for channel, state, count in found}


@dataclass(frozen=True)
class SeatView:
    """A seat as a moderator sees it before revoking or rotating: how many browsers opened it, how often the meeting was shown."""

    seat: Seat
    person: Participant
    devices: int
    reveals: int


async def seat_view(db: AsyncSession, session_id: str, seat_id: str) -> SeatView | None:
    """One seat of the session."""
    statement = select(Seat, Participant).join(Participant, Participant.id == Seat.participant_id)
    found = (await db.execute(statement.where(Seat.id == seat_id, Seat.session_id == session_id))).one_or_none()
    if found is None:
        return None
    seat, person = found
    current = (SeatDevice.seat_id == seat.id) & (SeatDevice.generation == seat.generation)
    devices = await db.scalar(select(func.count()).select_from(SeatDevice).where(current))
    reveals = await db.scalar(select(func.count()).select_from(Reveal).where(Reveal.seat_id == seat.id))
    return SeatView(seat, person, devices or 0, reveals or 0)


def _joined(session_id: str) -> Select[Delivery, Notice, Participant, Seat | None]:
    return (
        select(Delivery, Notice, Participant, Seat)
        .join(Notice, Notice.id == Delivery.notice_id)
        .join(Participant, Participant.id == Notice.participant_id)
        .outerjoin(Seat, Seat.participant_id == Participant.id)
        .where(Notice.session_id == session_id)
    )


def _filtered(
    statement: Select[Delivery, Notice, Participant, Seat | None], wanted: Filter
) -> Select[Delivery, Notice, Participant, Seat | None]:
    if wanted.state is not None:
        statement = statement.where(Delivery.state == wanted.state)
    if wanted.channel is not None:
        statement = statement.where(Delivery.channel == wanted.channel)
    if wanted.kind is not None:
        statement = statement.where(Notice.kind == wanted.kind)
    if wanted.name and name_key(wanted.name):
        statement = statement.where(Participant.name_key.contains(name_key(wanted.name), autoescape=True))
    return statement

"""Invitations for programs: publish, seats, deliveries, and the way into the meeting."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import Role
from app.invitations import desk as desk_rows
from app.invitations import join, seats
from app.invitations.desk import Filter, Row
from app.invitations.guards import Attendee
from app.invitations.models import SeatState
from app.invitations.publish import Undecided, publish
from app.invitations.routing import fall_back, no_letter
from app.notices import hand
from app.notices.models import Channel, Delivery, DeliveryState, Notice
from app.participants.unmasking import Datum, note
from app.sessions.guards import Desk, desk
from app.vault import Vault
from app.web.ground import Ground, ground

router = APIRouter(prefix="/api/v1", tags=["invitations"])
Parts = Annotated[Ground, Depends(ground)]
Moderator = Annotated[Desk, Depends(desk(Role.MODERATOR))]
Officer = Annotated[Desk, Depends(desk(Role.MODERATOR, Role.SECRETARIAT))]
SomeId = Annotated[str, Path(max_length=40)]
Verb = Literal["claim", "release", "sent", "undo", "failed", "resend", "cancel"]
MOST_AFTER = 10**6


class PublishIn(BaseModel):
    """Whether those nobody decided about count as not selected, or stop the publishing."""

    leave_undecided: Undecided = "decline"


class PublishOut(BaseModel):
    """How many people were told what."""

    selected: int
    reserve: int
    declined: int


class SeatIn(BaseModel):
    """Why, in the moderator's words."""

    reason: str | None = Field(None, max_length=500)


class SeatOut(BaseModel):
    """The seat as it now is."""

    id: str
    state: SeatState
    generation: int
    version: int


class DeliveryOut(BaseModel):
    """A notice on one channel; `seat` is there for people who have one, addresses never are."""

    id: str
    participant: str
    name: str
    kind: str
    channel: Channel
    state: DeliveryState
    attempts: int
    problem: str | None = None
    next_try_at: datetime | None = None
    sent_at: datetime | None = None
    claimed_by: str | None = None
    claimed_until: datetime | None = None
    seat: str | None = None
    version: int


class DeliveryList(BaseModel):
    """A page of deliveries; `next` is the value of `after` for the following one."""

    items: list[DeliveryOut]
    next: str | None = None


class VerbIn(BaseModel):
    """What an officer could not do, for `failed` only."""

    why: hand.HandProblem = hand.HandProblem.OTHER


class RevealOut(BaseModel):
    """The way into the meeting."""

    link: str | None
    meeting_id: str | None
    passcode: str | None


@router.post("/sessions/{slug}/selections/publish")
async def publish_selection(parts: Parts, at: Moderator, body: PublishIn | None = None) -> PublishOut:
    """Make the selection final and tell everybody. 409 `selection.already_published`, `selection.nothing_decided`, `selection.undecided`."""
    wanted = body or PublishIn()
    async with parts.database.write() as db:
        done = await publish(
            db, parts.vault, at.session.id, actor=at.staff.actor, now=parts.clock.now(), leave_undecided=wanted.leave_undecided
        )
    return PublishOut(selected=done.selected, reserve=done.reserve, declined=done.declined)


@router.post("/sessions/{slug}/seats/{seat_id}/revoke")
async def revoke(parts: Parts, at: Moderator, seat_id: SomeId, body: SeatIn | None = None) -> SeatOut:
    """Take a seat away: link, browsers and sockets close at once."""
    async with parts.database.write() as db:
        seat = await seats.revoke_seat(
            db, parts.vault, at.session.id, seat_id, reason=(body or SeatIn()).reason, actor=at.staff.actor, now=parts.clock.now()
        )
    return SeatOut(id=seat.id, state=seat.state, generation=seat.generation, version=seat.version)


@router.post("/sessions/{slug}/seats/{seat_id}/rotate")
async def rotate(parts: Parts, at: Moderator, seat_id: SomeId, body: SeatIn | None = None) -> SeatOut:
    """Give a seat a new link and send it; the old one stops working."""
    async with parts.database.write() as db:
        seat = await seats.rotate_seat(
            db, parts.vault, at.session.id, seat_id, reason=(body or SeatIn()).reason, actor=at.staff.actor, now=parts.clock.now()
        )
    return SeatOut(id=seat.id, state=seat.state, generation=seat.generation, version=seat.version)


@router.get("/sessions/{slug}/deliveries")
async def deliveries(
    parts: Parts,
    at: Officer,
    state: DeliveryState | None = None,
    channel: Channel | None = None,
    kind: Annotated[str | None, Query(max_length=30)] = None,
    after: Annotated[int, Query(ge=0, le=MOST_AFTER)] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
) -> DeliveryList:
    """What was, is and will be told to whom by which channel, newest first."""
    async with parts.database.read() as db:
        rows, onward = await desk_rows.rows(db, at.session.id, Filter(state, channel, kind), after=after, limit=limit)
    return DeliveryList(items=[delivery_out(row) for row in rows], next=str(onward) if onward is not None else None)


@router.post("/sessions/{slug}/deliveries/{delivery_id}/{verb}", status_code=204)
async def act_on_delivery(parts: Parts, at: Officer, delivery_id: SomeId, verb: Verb, body: VerbIn | None = None) -> None:
    """Claim a row of WhatsApp by hand, mark it as sent, undo, give it up; send any delivery again or cancel it."""
    async with parts.database.write() as db:
        await act(db, parts.vault, at, delivery_id, verb, parts.clock.now(), (body or VerbIn()).why)


@router.post("/join/reveal")
async def reveal(parts: Parts, holder: Attendee) -> RevealOut:
    """Show the way into the meeting to this person; each call is logged."""
    async with parts.database.write() as db:
        shown = await join.reveal(db, parts.vault, holder, parts.clock.now())
    return RevealOut(link=shown.link, meeting_id=shown.meeting_id, passcode=shown.passcode)


async def act(db: AsyncSession, vault: Vault, at: Desk, delivery_id: str, verb: Verb, now: datetime, why: hand.HandProblem) -> None:
    """One verb of an officer on one delivery, for calls and forms alike; Conflict when a colleague was faster."""
    where = (db, at.session.id, delivery_id, at.staff.actor, now)
    match verb:
        case "claim":
            await hand.claim_one(*where)
        case "release":
            await hand.release(*where)
        case "sent":
            await hand.mark_sent(*where)
        case "undo":
            await hand.undo(*where)
            await no_letter(db, delivery_id)
        case "failed":
            await hand.give_up(*where, why)
            await fall_back(db, delivery_id, now)
        case "resend":
            await hand.resend(*where)
            await no_letter(db, delivery_id)
        case "cancel":
            await hand.cancel(*where)
    if verb in {"claim", "undo"}:
        await note_numbers(db, vault, at, [delivery_id], now)


async def note_numbers(db: AsyncSession, vault: Vault, at: Desk, deliveries: Sequence[str], now: datetime) -> None:
    """Record that an officer sees the numbers of those whom they took in hand to write to."""
    who = select(Notice.participant_id).join(Delivery, Delivery.notice_id == Notice.id).where(Delivery.id.in_(deliveries)).distinct()
    for person_id in (await db.scalars(who.order_by(Notice.participant_id))).all():
        await note(db, vault, at.session.id, person_id, [Datum.PHONE], actor=at.staff.actor, now=now)


def delivery_out(row: Row) -> DeliveryOut:
    """A row of the desk as programs read it."""
    one = row.delivery
    return DeliveryOut(
        id=one.id,
        participant=row.person.id,
        name=row.person.name,
        kind=row.notice.kind,
        channel=one.channel,
        state=one.state,
        attempts=one.attempts,
        problem=one.last_problem,
        next_try_at=one.next_try_at,
        sent_at=one.sent_at,
        claimed_by=one.claimed_by,
        claimed_until=one.claimed_until,
        seat=row.seat.id if row.seat else None,
        version=one.version,
    )

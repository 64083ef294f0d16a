"""A change of plans: everybody who was told of what changed is told of the change, once, by the channel that reached them.

A notice of change that has not gone out yet takes further changes in, so that it tells the final state; one that has gone out is followed by another.
Guests by letter were told by their letter; one that was written after the change tells of it itself, instead of a letter of change, never of a message:
paper lies on a desk for days before somebody reads it.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.invitations.models import Seat, SeatState
from app.notices.models import Attempt, Channel, Delivery, DeliveryState, Notice, ToldChange
from app.notices.service import Told, notify_all
from app.outbox.service import undone
from app.participants.models import Origin, Participant
from app.registration.models import Application, ApplicationState
from app.sessions.changes import TELL
from app.sessions.models import ForumSession, ScheduleChange, ScheduleKind

CHANGED = "changed"
CHUNK = 50
"""People told in one transaction: the writer of SQLite is held for a moment only."""
GOING = (DeliveryState.SENT, DeliveryState.SENDING, DeliveryState.CLAIMED)
"""Letters that carry, or may carry, the plans as they were; those not yet composed will carry the new ones."""
WAITING = (DeliveryState.QUEUED, DeliveryState.WAITING_RETRY)
IN_LETTER = "notices.in_letter"
"""Why a letter of change was not printed: a letter of invitation that was printed since says it."""


async def tell_of_change(
    db: AsyncSession, session_id: str, change_id: str, now: datetime, among: Sequence[ColumnElement[bool]] = ()
) -> int:
    """Tell the next people of a change, at most CHUNK, all or those `among` the participants; how many. Each is told once however often this runs, and in whatever order changes come."""
    # Held alone: two changes that tell the same people at one moment would each write a notice of its own.
    await db.get(ForumSession, session_id, with_for_update={"key_share": True})
    change = await db.get(ScheduleChange, change_id)
    if change is None:
        return 0
    people = list(
        await db.scalars(
            select(Participant.id)
            .where(
                Participant.session_id == session_id, Participant.erased_at.is_(None), or_(_was_told(), _lettered()), *_concerned(change)
            )
            .where(~_lettered(Seat.letter_version >= change.session_version), *among)
            .where(~exists().where(Application.participant_id == Participant.id, Application.state == ApplicationState.WITHDRAWN))
            .where(~exists().where(ToldChange.change_id == change_id, ToldChange.participant_id == Participant.id))
            .order_by(Participant.id)
            .limit(CHUNK)
        )
    )
    open_notices = await _not_yet_out(db, people)
    fresh = [person for person in people if person not in open_notices]
    keys = {f"changed:{change_id}:{person}": person for person in fresh}
    await notify_all(db, session_id=session_id, kind=CHANGED, people=[Told(person, key) for key, person in keys.items()], now=now)
    written = await db.execute(select(Notice.key, Notice.id).where(Notice.key.in_(keys)))
    telling = open_notices | {keys[key]: notice_id for key, notice_id in written}
    if telling:
        rows = [{"change_id": change_id, "participant_id": person, "notice_id": notice} for person, notice in telling.items()]
        await db.execute(insert(ToldChange), rows)
    return len(people)


async def note_letters(db: AsyncSession, seat_ids: Sequence[str], session_version: int, now: datetime) -> None:
    """Letters for these seats have been written from this version of the session (held by the caller): its changes are told with them.

    Letters of such changes that were not printed yet are cancelled with the reason `notices.in_letter`; messages go out all the same, also those of
    changes whose job has not looked yet: afterwards it would pass over whoever has the letter.
    """
    pending = await _not_looked_at(db, seat_ids, session_version)
    for start in range(0, len(seat_ids), CHUNK):
        some = seat_ids[start : start + CHUNK]
        by_message = or_(Participant.phone.is_not(None), Participant.email.is_not(None))
        for change in pending:
            theirs = Participant.id.in_(select(Seat.participant_id).where(Seat.id.in_(some)))
            await tell_of_change(db, change.session_id, change.id, now, (theirs, by_message))
        older = or_(Seat.letter_version.is_(None), Seat.letter_version < session_version)
        await db.execute(update(Seat).where(Seat.id.in_(some), older).values(letter_version=session_version))
        people = list(await db.scalars(select(Seat.participant_id).where(Seat.id.in_(some))))
        await _told_in_letter(db, list(await _waiting(db, people)), session_version, now)


async def _not_looked_at(db: AsyncSession, seat_ids: Sequence[str], session_version: int) -> Sequence[ScheduleChange]:
    """Changes up to this version of the session of these seats that wait to be told, oldest first."""
    ids = {key.split(":")[1] for key in await undone(db, TELL)}
    of_session = select(Seat.session_id).where(Seat.id.in_(seat_ids[:1]))
    waiting = (ScheduleChange.session_id.in_(of_session), ScheduleChange.session_version <= session_version, ScheduleChange.id.in_(ids))
    return (await db.scalars(select(ScheduleChange).where(*waiting).order_by(ScheduleChange.session_version))).all()


async def _told_in_letter(db: AsyncSession, notices: Sequence[str], session_version: int, now: datetime) -> None:
    newest = select(ToldChange.notice_id, func.max(ScheduleChange.session_version)).join(
        ScheduleChange, ScheduleChange.id == ToldChange.change_id
    )
    of_notices = await db.execute(newest.where(ToldChange.notice_id.in_(notices)).group_by(ToldChange.notice_id))
    said = [notice for notice, version in of_notices if version <= session_version]
    await db.execute(
        update(Delivery)
        .where(Delivery.notice_id.in_(said), Delivery.channel == Channel.LETTER, Delivery.state.in_(WAITING))
        .values(state=DeliveryState.CANCELLED, last_problem=IN_LETTER, next_try_at=None, version=Delivery.version + 1)
    )


def _was_told() -> ColumnElement[bool]:
    """Whether any letter reached this person or may have: sent and not taken back as not sent, or on its way."""
    taken_back = aliased(Attempt)
    back = exists().where(taken_back.delivery_id == Attempt.delivery_id, taken_back.outcome == "undone", taken_back.number > Attempt.number)
    sent_once = exists().where(Attempt.delivery_id == Delivery.id, Attempt.outcome == DeliveryState.SENT.value, ~back)
    of_person = and_(Notice.id == Delivery.notice_id, Notice.participant_id == Participant.id)
    return exists().where(of_person, or_(Delivery.state.in_(GOING), sent_once))


def _lettered(*more: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether a letter on paper was written for this person's seat, and the seat stands."""
    return exists().where(Seat.participant_id == Participant.id, Seat.state == SeatState.ACTIVE, Seat.letter_version.is_not(None), *more)


def _concerned(change: ScheduleChange) -> list[ColumnElement[bool]]:
    """Whoever was told of the thing that changed: of a hall those who come there, of the meeting those who are online, of a deadline those who were not invited, of all else everybody."""
    seated = and_(Seat.participant_id == Participant.id, Seat.state == SeatState.ACTIVE)
    match change.kind:
        case ScheduleKind.EXTENDED | ScheduleKind.REOPENED:
            return [Participant.origin != Origin.INVITEE]
        case ScheduleKind.MEETING:
            return [exists().where(seated, Seat.way == "online")]
        case ScheduleKind.RELOCATED:
            standing = Application.state.not_in((ApplicationState.WITHDRAWN, ApplicationState.DECLINED))
            applied = exists().where(Application.participant_id == Participant.id, Application.site_id == change.site_id, standing)
            return [or_(exists().where(seated, Seat.site_id == change.site_id), and_(~exists().where(seated), applied))]
        case _:
            return []


async def _not_yet_out(db: AsyncSession, people: Sequence[str]) -> dict[str, str]:
    """By person, a notice of change that nobody has composed or taken in hand yet; held, so that it is not taken while it grows."""
    return {person: notice for notice, person in (await _waiting(db, people)).items()}


async def _waiting(db: AsyncSession, people: Sequence[str]) -> dict[str, str]:
    """Notices of change that wait, with their people."""
    mine = (Notice.participant_id.in_(people), Notice.kind == CHANGED)
    notices = {row.id: row.participant_id for row in await db.scalars(select(Notice).where(*mine).order_by(Notice.id).with_for_update())}
    standing: dict[str, list[Delivery]] = {notice: [] for notice in notices}
    for one in await db.scalars(
        select(Delivery)
        .where(Delivery.notice_id.in_(list(notices)), Delivery.channel != Channel.CONSOLE)
        .order_by(Delivery.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ):
        standing[one.notice_id].append(one)
    return {notice: notices[notice] for notice, rows in standing.items() if _waits({row.state for row in rows})}


def _waits(states: set[DeliveryState]) -> bool:
    """No delivery yet, or one that waits and none that went or may be going out."""
    return not states or (bool(states & set(WAITING)) and not states & set(GOING))

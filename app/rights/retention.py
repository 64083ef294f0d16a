"""Removing what a session need not keep any longer, on the dates that people were told, and the report of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import Act, record
from app.database.tables import new_id
from app.guests.models import FormerHolder, InviteePlace
from app.hall.models import DoorPress, NeedSeenTo
from app.invitations.models import Reveal, Seat, SeatDevice
from app.kept.service import give_up_made
from app.notices.models import Attempt, Delivery, Notice
from app.outbox.service import want
from app.participants.models import Participant
from app.participants.service import take_turn
from app.proposals.photos_forgetting import forget_unshown_photos
from app.record.forgetting import forget_contacts
from app.registration.models import Application
from app.rights.models import RetentionPlan, RetentionRun
from app.rights.plan import DEFAULT, Kept, Months, dates
from app.rights.traces import scrub_pages
from app.sessions.models import ForumSession, PrivacyNotice
from app.sessions.notice import notice_of
from app.sessions.schedule import FIXED
from app.sessions.service import RETENTION, retention_key
from app.vault import Vault
from app.web.ground import Ground

TOGETHER = 50
"""People in one transaction."""
LOOK_AGAIN = timedelta(days=1)
"""How soon to look whether a postponed forum has a day."""
COLUMNS: dict[Kept, tuple[str, ...]] = {
    Kept.SPECIFIC: ("disability", "needs", "guardian_name", "guardian_phone", "former_guardians"),
    Kept.CONTACT: ("phone", "phone_index", "email", "address", "former_names", "former_contacts"),
}


async def months_of(db: AsyncSession, session_id: str) -> Months:
    """What the office has set, or the usual."""
    plan = await db.get(RetentionPlan, session_id)
    return Months(plan.specific_months, plan.contact_months, plan.traces_months) if plan else DEFAULT


def dates_of(months: Months, session: ForumSession) -> dict[Kept, datetime]:
    """When each kind goes; counted from the real end once there is one. Empty while the forum is postponed without a day."""
    if session.undated and session.state not in FIXED:
        return {}
    return dates(months, _end(session), session.zone)


async def set_months(
    db: AsyncSession, vault: Vault, session: ForumSession, months: Months, sentence: str, *, actor: str, now: datetime
) -> None:
    """Keep what for how long from now on; the privacy notice gets a new version whose last paragraph says so."""
    plan = await db.get(RetentionPlan, session.id, with_for_update=True)
    if plan is None:
        plan = RetentionPlan(session_id=session.id, specific_months=0, contact_months=0, traces_months=0, changed_at=now, changed_by=actor)
        db.add(plan)
    plan.specific_months, plan.contact_months, plan.traces_months = months.specific, months.contact, months.traces
    plan.changed_at, plan.changed_by = now, actor
    newest = await notice_of(db, session.id)
    if newest is not None:
        db.add(PrivacyNotice(session_id=session.id, version=newest.version + 1, text=with_sentence(newest.text, sentence), created_at=now))
    due = min(dates_of(months, session).values(), default=now + LOOK_AGAIN)
    await want(db, RETENTION, retention_key(session.id), {"session_id": session.id}, due_at=max(due, now), now=now)
    facts: dict[str, object] = {"specific": months.specific, "contact": months.contact, "traces": months.traces}
    await record(db, vault, session.id, now, Act(actor, "rights.retention_set", f"session:{session.id}", facts))


def with_sentence(text: str, sentence: str) -> str:
    """A notice in which the paragraph on how long data are kept is this one."""
    head = sentence.partition(":")[0]
    paragraphs = text.split("\n\n")
    for at, paragraph in enumerate(paragraphs):
        if paragraph.partition(":")[0] == head:
            paragraphs[at] = sentence
            return "\n\n".join(paragraphs)
    return f"{text}\n\n{sentence}"


async def carry_out(ground: Ground, session_id: str) -> datetime | None:
    """Remove whatever is due; when to look again, None once everything is removed. What was removed before a forum moved is due anew."""
    now = ground.clock.now()
    async with ground.database.read() as db:
        session = await db.get(ForumSession, session_id)
        if session is None:
            return None
        due = dates_of(await months_of(db, session_id), session)
        runs = select(RetentionRun.kind).where(RetentionRun.session_id == session_id, RetentionRun.finished_at >= _end(session))
        finished = set(await db.scalars(runs))
    if not due:
        return now + LOOK_AGAIN
    for kind, at in due.items():
        if at <= now and kind.value not in finished:
            await _remove(ground, session_id, kind)
    if any(at <= now for at in due.values()):
        await scrub_pages(ground.database)
    later = [at for at in due.values() if at > now]
    return min(later) if later else None


def _end(session: ForumSession) -> datetime:
    return session.ended_at or session.ends_at


async def _remove(ground: Ground, session_id: str, kind: Kept) -> None:
    """Remove one kind, a few people at a time; the report grows with it, so that a run that was cut off is one report."""
    database = ground.database
    async with database.write() as db:
        cut_off = (RetentionRun.session_id == session_id) & (RetentionRun.kind == kind.value) & RetentionRun.finished_at.is_(None)
        run = await db.scalar(select(RetentionRun).where(cut_off))
        if run is None:
            run = RetentionRun(id=new_id(), session_id=session_id, kind=kind.value, people=0, began_at=ground.clock.now())
            db.add(run)
    while True:
        async with database.write() as db:
            done = await (_traces(db, session_id) if kind is Kept.TRACES else _columns(db, session_id, kind, ground.clock.now()))
            run = await db.get_one(RetentionRun, run.id, with_for_update=True)
            run.people += done
            if done == 0:
                now = run.finished_at = ground.clock.now()
                if kind is Kept.CONTACT:
                    await give_up_made(db, session_id, now)
                await db.flush()
                facts: dict[str, object] = {"kind": kind.value, "people": run.people}
                await record(db, ground.vault, session_id, now, Act("system", "rights.retention_done", f"session:{session_id}", facts))
                return


async def _columns(db: AsyncSession, session_id: str, kind: Kept, now: datetime) -> int:
    # No record becomes final between the contacts of people and those of the record.
    await take_turn(db, session_id)
    people = cast("Table", Participant.__table__)
    names = COLUMNS[kind]
    held = or_(*(people.c[name].is_not(None) for name in names))
    ids = await _some(db, select(people.c.id).where(people.c.session_id == session_id, held).order_by(people.c.id).with_for_update())
    if ids:
        await db.execute(update(people).where(people.c.id.in_(ids)).values(dict.fromkeys(names)))
        values: dict[str, Any] = {"phone_index": None} if kind is Kept.CONTACT else {"has_disability": False}
        await db.execute(update(Application).where(Application.participant_id.in_(ids)).values(**values))
        return len(ids)
    if kind is Kept.CONTACT and (
        held_before := await _some(
            db, select(FormerHolder.id).where(FormerHolder.session_id == session_id, FormerHolder.known_by.is_not(None))
        )
    ):
        await db.execute(update(FormerHolder).where(FormerHolder.id.in_(held_before)).values(known_by=None))
        return len(held_before)
    # A resident's photo that everybody sees belongs to what is public; any other was for checking the proposal.
    if kind is Kept.CONTACT and (photos := await forget_unshown_photos(db, session_id, TOGETHER, now)):
        return photos
    # What stands beside the people: of the guests on lists too, of whom a deputy may hold the seat.
    if kind is Kept.CONTACT:
        await db.execute(update(InviteePlace).where(InviteePlace.session_id == session_id).values(phone=None, email=None))
        # The record as it was made carries them too; it is made again without.
        await forget_contacts(db, session_id, now)
    else:
        await db.execute(delete(NeedSeenTo).where(NeedSeenTo.session_id == session_id))
    return 0


async def _traces(db: AsyncSession, session_id: str) -> int:
    """Browsers, looks at the meeting's link, and what was sent to whom, of some people; presses at doors at the end."""
    seats = select(Seat.id, Seat.participant_id).where(Seat.session_id == session_id)
    opened = select(SeatDevice.seat_id).union(select(Reveal.seat_id))
    ids = await _some(db, seats.with_only_columns(Seat.participant_id).where(Seat.id.in_(opened)).order_by(Seat.participant_id))
    if not ids:
        told = select(Notice.participant_id).distinct().where(Notice.session_id == session_id).order_by(Notice.participant_id)
        ids = await _some(db, told)
    theirs = select(Seat.id).where(Seat.participant_id.in_(ids))
    notices = select(Notice.id).where(Notice.participant_id.in_(ids))
    deliveries = select(Delivery.id).where(Delivery.notice_id.in_(notices))
    if ids:
        for gone in (
            delete(SeatDevice).where(SeatDevice.seat_id.in_(theirs)),
            delete(Reveal).where(Reveal.seat_id.in_(theirs)),
            delete(Attempt).where(Attempt.delivery_id.in_(deliveries)),
            delete(Delivery).where(Delivery.notice_id.in_(notices)),
            delete(Notice).where(Notice.participant_id.in_(ids)),
        ):
            await db.execute(gone)
    else:
        await db.execute(delete(DoorPress).where(DoorPress.session_id == session_id))
    return len(ids)


async def _some(db: AsyncSession, wanted: Any) -> Sequence[str]:
    return (await db.scalars(wanted.limit(TOGETHER))).all()

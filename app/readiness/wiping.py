"""What of a session is practice, and how it is taken away: rows of the rehearsal, what hangs on them, and the traces it left on what is real.

Real is whatever people handed in themselves and whatever the office prepared: applications, seats, guests, imports, settings. It stays as it was
before the rehearsal, whatever was done to it meanwhile in the room.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Column, ColumnElement, Table, delete, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.chat.models import Message, Sanction, StaffAct, Vote
from app.database.tables import Table as Base
from app.hall.models import DoorPress, ScreenItem
from app.papers.models import PaperForm
from app.participants.models import Attendance, Origin, Participant, ParticipantCounter
from app.proposals.choices import Via
from app.proposals.models import Proposal, ProposalCounter, ProposalSource, ProposalStatus, ProposalVersion, Response, ResponseVersion
from app.proposals.photos_forgetting import forget_practised_photos
from app.proposals.undoing import restore
from app.sessions.models import AgendaItem, AgendaMove, ForumSession

REAL = {
    "office": (
        "accounts",
        "bearer_tokens",
        "digest_wishes",
        "electoral_districts",
        "grants",
        "recovery_codes",
        "reset_links",
        "setup_addresses",
        "sign_ins",
    ),
    "prepared": (
        *("forum_sessions", "meetings", "privacy_notices", "quotas", "retention_plans", "schedule_changes", "series", "sites"),
        *("duty_links", "duty_shifts", "form_counters", "form_ranges", "needs_seen_to"),
        *("former_holders", "guest_imports", "invitation_letters", "invitee_places", "invitees"),
        *("plenaries", "plenary_steps", "delegates", "scorings", "assessors", "minutes_texts", "minutes_notes", "sipd_sheets"),
        *("record_drafts", "record_versions", "record_attendees", "record_windows", "record_objections", "record_templates"),
        *("outcome_publications", "earlier_imports", "earlier_proposals", "earlier_outcomes"),
    ),
    "people_did": ("applications", "consents", "credentials", "decisions", "erasures", "reveals", "seat_devices", "seats"),
    "people_were_told": ("deliveries", "delivery_attempts", "notices", "told_changes"),
    "kept_as_trace": ("audit_entries", "audit_heads", "outbox_jobs", "rehearsals", "retention_runs"),
    "of_processes": ("live_processes", "room_presences", "sightings", "journal_revocations", "tallies"),
}
"""Tables that a rehearsal leaves as they are: what staff set up and whom they registered, invited or told meanwhile is meant (deputies and needs
too), packs and their numbers are printed for the day, plenary, minutes, record and answers of the levels take no step meanwhile, and seats, letters and consents are people's own. Rows of practised people go all the same."""
PUT_BACK = frozenset(
    {
        "agenda_items",
        "journal_events",
        "journal_logs",
        "participant_counters",
        "proposal_counters",
        "rooms",
        "screens",
        "kept_pieces",
        "photos",
        "photo_acts",
    }
)
"""Tables that are put back to how they stood, here, by whoever calls this, or (pieces of files) by the job of what was given up."""
PRACTISED = (Via.ONLINE, Via.HALL, Via.RELAY, Via.DESK, Via.PAPER)
"""Ways by which proposals come out of the room and the halls; those of registrations, imports and public forms are real."""
MADE_UP = (Origin.WALK_IN, Origin.PLACEHOLDER, Origin.RELAY)
"""People whom only the room and the halls know."""
CHUNK = 500
STAFF = ("account:", "token:", "duty:")


@dataclass(frozen=True)
class Span:
    """The rehearsal of a session: everything of it since `since`."""

    session: ForumSession
    since: datetime


async def wipe_rows(db: AsyncSession, span: Span, now: datetime) -> dict[str, int]:
    """Delete what is practice and put right what it touched; how many messages, answers, proposals, people and stays went. The caller holds the session and its logs."""
    session = span.session
    await db.execute(select(ProposalCounter.last).where(ProposalCounter.session_id == session.id).with_for_update())
    await db.execute(select(ParticipantCounter.last).where(ParticipantCounter.session_id == session.id).with_for_update())
    practised = next(where for name, _, where in _practice(span) if name == "proposals")
    await forget_practised_photos(db, session.id, await _ids(db, Proposal, practised), span.since, now)
    counted: dict[str, int] = {}
    for name, model, where in _practice(span):
        counted[name] = await _delete(db, cast("Table", model.__table__), await _ids(db, model, where))
    for model, where in _loose(span):
        await db.execute(delete(model).where(*where))
    await _put_back(db, span)
    await _answers_back(db, span)
    await _count_anew(db, session)
    await db.execute(
        update(AgendaItem)
        .where(AgendaItem.session_id == session.id, AgendaItem.started_at >= span.since)
        .values(started_at=None, ended_at=None)
    )
    session.agenda_item_id = None
    return counted


def _practice(span: Span) -> list[tuple[str, Any, list[ColumnElement[bool]]]]:
    session, since = span.session, span.since
    # What was split off keeps the way of the whole, which may be real; the part is not.
    parts = exists().where(ProposalVersion.proposal_id == Proposal.id, ProposalVersion.version == 1, ProposalVersion.note == "split")
    return [
        ("messages", Message, [Message.room == session.room, Message.received_at >= since]),
        ("answers", Response, [Response.session_id == session.id, Response.at >= since]),
        ("proposals", Proposal, [Proposal.session_id == session.id, Proposal.created_at >= since, or_(Proposal.via.in_(PRACTISED), parts)]),
        ("people", Participant, [Participant.session_id == session.id, Participant.created_at >= since, Participant.origin.in_(MADE_UP)]),
        ("stays", Attendance, [Attendance.session_id == session.id, Attendance.recorded_at >= since]),
    ]


def _loose(span: Span) -> list[tuple[Any, list[ColumnElement[bool]]]]:
    """Rows that nothing hangs on, found by their moment."""
    room, since = span.session.room, span.since
    return [
        (Vote, [Vote.room == room, Vote.at >= since]),
        (Sanction, [Sanction.room == room, Sanction.at >= since]),
        (StaffAct, [StaffAct.room == room, StaffAct.at >= since]),
        (PaperForm, [PaperForm.session_id == span.session.id, PaperForm.keyed_at >= since]),
        (AgendaMove, [AgendaMove.session_id == span.session.id, AgendaMove.at >= since]),
        (ScreenItem, [ScreenItem.session_id == span.session.id, ScreenItem.put_up_at >= since]),
        (DoorPress, [DoorPress.session_id == span.session.id, DoorPress.uploaded_at >= since]),
    ]


async def _answers_back(db: AsyncSession, span: Span) -> None:
    """Written answers that were corrected for practice say again what they said."""
    changed = select(Response).where(Response.session_id == span.session.id, Response.at < span.since, Response.changed_at >= span.since)
    for answer in (await db.scalars(changed.order_by(Response.id).with_for_update())).all():
        versions = select(ResponseVersion).where(ResponseVersion.response_id == answer.id, ResponseVersion.at < span.since)
        real = (await db.scalars(versions.order_by(ResponseVersion.version.desc()).limit(1))).first()
        if real is None:
            continue
        answer.text, answer.version = real.text, real.version
        first = real.at == answer.at
        answer.changed_at, answer.changed_by = (None, None) if first else (real.at, real.by)
        later = (ResponseVersion.response_id == answer.id, ResponseVersion.version >= real.version)
        await db.execute(delete(ResponseVersion).where(*later))


async def _ids(db: AsyncSession, model: Any, where: Sequence[ColumnElement[bool]]) -> list[str]:
    return list(await db.scalars(select(model.id).where(*where).order_by(model.id)))


async def _delete(db: AsyncSession, target: Table, ids: Sequence[str]) -> int:
    """Delete rows and, before them, whatever cannot be without them; what only mentions them forgets them."""
    for start in range(0, len(ids), CHUNK):
        some = ids[start : start + CHUNK]
        for table, column in _mentions(target):
            if column.nullable:
                await db.execute(update(table).where(column.in_(some)).values({column.name: None}))
            elif list(table.primary_key.columns.keys()) == ["id"]:
                await _delete(db, table, list(await db.scalars(select(table.c.id).where(column.in_(some)).order_by(table.c.id))))
            else:
                await db.execute(delete(table).where(column.in_(some)))
        await db.execute(delete(target).where(target.c.id.in_(some)))
    return len(ids)


def _mentions(target: Table) -> Iterable[tuple[Table, Column[Any]]]:
    for table in Base.metadata.sorted_tables:
        for key in table.foreign_keys:
            if key.column.table is target and len(key.constraint.columns if key.constraint is not None else ()) == 1:  # fmt: skip
                yield table, key.parent


async def _put_back(db: AsyncSession, span: Span) -> None:
    """Every proposal that stays goes back to how it stood before staff practised on it."""
    kept = list(
        await db.scalars(select(Proposal).where(Proposal.session_id == span.session.id).order_by(Proposal.number).with_for_update())
    )
    for start in range(0, len(kept), CHUNK):
        some = {one.id: one for one in kept[start : start + CHUNK]}
        rows = await db.scalars(
            select(ProposalVersion).where(ProposalVersion.proposal_id.in_(list(some))).order_by(ProposalVersion.version)
        )
        versions: dict[str, list[ProposalVersion]] = {}
        for row in rows:
            versions.setdefault(row.proposal_id, []).append(row)
        for one in some.values():
            await _restore(db, span, one, versions.get(one.id, []))
    numbers = {one.number: one for one in kept}
    for one in kept:
        mine = [n for n in one.comes_from if n in numbers and one.number in numbers[n].leads_to]
        if mine != one.comes_from:
            gone = set(one.comes_from) - set(mine)
            one.comes_from = mine
            await db.execute(delete(ProposalSource).where(ProposalSource.proposal_id == one.id, ProposalSource.merged_from.in_(gone)))
    await db.flush()


async def _restore(db: AsyncSession, span: Span, one: Proposal, versions: Sequence[ProposalVersion]) -> None:
    real = [row for row in versions if row.version == 1 or row.at < span.since or not row.by.startswith(STAFF)]
    if not real or real[-1].version == one.version:
        return
    restore(one, real[-1])
    one.version = real[-1].version
    if one.status in {ProposalStatus.NEW, ProposalStatus.CHECKED}:
        one.verified_at = one.verified_by = None
    if one.published_at is not None and one.published_at >= span.since:
        one.published_at = None
    await db.execute(delete(ProposalVersion).where(ProposalVersion.proposal_id == one.id, ProposalVersion.version > real[-1].version))


async def _count_anew(db: AsyncSession, session: ForumSession) -> None:
    """The counters go back behind the last number that is left."""
    numbers = await db.scalars(select(Proposal.number).where(Proposal.session_id == session.id))
    last = max((int(number.rpartition("-")[2]) for number in numbers), default=0)
    await db.execute(update(ProposalCounter).where(ProposalCounter.session_id == session.id).values(last=last))
    people = await db.scalar(select(func.max(Participant.number)).where(Participant.session_id == session.id))
    await db.execute(update(ParticipantCounter).where(ParticipantCounter.session_id == session.id).values(last=people or 0))

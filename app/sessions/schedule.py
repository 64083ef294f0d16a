"""Moving what people have been told: a later deadline, a reopened registration, another day or none yet; everybody already told is told again."""

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import Act, record
from app.errors import Conflict, FieldError, Invalid
from app.outbox.service import want
from app.sessions.changes import Change, write_change
from app.sessions.checks import Times, time_problems
from app.sessions.fields import ScheduleFields
from app.sessions.models import ForumSession, ScheduleChange, ScheduleKind, SessionState
from app.sessions.service import FIRST_LOOK, GRACE, MOMENTS, RETENTION, closing_key, locked, retention_key
from app.vault import Vault

MOVABLE = ("starts_at", "ends_at", "registration_closes_at")
FIXED = {SessionState.ENDED, SessionState.CANCELLED}
BEGUN = {SessionState.LIVE, SessionState.PAUSED}


async def change_schedule(
    db: AsyncSession, vault: Vault, session_id: str, fields: ScheduleFields, *, actor: str, now: datetime
) -> ScheduleChange:
    """Move moments with a reason, or postpone until further notice; everybody already told is told by a job."""
    session = await locked(db, session_id)
    if session.state in FIXED:
        raise Conflict("sessions.over")
    after = _moved(session, fields)
    postponed = fields.until_further_notice and not session.undated
    if not after and not postponed:
        raise Invalid(FieldError("registration_closes_at", "sessions.nothing_moved"), code="sessions.nothing_moved")
    if problems := _problems(session, fields, after, now):
        raise Invalid(*problems)
    kind = ScheduleKind.POSTPONED if postponed else _kind(session, after, now)
    if kind is ScheduleKind.REOPENED and session.selection_published_at is not None:
        raise Conflict("sessions.results_out")
    before = {name: getattr(session, name).isoformat() for name in after}
    for name, moment in after.items():
        setattr(session, name, moment)
    session.undated = postponed or (session.undated and "starts_at" not in after)
    session.version += 1
    if "registration_closes_at" in after:
        await _move_closing(db, session, now)
    if "ends_at" in after and session.state is not SessionState.DRAFT:
        due = session.ends_at + FIRST_LOOK
        await want(db, RETENTION, retention_key(session.id), {"session_id": session.id}, due_at=due, now=now)
    written = {name: moment.isoformat() for name, moment in after.items()}
    change = await write_change(db, session, Change(kind, fields.reason, before, written), actor=actor, now=now)
    facts: dict[str, object] = {"kind": kind, "before": before, "after": written}
    await record(db, vault, session.id, now, Act(actor, "sessions.schedule_changed", f"schedule:{change.id}", facts))
    return change


def _moved(session: ForumSession, fields: ScheduleFields) -> dict[str, datetime]:
    """Only what really moves; a start that moves takes the end with it unless a new end is given. After a postponement any start is a move."""
    wanted: dict[str, datetime | None] = {name: getattr(fields, name) for name in MOVABLE}
    if fields.starts_at is not None and fields.ends_at is None:
        wanted["ends_at"] = fields.starts_at + (session.ends_at - session.starts_at)
    dated = {"starts_at", "ends_at"} if session.undated and fields.starts_at is not None else set()
    return {name: moment for name, moment in wanted.items() if moment is not None and (moment != getattr(session, name) or name in dated)}


def _problems(session: ForumSession, fields: ScheduleFields, after: dict[str, datetime], now: datetime) -> list[FieldError]:
    values: dict[str, Any] = {name: getattr(session, name) for name in MOMENTS} | after
    problems = time_problems(Times(*(values[name] for name in MOMENTS)))
    deadline = after.get("registration_closes_at")
    if deadline is not None and session.state is not SessionState.DRAFT:
        if deadline < session.registration_closes_at:
            problems.append(FieldError("registration_closes_at", "sessions.deadline_earlier"))
        elif deadline <= now:
            problems.append(FieldError("registration_closes_at", "sessions.in_the_past"))
    if session.state in BEGUN and ("starts_at" in after or fields.until_further_notice):
        problems.append(FieldError("starts_at", "sessions.begun"))
    if fields.until_further_notice and {"starts_at", "ends_at"} & set(after):
        problems.append(FieldError("starts_at", "sessions.date_or_none"))
    return problems


def _kind(session: ForumSession, after: dict[str, datetime], now: datetime) -> ScheduleKind:
    if "registration_closes_at" in after and (session.closed_at is not None or now > session.registration_closes_at):
        return ScheduleKind.REOPENED
    return ScheduleKind.MOVED if "starts_at" in after or "ends_at" in after else ScheduleKind.EXTENDED


async def _move_closing(db: AsyncSession, session: ForumSession, now: datetime) -> None:
    session.closed_at, session.closed_count, session.closed_hash = None, None, None
    if session.state is SessionState.DRAFT:
        return
    due = session.registration_closes_at + GRACE
    await want(db, "registration.close", closing_key(session.id), {"session_id": session.id}, due_at=due, now=now)

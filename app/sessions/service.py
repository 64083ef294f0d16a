"""A forum session comes to be, is changed, and goes through its life."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import Act, record
from app.database.tables import new_id
from app.errors import Conflict, FieldError, Invalid, NotFound
from app.journal.service import PUBLIC, Entry, append, open_room
from app.meetings import service as meetings
from app.meetings.service import MeetingAccess
from app.outbox.service import cancel, enqueue
from app.regions import region, zone_of
from app.sessions.changes import Change, write_change
from app.sessions.checks import Times, agenda_problems, quorum_problems, quota_problems, seat_problems, time_problems, year_problems
from app.sessions.crowd import proposals_numbered, selected_by_place, start_counting
from app.sessions.fields import MeetingFields, SessionChanges, SessionFields
from app.sessions.lifecycle import ROOM_STATE, may_follow
from app.sessions.models import ForumSession, ScheduleKind, SessionState, Tier
from app.sessions.naming import not_taken, prefix_of, slug_of
from app.sessions.notice import first_notice_of, write_notice
from app.sessions.promises import refuse_silence
from app.sessions.rehearsing import play
from app.sessions.rows import coded, named_sites, rows_of, write_agenda, write_quotas, write_sites
from app.vault import Vault

GRACE = timedelta(seconds=90)
"""From the deadline to the closing of the list: longer than any request may last."""
RETENTION = "rights.retention"
"""Kind of the job that removes what a session need not keep any longer."""
FIRST_LOOK = timedelta(days=1)
"""After the end as planned; the job then finds the real dates by itself."""
USUAL_LENGTH = timedelta(hours=3)
PLAIN = (
    "title",
    "summary",
    "tier",
    "region_code",
    "number_prefix",
    "year_held",
    "plan_year",
    "zone",
    "starts_at",
    "ends_at",
    "registration_opens_at",
    "registration_closes_at",
    "seats_online",
    "elements",
    "criteria",
    "stream_url",
    "interpreter_url",
    "quorum",
    "quorum_unit",
    "contact_number",
    "contact_name",
    "publication",
    "screen_shows_all",
    "late_hours",
    "public_proposals_until",
)
MOMENTS = ("starts_at", "ends_at", "registration_opens_at", "registration_closes_at")
MAY_BE_EMPTY = ("stream_url", "interpreter_url", "quorum", "contact_number", "contact_name", "public_proposals_until", "meeting")
TIERS = (Tier.PROVINCE, Tier.REGENCY, Tier.DISTRICT, Tier.VILLAGE)


async def create_session(db: AsyncSession, vault: Vault, fields: SessionFields, *, actor: str, now: datetime) -> ForumSession:
    """A draft with everything that hangs on it: halls, agenda, quotas, first notice, counters, room, sealed meeting. Invalid names wrong fields."""
    sites = coded(fields.sites)
    quotas = named_sites(fields.quotas, sites)
    values = _completed(fields, now)
    problems = _problems(values, fields.model_copy(update={"sites": sites, "quotas": quotas}))
    if fields.slug is not None and await _slugs_like(db, fields.slug) & {fields.slug}:
        problems.append(FieldError("slug", "sessions.slug_taken"))
    if problems:
        raise Invalid(*problems)
    slug = fields.slug or await _free_slug(db, fields.title, values["year_held"])
    session = ForumSession(id=new_id(), slug=slug, room=new_id(), practice=fields.practice, created_at=now, **values)
    session.state, session.version = SessionState.DRAFT, 1
    db.add(session)
    await db.flush()
    await write_sites(db, session, sites)
    await write_agenda(db, session, fields.agenda)
    await write_quotas(db, session, quotas)
    await write_notice(db, session, fields.notice or first_notice_of(session), now)
    await meetings.store(db, vault, session.id, _access(fields.meeting), now)
    await start_counting(db, session.id)
    await open_room(db, session.room)
    await record(db, vault, session.id, now, Act(actor, "sessions.created", f"session:{session.id}", {"halls": len(sites)}))
    return session


async def update_session(
    db: AsyncSession, vault: Vault, session_id: str, changes: SessionChanges, *, version: int, actor: str, now: datetime
) -> ForumSession:
    """Write what was given; Conflict when somebody else has changed the session since `version`, Invalid for wrong fields."""
    session = await locked(db, session_id)
    if session.version != version:
        raise Conflict("sessions.changed", version=session.version)
    if session.state in {SessionState.ENDED, SessionState.CANCELLED}:
        raise Conflict("sessions.over")
    given = changes.model_fields_set
    changes = await _as_rows(db, session, changes)
    values = {name: getattr(changes, name) if name in given else getattr(session, name) for name in PLAIN}
    problems = [FieldError(name, "field.required") for name in sorted(given - set(MAY_BE_EMPTY)) if getattr(changes, name) is None]
    if problems:
        raise Invalid(*problems)
    await _refuse_losses(db, session, values, given)
    await refuse_silence(db, vault, session, changes, given)
    if problems := _problems(values, changes):
        raise Invalid(*problems)
    changed = _overwrite(session, values)
    changed |= {"sites"} if "sites" in given and await write_sites(db, session, changes.sites) else set()
    changed |= {"agenda"} if "agenda" in given and await write_agenda(db, session, changes.agenda) else set()
    changed |= {"quotas"} if "quotas" in given and await write_quotas(db, session, changes.quotas) else set()
    if "notice" in given and changes.notice and await write_notice(db, session, changes.notice, now):
        changed.add("notice")
    if "meeting" in given and await meetings.store(db, vault, session.id, _access(changes.meeting), now):
        changed.add("meeting")
    if changed:
        session.version += 1
        facts: dict[str, object] = {"changed": sorted(changed), "version": session.version}
        await record(db, vault, session.id, now, Act(actor, "sessions.updated", f"session:{session.id}", facts))
    return session


async def change_state(
    db: AsyncSession, vault: Vault, session_id: str, to: SessionState, *, actor: str, reason: str | None, now: datetime
) -> ForumSession:
    """Publish, open, pause, end or cancel; Conflict `sessions.wrong_state` when the session cannot go there from where it is."""
    session = await locked(db, session_id)
    if session.rehearsal is not None:
        return await play(db, vault, session, to, actor=actor, now=now)
    before = session.state
    if not may_follow(before, to):
        raise Conflict("sessions.wrong_state", state=before, to=to)
    if to is SessionState.LIVE and session.undated:
        raise Conflict("sessions.undated")
    session.state = to
    session.version += 1
    if to is SessionState.LIVE and session.opened_at is None:
        session.opened_at = now
    if to is SessionState.ENDED:
        session.ended_at = now
    if to is SessionState.PUBLISHED:
        due = session.registration_closes_at + GRACE
        await enqueue(db, "registration.close", closing_key(session.id), {"session_id": session.id}, due_at=due, now=now)
        await enqueue(db, RETENTION, retention_key(session.id), {"session_id": session.id}, due_at=session.ends_at + FIRST_LOOK, now=now)
    if to is SessionState.CANCELLED:
        await cancel(db, closing_key(session.id), now)
        if before is not SessionState.DRAFT:
            why = " ".join((reason or "").split())
            await write_change(db, session, Change(ScheduleKind.CANCELLED, why, {}, {}), actor=actor, now=now)
    if ROOM_STATE[to] != ROOM_STATE[before]:
        frame = {"t": "room", "op": "state", "v": {"to": ROOM_STATE[to]}}
        await append(db, session.room, PUBLIC, [Entry(frame)], now)
    facts: dict[str, object] = {"from": before, "to": to, "with_reason": bool(reason)}
    await record(db, vault, session.id, now, Act(actor, "sessions.state_changed", f"session:{session.id}", facts))
    return session


async def locked(db: AsyncSession, session_id: str) -> ForumSession:
    """The session with its row locked against every other change; first in the lock order. NotFound when there is none."""
    # Not the key: who only refers to the session, as the room's writer does while it holds the room, must not wait here.
    found = await db.get(ForumSession, session_id, with_for_update={"key_share": True}, populate_existing=True)
    if found is None:
        raise NotFound("sessions.unknown")
    return found


def retention_key(session_id: str) -> str:
    """The key of the job that removes what the session need not keep any longer."""
    return f"retention:{session_id}"


def closing_key(session_id: str) -> str:
    """The key of the job that closes a session's list of applications."""
    return f"close:{session_id}"


def _completed(fields: SessionFields, now: datetime) -> dict[str, Any]:
    """The columns of a new session, with what was left open filled in from the region and the start."""
    place = region(fields.region_code)
    assert place is not None
    values: dict[str, Any] = {name: getattr(fields, name) for name in PLAIN}
    values["zone"] = fields.zone or zone_of(place.code)
    values["tier"] = fields.tier or TIERS[place.code.count(".")]
    values["number_prefix"] = fields.number_prefix or prefix_of(place.name)
    values["year_held"] = fields.year_held or fields.starts_at.astimezone(ZoneInfo(values["zone"])).year
    values["plan_year"] = fields.plan_year or values["year_held"] + 1
    values["ends_at"] = fields.ends_at or fields.starts_at + USUAL_LENGTH
    values["registration_opens_at"] = fields.registration_opens_at or min(now, fields.starts_at - timedelta(days=7))
    values["registration_closes_at"] = fields.registration_closes_at or fields.starts_at - timedelta(days=1)
    return values


def _problems(values: dict[str, Any], fields: SessionChanges) -> list[FieldError]:
    problems = year_problems(values["year_held"], values["plan_year"])
    if fields.model_fields_set & set(MOMENTS):
        problems += time_problems(Times(*(values[name] for name in MOMENTS)))
    problems += seat_problems(values["seats_online"], fields.sites) + agenda_problems(fields.agenda)
    problems += quorum_problems(values["quorum"], values["quorum_unit"])
    return problems + quota_problems(fields.quotas, {site.code or "" for site in fields.sites}, values["region_code"])


async def _as_rows(db: AsyncSession, session: ForumSession, changes: SessionChanges) -> SessionChanges:
    """The changes with the rows that are there where none were given, so that the whole can be judged."""
    there = await rows_of(db, session.id)
    codes = {site.id: site.code for site in there.sites}
    present = SessionChanges.model_validate(
        {
            "sites": [{"id": s.id, "code": s.code, "name": s.name, "seats": s.seats} for s in there.sites],
            "quotas": [
                {"attribute": q.attribute, "value": q.value, "minimum": q.minimum, "maximum": q.maximum, "unit": q.unit}
                for q in there.quotas
            ],
        }
    )
    given = changes.model_fields_set
    sites = coded(changes.sites, codes) if "sites" in given else present.sites
    quotas = named_sites(changes.quotas, sites) if "quotas" in given else present.quotas
    return changes.model_copy(update={"sites": sites, "quotas": quotas})


async def _refuse_losses(db: AsyncSession, session: ForumSession, values: dict[str, Any], given: set[str]) -> None:
    """What people were told or hold already is not changed in passing."""
    if session.state is not SessionState.DRAFT and any(values[name] != getattr(session, name) for name in MOMENTS):
        raise Conflict("sessions.use_schedule")
    numbers = [name for name in ("number_prefix", "plan_year") if values[name] != getattr(session, name)]
    if numbers and await proposals_numbered(db, session.id):
        raise Invalid(*(FieldError(name, "sessions.numbers_given") for name in numbers))
    if "seats_online" in given:
        chosen = (await selected_by_place(db, session.id)).get("online", 0)
        if values["seats_online"] < chosen:
            raise Invalid(FieldError("seats_online", "sessions.seats_taken", {"taken": chosen}))


def _overwrite(session: ForumSession, values: dict[str, Any]) -> set[str]:
    changed = {name for name, value in values.items() if getattr(session, name) != value}
    for name in changed:
        setattr(session, name, values[name])
    return changed


def _access(given: MeetingFields | None) -> MeetingAccess:
    return MeetingAccess() if given is None else MeetingAccess(given.link or None, given.meeting_id or None, given.passcode or None)


async def _free_slug(db: AsyncSession, title: str, year: int) -> str:
    words = slug_of(title) or "forum"
    wanted = words if str(year) in words.split("-") else f"{words}-{year}"
    return not_taken(wanted, await _slugs_like(db, wanted))


async def _slugs_like(db: AsyncSession, slug: str) -> set[str]:
    return set(await db.scalars(select(ForumSession.slug).where(func.substr(ForumSession.slug, 1, len(slug)) == slug)))

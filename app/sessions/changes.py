"""A change of plans as it is written down: one row with its reason, a word in the room, and the job that tells everybody already told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from string import Template
from typing import Any

from sqlalchemy import JSON, column, insert, select, table, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.database.tables import new_id
from app.i18n import when
from app.journal.service import PUBLIC, Entry, append
from app.outbox.service import enqueue
from app.sessions.models import ForumSession, ScheduleChange, ScheduleKind, SessionState

TELL = "invitations.schedule_changed"
"""Kind of the job that tells everybody who was told something of the forum."""
SAID = Path(__file__).resolve().parents[2] / "templates" / "sessions"
LANGUAGES = ("id", "en")
"""Of what the room is told; the first is what programs and whoever reads another language get."""
# The rules of a room belong to a higher floor; its last announcement is what everybody who comes in is shown first.
_ROOMS = table(
    "rooms",
    column("id"),
    column("session_id"),
    column("slow_seconds"),
    column("premoderated"),
    column("locked"),
    column("unlimited"),
    column("announcement", JSON),
)
MOMENTS = ("starts_at", "ends_at", "registration_closes_at")


@dataclass(frozen=True)
class Change:
    """What happened: `before` and `after` as `ScheduleChange` keeps them."""

    kind: ScheduleKind
    reason: str
    before: Mapping[str, object]
    after: Mapping[str, object]
    site_id: str | None = None


@dataclass(frozen=True)
class Shown:
    """A change for a page: moments read back, `hall` the name it now has or had."""

    kind: ScheduleKind
    reason: str
    at: datetime
    before: Mapping[str, Any]
    after: Mapping[str, Any]


async def write_change(db: AsyncSession, session: ForumSession, change: Change, *, actor: str, now: datetime) -> ScheduleChange:
    """Write a change that was just made to the session (held by the caller, its version grown), say it in the room, and want everybody told; the caller audits it."""
    row = ScheduleChange(
        id=new_id(),
        session_id=session.id,
        kind=change.kind,
        reason=change.reason,
        site_id=change.site_id,
        before=dict(change.before),
        after=dict(change.after),
        session_version=session.version,
        by=actor,
        at=now,
    )
    db.add(row)
    await db.flush()
    if session.state is SessionState.DRAFT:
        return row
    sentences = {language: text for language in LANGUAGES if (text := _sentence(session, change, language))}
    if sentences:
        await _announce(db, session, sentences, now)
    await enqueue(db, TELL, f"schedule:{row.id}", {"session_id": session.id, "change_id": row.id}, due_at=now, now=now)
    return row


async def tell_since(db: AsyncSession, session_id: str, version: int, mark: str, now: datetime) -> None:
    """Let every change after this version of the session be told once more, under keys with a `mark` of their own: somebody became concerned when its job may have been done."""
    later = (ScheduleChange.session_id == session_id, ScheduleChange.session_version > version)
    for change_id in (await db.scalars(select(ScheduleChange.id).where(*later))).all():
        payload: dict[str, object] = {"session_id": session_id, "change_id": change_id}
        await enqueue(db, TELL, f"schedule:{change_id}:{mark}", payload, due_at=now, now=now)


async def changes_of(db: AsyncSession, session_id: str) -> list[ScheduleChange]:
    """Every change of a session's plans, newest first."""
    newest = select(ScheduleChange).where(ScheduleChange.session_id == session_id).order_by(ScheduleChange.at.desc(), ScheduleChange.id)
    return list(await db.scalars(newest))


def shown(changes: Sequence[ScheduleChange]) -> list[Shown]:
    """Changes as pages and letters say them."""
    return [Shown(one.kind, one.reason, one.at, _read(one.before), _read(one.after)) for one in changes]


async def shown_of(db: AsyncSession, session: ForumSession) -> list[Shown]:
    """The changes that people are shown, newest first; none while the session has not been announced."""
    return shown(await changes_of(db, session.id)) if session.state is not SessionState.DRAFT else []


def _read(values: Mapping[str, object]) -> dict[str, Any]:
    return {name: datetime.fromisoformat(str(value)) if name in MOMENTS else value for name, value in values.items()}


async def _announce(db: AsyncSession, session: ForumSession, texts: Mapping[str, str], now: datetime) -> None:
    others = {language: texts[language] for language in LANGUAGES[1:]}
    announcement = {"id": new_id(), "text": texts[LANGUAGES[0]], "texts": others}
    frame = {"t": "room", "op": "announce", "v": announcement, "at": int(now.timestamp() * 1000)}
    await append(db, session.room, PUBLIC, [Entry(frame)], now)
    changed = await db.execute(update(_ROOMS).where(_ROOMS.c.id == session.room).values(announcement=announcement).returning(_ROOMS.c.id))
    if changed.first() is None:
        rules = {"slow_seconds": 0, "premoderated": False, "locked": False, "unlimited": False}
        await db.execute(insert(_ROOMS).values(id=session.room, session_id=session.id, announcement=announcement, **rules))


def _sentence(session: ForumSession, change: Change, language: str) -> str | None:
    """The words of the room in one language, the reason as the office wrote it; none for a later deadline, which concerns nobody there."""
    said = _said(language)
    written = said.get(change.kind)
    if written is None:
        return None
    hall = change.before or change.after
    facts = {
        "start": when(session.starts_at, session.zone, language),
        "end": when(session.ends_at, session.zone, language),
        "hall": hall.get("name", ""),
        "place": ", ".join(str(part) for part in (change.after.get("name"), change.after.get("address")) if part),
        "reason": change.reason.rstrip("."),
    }
    sentences = [written, said["reason"]] if change.reason else [written]
    return " ".join(Template(one).substitute(facts) for one in sentences)[:900]


@cache
def _said(language: str) -> dict[str, str]:
    lines = (SAID / f"changes_said.{language}.txt").read_text(encoding="utf-8").splitlines()
    return {kind.strip(): text.strip() for kind, _, text in (line.partition(":") for line in lines if line.strip())}

"""The time in which those who attended may object to the draft: opened with the draft as it is then, prolonged, and settled before the record is final."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app import i18n
from app.audit.service import Act, record
from app.database.tables import new_id
from app.errors import Conflict, FieldError, Invalid
from app.i18n import Translator
from app.outbox.service import enqueue
from app.record.models import ObjectionSubject, ObjectionVerdict, RecordObjection, RecordVersion, RecordWindow
from app.sessions.models import ForumSession, SessionState
from app.vault import Vault

TELL = "record.tell_window"
"""Kind of the job that tells those who attended: {window_id}."""
SHORTEST, LONGEST = timedelta(minutes=10), timedelta(days=30)
OWN_ROW = "own_row"
"""What the office calls the row of whoever objected."""
GRACE = timedelta(minutes=1)
"""Longer than a form that was received in time may stand in line: until then nothing becomes final."""


class Opening(StrEnum):
    """What a press for a closing moment did."""

    OPENED = "opened"
    PROLONGED = "prolonged"
    SAME = "same"


@dataclass(frozen=True)
class Standing:
    """The last window of a session, none when there was none, and how many objections there are in all of them."""

    window: RecordWindow | None
    filed: int
    accepted: int
    declined: int

    @property
    def waiting(self) -> int:
        """How many are not answered."""
        return self.filed - self.accepted - self.declined

    def runs(self, now: datetime) -> bool:
        """Whether objections are taken."""
        return self.window is not None and now <= self.window.closes_at

    @property
    def free_at(self) -> datetime | None:
        """After this moment no objection that was in time is still on its way; None when there was no window."""
        return self.window.closes_at + GRACE if self.window else None

    def holds_up(self, now: datetime) -> bool:
        """Whether the record cannot become final yet because objections are taken or may be on their way."""
        return self.free_at is not None and now <= self.free_at


async def standing_of(db: AsyncSession, session_id: str) -> Standing:
    """How corrections stand; opens no words."""
    rows = await db.execute(
        select(RecordObjection.verdict, func.count()).where(RecordObjection.session_id == session_id).group_by(RecordObjection.verdict)
    )
    counts: dict[ObjectionVerdict | None, int] = {row[0]: row[1] for row in rows}
    accepted, declined = (counts.get(verdict, 0) for verdict in (ObjectionVerdict.ACCEPTED, ObjectionVerdict.DECLINED))
    return Standing(await last_window(db, session_id), sum(counts.values()), accepted, declined)


async def last_window(db: AsyncSession, session_id: str) -> RecordWindow | None:
    """The window that was opened last."""
    wanted = select(RecordWindow).where(RecordWindow.session_id == session_id).order_by(RecordWindow.number.desc()).limit(1)
    found: RecordWindow | None = await db.scalar(wanted)
    return found


async def beat(db: AsyncSession, session_id: str) -> str:
    """Another text whenever a window, an objection or an answer came."""
    windows = select(func.count(), func.max(RecordWindow.closes_at), func.sum(RecordWindow.filed))
    opened = (await db.execute(windows.where(RecordWindow.session_id == session_id))).one()
    answered = select(func.count()).where(RecordObjection.session_id == session_id, RecordObjection.verdict.is_not(None))
    return f"{opened[0]}.{opened[1]}.{opened[2]}.{await db.scalar(answered)}"


async def open_window(
    db: AsyncSession, vault: Vault, session: ForumSession, source: Mapping[str, Any], closes_at: datetime, *, actor: str, now: datetime
) -> tuple[RecordWindow, Opening]:
    """Show the draft (`source`, without annex I) to those who attended until `closes_at`; one that runs is prolonged. Each closing moment is told once.

    Invalid (field `closes_at`) `record.window_short`, `record.window_long`, `record.window_earlier`;
    Conflict `record.not_ended`, `record.already_final`, `exports.rehearsing`.
    """
    if closes_at < now + SHORTEST:
        raise Invalid(FieldError("closes_at", "record.window_short", {"minutes": SHORTEST // timedelta(minutes=1)}))
    if closes_at > now + LONGEST:
        raise Invalid(FieldError("closes_at", "record.window_long", {"days": LONGEST.days}))
    held = await db.get_one(ForumSession, session.id, with_for_update={"key_share": True}, populate_existing=True)
    if held.rehearsal is not None:
        raise Conflict("exports.rehearsing")
    if held.state != SessionState.ENDED:
        raise Conflict("record.not_ended")
    if await is_final(db, session.id):
        raise Conflict("record.already_final")
    last = await last_window(db, session.id)
    if last is not None and now <= last.closes_at:
        if closes_at < last.closes_at:
            raise Invalid(FieldError("closes_at", "record.window_earlier", {"until": i18n.when(last.closes_at, session.zone)}))
        if closes_at == last.closes_at:
            return last, Opening.SAME
        last.closes_at, done = closes_at, Opening.PROLONGED
    else:
        number, filed = (last.number + 1, last.filed) if last else (1, 0)
        last = RecordWindow(id=new_id(), session_id=session.id, number=number, opened_at=now, opened_by=actor, closes_at=closes_at)
        # Numbers go on, as the record counts all of them.
        last.filed = filed
        last.source = {**source, "attendance": []}
        db.add(last)
        done = Opening.OPENED
    await db.flush()
    await enqueue(db, TELL, f"{TELL}:{last.id}:{closes_at.isoformat()}", {"window_id": last.id}, due_at=now, now=now)
    facts: dict[str, object] = {"window": last.number, "until": closes_at.isoformat()}
    await record(db, vault, session.id, now, Act(actor, f"record.window_{done}", f"record_window:{last.id}", facts))
    return last, done


async def is_final(db: AsyncSession, session_id: str) -> bool:
    """Whether a record is final already."""
    return await db.scalar(select(RecordVersion.id).where(RecordVersion.session_id == session_id).limit(1)) is not None


async def must_be_settled(db: AsyncSession, session: ForumSession, now: datetime) -> None:
    """Refuse while somebody may still object, or waits for an answer. The caller holds the session."""
    standing = await standing_of(db, session.id)
    if standing.window is not None and standing.free_at is not None and standing.holds_up(now):
        until, free = (i18n.when(one, session.zone) for one in (standing.window.closes_at, standing.free_at))
        raise Conflict("record.window_open", until=until, free=free)
    if standing.waiting:
        raise Conflict("record.objections_open", count=standing.waiting)


async def as_told(db: AsyncSession, vault: Vault, words: Translator, session: ForumSession) -> dict[str, Any] | None:
    """What the record says of its corrections, as plain values; None when there was no window. Of somebody's own row only that it was answered."""
    windows = await db.scalars(select(RecordWindow).where(RecordWindow.session_id == session.id).order_by(RecordWindow.number))
    opened = [f"{i18n.when(one.opened_at, session.zone)} sampai {i18n.when(one.closes_at, session.zone)}" for one in windows]
    if not opened:
        return None
    rows = await objections_in(db, RecordObjection.session_id == session.id)
    verdicts = [one.verdict for one in rows]
    return {
        "windows": opened,
        "filed": len(rows),
        "accepted": verdicts.count(ObjectionVerdict.ACCEPTED),
        "declined": verdicts.count(ObjectionVerdict.DECLINED),
        "answers": [
            [
                about_of(words, one, OWN_ROW),
                words.label("objection_verdict", one.verdict.value if one.verdict else "waiting"),
                "" if one.subject is ObjectionSubject.ATTENDANCE else opened_words(vault, one, "answer"),
            ]
            for one in rows
        ],
    }


async def objections_in(db: AsyncSession, where: ColumnElement[bool]) -> list[RecordObjection]:
    """Objections in the order in which they came, window by window."""
    wanted = select(RecordObjection).join(RecordWindow, RecordWindow.id == RecordObjection.window_id).where(where)
    return list(await db.scalars(wanted.order_by(RecordWindow.number, RecordObjection.number)))


def about_of(words: Translator, one: RecordObjection, own: str = ObjectionSubject.ATTENDANCE.value) -> str:
    """What an objection is about, in few words; `own` is the label for one's own row, `OWN_ROW` when the office speaks."""
    subject = own if one.subject is ObjectionSubject.ATTENDANCE else one.subject.value
    return ", ".join(filter(None, (words.label("objection_subject", subject), one.about)))


def opened_words(vault: Vault, one: RecordObjection, name: str) -> str:
    """Its `text` or `answer`; empty when there is none (any more)."""
    return vault.open(getattr(one, name), "record_objections", name, one.id) or ""

"""Reading what was said in a session, in pages by key: each page is one short read. Only what stands in the room for everybody is heard.

Words that are held, late, rejected, hidden, deleted or erased are not; neither is anything of a rehearsal.
"""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.chat.models import Message, MessageState
from app.database.engine import Database
from app.journal.models import Event
from app.journal.service import PUBLIC
from app.minutes.course import Stretch
from app.minutes.entries import SAID, Entry, EntryKind
from app.minutes.models import MinutesNote
from app.participants.models import Participant
from app.proposals.models import Proposal, Response
from app.sessions.models import ForumSession

PAGE = 500
WRITTEN = "written"
"""The way of an answer that was written on a page, not said."""
COLUMNS = (
    Message.id, Message.seq, Message.kind, Message.text, Message.by, Message.re, Message.site_id, Message.via, Message.fields,
    Message.on_behalf, Message.proposal, Message.received_at, Participant.element,
)  # fmt: skip


@dataclass(frozen=True)
class Ear:
    """What is listened to: a session, all of it or only some stretches of its course."""

    session: ForumSession
    stretches: Sequence[Stretch] | None = None

    def within(self, column: Any) -> list[ColumnElement[bool]]:
        """The conditions for moments that count."""
        found: list[ColumnElement[bool]] = []
        if self.session.rehearsal_at is not None:
            found.append(column < self.session.rehearsal_at)
        if self.stretches is not None:
            parts = [_between(column, one) for one in self.stretches]
            found.append(or_(*parts) if parts else column.is_(None))
        return found


@dataclass
class _State:
    """How the room stood when the log was read so far."""

    paused: bool = False


def heard(database: Database, ear: Ear) -> list[AsyncIterator[list[Entry]]]:
    """Everything that is heard, in four streams of pages."""
    return [_from_room(database, ear), _written(database, ear), _noted(database, ear), _announced(database, ear)]


async def _paged(
    database: Database, first: Any, read: Callable[[AsyncSession, Any], Awaitable[tuple[Sequence[Any], list[Entry]]]]
) -> AsyncIterator[list[Entry]]:
    after = first
    while True:
        async with database.read(patient=True) as db:
            rows, entries = await read(db, after)
        if entries:
            yield entries
        if len(rows) < PAGE:
            return
        after = rows[-1][0]


def _from_room(database: Database, ear: Ear) -> AsyncIterator[list[Entry]]:
    room = ear.session.room

    async def read(db: AsyncSession, after: int) -> tuple[Sequence[Any], list[Entry]]:
        rows = (
            await db.execute(
                select(Message.seq, *COLUMNS)
                .outerjoin(Participant, Participant.id == Message.participant_id)
                .where(Message.room == room, Message.seq > after, Message.state == MessageState.VISIBLE, Message.kind.in_(SAID))
                .where(*ear.within(Message.received_at))
                .order_by(Message.seq)
                .limit(PAGE)
            )
        ).all()
        answered = await _answered(db, room, [row.re for row in rows if row.re])
        answers = await _answers(db, [row.id for row in rows if row.kind == EntryKind.RESPONSE])
        return rows, [_said(row, answered.get(row.re or ""), answers.get(row.id)) for row in rows]

    return _paged(database, 0, read)


async def _answered(db: AsyncSession, room: str, ids: Sequence[str]) -> dict[str, Any]:
    """What answers are to, as long as it can still be read."""
    wanted = select(Message.id, Message.by, Message.received_at, Message.proposal)
    rows = await db.execute(wanted.where(Message.room == room, Message.id.in_(sorted(set(ids))), Message.state == MessageState.VISIBLE))
    return {row.id: row for row in rows}


async def _answers(db: AsyncSession, ids: Sequence[str]) -> dict[str, Any]:
    wanted = select(Response.message_id, Response.agency, Proposal.number).outerjoin(Proposal, Proposal.id == Response.proposal_id)
    return {row.message_id: row for row in await db.execute(wanted.where(Response.message_id.in_(ids), Response.gone.is_(None)))}


def _said(row: Any, answered: Any, answer: Any) -> Entry:
    number = row.proposal
    if row.kind == EntryKind.RESPONSE:
        named = (row.fields or {}).get("proposal")
        number = (answer.number if answer else None) or (answered.proposal if answered else None) or (str(named).upper() if named else None)
    return Entry(
        row.received_at,
        f"1{row.seq:012d}",
        EntryKind(row.kind),
        row.text,
        name=str(row.by.get("name") or ""),
        office=str((answer.agency if answer else None) or row.by.get("capacity") or ""),
        behalf=row.on_behalf or "",
        element=row.element,
        site_id=row.site_id,
        via=row.via,
        number=number,
        answered=str(answered.by.get("name") or "") if answered else "",
        answered_at=answered.received_at if answered else None,
    )


def _written(database: Database, ear: Ear) -> AsyncIterator[list[Entry]]:
    """Answers that agencies and council wrote on a page."""

    async def read(db: AsyncSession, after: str) -> tuple[Sequence[Any], list[Entry]]:
        rows = (
            await db.execute(
                select(Response.id, Response.at, Response.author, Response.agency, Response.name_public, Response.text, Proposal.number)
                .outerjoin(Proposal, Proposal.id == Response.proposal_id)
                .where(Response.session_id == ear.session.id, Response.id > after, Response.message_id.is_(None), Response.gone.is_(None))
                .where(*ear.within(Response.at))
                .order_by(Response.id)
                .limit(PAGE)
            )
        ).all()
        return rows, [
            Entry(
                row.at,
                f"2{row.id}",
                EntryKind.RESPONSE,
                row.text,
                name=row.author if row.name_public else "",
                office=row.agency or "",
                via=WRITTEN,
                number=row.number,
            )
            for row in rows
        ]

    return _paged(database, "", read)


def _noted(database: Database, ear: Ear) -> AsyncIterator[list[Entry]]:
    async def read(db: AsyncSession, after: str) -> tuple[Sequence[Any], list[Entry]]:
        rows = (
            await db.execute(
                select(MinutesNote.id, MinutesNote.at, MinutesNote.text)
                .where(MinutesNote.session_id == ear.session.id, MinutesNote.id > after, MinutesNote.removed_at.is_(None))
                .where(*ear.within(MinutesNote.at))
                .order_by(MinutesNote.id)
                .limit(PAGE)
            )
        ).all()
        return rows, [Entry(row.at, f"3{row.id}", EntryKind.NOTE, row.text) for row in rows]

    return _paged(database, "", read)


def _announced(database: Database, ear: Ear) -> AsyncIterator[list[Entry]]:
    """Announcements, and when the forum was paused and went on. Read from the beginning: only what came before tells a pause from an opening."""
    state, whole = _State(), Ear(ear.session)

    async def read(db: AsyncSession, after: int) -> tuple[Sequence[Any], list[Entry]]:
        rows = (
            await db.execute(
                select(Event.seq, Event.at, Event.payload)
                .where(Event.room == ear.session.room, Event.log == PUBLIC, Event.seq > after, Event.kind == "room")
                .where(*whole.within(Event.at))
                .order_by(Event.seq)
                .limit(PAGE)
            )
        ).all()
        found = [one for row in rows if (one := _told(row, state)) is not None]
        return rows, [one for one in found if ear.stretches is None or any(_holds(stretch, one.at) for stretch in ear.stretches)]

    return _paged(database, 0, read)


def _told(row: Any, state: _State) -> Entry | None:
    frame = json.loads(bytes(row.payload))
    value, key = frame.get("v") or {}, f"0{row.seq:012d}"
    match frame.get("op"):
        case "announce" if value.get("text"):
            return Entry(row.at, key, EntryKind.ANNOUNCEMENT, str(value["text"]))
        case "state" if value.get("to") == "paused":
            state.paused = True
            return Entry(row.at, key, EntryKind.PAUSED, "")
        case "state":
            was, state.paused = state.paused, False
            if was and value.get("to") == "open":
                return Entry(row.at, key, EntryKind.RESUMED, "")
    return None


def _between(column: Any, one: Stretch) -> ColumnElement[bool]:
    parts: list[ColumnElement[bool]] = [column.is_not(None)]
    if one.since is not None:
        parts.append(column >= one.since)
    if one.until is not None:
        parts.append(column < one.until)
    return and_(*parts)


def _holds(one: Stretch, at: datetime) -> bool:
    return (one.since is None or at >= one.since) and (one.until is None or at < one.until)

"""Pages of a log: what came before, what came after, and how messages stand now."""

from dataclasses import dataclass, field

from sqlalchemy import RowMapping, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.chat.answers import fitting
from app.chat.drafts import frame_of
from app.chat.items import items
from app.chat.models import MessageState
from app.chat.standing import MESSAGES
from app.database.prepared import prepared
from app.journal.service import DESK, EVENTS, PUBLIC, encode, read, read_before

LAST = 50
"""Messages in a snapshot."""
UNDECIDED = 200
PINNED = 50
SYNC = 200
PINS = prepared(
    select(MESSAGES.c.id)
    .where(MESSAGES.c.room == bindparam("room"), MESSAGES.c.pinned_at.is_not(None))
    .order_by(MESSAGES.c.pinned_at.desc())
    .limit(PINNED)
)


@dataclass(frozen=True)
class Page:
    """Encoded events in ascending order; `more` says that there are further ones in the direction asked."""

    events: list[bytes]
    more: bool
    messages: list[str] = field(default_factory=list)
    """The messages that these events are about."""


async def before(db: AsyncSession, room: str, log: str, seq: int, count: int) -> Page:
    """The last `count` events before a seq, as many as one frame takes."""
    stored = items(await read_before(db, room, log, seq, count + 1))
    last = stored[-count:]
    kept = fitting(last[::-1])[::-1]
    return Page(kept, len(stored) > len(kept), [item.subject for item in last[len(last) - len(kept) :] if item.subject])


async def after(db: AsyncSession, room: str, log: str, seq: int, count: int = SYNC) -> Page:
    """The next events after a seq, as many as one frame takes."""
    stored = items(await read(db, room, log, seq, count + 1))
    kept = fitting(stored[:count])
    return Page(kept, len(stored) > len(kept))


async def snapshot(db: AsyncSession, room: str, log: str) -> list[bytes]:
    """Instead of a log: the last messages as they now are and the pinned ones; for the desk, what is still to be decided."""
    return await _undecided(db, room) if log == DESK else await _last(db, room)


async def pinned(db: AsyncSession, room: str) -> list[str]:
    """The ids of pinned messages, the latest pin first."""
    return list((await db.execute(PINS, {"room": room})).scalars())


async def _last(db: AsyncSession, room: str) -> list[bytes]:
    visible = select(MESSAGES).where(MESSAGES.c.room == room, MESSAGES.c.state == MessageState.VISIBLE)
    last = (await db.execute(visible.order_by(MESSAGES.c.seq.desc()).limit(LAST))).mappings().all()
    kept = (await db.execute(visible.where(MESSAGES.c.pinned_at.is_not(None)).limit(PINNED))).mappings().all()
    rows = {int(row["seq"]): row for row in [*last, *kept]}
    return [encode(as_event(rows[seq]), seq, PUBLIC) for seq in sorted(rows)]


def as_event(row: RowMapping) -> dict[str, object]:
    """The `msg` event of a message as it now stands."""
    return frame_of(
        row["id"],
        row["cid"],
        row["by"],
        row["kind"],
        row["text"],
        row["received_at"],
        proposal=row["proposal"],
        re=row["re"],
        on_behalf=row["on_behalf"],
        source=row["source"],
    )


async def _undecided(db: AsyncSession, room: str) -> list[bytes]:
    states = (MessageState.HELD, MessageState.LATE)
    open_ones = select(MESSAGES.c.id).where(MESSAGES.c.room == room, MESSAGES.c.state.in_(states))
    rows = await db.execute(
        select(EVENTS.c.payload)
        .where(EVENTS.c.room == room, EVENTS.c.log == DESK, EVENTS.c.kind.in_([s.value for s in states]), EVENTS.c.subject.in_(open_ones))
        .order_by(EVENTS.c.seq)
        .limit(UNDECIDED)
    )
    return [bytes(payload) for payload in rows.scalars()]

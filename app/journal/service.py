"""The logs of rooms: append under the lock of the log's row, read by seq, and take words away by tombstones.

Every durable change of a room is appended in the transaction that makes it; the `seq` is given out by the row lock, so it has no gaps and
the order of seq is the order of commits. What was appended is left in `db.info` for the listeners of the commit.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias, cast

from sqlalchemy import Table, bindparam, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.database.prepared import prepared
from app.database.tables import new_id
from app.journal.models import FORMAT, Event, Log, Revocation
from app.live.hub import CHANGED, EVERYBODY

PUBLIC = "public"
DESK = "desk"
RINGS = "journal.rings"
"""Key in `db.info`: {(room, log): head} of what a transaction appended."""
REVOKED = "journal.revoked"
"""Key in `db.info`: [(person, room | None, close code)] of who lost their place."""

Handle: TypeAlias = AsyncSession | AsyncConnection

EVENTS = cast("Table", Event.__table__)
LOGS = cast("Table", Log.__table__)
# Built once: on the way of every message, putting a statement together costs as much as running it.
TAKE = prepared(
    update(LOGS)
    .where(LOGS.c.room == bindparam("of"), LOGS.c.log == bindparam("named"))
    .values(head=LOGS.c.head + bindparam("count"))
    .returning(LOGS.c.head)
)
STANDS = prepared(select(LOGS.c.log, LOGS.c.epoch, LOGS.c.head).where(LOGS.c.room == bindparam("room")))
ADD = prepared(insert(EVENTS))
NEXT = prepared(
    select(EVENTS.c.seq, EVENTS.c.subject, EVENTS.c.kind, EVENTS.c.payload)
    .where(EVENTS.c.room == bindparam("room"), EVENTS.c.log == bindparam("log"), EVENTS.c.seq > bindparam("after"))
    .order_by(EVENTS.c.seq)
    .limit(bindparam("most"))
)


@dataclass(frozen=True)
class Entry:
    """An event to append: its frame without `seq`, e.g. `{"t": "room", "op": "state", "v": {"to": "open"}}`; `subject` is the message it is about."""

    body: Mapping[str, Any]
    subject: str | None = None

    @property
    def kind(self) -> str:
        """The frame's type, by which snapshots choose."""
        return str(self.body["t"])


@dataclass(frozen=True)
class Stored:
    """An event as everybody receives it."""

    seq: int
    subject: str | None
    kind: str
    payload: bytes


@dataclass(frozen=True)
class Position:
    """Where a log stands."""

    epoch: str
    head: int


async def open_room(db: Handle, room: str) -> None:
    """Give a new room its two logs, each with an epoch of its own."""
    rows = [{"room": room, "log": log, "epoch": new_id()[:8], "head": 0} for log in (PUBLIC, DESK)]
    await db.execute(insert(LOGS), rows)


async def append(db: AsyncSession, room: str, log: str, entries: Sequence[Entry], now: datetime) -> int:
    """Append to a log in the caller's transaction; the new head. Locks the log's row (second in the lock order, after the session)."""
    if not entries:
        return (await position(db, room, log)).head
    first = await take(db, room, log, len(entries))
    await store(db, room, log, first, entries, now)
    head = first + len(entries) - 1
    db.info.setdefault(RINGS, {})[(room, log)] = head
    return head


async def hold(db: Handle, room: str, log: str) -> None:
    """Lock the log's row before rows that come later in the lock order, when whether anything is appended is not known yet."""
    await db.execute(select(LOGS.c.head).where(LOGS.c.room == room, LOGS.c.log == log).with_for_update())


async def seen(db: Handle, room: str, log: str, subjects: Sequence[str]) -> set[str]:
    """Which of these messages stand in the log, and so were seen by those who read it."""
    found = await db.execute(
        select(EVENTS.c.subject).distinct().where(EVENTS.c.room == room, EVENTS.c.log == log, EVENTS.c.subject.in_(subjects))
    )
    return {str(subject) for (subject,) in found}


async def take(db: Handle, room: str, log: str, count: int) -> int:
    """Lock the log's row and give out `count` numbers; the first of them."""
    taken = await db.execute(TAKE, {"of": room, "named": log, "count": count})
    return int(taken.scalar_one()) - count + 1


async def store(db: Handle, room: str, log: str, first: int, entries: Sequence[Entry], now: datetime) -> list[Stored]:
    """Write entries under numbers that were taken, in order; how they read for everybody."""
    stored = [Stored(first + n, entry.subject, entry.kind, encode(entry.body, first + n, log)) for n, entry in enumerate(entries)]
    rows = [
        {"room": room, "log": log, "seq": s.seq, "subject": s.subject, "kind": s.kind, "format": FORMAT, "payload": s.payload, "at": now}
        for s in stored
    ]
    await db.execute(ADD, rows)
    return stored


def encode(body: Mapping[str, Any], seq: int, log: str) -> bytes:
    """The bytes of an event: its type and seq first, the log named unless it is the public one."""
    rest = {name: value for name, value in body.items() if name != "t"}
    frame = {"t": body["t"], "seq": seq, **({} if log == PUBLIC else {"log": log}), **rest}
    return json.dumps(frame, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


async def position(db: Handle, room: str, log: str) -> Position:
    """Epoch and head of a log."""
    row = (await db.execute(select(LOGS.c.epoch, LOGS.c.head).where(LOGS.c.room == room, LOGS.c.log == log))).one()
    return Position(row[0], int(row[1]))


async def positions(db: Handle, room: str) -> dict[str, Position]:
    """Epoch and head of both logs."""
    return {log: Position(epoch, int(head)) for log, epoch, head in await db.execute(STANDS, {"room": room})}


async def read(db: Handle, room: str, log: str, after: int, limit: int = 500) -> list[Stored]:
    """The next events after a seq, ascending, at most `limit`."""
    rows = await db.execute(NEXT, {"room": room, "log": log, "after": after, "most": limit})
    return [Stored(int(seq), subject, kind, bytes(payload)) for seq, subject, kind, payload in rows]


async def read_before(db: Handle, room: str, log: str, before: int, limit: int) -> list[Stored]:
    """The last events before a seq, ascending, at most `limit`."""
    rows = await db.execute(
        select(EVENTS.c.seq, EVENTS.c.subject, EVENTS.c.kind, EVENTS.c.payload)
        .where(EVENTS.c.room == room, EVENTS.c.log == log, EVENTS.c.seq < before)
        .order_by(EVENTS.c.seq.desc())
        .limit(limit)
    )
    return [Stored(int(seq), subject, kind, bytes(payload)) for seq, subject, kind, payload in reversed(rows.all())]


async def bury(db: Handle, room: str, subject: str, gone: str) -> None:
    """Replace, in this transaction, every stored `msg` and `upd` edit about a message by its tombstone, in both logs."""
    rows = await db.execute(select(EVENTS.c.log, EVENTS.c.seq, EVENTS.c.payload).where(EVENTS.c.room == room, EVENTS.c.subject == subject))
    for log, seq, payload in rows.all():
        if not carries_words(json.loads(bytes(payload))):
            continue
        tombstone = encode({"t": "msg", "id": subject, "gone": gone}, int(seq), log)
        await db.execute(
            update(EVENTS).where(EVENTS.c.room == room, EVENTS.c.log == log, EVENTS.c.seq == seq).values(payload=tombstone, kind="msg")
        )


def carries_words(frame: Mapping[str, Any]) -> bool:
    """Whether an event repeats what somebody said, and must go when the message goes."""
    value = frame.get("v")
    return "text" in frame or (isinstance(value, dict) and ("text" in value or "title" in value))


async def revoke(db: AsyncSession, person: str, room: str | None, code: int, now: datetime) -> None:
    """Somebody loses their place: every process closes their sockets with this code."""
    await db.execute(insert(Revocation).values(person=person, room=room, code=code, at=now))
    db.info.setdefault(REVOKED, []).append((person, room, code))


async def begin_anew(db: AsyncSession, room: str, kept: Mapping[str, int], now: datetime) -> None:
    """Take away what the logs of a room hold after these seqs and give each a new epoch: whoever was in the room comes back to a fresh picture.

    Locks both logs' rows; only for a time in which everything after those seqs was practice.
    """
    for log in (PUBLIC, DESK):
        await hold(db, room, log)
        await db.execute(delete(EVENTS).where(EVENTS.c.room == room, EVENTS.c.log == log, EVENTS.c.seq > kept[log]))
        await db.execute(update(LOGS).where(LOGS.c.room == room, LOGS.c.log == log).values(epoch=new_id()[:8], head=kept[log]))
    await revoke(db, EVERYBODY, room, CHANGED, now)


async def revocations(db: Handle, after: int) -> list[tuple[int, str, str | None, int]]:
    """Revocations after a number: (number, person, room, close code)."""
    rows = await db.execute(
        select(Revocation.number, Revocation.person, Revocation.room, Revocation.code)
        .where(Revocation.number > after)
        .order_by(Revocation.number)
    )
    return [(int(number), person, room, int(code)) for number, person, room, code in rows]

"""The answer to `hello`: who you are, how the room stands, what you missed or the picture in its place, read in one transaction."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, cast

from sqlalchemy import RowMapping, Table, and_, bindparam, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.chat import answers, history, standing
from app.chat.conduct import DESK_PARTS, Rules
from app.chat.frames import LONG_TEXT, TEXT
from app.chat.models import MessageState
from app.chat.people import Person
from app.chat.pictures import Pictures
from app.chat.requests import Hello, Kind
from app.chat.standing import MESSAGES, ROOMS, SESSIONS
from app.chat.values import FRAME
from app.chat.votes import voted
from app.clock import millis
from app.database.prepared import prepared
from app.errors import NotAllowed
from app.journal.service import DESK, PUBLIC, Position, positions
from app.live.room import HEARTBEAT
from app.sessions.models import AgendaItem

GAP = 500
"""Missed events up to which a client is given them; beyond, a picture."""
MINE = 200
WORDS = 200
"""Characters of one's own words that the welcome repeats, enough to know them again."""

SCENE = "scene"
"""The picture of the room itself, beside those of its logs."""
AGENDA = cast("Table", AgendaItem.__table__)


@dataclass(frozen=True)
class Welcome:
    """The frames to send first, the positions from which the socket then reads, the heads and the rules as they were."""

    frames: list[bytes]
    at: dict[str, int]
    heads: dict[str, int]
    rules: Rules
    epochs: dict[str, str]


@dataclass(frozen=True)
class Scene:
    """How the room stands, for everybody alike: part of each welcome."""

    rules: Rules
    room: dict[str, Any]
    pinned: list[str]


def logs_of(person: Person) -> tuple[str, ...]:
    """The logs that this person reads."""
    return (PUBLIC, DESK) if person.part in DESK_PARTS else (PUBLIC,)


def recovers(resume: tuple[str, int] | None, stands: Position) -> bool:
    """Whether a client at this position can be given what it missed."""
    return resume is not None and resume[0] == stands.epoch and 0 <= stands.head - resume[1] <= GAP


async def welcome(
    db: AsyncSession, person: Person, hello: Hello, now: datetime, pictures: Pictures, logs: Sequence[str] | None = None
) -> Welcome:
    """Everything that somebody is told who comes in to read these logs (all that are theirs); NotAllowed `chat.banned` for the banned."""
    held = await refuse_banned(db, person, now)
    stands = await positions(db, person.room)
    recovered = {log: recovers(hello.resume.get(log), stands[log]) for log in (logs_of(person) if logs is None else logs)}
    public = stands[PUBLIC]
    scene = await pictures.of(person.room, SCENE, public.epoch, public.head, partial(_scene, db, person.room, now))
    first = {
        "t": "welcome",
        "epoch": public.epoch,
        "head": public.head,
        "recovered": recovered.get(PUBLIC),
        "desk": {"epoch": stands[DESK].epoch, "head": stands[DESK].head, "recovered": recovered[DESK]} if DESK in recovered else None,
        "you": {**_you(person, held), "voted": await voted(db, person.room, person.id)},
        "room": scene.room,
        "pinned": scene.pinned,
        "mine": await mine(db, person, now),
        "limits": {"text": TEXT, "aspiration": LONG_TEXT, "frame": FRAME},
        "hb": HEARTBEAT,
        "now": millis(now),
    }
    frames = [answers.text(first)]
    for log, known in recovered.items():
        if not known:
            named = {"t": "snapshot", "log": None if log == PUBLIC else log, "epoch": stands[log].epoch, "head": stands[log].head}
            make = partial(history.snapshot, db, person.room, log)
            shown = await pictures.of(person.room, log, stands[log].epoch, stands[log].head, make)
            frames.append(answers.spliced(named, shown))
    at = {log: hello.resume[log][1] if known else stands[log].head for log, known in recovered.items()}
    return Welcome(frames, at, {log: stands[log].head for log in stands}, scene.rules, {log: stands[log].epoch for log in stands})


async def refuse_banned(db: AsyncSession, person: Person, now: datetime) -> dict[str, datetime | None]:
    """The sanctions in force against somebody; NotAllowed `chat.banned` when a ban is among them."""
    held = (await standing.sanctions_of(db, person.room, [person.id], now)).get(person.id, {})
    if "ban" in held:
        raise NotAllowed("chat.banned")
    return held


OWN = (
    *(MESSAGES.c[name] for name in ("cid", "id", "state", "seq", "proposal", "reason", "kind", "received_at")),
    func.substr(MESSAGES.c.text, 1, WORDS).label("words"),
)
SAID_LATELY = prepared(
    select(*OWN)
    .where(
        MESSAGES.c.room == bindparam("room"),
        MESSAGES.c.sender == bindparam("person"),
        or_(
            MESSAGES.c.state.in_((MessageState.HELD, MessageState.LATE)),
            and_(MESSAGES.c.state.in_((MessageState.VISIBLE, MessageState.REJECTED)), MESSAGES.c.received_at > bindparam("since")),
        ),
    )
    .order_by(MESSAGES.c.received_at.desc())
    .limit(MINE)
)


async def mine(db: AsyncSession, person: Person, now: datetime) -> list[dict[str, Any]]:
    """The sender's own messages that are undecided or of the last day, oldest first."""
    rows = await db.execute(SAID_LATELY, {"room": person.room, "person": person.id, "since": now - timedelta(days=1)})
    return [_mine(row) for row in reversed(rows.mappings().all())]


def _mine(row: RowMapping) -> dict[str, Any]:
    reason = row["reason"] if row["state"] == MessageState.REJECTED else None
    found = {
        "cid": row["cid"],
        "id": row["id"],
        "state": row["state"],
        "seq": row["seq"],
        "proposal": row["proposal"],
        "reason": reason,
        "kind": row["kind"],
        "at": millis(row["received_at"]),
        # Talk that everybody sees is in the log; what counts or waits is shown at the side.
        "text": None if row["kind"] == Kind.CHAT and row["state"] == MessageState.VISIBLE else row["words"],
    }
    return {name: value for name, value in found.items() if value is not None}


def _you(person: Person, held: Mapping[str, datetime | None]) -> dict[str, Any]:
    you: dict[str, Any] = {"id": person.id, "name": person.name, "role": person.part.value}
    if person.capacity:
        you["capacity"] = person.capacity
    if person.site:
        you["site"] = person.site
    if "mute" in held:
        until = held["mute"]
        # Muted for good is told as a moment that does not come.
        you["muted_until"] = millis(until) if until else 253_402_300_799_000
    return you


OUTSIDE = prepared(
    select(SESSIONS.c.title, SESSIONS.c.agenda_item_id, AGENDA.c.title.label("item"), AGENDA.c.started_at, ROOMS.c.announcement)
    .select_from(SESSIONS.outerjoin(ROOMS, ROOMS.c.id == SESSIONS.c.room).outerjoin(AGENDA, AGENDA.c.id == SESSIONS.c.agenda_item_id))
    .where(SESSIONS.c.room == bindparam("room"))
)


async def _scene(db: AsyncSession, room: str, now: datetime) -> Scene:
    rules = await standing.rules_of(db, room)
    row = (await db.execute(OUTSIDE, {"room": room})).one()
    found: dict[str, Any] = {
        "title": row.title,
        "state": rules.state.value,
        "slow": rules.slow_seconds,
        "premoderated": rules.premoderated,
        "locked": rules.locked,
    }
    if rules.practice:
        found["practice"] = True
    if row.announcement and row.announcement.get("until", math.inf) > millis(now):
        found["announcement"] = row.announcement
    if row.item is not None:
        begun = {"at": millis(row.started_at)} if row.started_at else {}
        found["agenda"] = {"item": row.agenda_item_id, "title": row.item, **begun}
    return Scene(rules, found, await history.pinned(db, room))

"""The rows that conduct is judged by, read inside the transaction that holds the room's lock: a few selects for a whole batch."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import BindParameter, RowMapping, Table, bindparam, func, insert, or_, select

from app.chat.conduct import RoomState, Rules, Standing
from app.chat.models import Message, MessageState, Room, Sanction
from app.chat.people import Person
from app.chat.requests import Send
from app.database.prepared import prepared
from app.invitations.models import Seat, SeatState
from app.journal.service import LOGS, PUBLIC, Handle
from app.participants.models import Participant
from app.proposals.answering import proposals_named
from app.sessions.lifecycle import room_state
from app.sessions.models import ForumSession, SessionState

MESSAGES = cast("Table", Message.__table__)
ROOMS = cast("Table", Room.__table__)
SANCTIONS = cast("Table", Sanction.__table__)
SEATS = cast("Table", Seat.__table__)
PEOPLE = cast("Table", Participant.__table__)
SESSIONS = cast("Table", ForumSession.__table__)
OWN = (ROOMS.c.slow_seconds, ROOMS.c.premoderated, ROOMS.c.locked, ROOMS.c.unlimited)
REPEATED = (
    MESSAGES.c.id,
    MESSAGES.c.sender,
    MESSAGES.c.cid,
    MESSAGES.c.body_hash,
    MESSAGES.c.state,
    MESSAGES.c.seq,
    MESSAGES.c.proposal,
    MESSAGES.c.received_at,
)

# Built once: on the way of every message, putting a statement together costs as much as running it.
ROOM: BindParameter[str] = bindparam("room")
SENDERS: BindParameter[list[str]] = bindparam("senders", expanding=True)
LOCK = select(LOGS.c.head).where(LOGS.c.room == ROOM, LOGS.c.log == PUBLIC).with_for_update()
RULES = prepared(
    select(SESSIONS.c.state, SESSIONS.c.rehearsal, SESSIONS.c.ended_at, SESSIONS.c.ends_at, SESSIONS.c.late_hours, *OWN)
    .select_from(SESSIONS.outerjoin(ROOMS, ROOMS.c.id == SESSIONS.c.room))
    .where(SESSIONS.c.room == ROOM)
)
SAID_BEFORE = prepared(
    select(*REPEATED).where(MESSAGES.c.room == ROOM, MESSAGES.c.sender.in_(SENDERS), MESSAGES.c.cid.in_(bindparam("cids", expanding=True)))
)
IN_FORCE = prepared(
    select(SANCTIONS.c.person, SANCTIONS.c.kind, SANCTIONS.c.until).where(
        SANCTIONS.c.room == ROOM, SANCTIONS.c.person.in_(SENDERS), or_(SANCTIONS.c.until.is_(None), SANCTIONS.c.until > bindparam("now"))
    )
)
ACTIVE_SEATS = prepared(
    select(SEATS.c.id, SEATS.c.generation).where(SEATS.c.id.in_(bindparam("seats", expanding=True)), SEATS.c.state == SeatState.ACTIVE)
)
LAST_SAID = prepared(
    select(MESSAGES.c.sender, func.max(MESSAGES.c.received_at).label("said_at"))
    .where(MESSAGES.c.room == ROOM, MESSAGES.c.sender.in_(SENDERS))
    .group_by(MESSAGES.c.sender)
)
ADD_MESSAGES = prepared(insert(MESSAGES))


@dataclass(frozen=True)
class Facts:
    """What a batch must know; `repeated` holds the messages whose (sender, cid) come again."""

    rules: Rules
    repeated: Mapping[tuple[str, str], RowMapping]
    seats: Collection[tuple[str, int]]
    sanctions: Mapping[str, Mapping[str, datetime | None]]
    last_at: Mapping[str, datetime]
    answerable: Collection[str]
    spoken_for: Mapping[str, RowMapping]
    named: Collection[str] = ()
    """Numbers of proposals that responses name and that there are."""

    def standing(self, person: Person, last_at: datetime | None) -> Standing:
        """How this person stands now."""
        held = self.sanctions.get(person.id, {})
        return Standing(
            part=person.part,
            element=person.element,
            seated=person.seat_id is None or (person.seat_id, person.generation) in self.seats,
            muted="mute" in held,
            muted_until=held.get("mute"),
            banned="ban" in held,
            last_at=last_at,
        )


async def lock(db: Handle, room: str) -> None:
    """Hold the room's public log to the end of the transaction: whoever decides about the room goes one after the other."""
    await db.execute(LOCK, {"room": room})


async def rules_of(db: Handle, room: str) -> Rules:
    """The rules now in force; the state is the session's."""
    row = (await db.execute(RULES, {"room": room})).one()
    late_until = None
    if row.state == SessionState.ENDED:
        late_until = (row.ended_at or row.ends_at) + timedelta(hours=row.late_hours)
    return Rules(
        state=RoomState(room_state(SessionState(row.state), row.rehearsal and SessionState(row.rehearsal))),
        slow_seconds=row.slow_seconds or 0,
        premoderated=bool(row.premoderated),
        locked=bool(row.locked),
        unlimited=bool(row.unlimited),
        late_until=late_until,
        practice=row.rehearsal is not None,
    )


async def facts_of(db: Handle, room: str, said: Sequence[tuple[Person, Send]], now: datetime) -> Facts:
    """Everything about a batch of messages in one room; the caller holds the lock."""
    rules = await rules_of(db, room)
    senders = sorted({person.id for person, _ in said})
    return Facts(
        rules=rules,
        repeated=await _repeated(db, room, senders, sorted({message.cid for _, message in said})),
        seats=await seats_of(db, sorted({person.seat_id for person, _ in said if person.seat_id})),
        sanctions=await sanctions_of(db, room, senders, now),
        last_at=await _last_at(db, room, senders) if rules.slow_seconds else {},
        answerable=await _answerable(db, room, sorted({message.re for _, message in said if message.re})),
        spoken_for=await _spoken_for(db, said),
        named=await proposals_named(db, said[0][0].session_id, [message.answers for _, message in said if message.answers]),
    )


async def sanctions_of(db: Handle, room: str, people: Sequence[str], now: datetime) -> dict[str, dict[str, datetime | None]]:
    """The mutes and bans in force: per person, kind → until (None for good)."""
    rows = await db.execute(IN_FORCE, {"room": room, "senders": people, "now": now})
    found: dict[str, dict[str, datetime | None]] = {}
    for person, kind, until in rows:
        held = found.setdefault(person, {})
        known = held.get(kind, until)
        held[kind] = None if known is None or until is None else max(known, until)
    return found


async def _repeated(db: Handle, room: str, senders: Sequence[str], cids: Sequence[str]) -> dict[tuple[str, str], RowMapping]:
    rows = await db.execute(SAID_BEFORE, {"room": room, "senders": senders, "cids": cids})
    return {(row["sender"], row["cid"]): row for row in rows.mappings()}


async def seats_of(db: Handle, ids: Sequence[str]) -> set[tuple[str, int]]:
    """Which of these seats are held, each with the generation that its links must have."""
    if not ids:
        return set()
    rows = await db.execute(ACTIVE_SEATS, {"seats": ids})
    return {(seat, generation) for seat, generation in rows}


async def _last_at(db: Handle, room: str, senders: Sequence[str]) -> dict[str, datetime]:
    rows = await db.execute(LAST_SAID, {"room": room, "senders": senders})
    return {row[0]: row[1] for row in rows}


async def _answerable(db: Handle, room: str, ids: Sequence[str]) -> set[str]:
    if not ids:
        return set()
    rows = await db.execute(
        select(MESSAGES.c.id).where(MESSAGES.c.id.in_(ids), MESSAGES.c.room == room, MESSAGES.c.state == MessageState.VISIBLE)
    )
    return set(rows.scalars())


async def _spoken_for(db: Handle, said: Sequence[tuple[Person, Send]]) -> dict[str, RowMapping]:
    wanted = {m.speaks_for.participant_id for _, m in said if m.speaks_for and m.speaks_for.participant_id}
    if not wanted:
        return {}
    columns: tuple[Any, ...] = (PEOPLE.c.id, PEOPLE.c.name, PEOPLE.c.capacity)
    rows = await db.execute(select(*columns).where(PEOPLE.c.id.in_(sorted(wanted)), PEOPLE.c.session_id == said[0][0].session_id))
    return {row["id"]: row for row in rows.mappings()}

"""Votes for aspirations: one row per person and message. Whoever changes one holds the room's tally, so that a reader of a `rev` has read all below."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import Integer, Table, bindparam, func, select, tuple_, update
from sqlalchemy import cast as as_type
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from app.chat import standing
from app.chat.conduct import Standing, judge_vote
from app.chat.models import MessageState, Tally, Vote
from app.chat.people import Person
from app.chat.requests import Kind
from app.chat.standing import MESSAGES
from app.database.prepared import prepared
from app.errors import ForumError, NotFound

VOTES = cast("Table", Vote.__table__)
TALLIES = cast("Table", Tally.__table__)
TALLIED = "chat.tallied"
"""Key in `db.info`: the rooms whose votes a transaction has changed."""
VOTED = 500
"""How many of somebody's own votes they are told of, the latest first."""


@dataclass(frozen=True)
class Ballot:
    """Somebody is for a message, or no longer (`on` false)."""

    person: Person
    message: str
    on: bool


@dataclass(frozen=True)
class Count:
    """How many are for a message; `seq` is the message's place in the log, `votes` None while its words are taken away."""

    seq: int
    votes: int | None


async def cast_votes(db: AsyncSession, room: str, ballots: Sequence[Ballot], now: datetime) -> list[ForumError | None]:
    """Write what may be written in the caller's transaction: per ballot None, or why not. What already is so is no change and never refused."""
    await _hold(db, room)
    people = sorted({ballot.person.id for ballot in ballots})
    given = await _given(db, ballots)
    rules = await standing.rules_of(db, room)
    sanctions = await standing.sanctions_of(db, room, people, now)
    seats = await standing.seats_of(db, sorted({ballot.person.seat_id for ballot in ballots if ballot.person.seat_id}))
    open_ones = await _open(db, room, {ballot.message for ballot in ballots})
    answers: list[ForumError | None] = []
    changes: dict[tuple[str, str], bool] = {}
    for ballot in ballots:
        person, key = ballot.person, (ballot.message, ballot.person.id)
        if changes.get(key, given.get(key, False)) == ballot.on and ballot.message in open_ones:
            answers.append(None)
            continue
        held = sanctions.get(person.id, {})
        seated = person.seat_id is None or (person.seat_id, person.generation) in seats
        who = Standing(person.part, person.element, seated, "mute" in held, held.get("mute"), "ban" in held)
        try:
            judge_vote(rules, who)
            if ballot.message not in open_ones:
                raise NotFound("chat.not_found")
        except ForumError as refusal:
            answers.append(refusal)
            continue
        changes[key] = ballot.on
        answers.append(None)
    if changes:
        await _store(db, room, changes, now)
    return answers


async def touch(db: AsyncSession, room: str, message: str) -> None:
    """Let every process count a message's votes anew: its words were taken away, or are back."""
    if await db.scalar(select(VOTES.c.person).where(VOTES.c.message_id == message).limit(1)) is None:
        return
    await _hold(db, room)
    rev = await _next(db, room)
    await db.execute(update(VOTES).where(VOTES.c.message_id == message).values(rev=rev))


FOR = prepared(
    select(VOTES.c.message_id)
    .join(MESSAGES, MESSAGES.c.id == VOTES.c.message_id)
    .where(VOTES.c.room == bindparam("room"), VOTES.c.person == bindparam("by"), VOTES.c.given, MESSAGES.c.state == MessageState.VISIBLE)
    .order_by(VOTES.c.rev.desc())
    .limit(VOTED)
)


async def voted(db: AsyncSession, room: str, person: str) -> list[str]:
    """The messages that somebody is for, as far as they can be seen."""
    return list((await db.execute(FOR, {"room": room, "by": person})).scalars())


async def revs(db: AsyncSession, rooms: Sequence[str]) -> dict[str, int]:
    """How often the votes of these rooms have changed; a room without votes is absent."""
    rows = await db.execute(select(TALLIES.c.room, TALLIES.c.rev).where(TALLIES.c.room.in_(rooms)))
    return {room: int(rev) for room, rev in rows}


async def counts(db: AsyncSession, room: str, after: int = 0) -> tuple[int, dict[str, Count]]:
    """The tally's rev and the present count of each message whose votes changed after a rev."""
    rev = (await revs(db, [room])).get(room, 0)
    changed = select(VOTES.c.message_id).where(VOTES.c.room == room, VOTES.c.rev > after)
    which = VOTES.c.message_id.in_(changed) if after else VOTES.c.room == room
    total = func.sum(as_type(VOTES.c.given, Integer))
    rows = await db.execute(
        select(MESSAGES.c.id, MESSAGES.c.seq, MESSAGES.c.state, total)
        .join(VOTES, VOTES.c.message_id == MESSAGES.c.id)
        .where(which, MESSAGES.c.room == room)
        .group_by(MESSAGES.c.id, MESSAGES.c.seq, MESSAGES.c.state)
    )
    return rev, {message: Count(int(seq or 0), int(n) if state == MessageState.VISIBLE else None) for message, seq, state, n in rows}


async def of_messages(db: AsyncSession, messages: Sequence[str], person: str) -> dict[str, tuple[int, bool]]:
    """Per message how many are for it, and whether this person is."""
    own = func.max(as_type(VOTES.c.given & (VOTES.c.person == person), Integer))
    total = func.sum(as_type(VOTES.c.given, Integer))
    rows = await db.execute(select(VOTES.c.message_id, total, own).where(VOTES.c.message_id.in_(messages)).group_by(VOTES.c.message_id))
    return {message: (int(n), bool(mine)) for message, n, mine in rows}


async def _hold(db: AsyncSession, room: str) -> None:
    """Lock the room's tally, made with the first vote. It comes after the room's log in the order of locks, and nothing comes after it but the audit."""
    made = _insert(db)(TALLIES).values(room=room, rev=0).on_conflict_do_nothing()
    await db.execute(made)
    await db.execute(select(TALLIES.c.rev).where(TALLIES.c.room == room).with_for_update())


async def _next(db: AsyncSession, room: str) -> int:
    taken = await db.execute(update(TALLIES).where(TALLIES.c.room == room).values(rev=TALLIES.c.rev + 1).returning(TALLIES.c.rev))
    db.info.setdefault(TALLIED, set()).add(room)
    return int(taken.scalar_one())


async def _given(db: AsyncSession, ballots: Sequence[Ballot]) -> dict[tuple[str, str], bool]:
    keys = sorted({(ballot.message, ballot.person.id) for ballot in ballots})
    where = tuple_(VOTES.c.message_id, VOTES.c.person).in_(keys)
    return {(message, person): bool(given) for message, person, given in await db.execute(select(*KEY, VOTES.c.given).where(where))}


async def _open(db: AsyncSession, room: str, messages: Iterable[str]) -> set[str]:
    """Those that can be voted for: aspirations of this room that everybody sees."""
    where = (MESSAGES.c.room == room, MESSAGES.c.kind == Kind.ASPIRATION, MESSAGES.c.state == MessageState.VISIBLE)
    return set((await db.execute(select(MESSAGES.c.id).where(MESSAGES.c.id.in_(sorted(messages)), *where))).scalars())


async def _store(db: AsyncSession, room: str, changes: dict[tuple[str, str], bool], now: datetime) -> None:
    rev = await _next(db, room)
    made = _insert(db)(VOTES)
    values = {name: getattr(made.excluded, name) for name in ("given", "rev", "at")}
    rows = [{"message_id": m, "person": p, "room": room, "given": on, "rev": rev, "at": now} for (m, p), on in changes.items()]
    await db.execute(made.on_conflict_do_update(index_elements=list(KEY), set_=values), rows)


def _insert(db: AsyncSession) -> "type[sqlite.Insert | postgresql.Insert]":
    """Both databases know "or else", each in its own words."""
    return sqlite.Insert if db.get_bind().dialect.name == "sqlite" else postgresql.Insert


KEY = (VOTES.c.message_id, VOTES.c.person)

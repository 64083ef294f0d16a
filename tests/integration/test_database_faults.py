"""A database that hangs, breaks off or is away: a refusal within five seconds, nothing acknowledged that is not known, and recovery by itself."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

import pytest
import pytest_asyncio
from sqlalchemy import text

from app.assembly import lay_ground
from app.chat import frames
from app.chat.batch import Given
from app.chat.house import House
from app.chat.people import Key, enter
from app.chat.requests import Send
from app.database import postgres
from app.database.engine import Database, connect
from app.database.gate import Gate
from app.errors import Unavailable
from app.journal.service import PUBLIC, read
from app.web.ground import Ground
from tests.network import Line, line_to
from tests.room_client import seeded

SOON = 5.0
on_postgres = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@pytest_asyncio.fixture
async def line(database_url: str) -> AsyncIterator[Line]:
    async with line_to(database_url) as made:
        yield made


@pytest_asyncio.fixture
async def distant(line: Line) -> AsyncIterator[Database]:
    """The database at the end of the line."""
    made = connect(line.address)
    yield made
    line.heal()
    await made.close()


async def asked(database: Database) -> object:
    async with database.read() as db:
        return await db.scalar(text("SELECT 1"))


async def asked_in_a_batch(database: Database) -> object:
    return await database.batch(lambda db: db.scalar(text("SELECT 1")))


async def refused(database: Database) -> float:
    """The seconds after which a question was refused."""
    began = time.monotonic()
    with pytest.raises(Unavailable):
        await asked(database)
    return time.monotonic() - began


@on_postgres
async def test_a_database_that_hangs_is_refused_in_time_by_everybody_and_heals_by_itself(line: Line, distant: Database) -> None:
    assert await asyncio.gather(*(asked(distant) for _ in range(12))) == [1] * 12
    line.hang()
    waited = await asyncio.gather(*(refused(distant) for _ in range(30)))
    assert max(waited) < SOON
    line.heal()
    assert await asyncio.gather(*(asked(distant) for _ in range(12))) == [1] * 12


@on_postgres
async def test_a_statement_that_never_ends_is_given_up_and_its_connection_with_it(distant: Database) -> None:
    began = time.monotonic()
    with pytest.raises(Unavailable):
        async with distant.write() as db:
            await db.execute(text("SELECT pg_sleep(60)"))
    assert time.monotonic() - began < SOON
    assert await asked(distant) == 1
    async with distant.read(patient=True) as db:
        assert await db.scalar(text("SELECT 2 FROM pg_sleep(:n)"), {"n": postgres.ANSWER + 0.5}) == 2


@on_postgres
async def test_connections_that_broke_off_while_they_waited_cost_nobody_anything(line: Line, distant: Database) -> None:
    assert await asyncio.gather(*(asked(distant) for _ in range(8))) == [1] * 8
    line.cut()
    assert await asyncio.gather(*(asked(distant) for _ in range(8))) == [1] * 8


@on_postgres
@pytest.mark.parametrize("ask", [asked, asked_in_a_batch])
async def test_a_line_that_broke_off_and_lets_nobody_in_is_a_refusal_like_any_other(
    line: Line, distant: Database, ask: Callable[[Database], Awaitable[object]]
) -> None:
    assert await ask(distant) == 1
    line.refusing = True
    line.cut()
    for _ in range(3):
        with pytest.raises(Unavailable):
            await ask(distant)
    line.heal()
    assert await ask(distant) == 1


@on_postgres
async def test_a_lock_that_somebody_holds_is_waited_for_only_so_long(ground: Ground) -> None:
    room = (await seeded(ground, 1)).room
    statement = text("UPDATE journal_logs SET head = head WHERE room = :room")
    async with ground.database.write() as db:
        await db.execute(statement, {"room": room})
        began = time.monotonic()
        with pytest.raises(Unavailable):
            async with ground.database.write() as other:
                await other.execute(statement, {"room": room})
        assert time.monotonic() - began < SOON


@on_postgres
async def test_a_message_whose_commit_nobody_answered_is_refused_and_comes_once_when_sent_again(ground: Ground, line: Line) -> None:
    room = await seeded(ground, 1)
    distant = lay_ground(replace(ground.settings, database_url=line.address))
    house = House(distant)
    async with house.running():
        async with distant.database.read() as db:
            person = await enter(db, distant.vault, room.room, Key(token=room.tokens[0]), distant.clock.now())
        message = frames.parse({"t": "send", "i": 1, "cid": "satu", "kind": "chat", "text": "apakah sampai?"})
        assert isinstance(message, Send)
        line.swallow_the_answer_to(b"COMMIT", after=b"INSERT INTO journal_events")
        began = time.monotonic()
        with pytest.raises(Unavailable):
            await house.writers.submit(Given(person, message))
        assert time.monotonic() - began < SOON
        async with ground.database.read() as db:
            assert len(await read(db, room.room, PUBLIC, 0)) == 1
        line.heal()
        receipt = await house.writers.submit(Given(person, message))
        assert (receipt.seq, receipt.dup) == (1, True)
    await distant.database.close()
    async with ground.database.read() as db:
        assert len(await read(db, room.room, PUBLIC, 0)) == 1


async def test_the_gate_of_the_embedded_database_refuses_who_waits_too_long() -> None:
    gate = Gate(0.2)
    async with gate.held():
        with pytest.raises(Unavailable):
            async with gate.held(first=True):
                raise AssertionError("two hold the gate")
    async with gate.held():
        pass

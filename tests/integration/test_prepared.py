"""What is written out once for SQLite answers exactly as SQLAlchemy does, whatever the shape of its lists, and refuses without anybody's words."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Executable
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.chat import history, standing, votes, welcome
from app.database.prepared import is_prepared
from app.invitations import links
from app.journal import service as journal
from app.web.ground import Ground
from tests.room_client import Client, seeded

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def test_every_prepared_statement_answers_as_the_library_does(ground: Ground, server: str) -> None:
    room = await seeded(ground, 4)
    async with Client(server, room.room, room.tokens[0]) as a, Client(server, room.room, room.staff["moderator"]) as m:
        said = [await a.say(f"kata {n}", cid=f"c{n}", kind="aspiration") for n in range(5)]
        await m.mod("pin", said[1]["id"])
        await m.mod("mute", a.welcome["you"]["id"], v={"seconds": 600})
        person = a.welcome["you"]["id"]
    now = ground.clock.now()
    seats = [token[: links.ID_LENGTH] for token in room.tokens]
    asked: list[tuple[Executable, dict[str, Any]]] = [
        (standing.RULES, {"room": room.room}),
        *((standing.SAID_BEFORE, {"room": room.room, "senders": [person], "cids": [f"c{n}" for n in range(k)]}) for k in range(7)),
        (standing.IN_FORCE, {"room": room.room, "senders": [person, "nobody"], "now": now}),
        *((standing.ACTIVE_SEATS, {"seats": seats[:k]}) for k in range(4)),
        (standing.LAST_SAID, {"room": room.room, "senders": [person]}),
        (journal.STANDS, {"room": room.room}),
        (journal.NEXT, {"room": room.room, "log": "public", "after": 2, "most": 3}),
        (links.BY_ID, {"seat": seats[0]}),
        (links.BY_DEVICE, {"fingerprint": "none"}),
        (welcome.OUTSIDE, {"room": room.room}),
        (welcome.SAID_LATELY, {"room": room.room, "person": person, "since": now - timedelta(days=1)}),
        (history.PINS, {"room": room.room}),
        (votes.FOR, {"room": room.room, "by": person}),
    ]

    async def ask(db: AsyncSession) -> list[list[Mapping[str, Any]]]:
        return [[dict(row) for row in (await db.execute(statement, values)).mappings()] for statement, values in asked]

    assert all(is_prepared(statement) for statement, _ in asked)
    async with ground.database.read() as db:
        known = await ask(db)
    assert await ground.database.look(ask) == known
    assert [len(rows) for rows in known[1:8]] == [0, 1, 2, 3, 4, 5, 5]
    assert [len(rows) for rows in known[9:13]] == [0, 1, 2, 3]


async def test_a_row_that_is_refused_says_nothing_of_what_stood_in_it(ground: Ground) -> None:
    room = await seeded(ground, 1)
    row = {
        "room": room.room,
        "log": "public",
        "seq": 1,
        "subject": None,
        "kind": "msg",
        "format": 1,
        "payload": b"rahasia",
        "at": ground.clock.now(),
    }

    async def twice(db: AsyncConnection) -> None:
        await db.execute(journal.ADD, [row])
        await db.execute(journal.ADD, [row])

    with pytest.raises(IntegrityError) as refused:
        await ground.database.batch(twice)
    assert "rahasia" not in str(refused.value)
    async with ground.database.read() as db:
        assert await journal.read(db, room.room, "public", 0) == []

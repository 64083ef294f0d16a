"""Coming in while one's right to be there ends; and a room whose disk is full."""

import time
import uuid
from typing import Any

import anyio
import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.types import Message
from starlette.websockets import WebSocket

from app.chat.house import House
from app.chat.people import Key, Person, enter
from app.chat.pictures import Pictures
from app.chat.requests import Hello
from app.chat.welcome import Welcome, welcome
from app.hall.attendance import ONLINE, figures
from app.journal.service import revoke
from app.live.reader import Reader
from app.live.relayed import RelayedLine
from app.participants.models import Attendance
from app.web.ground import Ground
from tests.room_client import Client, Seeded, seeded

ONLY_EMBEDDED = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def looked_up(ground: Ground, room: Seeded, who: int) -> tuple[Person, Welcome]:
    now = ground.clock.now()
    async with ground.database.read() as db:
        person = await enter(db, ground.vault, room.room, Key(token=room.tokens[who]), now)
        return person, await welcome(db, person, Hello(token=None, resume={}), now, Pictures())


def socket_of(person: Person, given: Welcome) -> Reader:
    async def never() -> Message:
        await anyio.sleep_forever()
        raise AssertionError

    async def nowhere(_: Message) -> None:
        return

    line = RelayedLine(WebSocket({"type": "websocket", "headers": []}, never, nowhere))
    return Reader(line, person.id, person.room, tuple(given.at))


async def test_who_is_revoked_between_the_look_up_and_the_room_does_not_stay(ground: Ground) -> None:
    room = await seeded(ground)
    house = House(ground)
    async with house.running():
        await polled(house)
        since = time.monotonic()
        siti, hers = await looked_up(ground, room, 0)
        budi, his = await looked_up(ground, room, 1)
        async with ground.database.write() as db:
            await revoke(db, siti.id, room.room, 4503, ground.clock.now())
        await polled(house)
        lines = []
        for person, given, began in ((siti, hers, since), (budi, his, since), (siti, hers, time.monotonic())):
            reader = socket_of(person, given)
            house.come(reader, person, given, began)
            lines.append(reader.line.open)
            house.go(reader)
        # The third began after the revocation was known: the look-up itself decides about them.
        assert lines == [False, True, True]


async def test_whoever_comes_back_after_a_dead_line_is_there_again(ground: Ground) -> None:
    room = await seeded(ground)
    house = House(ground)
    moments, online = [], []
    async with house.running():
        for _ in range(2):
            siti, hers = await looked_up(ground, room, 0)
            reader = socket_of(siti, hers)
            house.come(reader, siti, hers, time.monotonic())
            await house.attendees.write()
            online.append(await online_now(ground, siti))
            house.go(reader)
            await house.attendees.write()
            online.append(await online_now(ground, siti))
            async with ground.database.read() as db:
                stay = (await db.scalars(select(Attendance).where(Attendance.participant_id == siti.id))).one()
            moments.append((stay.arrived_at, stay.left_at))
    (first, gone), (again, gone_again) = moments
    assert online == [1, 0, 1, 0]
    assert first == again
    assert gone is not None
    assert gone_again is not None
    assert first <= gone < gone_again


async def online_now(ground: Ground, person: Person) -> int:
    async with ground.database.read() as db:
        return (await figures(db, person.session_id, at=ground.clock.now())).by_way.get(ONLINE, 0)


async def polled(house: House) -> None:
    """Wait for a look at the revocations that begins from now on."""
    for _ in range(2):
        before = house.hub.polled_at
        house.hub.ring()
        with anyio.fail_after(10):
            while house.hub.polled_at == before:  # noqa: ASYNC110 - the hub has no event for tests
                await anyio.sleep(0.01)


async def pages(ground: Ground, most: int | None) -> None:
    """Let the database file grow no further (None: as far as it likes)."""

    async def bound(db: AsyncConnection) -> None:
        now = (await db.exec_driver_sql("PRAGMA page_count")).scalar_one()
        await db.exec_driver_sql(f"PRAGMA max_page_count={most or 2**30}" if most != 0 else f"PRAGMA max_page_count={now}")

    await ground.database.batch(bound)


@ONLY_EMBEDDED
async def test_a_full_disk_refuses_clearly_keeps_reading_and_heals_without_a_restart(ground: Ground, server: str) -> None:
    room = await seeded(ground)
    async with Client(server, room.room, room.tokens[0]) as a, httpx.AsyncClient(base_url=server, timeout=60) as web:
        acked = [(await a.say("sebelum penuh"))["seq"]]
        await pages(ground, 0)
        refused, cid = await until_full(a, acked)
        assert (refused["code"], refused["retry"] > 0) == ("unavailable", True)
        start = time.monotonic()
        by_http = await web.post(
            f"/api/v1/rooms/{room.room}/messages", json={"cid": "lewat-http", "kind": "chat", "text": "x" * 1000}, headers=room.bearer(1)
        )
        assert (by_http.status_code, by_http.json()["code"]) == (503, "chat.unavailable")
        assert int(by_http.headers["retry-after"]) >= 1
        assert time.monotonic() - start < 5
        read = await a.ask(t="history", before=10**6, n=200)
        assert [event["seq"] for event in read["e"]][-1] == acked[-1]
        await pages(ground, None)
        again = await a.say("x" * 1000, cid=cid)
        assert (again["t"], again["dup"], again["seq"]) == ("ack", False, acked[-1] + 1)


async def until_full(client: Client, acked: list[int]) -> tuple[dict[str, Any], str]:
    """Talk until a message is refused; its answer and cid."""
    for _ in range(400):
        cid = uuid.uuid4().hex
        start = time.monotonic()
        answer = await client.say("x" * 1000, cid=cid)
        if answer["t"] == "err":
            assert time.monotonic() - start < 5
            return answer, cid
        acked.append(answer["seq"])
    raise AssertionError("the disk never became full")

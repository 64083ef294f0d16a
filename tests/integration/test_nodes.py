"""Two servers on one database: one order, no gaps and no doubles for everybody, whatever the bell and the lines do."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack

import pytest

from app.web.ground import Ground
from tests.network import line_to
from tests.processes import environment, free_port, served
from tests.room_client import Client, Seeded, seeded
from tests.wanderers import Wanderer, epoch_of

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
PATIENCE = 240
EACH = 10


async def until(found: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not found():  # noqa: ASYNC110 - other processes do it
            await asyncio.sleep(0.1)


async def test_twenty_speak_on_two_servers_and_all_hear_the_same(ground: Ground, database_url: str) -> None:
    """The bell is lost, then the database goes away under both servers, then one server dies."""
    room = await seeded(ground, 2 * EACH + 2)
    epoch = await epoch_of(ground, room)
    done = asyncio.Event()
    async with AsyncExitStack() as stack:
        line, bell = [await stack.enter_async_context(line_to(database_url)) for _ in range(2)]
        plain = line.address.replace("+asyncpg", "")
        env = {**environment(ground), "REMBUK_DATABASE_URL": plain, "REMBUK_BELL_URL": bell.address.replace("+asyncpg", "")}
        ports = [free_port(), free_port()]
        servers = [await stack.enter_async_context(served(ground, port=port, env=env)) for port in ports]
        here, there = (server.address for server in servers)
        # Through the bell; the poll would take a second on average.
        assert (await times_of(here, there, room))[10] < 0.8
        people = [Wanderer([here, there] if who < EACH else [there, here], room, who, epoch, pause=0.5) for who in range(2 * EACH)]
        living = [asyncio.create_task(one.live(done)) for one in people]

        async def all_speak_again() -> None:
            before = [len(one.acked) for one in people]
            await until(
                lambda: any(task.done() for task in living) or all(len(one.acked) > said for one, said in zip(people, before, strict=True))
            )
            assert [task.result() for task in living if task.done()] == []

        await all_speak_again()
        bell.deaf = True
        await all_speak_again()
        assert bell.lost > 0
        line.refusing = True
        line.cut()
        bell.cut()
        await asyncio.sleep(1)
        line.heal()
        await all_speak_again()
        servers[0].kill()
        await all_speak_again()

        done.set()
        await asyncio.gather(*living)
        head = max(event["seq"] for one in people for event in one.events)
        for one in people:
            one.addresses = [there]
        await asyncio.gather(*(one.catch_up(head) for one in people))
        first = people[0].events

    assert [event["seq"] for event in first] == list(range(1, len(first) + 1))
    assert all(one.events == first for one in people)
    by_cid = {event["cid"]: event["seq"] for event in first}
    assert len(by_cid) == len(first)
    for one in people:
        assert {cid: by_cid[cid] for cid in one.acked} == one.acked


async def times_of(here: str, there: str, room: Seeded) -> list[float]:
    """Seconds from a word on one server to its hearing on the other, ascending."""
    loop = asyncio.get_running_loop()
    took = []
    async with Client(here, room.room, room.tokens[-1]) as a, Client(there, room.room, room.tokens[-2]) as b:
        for n in range(20):
            began = loop.time()
            await a.say(f"kata {n}")
            await b.until(lambda m=n: len(b.texts) == m + 1, "the word")
            took.append(loop.time() - began)
        assert b.texts == [f"kata {n}" for n in range(20)]
    return sorted(took)

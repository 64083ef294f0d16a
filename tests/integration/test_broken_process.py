"""A process whose background work failed: it says so and ends, and whatever keeps it alive starts another that goes on."""

import asyncio

import pytest
from sqlalchemy import text

from app.live.hub import DRAINING
from app.web.ground import Ground
from tests.processes import served
from tests.room_client import Client, seeded

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


async def renamed(ground: Ground, was: str, becomes: str) -> None:
    async with ground.database.write() as db:
        await db.execute(text(f"ALTER TABLE {was} RENAME TO {becomes}"))


async def test_it_says_good_bye_ends_with_a_status_and_the_next_one_goes_on(ground: Ground) -> None:
    """A table that is missing is no "not now": whoever looks at it in the background fails for good."""
    room = await seeded(ground, 1)
    async with served(ground) as running:
        async with Client(running.address, room.room, room.tokens[0]) as siti:
            assert (await siti.say("satu"))["seq"] == 1
            await renamed(ground, "journal_revocations", "journal_revocations_away")
            assert await siti.end() == DRAINING
            assert [frame["code"] for frame in siti.of("bye")] == [DRAINING]
        assert await asyncio.to_thread(running.process.wait, 30) == 1
        assert '"event": "serve.broken", "level": "critical"' in running.log
    await renamed(ground, "journal_revocations_away", "journal_revocations")
    async with served(ground) as again, Client(again.address, room.room, room.tokens[0]) as siti:
        assert (await siti.say("dua"))["seq"] == 2


async def test_the_supervisor_starts_another_in_its_place(ground: Ground) -> None:
    room = await seeded(ground, 1)
    async with served(ground, "--workers", "2") as running:
        before = set(running.members)
        await renamed(ground, "journal_revocations", "journal_revocations_away")
        async with asyncio.timeout(60):
            while before & set(running.members):  # noqa: ASYNC110 - another process does it
                await asyncio.sleep(0.1)
        await renamed(ground, "journal_revocations_away", "journal_revocations")
        await running.until_ready()
        async with Client(running.address, room.room, room.tokens[0]) as siti:
            assert (await siti.say("satu"))["seq"] == 1

"""The bell: other processes hear of commits at once; whatever happens to it costs time, never an event."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
import pytest_asyncio

from app.live import bell as bell_module
from app.live.bell import MOST, Bell, Hearing
from tests.network import Line, line_to

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
PATIENCE = 60


@dataclass
class Listener:
    """A bell, and what it made its process do."""

    bell: Bell = field(init=False)
    heads: dict[tuple[str, str], int] = field(default_factory=dict)
    rings: int = 0

    def heard(self, room: str, log: str, head: int) -> None:
        self.heads[room, log] = head

    def ring(self) -> None:
        self.rings += 1


@asynccontextmanager
async def listening(url: str, *, wait: Hearing = Hearing.HEARD) -> AsyncIterator[Listener]:
    made = Listener()
    made.bell = Bell(url, made.heard, made.ring)
    task = asyncio.create_task(made.bell.run())
    try:
        await until(lambda: made.bell.state is wait)
        yield made
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(found: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not found():  # noqa: ASYNC110 - the database's own time
            await asyncio.sleep(0.01)


@pytest_asyncio.fixture
async def line(database_url: str) -> AsyncIterator[Line]:
    async with line_to(database_url) as made:
        yield made


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same bell, testing itself more often."""
    monkeypatch.setattr(bell_module, "TEST", 0.2)
    monkeypatch.setattr(bell_module, "HEARING", 0.6)


async def test_others_hear_what_was_said_and_its_own_echo_is_no_news(database_url: str) -> None:
    async with listening(database_url) as a, listening(database_url) as b:
        rings = a.rings, b.rings
        a.bell.say("ruang", "public", 7)
        a.bell.say("ruang", "desk", 2)
        await until(lambda: b.heads == {("ruang", "public"): 7, ("ruang", "desk"): 2})
        b.bell.say_revoked()
        await until(lambda: a.rings == rings[0] + 1)
        assert (a.heads, b.rings) == ({}, rings[1])


async def test_many_rings_go_out_together_and_only_the_newest_head(database_url: str) -> None:
    rooms = [f"r{n:015}" for n in range(1000)]
    async with listening(database_url) as a, listening(database_url) as b:
        before = a.bell.rung
        for head in range(1, 6):
            for room in rooms:
                a.bell.say(room, "public", head)
        await until(lambda: len(b.heads) == 1000)
        assert set(b.heads.values()) == {5}
        bytes_said = 1000 * len(f"{rooms[0]} public 5\n")
        assert a.bell.rung - before <= bytes_said // MOST + 3


async def test_a_bell_that_is_cut_compares_everything_when_it_is_back(database_url: str, line: Line) -> None:
    async with listening(line.address) as a, listening(database_url) as b:
        rings = a.rings
        line.refusing = True
        line.cut()
        await until(lambda: a.bell.state is Hearing.AWAY)
        b.bell.say("ruang", "public", 1)
        line.heal()
        await until(lambda: a.bell.state is Hearing.HEARD)
        assert a.rings > rings
        assert a.heads == {}
        b.bell.say("ruang", "public", 2)
        await until(lambda: a.heads == {("ruang", "public"): 2})


async def test_a_bell_that_hears_nothing_knows_it_and_compares_everything_when_it_hears_again(
    database_url: str, line: Line, impatient: None
) -> None:
    async with listening(line.address) as a, listening(database_url) as b:
        line.deaf = True
        await until(lambda: a.bell.state is Hearing.DEAF)
        # Who hears nothing is still heard.
        a.bell.say("ruang", "public", 3)
        await until(lambda: b.heads == {("ruang", "public"): 3})
        rings = a.rings
        line.deaf = False
        await until(lambda: a.bell.state is Hearing.HEARD)
        assert a.rings == rings + 1
        assert line.lost > 0


async def test_a_bell_whose_line_hangs_lets_go_of_it(
    database_url: str, line: Line, impatient: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.database.postgres.ANSWER", 0.5)
    async with listening(line.address) as a:
        line.hang()
        began = time.monotonic()
        await until(lambda: a.bell.state is not Hearing.HEARD)
        await until(lambda: a.bell.state is Hearing.AWAY)
        assert time.monotonic() - began < PATIENCE
        line.heal()
        await until(lambda: a.bell.state is Hearing.HEARD)

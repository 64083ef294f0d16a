"""What goes wrong once per cycle. Each shows that it really went wrong, mends it, and gives the moment (monotonic) from which all is well again."""

import asyncio
import os
import random
import signal
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeAlias

import asyncpg
import psutil

from tests.proof.crew import Crew
from tests.proof.lines import LIFE
from tests.proof.place import Place
from tests.proof.postgres import Postgres

WORKERS = {"one_of_workers": 2}
"""Faults for which a server is started with more than one process."""
SERVERS = {"one_of_two": 2}
"""Faults for which more than one server runs."""

Fault: TypeAlias = Callable[[Place, Crew], Awaitable[float]]
EFFECT = 60.0
"""Seconds in which a fault must have shown."""
RECOVERS = 10.0
"""Seconds after which a PostgreSQL that only says that it is recovering is started anew: out of space in the middle of a recovery it may never come out of it."""
REFUSED_WITHIN = 5.0
"""Seconds in which a sender is told clearly that nothing can be written now."""


async def kill(place: Place, crew: Crew) -> float:
    """kill -9 in the middle of a sentence, and a new start."""
    server = place.servers[0]
    server.kill()
    server.start()
    return await server.ready()


async def freeze(place: Place, crew: Crew) -> float:
    """The process stands still for some seconds."""
    server = place.servers[0]
    server.signal(signal.SIGSTOP)
    await asyncio.sleep(random.uniform(1.5, 2.5))
    assert server.state == psutil.STATUS_STOPPED
    server.signal(signal.SIGCONT)
    return time.monotonic()


async def freeze_database(place: Place, crew: Crew) -> float:
    """Every process of the database stands still for some seconds."""
    assert place.postgres is not None
    place.postgres.freeze()
    await asyncio.sleep(random.uniform(1.5, 2.5))
    assert not place.postgres.running
    place.postgres.thaw()
    return time.monotonic()


async def restart_database(place: Place, crew: Crew) -> float:
    """The database ends as if by a loss of power, and comes back."""
    assert place.postgres is not None
    await asyncio.to_thread(place.postgres.stop)
    assert not place.postgres.running
    await asyncio.sleep(random.uniform(0.0, 1.0))
    await asyncio.to_thread(place.postgres.start)
    return time.monotonic()


async def small_files(place: Place, crew: Crew) -> float:
    """No file may grow: the system's own limit, as a quota or a full disk shows it."""
    place.servers[0].largest_file(4096)
    began = time.monotonic()
    await _refused(crew, began)
    place.servers[0].largest_file(None)
    return time.monotonic()


async def full_disk(place: Place, crew: Crew) -> float:
    """No space left on the device, for every write to a file; without a compiler the system's limit again."""
    if not place.disk.fitted:
        return await (restart_database if place.postgres else small_files)(place, crew)
    place.disk.full(on=True)
    began = time.monotonic()
    await _refused(crew, began)
    place.disk.full(on=False)
    if place.postgres is not None:
        # It may have given up: then somebody starts it, once there is room again.
        await _answers(place.postgres)
    return time.monotonic()


async def slow_disk(place: Place, crew: Crew) -> float:
    """Making something durable takes 50 to 300 ms longer; without a compiler the server only runs by fits and starts."""
    if not place.disk.fitted:
        return await _stutter(place)
    delay = random.randrange(50, 300)
    began, known = time.monotonic(), set(crew.notes.acked)
    place.disk.slow(delay)
    fresh = await _until(lambda: [a for cid, a in list(crew.notes.acked.items()) if cid not in known and a.asked_at > began + 0.1], 10)
    await asyncio.sleep(1.0)
    assert min(ack.at - ack.asked_at for ack in fresh) * 1000 >= delay, "an acknowledgement did not wait for the disk"
    place.disk.slow(0)
    return time.monotonic()


async def bad_line(place: Place, crew: Crew) -> float:
    """150 ms each way, and every connection is reset after about three seconds."""
    resets = place.line.resets
    place.line.bad = True
    await _until(lambda: [0] * (place.line.resets - resets), len(crew.senders) + len(crew.readers))
    await asyncio.sleep(LIFE / 2)
    place.line.bad = False
    return time.monotonic()


async def one_of_two(place: Place, crew: Crew) -> float:
    """One of two servers on the same database dies; its clients go to the other, until it is back."""
    dying = random.choice(place.servers)
    dying.kill()
    died = time.monotonic()
    await asyncio.sleep(1.0)
    dying.start()
    await dying.ready()
    crew.spread()
    # With people on both again, each must wait for what the other commits.
    await asyncio.sleep(1.0)
    return died


async def one_of_workers(place: Place, crew: Crew) -> float:
    """One of the two processes of `serve --workers 2` dies; its clients find the other on the same port, and it is started anew."""
    server = place.servers[0]
    ready = server.heard("serve.process_ready")
    os.kill(random.choice(server.members), signal.SIGKILL)
    died = time.monotonic()
    async with asyncio.timeout(EFFECT):
        while server.heard("serve.process_ready") == ready:  # noqa: ASYNC110 - another process says it
            await asyncio.sleep(0.1)
    crew.spread()
    await asyncio.sleep(1.0)
    return died


async def _answers(postgres: Postgres) -> None:
    """Until it takes connections again; one that stays in recovery for ever, its first process alive, is started anew, as whoever watches it would."""
    given_up = time.monotonic() + RECOVERS
    async with asyncio.timeout(EFFECT):
        while True:
            with suppress(RuntimeError):
                if time.monotonic() > given_up:
                    await asyncio.to_thread(postgres.stop)
                    given_up = time.monotonic() + RECOVERS
                await asyncio.to_thread(postgres.heal)
            with suppress(OSError, asyncpg.PostgresError):
                connection = await asyncpg.connect(postgres.url)
                await connection.close()
                return
            await asyncio.sleep(0.1)


async def _refused(crew: Crew, began: float) -> None:
    """Until senders have been told that nothing can be written, soon enough after they asked; nothing is acknowledged meanwhile."""
    refusals: list[float] = []
    async with asyncio.timeout(EFFECT):
        while len(refusals) < 5:
            wrong = [ack for ack in list(crew.notes.acked.values()) if ack.asked_at > began]
            assert not wrong, f"acknowledged although nothing could be written: {wrong[:3]}"
            await asyncio.sleep(0.1)
            refusals = [took for at, took in crew.notes.refusals if at > began]
    assert min(refusals) < REFUSED_WITHIN, f"refused after {min(refusals):.1f} s only"


async def _until(found: Callable[[], list], least: int) -> list:
    async with asyncio.timeout(EFFECT):
        while len(value := found()) < least:  # noqa: ASYNC110 - what is counted tells nobody
            await asyncio.sleep(0.05)
    return value


async def _stutter(place: Place) -> float:
    for _ in range(12):
        place.servers[0].signal(signal.SIGSTOP)
        await asyncio.sleep(random.uniform(0.05, 0.3))
        place.servers[0].signal(signal.SIGCONT)
        await asyncio.sleep(0.05)
    return time.monotonic()


FAULTS: dict[str, dict[Fault, int]] = {
    "sqlite": {kill: 4, freeze: 3, small_files: 3, full_disk: 3, slow_disk: 3, bad_line: 4},
    "postgresql": {
        kill: 2,
        freeze: 2,
        freeze_database: 2,
        restart_database: 3,
        one_of_two: 3,
        one_of_workers: 2,
        full_disk: 2,
        slow_disk: 2,
        bad_line: 2,
    },
}
"""How many of twenty cycles each takes."""

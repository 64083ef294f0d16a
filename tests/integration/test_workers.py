"""`serve --workers N`: processes that share a port, are started anew when they die, and are exchanged without anybody being refused."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from app.live.hub import DRAINING
from app.web.ground import Ground
from tests.processes import ROOT, Served, environment, served
from tests.room_client import Client, Seeded, seeded
from tests.wanderers import Wanderer, epoch_of

on_postgres = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
PATIENCE = 240


async def until(found: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not found():  # noqa: ASYNC110 - another process does it
            await asyncio.sleep(0.1)


async def sockets_of_both(running: Served) -> set[float]:
    """How many sockets each of two processes has, asked until both have answered with something."""
    found: set[float] = set()
    async with asyncio.timeout(PATIENCE):
        while len(found) < 2:
            async with httpx.AsyncClient(base_url=running.address, timeout=60) as calls:
                lines = (await calls.get("/metrics")).text.splitlines()
            found |= {float(line.split()[1]) for line in lines if line.startswith("rembuk_sockets ")}
    return found


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_embedded_database_has_one_process_and_says_so(ground: Ground) -> None:
    command = [sys.executable, "-m", "app.cli", "serve", "--workers", "2"]
    ended = await asyncio.to_thread(
        subprocess.run, command, cwd=ROOT, env=environment(ground), capture_output=True, timeout=60, check=False
    )
    assert ended.returncode == 2
    assert b"--workers needs PostgreSQL" in ended.stderr


@on_postgres
async def test_two_processes_share_the_sockets_and_one_that_dies_is_started_anew(ground: Ground) -> None:
    room = await seeded(ground, 41)
    async with served(ground, "--workers", "2") as running:
        command = [sys.executable, "-m", "app.cli", "serve", "--port", str(running.port), "--workers", "2"]
        second = await asyncio.to_thread(
            subprocess.run, command, cwd=ROOT, env=environment(ground), capture_output=True, timeout=60, check=False
        )
        assert second.returncode == 2
        assert b"cannot be used" in second.stderr

        clients = [Client(running.address, room.room, token) for token in room.tokens]
        await asyncio.gather(*(client.__aenter__() for client in clients))
        # An odd number: the two never have the same.
        assert sum(await sockets_of_both(running)) == 41
        assert (await clients[0].say("satu"))["t"] == "ack"
        for client in clients:
            await client.until(lambda c=client: c.texts == ["satu"], "the word in both processes")

        victim, other = running.members
        os.kill(victim, signal.SIGKILL)
        await until(lambda: "serve.process_died" in running.log)
        # Newcomers are served by the other one meanwhile.
        async with Client(running.address, room.room, room.tokens[0]) as newcomer:
            assert (await newcomer.say("dua"))["t"] == "ack"
        await until(lambda: "serve.process_ready" in running.log)
        assert len(set(running.members) - {victim, other}) == 1
        await asyncio.gather(*(client.__aexit__() for client in clients))


@on_postgres
async def test_a_rolling_restart_refuses_nobody_and_loses_nothing(ground: Ground) -> None:
    room = await seeded(ground, 18)
    epoch = await epoch_of(ground, room)
    done = asyncio.Event()
    async with served(ground, "--workers", "2") as running:
        before = set(running.members)
        people = [Wanderer([running.address], room, who, epoch) for who in range(6)]
        living = [asyncio.create_task(one.live(done)) for one in people]
        newcomers = [asyncio.create_task(_come_and_go(running, room, 6 + n, done)) for n in range(12)]
        await until(lambda: all(one.acked for one in people))
        running.process.send_signal(signal.SIGHUP)
        await until(lambda: "serve.rolled" in running.log)
        await asyncio.sleep(0.5)
        done.set()
        await asyncio.gather(*living)
        visits = await asyncio.gather(*newcomers)
        after = set(running.members)
        head = max(one.seqs[-1] for one in people)
        for one in people:
            await one.catch_up(head)

        began = time.monotonic()
        running.process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(running.process.wait, 15) == 0
        assert time.monotonic() - began < 10

    assert len(before) == len(after) == 2
    assert not before & after
    assert sum(one.refused for one in people) == 0
    assert sum(visits) >= 12
    assert all(retry < 1000 for one in people for retry in one.retries)
    assert all(one.retries for one in people)
    assert people[0].seqs == list(range(1, head + 1))
    assert all(one.events == people[0].events for one in people)
    by_cid = {event["cid"]: event["seq"] for event in people[0].events}
    assert len(by_cid) == head
    for one in people:
        assert {cid: by_cid[cid] for cid in one.acked} == one.acked


async def _come_and_go(running: Served, room: Seeded, who: int, done: asyncio.Event) -> int:
    """Connects again and again; every time it is let in or told when to come back, never refused."""
    visits = 0
    while not done.is_set():
        client = Client(running.address, room.room, room.tokens[who])
        try:
            await client.__aenter__()
        except AssertionError:
            assert client.of("bye"), client.closed
        except ConnectionClosed as closed:
            # Sent away before the hello was out: the process had accepted, and began to leave.
            if closed.rcvd is None or closed.rcvd.code != DRAINING:
                raise
            await asyncio.sleep(0.5)
            continue
        visits += bool(client.welcome)
        await client.__aexit__()
        await asyncio.sleep(0.5)
    return visits

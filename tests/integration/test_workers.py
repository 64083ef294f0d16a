"""`serve --workers N`: processes that share a port, are started anew when they die, and are exchanged without anybody being refused."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from app.web.ground import Ground
from tests.processes import ROOT, Served, environment, served
from tests.room_client import Client, Seeded, seeded

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
            async with httpx.AsyncClient(base_url=running.address) as calls:
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


class Wanderer:
    """A good client: comes back after every good-bye, resumes, and sends again what was not acknowledged."""

    def __init__(self, running: Served, room: Seeded, who: int) -> None:
        self.running, self.room, self.who = running, room, who
        self.seqs: list[int] = []
        self.acked: list[str] = []
        self.refused = 0
        self.moves: list[float] = []

    async def live(self, done: asyncio.Event) -> None:
        resume, left_at, n = None, None, 0
        while not done.is_set():
            client = Client(self.running.address, self.room.room, self.room.tokens[self.who], resume=resume)
            try:
                await client.__aenter__()
            except OSError:
                self.refused += 1
                continue
            if left_at is not None:
                self.moves.append(time.monotonic() - left_at)
            with suppress(AssertionError, ConnectionClosed):
                while not done.is_set():
                    answer = await client.say(f"{self.who} {n}", cid=f"{self.who}-{n}")
                    assert answer["t"] == "ack", answer
                    self.acked.append(answer["cid"])
                    n += 1
                    await asyncio.sleep(0.2)
            if done.is_set():
                await asyncio.sleep(0.5)
            left_at = time.monotonic()
            await client.__aexit__()
            if byes := client.of("bye"):
                assert byes[0]["retry"] < 1000
                await asyncio.sleep(byes[0]["retry"] / 1000)
            self.seqs += client.seqs
            last = self.seqs[-1] if self.seqs else 0
            resume = {"public": [client.welcome["epoch"], last]}


@on_postgres
async def test_a_rolling_restart_refuses_nobody_and_loses_nothing(ground: Ground) -> None:
    room = await seeded(ground, 18)
    done = asyncio.Event()
    async with served(ground, "--workers", "2") as running:
        before = set(running.members)
        people = [Wanderer(running, room, who) for who in range(6)]
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

        began = time.monotonic()
        running.process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(running.process.wait, 15) == 0
        assert time.monotonic() - began < 10

    assert len(before) == len(after) == 2
    assert not before & after
    assert sum(one.refused for one in people) == 0
    assert sum(visits) >= 12
    assert all(one.moves for one in people)
    last = max(one.seqs[-1] for one in people)
    for one in people:
        assert one.seqs == list(range(1, len(one.seqs) + 1))
    assert last == sum(len(one.acked) for one in people)


async def _come_and_go(running: Served, room: Seeded, who: int, done: asyncio.Event) -> int:
    """Connects again and again; every time it is let in or told when to come back, never refused."""
    visits = 0
    while not done.is_set():
        client = Client(running.address, room.room, room.tokens[who])
        try:
            await client.__aenter__()
        except AssertionError:
            assert client.of("bye"), client.closed
        visits += bool(client.welcome)
        await client.__aexit__()
        await asyncio.sleep(0.5)
    return visits

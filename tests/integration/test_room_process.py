"""The real process: kill -9 in the middle, SIGTERM with good-bye, another process that writes, and a reader who does not read."""

import asyncio
import json
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from app.journal.service import PUBLIC, read
from app.web.ground import Ground
from tests.conftest import serving
from tests.processes import ROOT, environment, served
from tests.room_client import Client, Seeded, seeded


async def speak_until_dead(client: Client, who: int, acked: dict[str, dict[str, Any]], open_cids: set[str]) -> None:
    """Say one thing after the other; what was acknowledged and what is still open when the line breaks."""
    with suppress(AssertionError, ConnectionClosed, TimeoutError):
        for n in range(10_000):
            cid = f"s{who}-{n}"
            open_cids.add(cid)
            ack = await client.say(f"pesan {who} {n}", cid=cid)
            assert ack["t"] == "ack", ack
            acked[cid] = ack
            open_cids.discard(cid)


async def test_kill_9_loses_doubles_and_reorders_nothing_that_was_acknowledged(ground: Ground) -> None:
    room = await seeded(ground, 5)
    acked: dict[str, dict[str, Any]] = {}
    open_cids: set[str] = set()
    address = ground.settings.public_url
    for _ in range(2):
        async with served(ground) as running:
            clients = [Client(address, room.room, token) for token in room.tokens]
            for client in clients:
                await client.__aenter__()
            speaking = [asyncio.create_task(speak_until_dead(client, n + len(acked), acked, open_cids)) for n, client in enumerate(clients)]
            await asyncio.sleep(1.0)
            running.kill()
            await asyncio.gather(*speaking)
            for client in clients:
                await client.__aexit__()
    assert len(acked) > 20
    async with served(ground), Client(address, room.room, room.tokens[0]) as again:
        assert (await again.say("sesudah mati"))["t"] == "ack"
    async with ground.database.read() as db:
        stored = []
        while page := await read(db, room.room, PUBLIC, len(stored)):
            stored += page
    events = [json.loads(event.payload) for event in stored]
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    cids = [event["cid"] for event in events]
    assert len(cids) == len(set(cids))
    by_cid = {event["cid"]: event for event in events}
    assert {cid: by_cid[cid]["seq"] for cid in acked} == {cid: ack["seq"] for cid, ack in acked.items()}
    assert set(cids) - set(acked) - open_cids == {cids[-1]}


async def test_sigterm_says_good_bye_and_ends_in_time(ground: Ground) -> None:
    room = await seeded(ground, 8)
    async with served(ground) as running:
        clients = [Client(ground.settings.public_url, room.room, token) for token in room.tokens]
        for client in clients:
            await client.__aenter__()
        await clients[0].say("terakhir")
        began = time.monotonic()
        running.process.send_signal(signal.SIGTERM)
        codes = [await client.end() for client in clients]
        byes = [client.of("bye")[-1] for client in clients]
        # uvicorn ends cleanly and then lets the signal speak for itself.
        assert await asyncio.to_thread(running.process.wait, 10) in {0, -signal.SIGTERM}
        assert time.monotonic() - began < 10
        for client in clients:
            await client.__aexit__()
    assert codes == [4002] * 8
    assert {bye["code"] for bye in byes} == {4002}
    assert len({bye["retry"] for bye in byes}) > 4


async def test_what_another_process_commits_arrives_in_order(ground: Ground) -> None:
    """`seed load` while the server runs, then a second program that appends to the room."""
    async with serving(ground) as server:
        command = [sys.executable, "-m", "app.cli", "seed", "load", "--attendees", "2", "--applicants", "3", "--no-limits", "--json"]
        made = await asyncio.to_thread(subprocess.run, command, cwd=ROOT, env=environment(ground), capture_output=True, check=True)
        room = Seeded(json.loads(made.stdout.splitlines()[-1]))
        async with Client(server, room.room, room.tokens[0]) as a:
            for n in range(20):
                assert (await a.say(f"tanpa batas {n}"))["t"] == "ack"
            script = (
                "import asyncio\n"
                "from app.assembly import lay_ground\n"
                "from app.journal.service import Entry, append\n"
                "from app.settings import from_environment\n"
                "async def main():\n"
                "    ground = lay_ground(from_environment())\n"
                "    for n in range(5):\n"
                "        async with ground.database.write() as db:\n"
                f"            entry = Entry({{'t': 'room', 'op': 'agenda', 'v': {{'item': str(n)}}}})\n"
                f"            await append(db, '{room.room}', 'public', [entry], ground.clock.now())\n"
                "    await ground.database.close()\n"
                "asyncio.run(main())\n"
            )
            other = asyncio.to_thread(
                subprocess.run, [sys.executable, "-c", script], cwd=ROOT, env=environment(ground), check=True, capture_output=True
            )
            running = asyncio.create_task(other)
            while not running.done():
                await a.say("sementara itu")
                await asyncio.sleep(0.05)
            await running
            await a.until(lambda: len([e for e in a.events["public"] if e["t"] == "room"]) == 5, "the other process's events")
            assert a.seqs == list(range(1, len(a.seqs) + 1))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # nothing here is the database's
async def test_a_reader_who_does_not_read_hurts_only_itself(ground: Ground, server: str) -> None:
    """More is said than the network's own buffers hold: the silent reader is closed, everybody else has heard everything."""
    room = await seeded(ground)
    lazy = await asyncio.to_thread(_mute_socket, ground, room)
    async with Client(server, room.room, room.staff["operator"]) as o, httpx.AsyncClient(base_url=server, timeout=60) as calls:
        assert "rembuk_sockets 2.0" in (await calls.get("/metrics")).text
        for n in range(40):
            some = (o.say(f"{n} {m} " + "🌾" * 1900, kind="spoken") for m in range(50))
            assert {answer["t"] for answer in await asyncio.gather(*some)} == {"ack"}
        await o.until(lambda: len(o.seqs) == 2000, "everything for who reads")
        assert o.seqs == list(range(1, 2001))
        async with asyncio.timeout(30):
            while "rembuk_sockets 1.0" not in (await calls.get("/metrics")).text:  # noqa: ASYNC110 - the server's own clock
                await asyncio.sleep(0.2)
    received = await asyncio.to_thread(_drain, lazy)
    assert len(received) < 2000 * 7600


def _mute_socket(ground: Ground, room: Seeded) -> socket.socket:
    """A websocket by hand that says hello and then reads nothing."""
    line = socket.create_connection(("127.0.0.1", ground.settings.port))
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    head = (
        f"GET /ws/v1/rooms/{room.room} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    line.sendall(head.encode())
    assert b"101" in line.recv(1024)
    hello = json.dumps({"t": "hello", "v": 1, "token": room.tokens[0]}).encode()
    line.sendall(bytes([0x81, 0x80 | len(hello)]) + bytes(4) + hello)
    return line


def _drain(line: socket.socket) -> bytes:
    line.settimeout(10)
    found = b""
    with suppress(OSError):
        while part := line.recv(65536):
            found += part
    line.close()
    return found

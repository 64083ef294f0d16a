"""The measuring itself: it counts every delivery of the real room, and sees each fault that a server could have."""

import asyncio
import itertools
import json
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from bench.loader import Load, Target, built

ROOT = Path(__file__).resolve().parents[2]
LISTENERS = 5
MESSAGES = 40


def test_a_small_run_against_the_real_room_counts_every_delivery(tmp_path: Path) -> None:
    written = tmp_path / "runs.json"
    words = ["--attendees", "20", "--rounds", "1", "--seconds", "2", "--quick", "--peers", "none", "--scenarios", "calm"]
    command = [sys.executable, "-m", "app.cli", "bench", "room", *words, "--cache", str(tmp_path), "--write", str(written)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stderr
    told = json.loads(written.read_text("utf-8"))
    (run,) = told["runs"]
    report = run["report"]
    assert report["posts"] > 0
    assert (report["acks"], report["errors"], report["bad_frames"]) == (report["posts"], 0, 0)
    assert report["deliveries"] == report["posts"] * 20 == report["attendees"]["expected"]
    assert (report["lost"], report["doubled"], report["reordered"], report["attendees"]["undelivered"]) == (0, 0, 0, 0)
    assert run["cpu"] > 0
    assert told["memory"]["rembuk"][0] > 0


def compact(frame: dict[str, Any]) -> str:
    return json.dumps(frame, separators=(",", ":"))


class Room:
    """A little room on the room protocol that mistreats its last listener as it is told."""

    def __init__(self, fault: str) -> None:
        self.fault = fault
        self.listeners: list[ServerConnection] = []
        self.seq = itertools.count(1)
        self.kept: str | None = None

    async def come(self, socket: ServerConnection) -> None:
        assert json.loads(await socket.recv())["t"] == "hello"
        await socket.send('{"t":"welcome","epoch":"e","head":0,"recovered":false}')
        self.listeners.append(socket)
        with suppress(ConnectionClosed):
            async for raw in socket:
                await self.say(socket, json.loads(raw))

    async def say(self, author: ServerConnection, sent: dict[str, Any]) -> None:
        seq = next(self.seq)
        await author.send(compact({"t": "ack", "i": sent["i"], "cid": sent["cid"], "id": str(seq), "seq": seq}))
        event = compact({"t": "msg", "seq": seq, "id": str(seq), "cid": sent["cid"], "text": sent["text"]})
        for listener in self.listeners:
            for one in [event] if listener is not self.listeners[-1] else self.mistreated(seq, event):
                await listener.send(one)

    def mistreated(self, seq: int, event: str) -> Iterable[str]:
        match self.fault, seq:
            case ("drop", 7 | 8) | ("cut off", 40):
                return []
            case "double", 9:
                return [event, event]
            case "swap", 11:
                self.kept = event
                return []
            case "swap", 12:
                assert self.kept is not None
                return [event, self.kept]
            case "join", 20:
                self.kept = event
                return []
            case "join", 21:
                return [f'{{"t":"batch","e":[{self.kept},{event}],"more":false}}']
        return [event]


FAULTS: dict[str, dict[str, int]] = {
    "none": {},
    "join": {},
    "drop": {"lost": 2},
    "double": {"doubled": 1},
    "swap": {"reordered": 1},
    "cut off": {"undelivered": 1},
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_every_fault_of_a_server_is_seen(fault: str, tmp_path: Path) -> None:
    """Two events dropped, one doubled, two swapped, the last one never sent; and two in one frame, which is none."""
    room = Room(fault)
    tokens = tmp_path / "tokens"
    tokens.write_text("kunci\n", "ascii")
    async with serve(room.come, "127.0.0.1", 0, compression=None) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        report = await asyncio.to_thread(_measure, tmp_path, Target(port, "rembuk", "/ws", tokens))
    counted = {name: report[name] for name in ("lost", "doubled", "reordered", "bad_frames", "errors")}
    counted["undelivered"] = report["attendees"]["undelivered"]
    assert {name: count for name, count in counted.items() if count} == FAULTS[fault]
    assert report["posts"] == MESSAGES == report["acks"]
    assert report["attendees"]["expected"] == MESSAGES * LISTENERS
    missing = FAULTS[fault].get("lost", 0) + FAULTS[fault].get("undelivered", 0)
    assert report["deliveries"] == MESSAGES * LISTENERS - missing


def _measure(folder: Path, target: Target) -> dict[str, Any]:
    """One sender who posts when acknowledged; the last listener to come is the one that is mistreated."""
    with Load(built(folder), target, most=LISTENERS, senders=1) as load:
        assert load.connect(LISTENERS, concurrency=1)["n"] == LISTENERS
        return load.run(lambda: None, lambda: None, closed=2, posts=MESSAGES, warm=0, seconds=60, drain=2)

"""How many deliveries a second the load client itself can take: `python -m bench.capacity` feeds it frames built beforehand, on the other core."""

import asyncio
import json
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import uvloop
from websockets.asyncio.server import ServerConnection, serve

from bench import machine
from bench.loader import Load, Target, built, cache_folder

SOCKETS, BATCH, SECONDS = 100, 200, 5


def frames() -> Iterator[bytes]:
    """Batches of events as the room sends them, one after the other."""
    seq = 0
    by = '{"id":"k3f9k3f9k3f9k3f9","name":"Sri Budi 12","role":"attendee","capacity":"Ketua RT 03/RW 05","via":"online"}'
    while True:
        text = ",".join(
            f'{{"t":"msg","seq":{seq + n},"id":"k3f9k3f9k3f9k3f9","cid":"abcdef0010","by":{by},"kind":"chat","text":"b~{1:019}~xxxx","at":1732234567890}}'
            for n in range(1, BATCH + 1)
        )
        seq += BATCH
        body = f'{{"t":"batch","e":[{text}],"more":false}}'.encode()
        yield bytes([0x81, 126]) + len(body).to_bytes(2, "big") + body


async def feed(ready: "asyncio.Queue[ServerConnection]") -> None:
    """Write the same frame to every socket as soon as all have taken the one before."""
    sockets = [await ready.get() for _ in range(SOCKETS)]
    for frame in frames():
        for socket in sockets:
            socket.transport.write(frame)
        while any(socket.transport.get_write_buffer_size() > 1_000_000 for socket in sockets):  # noqa: ASYNC110 - the loop is what drains them
            await asyncio.sleep(0)
        await asyncio.sleep(0)


async def serve_frames(port: "asyncio.Future[int]") -> None:
    ready: asyncio.Queue[ServerConnection] = asyncio.Queue()

    async def come(socket: ServerConnection) -> None:
        await socket.recv()
        await socket.send('{"t":"welcome","epoch":"e","head":0}')
        ready.put_nowait(socket)
        with suppress(Exception):
            await socket.wait_closed()

    async with serve(come, "127.0.0.1", 0, compression=None, max_size=None) as server:
        port.set_result(next(iter(server.sockets)).getsockname()[1])
        await feed(ready)


def measure(port: int) -> dict[str, object]:
    with TemporaryDirectory() as folder:
        tokens = Path(folder) / "tokens"
        tokens.write_text("x\n", "ascii")
        with Load(built(cache_folder()), Target(port, "rembuk", "/", tokens), most=SOCKETS, senders=1) as load:
            load.connect(SOCKETS)
            return load.run(lambda: None, lambda: None, rate=0.01, warm=0.5, seconds=SECONDS, drain=0)


async def main() -> None:
    os.sched_setaffinity(0, machine.pinned(machine.SERVER_CORE))
    port = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(serve_frames(port))
    report = await asyncio.to_thread(measure, await port)
    task.cancel()
    report = json.loads(json.dumps(report))
    taken = report["deliveries_in_window"] / report["window"]
    share = report["client"]["core_share"]
    print(
        f"{taken / 1e6:.2f} million deliveries a second with {share:.0%} of a core: {taken / max(share, 0.01) / 1e6:.2f} million with a whole one; lost {report['lost']}"
    )


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
    sys.exit(0)

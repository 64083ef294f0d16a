"""Our part of the websocket protocol on a real uvicorn: what it relies on, the hand-over, and what clients do wrong."""

import asyncio
import base64
import json
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import anyio
import httpx
import pytest
import uvicorn
from websockets.asyncio.client import connect
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory
from websockets.frames import Frame, Opcode

from app.chat.socket import STRANGERS
from app.live.direct import DirectLine
from app.live.wire import Wire
from app.main import Application, create_app
from app.web.ground import Ground
from tests.conftest import started
from tests.room_client import PATIENCE, Client, Seeded, seeded

ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
pytestmark = ONE_DATABASE


@asynccontextmanager
async def running(ground: Ground, ws: Any = Wire) -> AsyncIterator[tuple[uvicorn.Server, Application]]:
    app = create_app(ground, work=False)
    async with started(app, ground.settings, ws=ws) as server:
        yield server, app


async def until(found: Callable[[], object]) -> None:
    with anyio.fail_after(PATIENCE):
        while not found():  # noqa: ASYNC110 - the server has no events for tests
            await anyio.sleep(0.01)


class Raw:
    """A client that writes what it likes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def send(self, opcode: Opcode, payload: bytes, *, mask: bool = True) -> None:
        self.writer.write(Frame(opcode, payload).serialize(mask=mask))
        await self.writer.drain()

    async def frame(self) -> tuple[int, bytes]:
        """The next frame of the server."""
        async with asyncio.timeout(PATIENCE):
            first, size = await self.reader.readexactly(2)
            if size > 125:
                size = int.from_bytes(await self.reader.readexactly(2 if size == 126 else 8), "big")
            return first & 0x0F, await self.reader.readexactly(size)

    async def until(self, opcode: int) -> bytes:
        while True:
            kind, payload = await self.frame()
            if kind == opcode:
                return payload

    async def said(self, kind: str) -> dict[str, Any]:
        while (found := json.loads(await self.until(Opcode.TEXT)))["t"] != kind:
            pass
        return dict(found)

    async def ended(self) -> bool:
        """Whether the server ends the connection, and sends nothing before it does."""
        async with asyncio.timeout(PATIENCE):
            return await self.reader.read(1) == b""


@asynccontextmanager
async def raw(ground: Ground, room: Seeded, *, who: int | None = 0) -> AsyncIterator[Raw]:
    """A raw socket after the handshake; and, with `who`, after the welcome."""
    reader, writer = await asyncio.open_connection("127.0.0.1", ground.settings.port)
    key = base64.b64encode(b"0123456789abcdef").decode()
    writer.write(
        f"GET /ws/v1/rooms/{room.room} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode()
    )
    async with asyncio.timeout(PATIENCE):
        head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 101 ")
    client = Raw(reader, writer)
    if who is not None:
        await client.send(Opcode.TEXT, json.dumps({"t": "hello", "v": 1, "token": room.tokens[who]}).encode())
        assert json.loads((await client.frame())[1])["t"] == "welcome"
    try:
        yield client
    finally:
        writer.close()


async def test_once_somebody_is_in_no_task_is_left_and_the_server_still_knows_the_connection(ground: Ground) -> None:
    async with running(ground) as (server, app):
        room = await seeded(ground)
        async with Client(ground.settings.public_url, room.room, room.tokens[0]) as siti:
            await until(lambda: not server.server_state.tasks)
            # The contract with uvicorn: its lists, and who stands in them after the hand-over.
            assert [type(one) for one in server.server_state.connections] == [DirectLine]
            assert app.house.hub.sockets == 1
            assert (await siti.say("Selamat malam"))["state"] == "visible"
        await until(lambda: not server.server_state.connections)
        assert (app.house.hub.sockets, app.house.people, app.house.hub.rooms) == (0, {}, {})


async def test_whoever_breaks_the_protocol_is_closed_with_its_code_and_without_a_traceback(
    ground: Ground, caplog: pytest.LogCaptureFixture
) -> None:
    codes = {}
    async with running(ground):
        room = await seeded(ground)
        wrong = {
            "not UTF-8": (Opcode.TEXT, b"\xff", True),
            "not masked": (Opcode.TEXT, b"{}", False),
            "longer than may be": (Opcode.TEXT, b" " * (64 * 1024 + 1), True),
        }
        for name, (opcode, payload, mask) in wrong.items():
            async with raw(ground, room) as client:
                await client.send(opcode, payload, mask=mask)
                codes[name] = int.from_bytes(await client.until(Opcode.CLOSE), "big")
                assert await client.ended()
    assert codes == {"not UTF-8": 1007, "not masked": 1002, "longer than may be": 1009}
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


async def test_whoever_agrees_on_compression_reads_the_same_also_with_a_small_window(ground: Ground) -> None:
    async with running(ground):
        room = await seeded(ground)
        address = f"{ground.settings.public_url.replace('http', 'ws', 1)}/ws/v1/rooms/{room.room}"
        hello = json.dumps({"t": "hello", "v": 1, "token": room.tokens[1]})
        whole = ClientPerMessageDeflateFactory()
        narrow = ClientPerMessageDeflateFactory(server_max_window_bits=10)
        async with (
            Client(ground.settings.public_url, room.room, room.tokens[0]) as siti,
            connect(address, proxy=None, compression=None) as plain,
            connect(address, proxy=None, compression=None, extensions=[whole]) as packed,
            connect(address, proxy=None, compression=None, extensions=[narrow]) as small,
        ):
            readers = (plain, packed, small)
            for reader in readers:
                await reader.send(hello)
                await reader.recv()
                await reader.recv()
            await siti.say("jalan rusak " * 60)
            said = [await reader.recv() for reader in readers]
            assert said[0] == said[1] == said[2]
            assert [bool(reader.protocol.extensions) for reader in readers] == [False, True, True]


async def test_pings_are_answered_and_a_close_is_answered_with_the_same_code(ground: Ground) -> None:
    async with running(ground):
        room = await seeded(ground)
        async with raw(ground, room) as client:
            await client.send(Opcode.PING, b"masih di sana")
            assert await client.until(Opcode.PONG) == b"masih di sana"
            await client.send(Opcode.CLOSE, (3000).to_bytes(2, "big"))
            assert await client.until(Opcode.CLOSE) == (3000).to_bytes(2, "big")
            assert await client.ended()


async def test_whoever_does_not_answer_our_close_is_cut_off(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.live.direct.CLOSING_SECONDS", 0.2)
    async with running(ground) as (server, app):
        room = await seeded(ground)
        async with raw(ground, room) as client:
            (reader,) = app.house.hub.readers(room.room)
            app.house.hub.dismiss(reader, 4003)
            assert await client.said("bye") == {"t": "bye", "code": 4003}
            assert await client.until(Opcode.CLOSE) == (4003).to_bytes(2, "big")
            await until(lambda: not server.server_state.connections)


async def test_a_line_that_does_not_answer_the_ping_of_one_heartbeat_is_over_at_the_next(ground: Ground) -> None:
    async with running(ground) as (_, app):
        room = await seeded(ground)
        async with raw(ground, room) as silent, Client(ground.settings.public_url, room.room, room.tokens[1]) as awake:
            hub = app.house.hub
            live = hub.rooms[room.room]
            (quiet,) = [reader for reader in live.readers if reader.label != awake.welcome["you"]["id"]]
            (lively,) = [reader for reader in live.readers if reader is not quiet]
            for reader in (quiet, lively):
                hub._beat(live, reader.turn, 0.0)
            # The library behind `awake` answers pings by itself.
            await until(lambda: not lively.line.asked)  # type: ignore[attr-defined]  # a DirectLine here
            for reader in (quiet, lively):
                hub._beat(live, reader.turn, 0.0)
            assert int.from_bytes(await silent.until(Opcode.CLOSE), "big") == 4008
            assert (await awake.say("Saya masih di sini"))["state"] == "visible"


async def test_who_does_not_say_hello_in_time_is_sent_away(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.chat.socket.HELLO_SECONDS", 0.2)
    async with running(ground) as (_, app):
        room = await seeded(ground)
        async with raw(ground, room, who=None) as client:
            assert await client.said("bye") == {"t": "bye", "code": 4500}
            assert await client.until(Opcode.CLOSE) == (4500).to_bytes(2, "big")
        assert app.house.strangers == 0


async def test_too_many_strangers_are_asked_to_come_later(ground: Ground) -> None:
    async with running(ground) as (_, app):
        room = await seeded(ground)
        app.house.strangers = STRANGERS
        headers = {
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": base64.b64encode(b"0123456789abcdef").decode(),
        }
        async with httpx.AsyncClient() as web:
            answer = await web.get(f"{ground.settings.public_url}/ws/v1/rooms/{room.room}", headers=headers)
        assert (answer.status_code, 2 <= int(answer.headers["Retry-After"]) <= 10) == (503, True)


async def test_frames_in_one_packet_are_answered_in_their_order(ground: Ground) -> None:
    async with running(ground):
        room = await seeded(ground)
        async with raw(ground, room) as client:
            asked = [{"t": "history", "i": n, "before": 1000, "n": 5} if n % 3 else {"t": "nonsense", "i": n} for n in range(40)]
            client.writer.write(b"".join(Frame(Opcode.TEXT, json.dumps(one).encode()).serialize(mask=True) for one in asked))
            answers: list[int] = []
            while len(answers) < 40:
                found = json.loads(await client.until(Opcode.TEXT))
                if "i" in found:
                    answers.append(found["i"])
            assert answers == list(range(40))


async def test_under_another_server_the_room_works_and_says_that_it_is_slower(ground: Ground, capsys: pytest.CaptureFixture[str]) -> None:
    async with running(ground, ws="websockets-sansio") as (server, _):
        room = await seeded(ground)
        address = ground.settings.public_url
        async with Client(address, room.room, room.tokens[0]) as siti, Client(address, room.room, room.tokens[1]) as budi:
            sent = [(await siti.say(f"pesan {n}"))["seq"] for n in range(5)]
            await budi.until(lambda: budi.seqs[-5:] == sent, "the messages")
            assert len(server.server_state.tasks) == 2
    assert capsys.readouterr().out.count("live.relayed") == 1


async def test_who_asks_for_little_gets_ordinary_chat_as_a_range_and_all_else_in_full(ground: Ground) -> None:
    async with running(ground):
        room = await seeded(ground)
        address = ground.settings.public_url
        async with (
            Client(address, room.room, room.tokens[0]) as siti,
            Client(address, room.room, room.tokens[1], mode="lite") as budi,
        ):
            start = budi.welcome["head"]
            for n in range(3):
                await siti.say(f"obrolan {n}")
            await siti.say("Usul: perbaikan jalan RT 03", kind="aspiration")
            last = (await siti.say("terima kasih"))["seq"]
            await budi.until(lambda: covered(budi) == list(range(start + 1, last + 1)), "all events or their ranges")
            assert budi.texts == ["Usul: perbaikan jalan RT 03"]
        async with Client(address, room.room, room.tokens[1], mode="lite", resume={"public": [budi.welcome["epoch"], start]}) as again:
            await again.until(lambda: covered(again) == list(range(start + 1, last + 1)), "the same after coming back")
            assert (again.texts, again.of("presence")) == (budi.texts, [])


def covered(client: Client) -> list[int]:
    """The seqs that a reader has been given, in order, ranges included."""
    found: list[int] = []
    for event in client.events["public"]:
        found += range(event["from"], event["to"] + 1) if event["t"] == "skip" else [event["seq"]]
    return found

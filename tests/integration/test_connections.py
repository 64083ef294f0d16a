"""Raw sockets against a real uvicorn: what is half, huge, slow, malformed or too many is answered and closed, and harms nobody else."""

import asyncio
import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import cast

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send
from websockets.asyncio.client import connect

from app.chat.house import House
from app.commands.configuration import configuration
from app.main import Application
from app.settings import Settings, from_environment
from app.web import connection, doorkeeper
from app.web.doorkeeper import Doorkeeper
from app.web.ground import Ground
from tests.conftest import serving

ROOT = Path(__file__).resolve().parents[2]
SHORT = 0.3
ONE = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
HANDSHAKE = (
    b"GET /ws/v1/rooms/none HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
)


class Echo:
    """An application that says what it was asked; `/wait` waits for `go`, `/big` sends much, `/headers` lists the headers it got."""

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.gone = asyncio.Event()
        self.asked: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            while (await receive())["type"] != "lifespan.shutdown":
                await send({"type": "lifespan.startup.complete"})
            await send({"type": "lifespan.shutdown.complete"})
            return
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.accept"})
            await send({"type": "websocket.close"})
            return
        self.asked.append(scope["path"])
        body = b"seen " + scope["path"].encode()
        match scope["path"]:
            case "/wait":
                await self.go.wait()
            case "/until-gone":
                while (await receive())["type"] != "http.disconnect":
                    pass
                self.gone.set()
                return
            case "/big":
                body = b"x" * 30_000_000
            case "/body" | "/headers":
                taken, more = b"", True
                while more:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        self.gone.set()
                        return
                    taken += message.get("body", b"")
                    more = message.get("more_body", False)
                body = taken if scope["path"] == "/body" else b" ".join(name for name, _ in scope["headers"])
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", str(len(body)).encode())]})
        await send({"type": "http.response.body", "body": body})


class Client:
    """One raw connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def answer(self) -> tuple[int, bytes]:
        """Status and body of one answer; 0 when the connection ended without any."""
        async with asyncio.timeout(20):
            try:
                head = await self.reader.readuntil(b"\r\n\r\n")
            except (asyncio.IncompleteReadError, ConnectionResetError):
                return 0, b""
            length = next((int(line[16:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length: ")), 0)
            return int(head[9:12]), await self.reader.readexactly(length)

    async def closed(self) -> bool:
        """Whether the other side ends the connection, sending nothing more."""
        async with asyncio.timeout(20):
            try:
                return await self.reader.read(1) == b""
            except ConnectionResetError:
                return True

    async def refused(self) -> tuple[int, str]:
        """Status and code of a refusal, after which the connection is closed."""
        status, body = await self.answer()
        assert await self.closed()
        return status, json.loads(body)["code"] if body else ""


class Door:
    """A running server with its application."""

    def __init__(self, app: Echo, keeper: Doorkeeper, port: int) -> None:
        self.app = app
        self.keeper = keeper
        self.port = port
        self.clients: list[Client] = []

    async def client(self, data: bytes = b"", *, buffer: int = 2**16) -> Client:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=buffer)
        client = Client(reader, writer)
        self.clients.append(client)
        if data:
            await client.send(data)
        return client


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not true():  # noqa: ASYNC110 - somebody else's state
            await asyncio.sleep(0.01)


async def leave(clients: list[Client]) -> None:
    """End these connections, whatever state they are in."""
    for client in clients:
        client.writer.transport.abort()
    for client in clients:
        with suppress(OSError):
            await client.writer.wait_closed()
    clients.clear()


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Door]:
    app, keeper = Echo(), Doorkeeper()
    server = uvicorn.Server(configuration(Application(app, cast("House", None), keeper), settings))
    task = asyncio.create_task(server.serve())
    await until(lambda: server.started or task.done())
    door = Door(app, keeper, settings.port)
    try:
        yield door
        assert not task.done(), "the server died during the test"
    finally:
        await leave(door.clients)
        app.go.set()
        server.should_exit = True
        await asyncio.wait_for(task, 20)


@pytest.fixture
def own(tmp_path: Path, unused_tcp_port: int) -> Settings:
    return from_environment({"REMBUK_DATA_DIR": str(tmp_path), "REMBUK_PORT": str(unused_tcp_port)})


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every term is short, so that the tests are."""
    monkeypatch.setattr(doorkeeper, "TICK", 0.05)
    for name in (
        "HEADER_SECONDS",
        "BODY_SECONDS",
        "REST_SECONDS",
        "STALLED_SECONDS",
        "LEAVING_SECONDS",
        "PROGRESS_SECONDS",
        "CROWDED_SECONDS",
    ):
        monkeypatch.setattr(connection, name, SHORT)


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """Nothing that a client sends may write a traceback or a warning."""
    yield caplog
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []


async def test_who_sends_nothing_half_a_line_or_half_a_header_is_sent_away(own: Settings, quick: None, log: object) -> None:
    async with opened(own) as door:
        silent, half, third = await door.client(), await door.client(b"GE"), await door.client(b"GET / HTTP/1.1\r\nHost: x\r\nX-Half: ")
        assert await silent.closed()
        assert [await half.refused(), await third.refused()] == [(408, "web.too_slow")] * 2
        assert (door.keeper.refused["idle"], door.keeper.refused["slow_headers"]) == (1, 2)


async def test_a_header_trickled_byte_by_byte_is_cut_off_although_it_moves(own: Settings, quick: None, log: object) -> None:
    async with opened(own) as door:
        client = await door.client(b"GET / HTTP/1.1\r\nX: ")

        async def trickle() -> None:
            while True:
                await client.send(b"a")
                await asyncio.sleep(0.02)

        task = asyncio.create_task(trickle())
        try:
            assert await client.refused() == (408, "web.too_slow")
        finally:
            task.cancel()


async def test_a_connection_between_two_requests_is_kept_for_its_time_only(own: Settings, quick: None, log: object) -> None:
    async with opened(own) as door:
        client = await door.client(ONE)
        assert await client.answer() == (200, b"seen /")
        await asyncio.sleep(2 * SHORT)
        await client.send(ONE)
        assert await client.answer() == (200, b"seen /")


@pytest.mark.parametrize(
    ("request_", "refusal"),
    [
        (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", (414, "web.address_too_long")),
        (b"GET /" + b"a" * 300_000, (414, "web.address_too_long")),
        (b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 101 + b"\r\n", (431, "web.headers_too_large")),
        (b"GET / HTTP/1.1\r\n" + b"X: " + b"y" * 40_000 + b"\r\n\r\n", (431, "web.headers_too_large")),
        (HANDSHAKE + b"X: y\r\n" * 101 + b"\r\n", (431, "web.headers_too_large")),
        (HANDSHAKE + b"Cookie: " + b"y" * 9000 + b"\r\n\r\n", (431, "web.headers_too_large")),
        (HANDSHAKE + b"Content-Length: 5\r\n\r\nhello", (400, "web.bad_request")),
        (HANDSHAKE.replace(b"none", b"\xff") + b"\r\n", (400, "web.bad_request")),
        (HANDSHAKE.replace(b"GET", b"POST") + b"\r\n", (400, "web.bad_request")),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", (400, "web.bad_request")),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", (400, "web.bad_request")),
        (b"CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n", (400, "web.bad_request")),
        (b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n", (400, "web.bad_request")),
        (b"GET / HTTP/1.1\r\nBad Name: x\r\n\r\n", (400, "web.bad_request")),
        (b"POST /body HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", (400, "web.bad_request")),
        (b"POST /body HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n", (400, "web.bad_request")),
        (b"POST /body HTTP/1.1\r\nContent-Length: -1\r\n\r\n", (400, "web.bad_request")),
    ],
)
async def test_what_is_too_large_or_makes_no_sense_is_answered(
    own: Settings, log: object, request_: bytes, refusal: tuple[int, str]
) -> None:
    async with opened(own) as door:
        client = await door.client(request_)
        assert await client.refused() == refusal
        assert await (await door.client(ONE)).answer() == (200, b"seen /")


async def test_a_header_without_end_is_refused_long_before_it_fills_the_memory(own: Settings, log: object) -> None:
    async with opened(own) as door:
        client = await door.client(b"GET / HTTP/1.1\r\nX: ")
        sent = 0
        try:
            while sent < 4_000_000:
                await client.send(b"a" * 10_000)
                sent += 10_000
                await asyncio.sleep(0)
        except ConnectionError:
            pass
        assert door.keeper.refused["headers"] == 1
        assert door.app.asked == []


async def test_requests_at_the_limits_are_served(own: Settings, log: object) -> None:
    async with opened(own) as door:
        many = b"GET /" + b"a" * 7000 + b" HTTP/1.1\r\n" + b"X-Many: y\r\n" * 100 + b"\r\n"
        long = b"GET /headers HTTP/1.1\r\nCookie: " + b"y" * 30_000 + b"\r\n\r\n"
        assert (await (await door.client(many)).answer())[0] == 200
        assert await (await door.client(long)).answer() == (200, b"cookie")
        socket = await door.client(HANDSHAKE + b"Cookie: " + b"y" * 7900 + b"\r\n\r\n")
        assert (await socket.answer())[0] == 101


async def test_headers_that_come_in_many_pieces_are_served(own: Settings, log: object) -> None:
    async with opened(own) as door:
        client = await door.client()
        for byte in b"GET /headers HTTP/1.1\r\nHost: x\r\nAccept: y\r\n\r\n":
            await client.send(bytes([byte]))
        assert await client.answer() == (200, b"host accept")


async def test_what_comes_after_a_body_is_no_header(own: Settings, log: object) -> None:
    async with opened(own) as door:
        body = b"2\r\nhi\r\n0\r\nX-Forwarded-For: 9.9.9.9\r\nCookie: rembuk_staff=x\r\n\r\n"
        client = await door.client(b"POST /headers HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + body)
        assert await client.answer() == (200, b"host transfer-encoding")


async def test_a_body_that_trickles_ends_with_408(own: Settings, quick: None, log: object) -> None:
    async with opened(own) as door:
        client = await door.client(b"POST /body HTTP/1.1\r\nContent-Length: 1000\r\n\r\nabc")
        assert await client.refused() == (408, "web.too_slow")
        async with asyncio.timeout(10):
            await door.app.gone.wait()


async def test_the_rest_of_a_body_that_nobody_wants_is_not_waited_for(own: Settings, quick: None, log: object) -> None:
    async with opened(own) as door:
        client = await door.client(b"POST /refused HTTP/1.1\r\nContent-Length: 1000\r\n\r\nabc")
        assert await client.answer() == (200, b"seen /refused")
        assert await client.closed()
        assert door.keeper.refused["rest"] == 1


async def test_an_answer_may_take_longer_than_any_term_of_the_asker(own: Settings, quick: None, log: object) -> None:
    async with opened(own) as door:
        client = await door.client(b"GET /wait HTTP/1.1\r\nHost: x\r\n\r\n")
        await asyncio.sleep(4 * SHORT)
        door.app.go.set()
        assert await client.answer() == (200, b"seen /wait")


async def test_who_does_not_read_its_answer_is_cut_and_who_reads_slowly_is_not(own: Settings, quick: None, log: object) -> None:
    async with opened(own) as door:
        asked = b"GET /big HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        dead, slow = await door.client(asked, buffer=2**10), await door.client(asked, buffer=2**16)
        taken = 0
        async with asyncio.timeout(50):
            while chunk := await slow.reader.read(2**19):
                taken += len(chunk)
                await asyncio.sleep(0.02)
            await until(lambda: door.keeper.refused["unread"] > 0)
        assert taken > 30_000_000
        assert door.keeper.refused["unread"] == 1
        assert not dead.reader.at_eof()


async def test_requests_sent_ahead_are_answered_in_order_and_nonsense_behind_them_after_them(own: Settings, log: object) -> None:
    async with opened(own) as door:
        first = b"GET /wait HTTP/1.1\r\nHost: x\r\n\r\n"
        client = await door.client(first + ONE + b"nonsense\r\n\r\n")
        await until(lambda: door.app.asked == ["/wait"])
        door.app.go.set()
        assert [await client.answer(), await client.answer()] == [(200, b"seen /wait"), (200, b"seen /")]
        assert await client.refused() == (400, "web.bad_request")


async def test_a_flood_of_requests_sent_ahead_is_bounded(own: Settings, log: object) -> None:
    async with opened(own) as door:
        client = await door.client(b"GET /wait HTTP/1.1\r\nHost: x\r\n\r\n" + ONE * 5000)
        await until(lambda: door.app.asked != [])
        door.app.go.set()
        statuses = []
        while (found := await client.answer())[0]:
            statuses.append(found[0])
        assert statuses == [200] * (1 + connection.PIPELINE) + [429]


async def test_an_application_hears_that_its_client_is_gone_even_when_more_was_asked(own: Settings, log: object) -> None:
    async with opened(own) as door:
        client = await door.client(b"GET /until-gone HTTP/1.1\r\nHost: x\r\n\r\n" + ONE)
        await until(lambda: door.app.asked != [])
        client.writer.transport.abort()
        async with asyncio.timeout(10):
            await door.app.gone.wait()


async def test_another_protocol_that_somebody_asks_for_is_passed_over(own: Settings, log: object) -> None:
    async with opened(own) as door:
        client = await door.client(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\n")
        assert await client.answer() == (200, b"seen /")
        assert await client.closed()


async def test_a_full_house_says_so_at_once_and_heals(own: Settings, quick: None) -> None:
    async with opened(own) as door:
        door.keeper.most = 5
        inside = [await door.client(b"GET /wait HTTP/1.1\r\nHost: x\r\n\r\n") for _ in range(5)]
        await until(lambda: len(door.app.asked) == 5)
        asking, silent = await door.client(ONE), await door.client()
        assert [await asking.refused(), await silent.refused()] == [(503, "web.crowded")] * 2
        door.app.go.set()
        assert [await one.answer() for one in inside] == [(200, b"seen /wait")] * 5
        # Those who are in wait between two requests now: they make room for who comes.
        assert await (await door.client(ONE)).answer() == (200, b"seen /")


async def test_far_above_the_limit_a_connection_is_cut_without_a_word(own: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "MARGIN", 0)
    async with opened(own) as door:
        door.keeper.most = 1
        first = await door.client(b"GET /wait HTTP/1.1\r\nHost: x\r\n\r\n")
        await until(lambda: door.app.asked != [])
        assert await (await door.client()).closed()
        door.app.go.set()
        assert await first.answer() == (200, b"seen /wait")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_whole_application_answers_slow_and_broken_forms_without_a_traceback(
    ground: Ground, log: object, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("app.web.guards.BODY_SECONDS", SHORT)
    head = b"POST /masuk HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\nlogin="
    async with serving(ground):
        port = ground.settings.port
        slow = Client(*await asyncio.open_connection("127.0.0.1", port))
        gone = Client(*await asyncio.open_connection("127.0.0.1", port))
        await gone.send(head)
        await slow.send(head)
        await asyncio.sleep(0.1)
        await leave([gone])
        status, body = await slow.answer()
        await leave([slow])
        assert (status, json.loads(body)["code"]) == (408, "web.too_slow")
    written = capsys.readouterr()
    assert "Traceback" not in written.out + written.err


@contextmanager
def few_files(settings: Settings, files: int) -> Iterator[subprocess.Popen[bytes]]:
    """`rembuk serve` as an office runs it, where the system allows few open files."""
    url = settings.database_url.replace("+aiosqlite", "")
    env = {**os.environ, "REMBUK_DATA_DIR": str(settings.data_dir), "REMBUK_DATABASE_URL": url, "REMBUK_PORT": str(settings.port)}
    limited = f"import resource, runpy; resource.setrlimit(resource.RLIMIT_NOFILE, ({files}, {files})); "
    limited += f"import sys; sys.argv = ['rembuk', 'serve', '--port', '{settings.port}']; runpy.run_module('app.cli', run_name='__main__')"
    running = subprocess.Popen([sys.executable, "-c", limited], cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        yield running
    finally:
        running.kill()
        running.wait(10)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_out_of_files_those_who_are_in_are_served_and_it_heals(settings: Settings) -> None:
    asked = b"GET /health/ready HTTP/1.1\r\nHost: x\r\n\r\n"
    crowd = Door(Echo(), Doorkeeper(), settings.port)
    with few_files(settings, 240) as running:
        try:
            await came_in(crowd)
            await leave(crowd.clients)
            async with connect(f"ws://127.0.0.1:{settings.port}/ws/v1/rooms/none") as inside:
                for _ in range(600):
                    with suppress(OSError):
                        await crowd.client(b"GET /health/live HTTP/1.1")
                await inside.send(json.dumps({"t": "hello", "v": 1, "token": "nobody"}))
                # Told only after the database has been asked, for which files are left.
                assert json.loads(await inside.recv())["code"] == 4501
            await leave(crowd.clients)
            again = await came_in(crowd)
            await again.send(asked)
            assert (await again.answer())[0] == 200
            running.terminate()
            _, said = await asyncio.to_thread(running.communicate, timeout=20)
            assert (running.returncode, b"Traceback" in said, b"web.crowded" in said) == (-signal.SIGTERM, False, True)
        finally:
            await leave(crowd.clients)


async def came_in(door: Door) -> Client:
    """A connection to a server that starts, or from which others are just leaving."""
    async with asyncio.timeout(60):
        while True:
            with suppress(OSError):
                client = await door.client(ONE)
                if (await client.answer())[0] in {200, 404}:
                    return client
            await asyncio.sleep(0.05)

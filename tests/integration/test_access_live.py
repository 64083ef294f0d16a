"""Whoever loses the right to be signed in loses their open room as well, within five seconds."""

import asyncio
import contextlib
import json
import time
from collections.abc import Awaitable, Callable

import httpx
import pytest
from sqlalchemy import select
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from app.access.models import Account
from app.access.people import lock_out
from app.access.resets import make_link
from app.sessions.models import SessionState
from app.web.csrf import STAFF_COOKIE
from app.web.ground import Ground
from tests.conftest import PASSWORD, Office
from tests.factories import make_session
from tests.integration.test_access import csrf_of


async def enter(cookie: str, address: str, room: str) -> ClientConnection:
    url = f"ws{address.removeprefix('http')}/ws/v1/rooms/{room}"
    socket = await connect(url, origin=address, proxy=None, additional_headers={"Cookie": f"{STAFF_COOKIE}={cookie}"})  # type: ignore[arg-type]  # `Origin` is a NewType over str
    await socket.send(json.dumps({"t": "hello", "v": 1, "mode": "full"}))
    return socket


async def closed_with(socket: ClientConnection) -> int | None:
    with contextlib.suppress(ConnectionClosed):
        while True:
            await asyncio.wait_for(socket.recv(), 10)
    return socket.close_code


async def locked_out(ground: Ground, account: str, web: httpx.AsyncClient) -> None:
    async with ground.database.write() as db:
        await lock_out(db, ground.vault, account, actor="account:admin", now=ground.clock.now())


async def password_changed(ground: Ground, account: str, web: httpx.AsyncClient) -> None:
    async with ground.database.write() as db:
        await make_link(db, ground.vault, account, actor="account:admin", now=ground.clock.now())


async def signed_out(ground: Ground, account: str, web: httpx.AsyncClient) -> None:
    form = csrf_of((await web.get("/meja")).text)
    assert (await web.post("/keluar", data={"csrf": form})).status_code == 303


@pytest.mark.parametrize("end", [locked_out, password_changed, signed_out])
async def test_the_room_closes_with_the_sign_in(
    ground: Ground, office: Office, server: str, end: Callable[[Ground, str, httpx.AsyncClient], Awaitable[None]]
) -> None:
    session, _ = await make_session(ground, state=SessionState.LIVE)
    async with ground.database.read() as db:
        account = await db.scalar(select(Account.id).where(Account.login == "moderator"))
    assert account is not None
    async with httpx.AsyncClient(base_url=server, timeout=60, headers={"Accept": "text/html", "Origin": server}) as web:
        assert (await web.post("/masuk", data={"login": "moderator", "password": PASSWORD})).status_code == 303
        cookie = web.cookies[STAFF_COOKIE]
        socket = await enter(cookie, server, session.room)
        assert json.loads(await asyncio.wait_for(socket.recv(), 10))["t"] == "welcome"
        start = time.monotonic()
        await end(ground, account, web)
        assert await closed_with(socket) == 4003
        assert time.monotonic() - start < 5
        assert await closed_with(await enter(cookie, server, session.room)) == 4501


async def test_many_names_from_one_address_are_slowed_down_too(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    for _ in range(ground.throttles.sign_in_address.burst):
        assert ground.throttles.sign_in_address.take("127.0.0.1") == 0
    answer = await web.post("/masuk", data={"login": "belum-pernah", "password": PASSWORD})
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) >= 1

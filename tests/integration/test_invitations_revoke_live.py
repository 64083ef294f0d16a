"""Revoking a seat closes page, call and socket of that person, and nobody else's, within five seconds."""

import asyncio
import contextlib
import json
import time

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from app.sessions.models import SessionState
from app.web.ground import Ground
from tests.conftest import Office
from tests.factories import make_session
from tests.factories_invitations import make_seat


async def enter(address: str, room: str, secret: str) -> ClientConnection:
    socket = await connect(f"ws{address.removeprefix('http')}/ws/v1/rooms/{room}", origin=address, proxy=None)  # type: ignore[arg-type]  # `Origin` is a NewType over str
    await socket.send(json.dumps({"t": "hello", "v": 1, "token": secret, "mode": "full"}))
    welcome = json.loads(await asyncio.wait_for(socket.recv(), 5))
    assert welcome["t"] == "welcome"
    return socket


async def closed_with(socket: ClientConnection) -> int:
    with contextlib.suppress(ConnectionClosed):
        while True:
            await asyncio.wait_for(socket.recv(), 5)
    assert socket.close_code is not None
    return socket.close_code


@pytest.mark.parametrize(("verb", "code"), [("revoke", 4503), ("rotate", 4501)])
async def test_the_seat_s_sockets_close_within_five_seconds(ground: Ground, office: Office, server: str, verb: str, code: int) -> None:
    session, _ = await make_session(ground, state=SessionState.LIVE)
    seat, secret = await make_seat(ground, session, "Siti")
    _, other = await make_seat(ground, session, "Budi", phone="+6281234567890")
    mine, his = await enter(server, session.room, secret), await enter(server, session.room, other)
    async with httpx.AsyncClient(base_url=server, timeout=60) as web:
        start = time.monotonic()
        done = await web.post(f"/api/v1/sessions/{session.slug}/seats/{seat.id}/{verb}", headers=office.bearer("moderator"))
        assert done.status_code == 200
        assert await closed_with(mine) == code
        assert time.monotonic() - start < 5
        refused = await web.post("/api/v1/join/reveal", headers={"Authorization": f"Bearer {secret}"})
        assert refused.status_code == 401
    again = await connect(f"ws{server.removeprefix('http')}/ws/v1/rooms/{session.room}", origin=server, proxy=None)  # type: ignore[arg-type]  # `Origin` is a NewType over str
    await again.send(json.dumps({"t": "hello", "v": 1, "token": secret, "mode": "full"}))
    assert 4500 <= await closed_with(again) < 5000
    await his.send(json.dumps({"t": "send", "i": 1, "cid": "c1", "kind": "chat", "text": "Masih di sini"}))
    answer: dict[str, object] = {}
    while answer.get("t") != "ack":
        answer = json.loads(await asyncio.wait_for(his.recv(), 5))
    assert answer["state"] == "visible"
    await his.close()

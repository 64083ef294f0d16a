"""What an hour in a room costs on a dear line: ten messages a minute, counted on the wire by a gateway, in both modes at most 500 KB."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio

from app.live import frames
from app.live.room import HEARTBEAT
from app.web.ground import Ground
from tests.gateway import Gateway, gateway
from tests.room_client import Client, seeded

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
MESSAGES = 600
TOGETHER = 30
MOST = 500_000
PACKET = 52
"""Bytes of TCP and IP headers; each frame travels in a packet of its own and is acknowledged by another."""
HEADER = 4
"""Bytes of a websocket frame's own header, at most, for frames below 64 KiB."""
WORDS = "Kami di RT 03/RW 05 mendukung, karena setiap musim hujan saluran ini meluap sampai ke teras warga, terima kasih Pak"


@pytest_asyncio.fixture
async def lines(server: str) -> AsyncIterator[list[Gateway]]:
    """A gateway for each mode."""
    port = int(server.rsplit(":", 1)[1])
    async with AsyncExitStack() as stack:
        made = []
        for _ in range(2):
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                mine = free.getsockname()[1]
            made.append(await stack.enter_async_context(gateway(mine, port)))
        yield made


async def test_an_hour_with_ten_messages_a_minute_costs_at_most_500_kb(ground: Ground, server: str, lines: list[Gateway]) -> None:
    """Measured: 600 messages, each fifth an aspiration, with the upgrade, hello, welcome and both directions. Added: what their being sent close together saved, and the hour's heartbeats and pings. Not packed: packing saves less of single messages than of these."""
    room = await seeded(ground)
    full_line, lite_line = lines
    async with (
        Client(server, room.room, room.tokens[0]) as speaker,
        Client(full_line.address, room.room, room.tokens[1], own_origin=server, packed=False) as full,
        Client(lite_line.address, room.room, room.tokens[2], own_origin=server, packed=False, mode="lite") as lite,
    ):
        for first in range(0, MESSAGES, TOGETHER):
            some = range(first, first + TOGETHER)
            await asyncio.gather(*(speaker.say(f"{n}. {WORDS}", kind="aspiration" if n % 5 == 0 else "chat") for n in some))
        await full.until(lambda: full.seqs and full.seqs[-1] == MESSAGES, "every message")
        await lite.until(lambda: lite.events["public"] and lite.events["public"][-1].get("to") == MESSAGES, "everything read or skipped")
        assert full.seqs == list(range(1, MESSAGES + 1))
        shown = [event["seq"] for event in lite.events["public"] if event["t"] == "msg"]
        assert shown == [n + 1 for n in range(MESSAGES) if n % 5 == 0]

    heartbeat = frames.heartbeat(MESSAGES, None, 1_700_000_000_000)
    beats = 3600 // HEARTBEAT * (len(heartbeat) + 2 + 2 + 6 + 4 * PACKET)  # heartbeat, ping and pong, and their packets
    alone = MESSAGES * (HEADER + 2 * PACKET)
    skips = MESSAGES * len(b'{"t":"batch","e":[],"more":false}' + frames.skip(MESSAGES, MESSAGES))
    presence = 3600 // 5 * (len(frames.presence(1000)) + HEADER + 2 * PACKET)
    cost = {
        "full": full_line.down + full_line.up + alone + beats + presence,
        "lite": lite_line.down + lite_line.up + alone + beats + skips,
    }
    print(cost)
    assert {mode: total <= MOST for mode, total in cost.items()} == {"full": True, "lite": True}, cost
    assert cost["lite"] < cost["full"] / 2, cost

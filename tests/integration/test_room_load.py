"""300 sockets, ten messages a second: everybody gets everything, in one order, through a real server."""

import asyncio

from app.web.ground import Ground
from tests.room_client import Client, seeded

PEOPLE = 300
MESSAGES = 50
PAUSE = 0.1


async def test_three_hundred_people_lose_nothing(ground: Ground, server: str) -> None:
    room = await seeded(ground, PEOPLE)
    clients = [Client(server, room.room, token) for token in room.tokens]
    for start in range(0, PEOPLE, 25):
        await asyncio.gather(*(client.__aenter__() for client in clients[start : start + 25]))
    try:
        sent = []
        for n in range(MESSAGES):
            sent.append(asyncio.create_task(clients[n * 7 % PEOPLE].say(f"pesan {n}")))
            await asyncio.sleep(PAUSE)
        acks = await asyncio.gather(*sent)
        assert {ack["t"] for ack in acks} == {"ack"}
        wanted = list(range(1, MESSAGES + 1))
        assert sorted(ack["seq"] for ack in acks) == wanted
        for client in clients:
            await client.until(lambda client=client: len(client.seqs) >= MESSAGES, "every message")
        assert {tuple(client.seqs) for client in clients} == {tuple(wanted)}
        order = {tuple(client.texts) for client in clients}
        assert len(order) == 1
    finally:
        await asyncio.gather(*(client.__aexit__() for client in clients))

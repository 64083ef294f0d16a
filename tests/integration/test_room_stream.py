"""The room without websockets: the stream, the long poll and frames as calls keep the promises of the socket, on both databases."""

import asyncio
import time
import uuid
from typing import Any

import httpx
import pytest

from app.journal.service import revoke
from app.live.line import PARK
from app.live.ring import Item
from app.live.shared import Shared
from app.live.streamed import PADDING, StreamLine
from app.web.ground import Ground
from tests.room_client import Client, Seeded, seeded
from tests.stream_client import EventReader

EMBEDDED = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def door(room: Seeded, name: str) -> str:
    return f"/api/v1/rooms/{room.room}/{name}"


async def post(web: httpx.AsyncClient, room: Seeded, who: int, text: str, kind: str = "chat") -> dict[str, Any]:
    body = {"cid": uuid.uuid4().hex, "kind": kind, "text": text}
    answer = await web.post(door(room, "messages"), json=body, headers=room.bearer(who))
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def test_a_stream_says_what_a_socket_says(ground: Ground, server: str) -> None:
    room = await seeded(ground)
    async with Client(server, room.room, room.tokens[0]) as a, EventReader(server, room.room, room.bearer(1)) as s:
        await s.until(lambda: s.of("snapshot"), "the first frames")
        assert (s.status, s.answered["content-type"], s.answered["cache-control"], s.answered["x-accel-buffering"]) == (
            200,
            "text/event-stream",
            "no-store",
            "no",
        )
        first = s.frames[0]
        assert (first["t"], first["epoch"], first["recovered"], first["room"]) == ("welcome", a.welcome["epoch"], False, a.welcome["room"])
        assert s.ids == ["", f"{first['epoch']}:0"]
        wish = await a.say("Talud RW 05", kind="aspiration")
        await a.say("Setuju")
        await a.ask(t="vote", id=wish["id"], on=True)
        await s.until(lambda: len(s.events) == 2 and s.of("votes"), "two events and a count")
        assert (s.events, s.id) == (a.events["public"], f"{first['epoch']}:2")
        assert s.of("votes")[-1]["e"] == {wish["id"]: 1}
        await s.until(lambda: s.of("presence"), "presence")


async def test_a_broken_stream_goes_on_where_it_was(ground: Ground, server: str) -> None:
    room = await seeded(ground)
    seqs: list[int] = []
    last: str | None = None

    async def write(a: Client) -> None:
        for n in range(30):
            await a.say(f"pesan {n}")

    async with Client(server, room.room, room.tokens[0]) as a:
        writing = asyncio.create_task(write(a))
        while len(seqs) < 30:
            async with EventReader(server, room.room, room.bearer(1), last=last) as s:
                await s.until(lambda: s.events or (s.of("snapshot") and not writing.done()), "something")
                if s.of("snapshot"):
                    assert last is None
                    seqs += [event["seq"] for event in s.of("snapshot")[0]["e"]]
                seqs += [event["seq"] for event in s.events]
                last = s.id
        await writing
    assert seqs == list(range(1, 31))


async def test_a_stream_by_address_resumes_and_gives_a_picture_after_a_big_hole(ground: Ground, server: str) -> None:
    room = await seeded(ground)
    async with Client(server, room.room, room.tokens[0]) as a:
        for n in range(4):
            await a.say(f"pesan {n}")
        epoch = a.welcome["epoch"]
        async with EventReader(server, room.room, room.bearer(1), epoch=epoch, after=2) as s:
            await s.until(lambda: len(s.events) == 2, "what was missed")
            assert ([event["seq"] for event in s.events], s.of("welcome")[0]["recovered"], s.of("snapshot")) == ([3, 4], True, [])
        for strange in ({"epoch": "lain", "after": 2}, {"epoch": epoch, "after": 9}):
            async with EventReader(server, room.room, room.bearer(1), **strange) as s:
                await s.until(lambda: s.of("snapshot"), "the picture")
                assert s.id == f"{epoch}:4"


async def test_the_desk_has_a_stream_of_its_own_and_attendees_none(ground: Ground, server: str) -> None:
    room = await seeded(ground)
    async with (
        Client(server, room.room, room.tokens[0]) as a,
        Client(server, room.room, room.staff["moderator"]) as m,
        EventReader(server, room.room, room.bearer("moderator"), log="desk") as desk,
        EventReader(server, room.room, room.bearer(0)) as own,
        EventReader(server, room.room, room.bearer(1), log="desk") as refused,
    ):
        await m.mod("premoderate", v={"on": True})
        held = await a.say("Usul", kind="aspiration")
        await desk.until(lambda: [event for event in desk.events if event["t"] == "held"], "the held message")
        assert desk.events == m.events["desk"]
        await m.mod("approve", held["id"])
        await own.until(lambda: own.of("mine"), "the decision")
        assert own.of("mine")[0]["e"][0]["id"] == held["id"]
        assert refused.status == 403


async def test_who_is_revoked_is_out_within_five_seconds(ground: Ground, server: str) -> None:
    room = await seeded(ground)
    async with Client(server, room.room, room.tokens[0]) as a, httpx.AsyncClient(base_url=server, timeout=40) as web:
        async with EventReader(server, room.room, room.bearer(0)) as s:
            await s.until(lambda: s.of("welcome"), "welcome")
            here = s.of("welcome")[0]
            waiting = asyncio.create_task(
                web.get(door(room, "events"), params={"epoch": here["epoch"], "after": here["head"], "wait": 30}, headers=room.bearer(0))
            )
            await s.until(lambda: s.of("presence"), "presence, with the poll there")
            began = time.monotonic()
            async with ground.database.write() as db:
                await revoke(db, a.welcome["you"]["id"], room.room, 4503, ground.clock.now())
            await s.end()
            answer = await waiting
            assert time.monotonic() - began < 5
            assert (s.frames[-1], answer.status_code) == ({"t": "bye", "code": 4503}, 403)


async def test_forty_wait_without_holding_the_database_and_all_hear_of_the_message(ground: Ground, server: str) -> None:
    room = await seeded(ground, 40)
    limits = httpx.Limits(max_connections=60)
    async with httpx.AsyncClient(base_url=server, timeout=60, limits=limits) as web, Client(server, room.room, room.tokens[0]) as a:
        asked = {"epoch": a.welcome["epoch"], "after": 0, "wait": 40}
        waiting = [asyncio.create_task(web.get(door(room, "events"), params=asked, headers=room.bearer(n))) for n in range(40)]
        await a.until(lambda: a.of("presence") and a.of("presence")[-1]["n"] == 40, "forty people")
        first = await a.say("Selamat malam")
        answers = [(await one).json() for one in waiting]
        events = a.events["public"]
        assert [(answer["head"], answer["e"], answer["more"]) for answer in answers] == [(first["seq"], events, False)] * 40


async def test_a_poll_without_news_ends_in_time_and_a_strange_position_gets_a_picture(ground: Ground, server: str) -> None:
    room = await seeded(ground)
    async with httpx.AsyncClient(base_url=server, timeout=30) as web:
        await post(web, room, 0, "Selamat malam")
        here = (await web.get(door(room, "events"), headers=room.bearer(1))).json()
        ask = {"epoch": here["epoch"], "after": 1, "wait": 1}
        quiet = (await web.get(door(room, "events"), params=ask, headers=room.bearer(1))).json()
        assert (quiet["epoch"], quiet["head"], quiet["e"], quiet["more"]) == (here["epoch"], 1, [], False)
        for strange in ({**ask, "epoch": "lain"}, {**ask, "after": 7}):
            picture = (await web.get(door(room, "events"), params=strange, headers=room.bearer(1))).json()
            assert (picture["snapshot"], picture["head"], picture["e"]) == (True, 1, here["e"])


async def test_a_call_carries_every_frame_of_a_client(ground: Ground, server: str) -> None:
    room = await seeded(ground)
    async with httpx.AsyncClient(base_url=server, timeout=60) as web, Client(server, room.room, room.tokens[1]) as b:

        async def ask(who: int | str, **frame: Any) -> dict[str, Any]:
            answer = await web.post(door(room, "frames"), json=frame, headers=room.bearer(who))
            return dict(answer.json())

        said = await ask(0, t="send", i=1, cid="satu", kind="aspiration", text="Talud RW 05")
        again = await ask(0, t="send", i=2, cid="satu", kind="aspiration", text="Talud RW 05")
        assert ((said["t"], said["i"], said["dup"]), (again["id"], again["dup"])) == (("ack", 1, False), (said["id"], True))
        assert await ask(1, t="vote", i=3, id=said["id"], on=True) == {"t": "ok", "i": 3}
        await b.until(lambda: b.of("votes"), "the count")
        page = await ask(1, t="history", i=4, before=2, n=5)
        assert (page["e"], page["more"], page["votes"]) == (b.events["public"], False, {said["id"]: 1})
        assert await ask("moderator", t="mod", i=5, cid="m", op="hide", target=said["id"]) == {"t": "ok", "i": 5}
        assert (await ask(0, t="mod", i=6, cid="m", op="unhide", target=said["id"]))["code"] == "forbidden"
        assert (await ask(0, t="send", i=7, cid="dua", kind="chat", text=""))["code"] == "bad_request"
        assert (await web.post(door(room, "frames"), json={"t": "shout"}, headers=room.bearer(0))).status_code == 400
        assert (await web.post(door(room, "frames"), json={"t": "vote"})).status_code == 401


async def test_hello_as_a_call_is_the_welcome_of_a_socket(ground: Ground, server: str) -> None:
    room = await seeded(ground)
    async with httpx.AsyncClient(base_url=server, timeout=60) as web, Client(server, room.room, room.tokens[0]) as a:
        await a.say("Selamat malam")
        asked = {"t": "hello", "v": 1, "resume": {"public": [a.welcome["epoch"], 0]}}
        fresh = (await web.post(door(room, "hello"), json={"t": "hello", "v": 1}, headers=room.bearer(0))).json()["e"]
        known = (await web.post(door(room, "hello"), json=asked, headers=room.bearer(0))).json()["e"]
        assert [frame["t"] for frame in fresh] == ["welcome", "snapshot"]
        assert ([frame["t"] for frame in known], known[0]["recovered"], known[0]["you"]) == (["welcome"], True, a.welcome["you"])
        assert (await web.post(door(room, "hello"), json={"t": "hello", "v": 2}, headers=room.bearer(0))).status_code == 400


async def test_a_stream_that_is_not_read_fills_and_drains() -> None:
    line = StreamLine("k3f9")
    taken: list[bytes] = []
    reading = asyncio.Event()

    async def nothing() -> dict[str, str]:
        await asyncio.sleep(3600)
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        await reading.wait()
        taken.append(message["body"])

    carrying = asyncio.create_task(line.carry(nothing, send))
    event = Item(7, b'{"t":"msg","seq":7,"text":"' + b"x" * 1000 + b'"}')
    shared = Shared([event], "public")
    given = 0
    while not line.full:
        line.give(shared)
        given += 1
        await asyncio.sleep(0)
    assert given * len(event.payload) > PARK - 2 * len(event.payload)
    reading.set()
    await asyncio.wait_for(line.drained(), 5)
    line.close(4001, b'{"t":"bye","code":4001}')
    await asyncio.wait_for(carrying, 5)
    sent = b"".join(taken)
    assert (
        sent
        == b"retry: 3000\n" + PADDING + (b"id: k3f9:7\ndata: " + event.payload + b"\n\n") * given + b'data: {"t":"bye","code":4001}\n\n'
    )
    assert (line.open, line.full) == (False, False)

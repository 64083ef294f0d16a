"""Votes for aspirations: committed before `ok`, one per person, counted for everybody, on both databases and across processes."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import httpx
import pytest

from app.assembly import lay_ground
from app.web.ground import Ground
from tests.conftest import serving
from tests.room_client import Client, seeded

ON = {"on": True}


def votes_of(client: Client) -> dict[str, int]:
    """The counts that this client shows: those above nought."""
    told = {message: n for frame in client.of("votes") for message, n in frame["e"].items()}
    return {message: n for message, n in told.items() if n}


async def aspiration(client: Client, text: str = "Lampu jalan RT 03") -> str:
    return str((await client.say(text, kind="aspiration"))["id"])


async def test_a_vote_counts_once_however_often_it_comes_and_can_be_taken_back(ground: Ground, server: str) -> None:
    room = await seeded(ground)
    async with Client(server, room.room, room.tokens[0]) as a, Client(server, room.room, room.tokens[1]) as b:
        wish = await aspiration(a)
        assert (await b.ask(t="vote", id=wish, on=True))["t"] == "ok"
        assert (await b.ask(t="vote", id=wish, on=True))["t"] == "ok"
        assert (await a.ask(t="vote", id=wish, on=True))["t"] == "ok"
        await a.until(lambda: votes_of(a) == {wish: 2}, "two votes")
        assert (await b.ask(t="vote", id=wish, on=False))["t"] == "ok"
        await a.until(lambda: votes_of(a) == {wish: 1}, "one vote")


async def test_who_comes_in_is_told_the_counts_and_their_own_votes(ground: Ground, server: str) -> None:
    room = await seeded(ground)
    async with Client(server, room.room, room.tokens[0]) as a:
        first, second = await aspiration(a), await aspiration(a, "Talut RW 05")
        await a.ask(t="vote", id=first, on=True)
        await a.ask(t="vote", id=second, on=True)
        await a.ask(t="vote", id=second, on=False)
        async with Client(server, room.room, room.tokens[1]) as b:
            await b.until(lambda: votes_of(b) == {first: 1}, "the counts")
            assert b.welcome["you"]["voted"] == []
    async with Client(server, room.room, room.tokens[0]) as again:
        await again.until(lambda: votes_of(again) == {first: 1}, "the counts in a room that was empty")
        assert again.welcome["you"]["voted"] == [first]
        page = await again.ask(t="history", before=9, n=9)
        assert page["votes"] == {first: 1}


async def test_only_visible_aspirations_of_this_room_can_be_voted_for(ground: Ground, server: str) -> None:
    room, other = await seeded(ground), await seeded(ground)
    async with (
        Client(server, room.room, room.tokens[0]) as a,
        Client(server, room.room, room.staff["moderator"]) as m,
        Client(server, other.room, other.tokens[0]) as c,
    ):
        talk, hidden, elsewhere = (await a.say("halo"))["id"], await aspiration(a), await aspiration(c)
        await m.mod("hide", hidden)
        answers = [await a.ask(t="vote", id=one, on=True) for one in (talk, hidden, elsewhere, "nowhere")]
        assert [answer["code"] for answer in answers] == ["not_found"] * 4
        assert (await a.ask(t="vote", id=hidden, on="yes"))["code"] == "bad_request"
        assert (await a.ask(t="vote", on=True))["code"] == "bad_request"


async def test_the_muted_the_locked_out_and_those_too_late_are_told_so(ground: Ground, server: str) -> None:
    room = await seeded(ground)
    async with Client(server, room.room, room.tokens[0]) as a, Client(server, room.room, room.staff["moderator"]) as m:
        wish = await aspiration(a)
        vote = {"t": "vote", "id": wish, "on": True}
        me = a.welcome["you"]["id"]
        codes = []
        await m.mod("mute", me)
        codes.append((await a.ask(**vote))["code"])
        await m.mod("unmute", me)
        await m.mod("lock", v={"on": True})
        codes.append((await a.ask(**vote))["code"])
        assert (await m.ask(**vote))["t"] == "ok"
        await m.mod("state", v={"to": "ended"})
        codes += [(await who.ask(**{**vote, "on": who is a}))["code"] for who in (a, m)]
        assert codes == ["muted", "room_locked", "room_closed", "room_closed"]


async def test_a_hidden_message_takes_its_votes_out_of_sight_and_brings_them_back(ground: Ground, server: str) -> None:
    room = await seeded(ground)
    async with Client(server, room.room, room.tokens[0]) as a, Client(server, room.room, room.staff["moderator"]) as m:
        wish = await aspiration(a)
        await a.ask(t="vote", id=wish, on=True)
        await a.until(lambda: votes_of(a) == {wish: 1}, "the vote")
        await m.mod("hide", wish)
        async with Client(server, room.room, room.tokens[1]) as b:
            second = await aspiration(b, "Talut RW 05")
            await b.ask(t="vote", id=second, on=True)
            await b.until(lambda: votes_of(b), "a count")
            assert votes_of(b) == {second: 1}
            await m.mod("unhide", wish)
            await b.until(lambda: votes_of(b) == {second: 1, wish: 1}, "the votes that are back")
            back = next(event for event in b.events["public"] if event.get("op") == "unhide")
            assert (back["v"]["text"], back["v"]["kind"], back["v"]["by"]["id"]) == (
                "Lampu jalan RT 03",
                "aspiration",
                a.welcome["you"]["id"],
            )


async def test_a_hundred_votes_at_once_are_all_counted(ground: Ground, server: str) -> None:
    room = await seeded(ground, 100)
    async with Client(server, room.room, room.tokens[0]) as a, httpx.AsyncClient(base_url=server, timeout=60) as web:
        wish = await aspiration(a)
        door = f"/api/v1/rooms/{room.room}/messages/{wish}/vote"

        async def vote(who: int) -> None:
            """Until it is taken: a busy machine may ask to send it again, which changes nothing."""
            while (answer := await web.put(door, json=ON, headers=room.bearer(who), timeout=60)).status_code == 503:  # noqa: ASYNC110 - the answer says when
                await asyncio.sleep(int(answer.headers["Retry-After"]))
            assert answer.status_code == 200

        await asyncio.gather(*(vote(n) for n in range(100)))
        await a.until(lambda: votes_of(a) == {wish: 100}, "a hundred votes")


async def test_a_call_votes_as_a_frame_does(ground: Ground, server: str) -> None:
    room = await seeded(ground)
    async with Client(server, room.room, room.tokens[0]) as a, httpx.AsyncClient(base_url=server, timeout=60) as web:
        wish = await aspiration(a)
        door = f"/api/v1/rooms/{room.room}/messages/{wish}/vote"
        done = await web.put(door, json=ON, headers=room.bearer(1))
        assert (done.status_code, done.json()) == (200, {"id": wish, "on": True})
        nowhere = await web.put(door.replace(wish, "nowhere"), json=ON, headers=room.bearer(1))
        assert (nowhere.status_code, nowhere.json()["code"]) == (404, "chat.not_found")
        await a.until(lambda: votes_of(a) == {wish: 1}, "the vote")


async def test_a_vote_needs_no_script(ground: Ground, server: str) -> None:
    room = await seeded(ground)
    async with (
        Client(server, room.room, room.tokens[0]) as a,
        httpx.AsyncClient(base_url=server, timeout=60, headers=room.bearer(1)) as web,
    ):
        wish = await aspiration(a)
        page = f"/s/{room.slug}/ruang/polos"
        assert f'value="{wish}"' in (await web.get(page, headers={"Accept": "text/html"})).text
        sent = await web.post(f"{page}/dukungan", data={"message": wish, "on": "1"}, headers={"Accept": "text/html"})
        assert (sent.status_code, sent.headers["location"]) == (303, f"{page}#p-{wish}")
        await a.until(lambda: votes_of(a) == {wish: 1}, "the vote")


@asynccontextmanager
async def second_server(ground: Ground) -> AsyncIterator[str]:
    """Another process on the same database."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    other = lay_ground(replace(ground.settings, port=port, public_urls=(f"http://127.0.0.1:{port}",)))
    try:
        async with serving(other, work=False) as address:
            yield address
    finally:
        await other.database.close()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_votes_counted_by_another_process_appear(ground: Ground, server: str) -> None:
    room = await seeded(ground)
    async with (
        second_server(ground) as other,
        Client(server, room.room, room.tokens[0]) as a,
        Client(other, room.room, room.tokens[1]) as b,
    ):
        wish = await aspiration(a)
        await b.ask(t="vote", id=wish, on=True)
        await a.until(lambda: votes_of(a) == {wish: 1}, "the other's vote")

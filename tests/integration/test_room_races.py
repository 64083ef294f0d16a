"""Races of the room, each with its negative control: the same check fails once the lock, the constraint or the order is taken away."""

import asyncio
import json
from collections import Counter
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import func, select

from app.chat import batch, standing
from app.chat.models import Message
from app.journal import service as journal
from app.journal.service import PUBLIC, Entry, append
from app.live.feed import Feed
from app.live.hub import Hub
from app.live.room import LiveRoom
from app.proposals.models import Proposal
from app.web.ground import Ground
from tests.conftest import serving
from tests.room_client import Client, Seeded, seeded


async def rows(ground: Ground) -> int:
    async with ground.database.read() as db:
        return int(await db.scalar(select(func.count()).select_from(Message)) or 0)


async def same_cid_from_two_sockets(server: str, room: Seeded, times: int = 10) -> list[dict[str, Any]]:
    async with Client(server, room.room, room.tokens[0]) as a, Client(server, room.room, room.tokens[0]) as b:
        frame = {"t": "send", "kind": "aspiration", "text": "Mohon talud"}
        return await asyncio.gather(*(one.ask(**frame, cid=f"c{n}") for n in range(times) for one in (a, b)))


async def test_the_same_cid_from_two_sockets_is_one_message_and_one_proposal(ground: Ground, server: str) -> None:
    room = await seeded(ground)
    answers = await same_cid_from_two_sockets(server, room)
    assert {answer["t"] for answer in answers} == {"ack"}
    assert Counter(answer["dup"] for answer in answers) == {False: 10, True: 10}
    assert sorted({answer["seq"] for answer in answers}) == list(range(1, 11))
    assert len({answer["proposal"] for answer in answers}) == 10
    async with ground.database.read() as db:
        assert await db.scalar(select(func.count()).select_from(Proposal)) == 10
    assert await rows(ground) == 10


async def test_without_the_look_up_the_same_cid_is_not_one_message(ground: Ground, server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: nothing knows what was said before, and only the constraint is left to refuse it."""
    room = await seeded(ground)

    async def knows_nothing(*_: object) -> dict[tuple[str, str], Any]:
        return {}

    monkeypatch.setattr(standing, "_repeated", knows_nothing)
    monkeypatch.setattr(batch._Judging, "_again", lambda *_: None)
    answers = await same_cid_from_two_sockets(server, room, times=2)
    assert Counter(answer["t"] for answer in answers) == {"ack": 2, "err": 2}
    assert await rows(ground) == 2


async def two_writers(ground: Ground, room: Seeded, times: int = 20) -> list[int]:
    """The web process and another part of the program append to one log at once; the seqs that are stored."""

    async def other(n: int) -> None:
        async with ground.database.write() as db:
            await append(db, room.room, PUBLIC, [Entry({"t": "room", "op": "agenda", "v": {"item": str(n)}})], ground.clock.now())

    async with serving(ground, work=False) as server, Client(server, room.room, room.tokens[0]) as a:
        said = [a.say(f"pesan {n}") for n in range(times)]
        await asyncio.gather(*said, *(other(n) for n in range(times)))
        await a.until(lambda: len(a.seqs) == 2 * times, "every event")
        return a.seqs


async def test_every_part_of_the_program_shares_one_order_without_gaps(ground: Ground) -> None:
    room = await seeded(ground)
    assert await two_writers(ground, room) == list(range(1, 41))


async def test_without_the_lock_on_the_log_the_order_breaks(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: numbers read before they are written are given out twice, and the log refuses them."""
    room = await seeded(ground)

    async def unlocked(db: Any, room_id: str, log: str, count: int) -> int:
        head = (await journal.position(db, room_id, log)).head
        await asyncio.sleep(0.05)
        await db.execute(journal.LOGS.update().where(journal.LOGS.c.room == room_id, journal.LOGS.c.log == log).values(head=head + count))
        return head + 1

    monkeypatch.setattr(journal, "take", unlocked)
    if ground.database.on_sqlite:

        @asynccontextmanager
        async def open_gate(**_: object) -> Any:
            yield

        assert ground.database.gate is not None
        monkeypatch.setattr(ground.database.gate, "held", open_gate)
        monkeypatch.setattr(ground.database, "writer", ground.database.reader)
    errors = await asyncio.gather(*(_append_once(ground, room.room, n) for n in range(6)), return_exceptions=True)
    async with ground.database.read() as db:
        stored = [event.seq for event in await journal.read(db, room.room, PUBLIC, 0)]
    assert [one for one in errors if one is not None] != [] or stored != list(range(1, 7))


async def _append_once(ground: Ground, room: str, n: int) -> None:
    async with ground.database.write() as db:
        await append(db, room, PUBLIC, [Entry({"t": "room", "op": "agenda", "v": {"item": str(n)}})], ground.clock.now())


async def hide_while_people_come(server: str, room: Seeded) -> tuple[int, list[str]]:
    """Hide a message while others join by every way; its seq of hiding and what those saw who came after it was acknowledged."""
    seen: list[str] = []

    async def come(epoch: str, hidden: asyncio.Event) -> None:
        while len(seen) < 12:
            after = hidden.is_set()
            async with (
                Client(server, room.room, room.tokens[1]) as fresh,
                Client(server, room.room, room.tokens[2], resume={"public": [epoch, 0]}) as resumed,
            ):
                history = await fresh.ask(t="history", before=1000, n=100)
                await resumed.until(lambda resumed=resumed: resumed.seqs, "what was missed")
                if after:
                    seen.append(json.dumps([fresh.snapshots, fresh.events, resumed.events, history]))

    async with Client(server, room.room, room.staff["moderator"]) as m, Client(server, room.room, room.tokens[0]) as a:
        ack = await a.say("rahasia yang disembunyikan")
        await a.say("pesan lain")
        hidden = asyncio.Event()
        coming = [asyncio.create_task(come(a.welcome["epoch"], hidden)) for _ in range(3)]
        await asyncio.sleep(0.1)
        assert (await m.mod("hide", ack["id"]))["t"] == "ok"
        hidden.set()
        await asyncio.gather(*coming)
        await a.until(lambda: len(a.seqs) == 3, "hide")
        return a.seqs[-1], seen


async def test_a_hidden_message_is_never_replayed(ground: Ground, server: str) -> None:
    room = await seeded(ground)
    _, seen = await hide_while_people_come(server, room)
    assert [text for text in seen if "rahasia" in text] == []
    assert all("pesan lain" in text for text in seen)


async def test_nor_while_the_process_has_still_to_read_of_the_hiding(ground: Ground, server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    room = await seeded(ground)
    fetch = Hub._fetch

    async def late(self: Hub, live: LiveRoom, feed: Feed) -> None:
        await asyncio.sleep(0.3)
        await fetch(self, live, feed)

    monkeypatch.setattr(Hub, "_fetch", late)
    _, seen = await hide_while_people_come(server, room)
    assert [text for text in seen if "rahasia" in text] == []
    assert all("pesan lain" in text for text in seen)


async def test_without_the_tombstone_the_hidden_message_is_replayed(ground: Ground, server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: the log keeps the words."""
    room = await seeded(ground)

    async def keep(*_: object) -> None:
        return None

    monkeypatch.setattr("app.chat.moderation.bury", keep)
    _, seen = await hide_while_people_come(server, room)
    assert [text for text in seen if "rahasia" not in text] == []


async def test_without_forgetting_in_memory_the_hidden_message_is_replayed(
    ground: Ground, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: the ring keeps the words and gives them to those who resume."""
    room = await seeded(ground)
    monkeypatch.setattr("app.chat.items.TAKING_AWAY", ())
    async with Client(server, room.room, room.staff["moderator"]) as m, Client(server, room.room, room.tokens[0]) as a:
        ack = await a.say("rahasia yang disembunyikan")
        assert (await m.mod("hide", ack["id"]))["t"] == "ok"
        await a.until(lambda: len(a.seqs) == 2, "hide")
        async with Client(server, room.room, room.tokens[2], resume={"public": [a.welcome["epoch"], 0]}) as resumed:
            await resumed.until(lambda: len(resumed.seqs) == 2, "what was missed")
            assert "rahasia" in json.dumps(resumed.events)


async def test_opening_and_pausing_cross_with_aspirations_without_a_deadlock(ground: Ground, server: str) -> None:
    room = await seeded(ground)
    async with Client(server, room.room, room.staff["moderator"]) as m, Client(server, room.room, room.staff["operator"]) as o:

        async def toggle() -> list[str]:
            return [(await m.mod("state", v={"to": "open" if n % 2 else "paused"}))["t"] for n in range(10)]

        async def speak() -> list[str]:
            guest = {"name": "Ibu", "capacity": "RT 3"}
            return [(await o.say(f"Mohon {n}", kind="aspiration", via="hall", **{"for": guest}))["t"] for n in range(20)]

        states, words = await asyncio.gather(toggle(), speak())
        assert (set(states), set(words)) == ({"ok"}, {"ack"})
        await o.until(lambda: o.seqs == list(range(1, 31)), "one order of words and states")

"""Who is there, over all processes: one number for everybody, and no stay that goes on because a process could not end it."""

from dataclasses import replace
from datetime import datetime, timedelta

import anyio
import pytest
from sqlalchemy import insert, select, update

from app.assembly import lay_ground
from app.chat import presence as presence_module
from app.chat.attendance import Attendees
from app.chat.house import House
from app.chat.models import LiveProcess
from app.chat.people import Key, Person, enter
from app.chat.presence import ALIVE, Presences
from app.database.tables import new_id
from app.live import hub as hub_module
from app.participants.models import Attendance
from app.web.ground import Ground
from tests.conftest import serving
from tests.processes import free_port
from tests.room_client import Client, Seeded, seeded


async def person_of(ground: Ground, room: Seeded, who: int) -> Person:
    async with ground.database.read() as db:
        return await enter(db, ground.vault, room.room, Key(token=room.tokens[who]), ground.clock.now())


async def stays(ground: Ground) -> dict[str, datetime | None]:
    async with ground.database.read() as db:
        return {row.participant_id: row.left_at for row in await db.execute(select(Attendance.participant_id, Attendance.left_at))}


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_everybody_hears_how_many_are_there_in_all_processes(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presence_module, "EVERY", 0.3)
    monkeypatch.setattr(hub_module, "PRESENCE", 0.5)
    room = await seeded(ground, 3)
    other = lay_ground(replace(ground.settings, port=free_port()).at("127.0.0.1", free_port()))
    async with serving(ground, work=False) as here, serving(other, work=False) as there:
        async with Client(here, room.room, room.tokens[0]) as a, Client(there, room.room, room.tokens[1]) as b:
            for client in (a, b):
                await client.until(lambda c=client: c.of("presence") and c.of("presence")[-1]["n"] == 2, "both people")
            async with Client(there, room.room, room.tokens[2]):
                await a.until(lambda: a.of("presence")[-1]["n"] == 3, "the third person")
            await a.until(lambda: a.of("presence")[-1]["n"] == 2, "the third person's going")


async def test_who_goes_over_to_another_process_has_not_left(ground: Ground) -> None:
    room = await seeded(ground, 1)
    person = await person_of(ground, room, 0)
    first, second = (Attendees(ground.database, ground.clock, new_id()) for _ in range(2))
    for attendees in (first, second):
        attendees.arrive(person)
        await attendees.write()
    first.leave(person)
    await first.write()
    assert await stays(ground) == {person.id: None}
    second.leave(person)
    await second.write()
    assert (await stays(ground))[person.id] is not None


async def test_the_stays_of_a_process_that_died_end_when_it_was_last_seen(ground: Ground) -> None:
    room = await seeded(ground, 2)
    lost, moved = [await person_of(ground, room, who) for who in range(2)]
    dead, living = new_id(), new_id()
    seen_at = ground.clock.now() - ALIVE - timedelta(seconds=1)
    async with ground.database.write() as db:
        await db.execute(insert(LiveProcess).values(id=dead, seen_at=seen_at))
    there, here = (Attendees(ground.database, ground.clock, process) for process in (dead, living))
    there.arrive(lost)
    there.arrive(moved)
    await there.write()
    here.arrive(moved)
    await here.write()
    await Presences(ground.database, ground.clock, House(ground).hub, living, lambda: None).look()
    assert await stays(ground) == {lost.id: seen_at, moved.id: None}
    async with ground.database.read() as db:
        assert list(await db.scalars(select(LiveProcess.id))) == [living]


async def test_a_process_that_stood_still_says_again_who_is_in_it(ground: Ground) -> None:
    returned = anyio.Event()
    me, other = new_id(), new_id()
    hub = House(ground).hub
    mine = Presences(ground.database, ground.clock, hub, me, returned.set)
    await mine.look()
    await mine.look()
    async with ground.database.write() as db:
        await db.execute(update(LiveProcess).values(seen_at=ground.clock.now() - ALIVE - timedelta(seconds=1)))
    await Presences(ground.database, ground.clock, hub, other, lambda: None).look()
    assert not returned.is_set()
    await mine.look()
    assert returned.is_set()
    await mine.leave()
    async with ground.database.read() as db:
        assert list(await db.scalars(select(LiveProcess.id))) == [other]

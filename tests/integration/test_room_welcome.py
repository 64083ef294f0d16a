"""What somebody is told who comes in late: the announcement that still runs, the agenda's present item, and their own words."""

import anyio
from sqlalchemy import select, update

from app.chat.pictures import Pictures
from app.clock import millis
from app.main import create_app
from app.sessions.models import AgendaItem, ForumSession
from app.web.ground import Ground
from tests.conftest import started
from tests.room_client import PATIENCE, Client, seeded


async def test_who_comes_in_late_hears_what_is_running_and_what_they_said(ground: Ground, server: str) -> None:
    room = await seeded(ground)
    async with Client(server, room.room, room.staff["moderator"]) as m, Client(server, room.room, room.tokens[0]) as a:
        assert {"announcement", "agenda"} & a.welcome["room"].keys() == set()
        announced = await m.mod("announce", v={"text": "Istirahat sampai 20.00", "until": millis(ground.clock.now()) + 600_000})
        async with ground.database.write() as db:
            session_id = (await db.execute(select(ForumSession.id).where(ForumSession.room == room.room))).scalar_one()
            item = AgendaItem(session_id=session_id, position=0, title="Tanggapan perangkat daerah")
            db.add(item)
            await db.flush()
            await db.execute(update(ForumSession).where(ForumSession.id == session_id).values(agenda_item_id=item.id))
        talk = await a.say("Selamat malam")
        wish = await a.say("Talud RW 05 " + "panjang sekali " * 20, kind="aspiration")
        async with Client(server, room.room, room.tokens[0]) as again:
            here = again.welcome["room"]
            assert here["announcement"] == {"id": announced["id"], **here["announcement"], "text": "Istirahat sampai 20.00"}
            assert here["agenda"] == {"item": item.id, "title": "Tanggapan perangkat daerah"}
            mine = {one["id"]: one for one in again.welcome["mine"]}
            assert (mine[talk["id"]]["kind"], mine[talk["id"]]["at"], "text" in mine[talk["id"]]) == ("chat", talk["at"], False)
            assert (mine[wish["id"]]["kind"], mine[wish["id"]]["text"]) == ("aspiration", ("Talud RW 05 " + "panjang sekali " * 20)[:200])
        await m.mod("announce", v={"text": "Sudah lewat", "until": millis(ground.clock.now()) - 1})
        async with Client(server, room.room, room.tokens[1]) as late:
            assert "announcement" not in late.welcome["room"]


async def test_words_that_are_taken_away_leave_the_picture_that_a_crowd_shares(ground: Ground) -> None:
    room, app = await seeded(ground), create_app(ground, work=False)
    pictures = app.house.pictures
    address = ground.settings.public_url
    async with started(app, ground.settings), Client(address, room.room, room.staff["moderator"]) as m:
        said = await m.say("Kata yang akan ditarik")
        async with Client(address, room.room, room.tokens[0]) as early:
            assert [event["text"] for event in early.snapshots["public"]] == ["Kata yang akan ditarik"]
        await m.mod("hide", said["id"])
        await m.until(lambda: m.seqs and m.seqs[-1] > said["seq"], "the hiding")
        assert b"ditarik" not in held(pictures)
        async with Client(address, room.room, room.tokens[1]) as late:
            assert late.snapshots["public"] == []
        with anyio.fail_after(PATIENCE):
            while pictures._made:  # noqa: ASYNC110 - the picture's own time
                await anyio.sleep(0.05)


def held(pictures: Pictures) -> bytes:
    return repr([picture.shown for picture in pictures._made.values()]).encode()

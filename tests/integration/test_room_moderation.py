"""What staff do in the room: held words, taking away, quieting, capture, the hall, and the end of a session."""

import asyncio
import json
import uuid
from typing import Any

import httpx
from sqlalchemy import func, select

from app.audit.service import verify
from app.chat.models import Message, MessageState, StaffAct
from app.participants.models import Attendance, Origin, Participant
from app.proposals.models import Proposal, ProposalSource
from app.sessions.models import ForumSession, SessionState
from app.web.ground import Ground
from tests.room_client import Client, Seeded, seeded


async def everything(server: str, room: Seeded, who: int | str, epoch: str) -> str:
    """All that this person can get of the public log, by every way."""
    token = room.tokens[who] if isinstance(who, int) else room.staff[who]
    async with httpx.AsyncClient(base_url=server, timeout=60) as calls:
        events = (await calls.get(f"/api/v1/rooms/{room.room}/events?after=0", headers=room.bearer(who))).text
        picture = (await calls.get(f"/api/v1/rooms/{room.room}/events?epoch=lain", headers=room.bearer(who))).text
    async with Client(server, room.room, token) as fresh, Client(server, room.room, token, resume={"public": [epoch, 0]}) as resumed:
        history = await fresh.ask(t="history", before=10_000, n=200)
        sync = await fresh.ask(t="sync", after=0)
        await asyncio.sleep(0.3)
        return events + picture + json.dumps([history, sync, fresh.snapshots, fresh.events, fresh.welcome, resumed.events])


async def test_hidden_words_are_nowhere_and_come_back_on_unhide(ground: Ground, server: str) -> None:
    room = await seeded(ground)
    async with Client(server, room.room, room.staff["moderator"]) as m, Client(server, room.room, room.tokens[0]) as a:
        ack = await a.say("rahasia sekali", kind="aspiration")
        await a.say("yang lain")
        assert "rahasia sekali" in await everything(server, room, 1, a.welcome["epoch"])
        hidden = await m.mod("hide", ack["id"], reason="uji")
        again = await m.mod("hide", ack["id"])
        await a.until(lambda: len(a.seqs) == 3, "hide")
        assert (hidden["t"], again["code"], a.events["public"][2]["op"]) == ("ok", "conflict", "hide")
        found = await everything(server, room, 1, a.welcome["epoch"])
        assert ("rahasia sekali" in found, '"gone":"hidden"' in found.replace(" ", "")) == (False, True)
        repeated = await a.say("rahasia sekali", kind="aspiration", cid=ack["cid"])
        assert (repeated["dup"], repeated["state"], repeated["gone"]) == (True, "rejected", "hidden")
        async with ground.database.read() as db:
            assert (await db.scalars(select(ProposalSource.text).where(ProposalSource.source_id == ack["id"]))).all() == [""]
        await m.mod("unhide", ack["id"])
        await a.until(lambda: len(a.seqs) == 4, "unhide")
        said = {name: value for name, value in a.events["public"][0].items() if name not in {"t", "seq", "id"}}
        assert a.events["public"][3]["v"] == said
        assert "rahasia sekali" in await everything(server, room, 1, a.welcome["epoch"])
        async with ground.database.read() as db:
            assert (await db.scalars(select(ProposalSource.text).where(ProposalSource.source_id == ack["id"]))).all() == ["rahasia sekali"]


async def test_deleted_words_are_gone_from_the_rows_and_from_both_logs(ground: Ground, server: str) -> None:
    room = await seeded(ground)
    async with Client(server, room.room, room.staff["moderator"]) as m, Client(server, room.room, room.tokens[0]) as a:
        await m.mod("premoderate", v={"on": True})
        ack = await a.say("buang ini", kind="aspiration")
        await m.mod("approve", ack["id"])
        await m.mod("delete", ack["id"])
        waiting = await a.say("buang ini juga")
        await m.mod("delete", waiting["id"])
        await a.until(lambda: len(a.of("mine")) == 2, "what became of it")
        assert a.of("mine")[1]["e"] == [{"cid": waiting["cid"], "id": waiting["id"], "state": "rejected"}]
        desk = await m.ask(t="history", log="desk", before=1000, n=100)
        assert "buang ini" not in json.dumps(desk)
        assert "buang ini" not in await everything(server, room, "secretariat", a.welcome["epoch"])
        async with ground.database.read() as db:
            row = (await db.execute(select(Message.text, Message.state, Message.fields).where(Message.id == ack["id"]))).one()
            assert tuple(row) == ("", MessageState.DELETED, None)


async def test_an_edit_reaches_everybody_and_the_picture_shows_the_new_words(ground: Ground, server: str) -> None:
    room = await seeded(ground)
    async with Client(server, room.room, room.tokens[0]) as a, httpx.AsyncClient(base_url=server, timeout=60) as calls:
        ack = await a.say("salah tulsi")
        path = f"/api/v1/rooms/{room.room}/messages/{ack['id']}"
        body = {"text": "salah tulis", "reason": "salah ketik"}
        refused = await calls.patch(path, headers=room.bearer(0), json=body)
        foreign = await calls.patch(path, headers=room.bearer("operator"), json=body)
        done = await calls.patch(path, headers=room.bearer("secretariat"), json=body)
        missing = await calls.patch(f"/api/v1/rooms/{room.room}/messages/nihil", headers=room.bearer("moderator"), json=body)
        assert [one.status_code for one in (refused, foreign, done, missing)] == [403, 403, 200, 404]
        await a.until(lambda: len(a.seqs) == 2, "the edit")
        assert a.events["public"][1] == {"t": "upd", "seq": 2, "id": ack["id"], "op": "edit", "v": {"text": "salah tulis"}}
        async with Client(server, room.room, room.tokens[1]) as b:
            assert [one["text"] for one in b.snapshots["public"]] == ["salah tulis"]
        async with ground.database.read() as db:
            assert await db.scalar(select(Message.reason).where(Message.id == ack["id"])) == "salah ketik"


async def test_held_words_are_decided_and_the_author_hears_of_it(ground: Ground, server: str) -> None:
    room = await seeded(ground)
    async with (
        Client(server, room.room, room.staff["secretariat"]) as s,
        Client(server, room.room, room.staff["moderator"]) as m,
        Client(server, room.room, room.tokens[0]) as a,
        Client(server, room.room, room.tokens[1]) as b,
    ):
        await m.mod("premoderate", v={"on": True})
        good = await a.say("Mohon perbaikan talud RT 02 RW 05", kind="aspiration")
        bad = await a.say("tidak pantas")
        assert [(one["state"], "seq" in one, "proposal" in one) for one in (good, bad)] == [("held", False, False)] * 2
        await s.until(lambda: len([e for e in s.events["desk"] if e["t"] == "held"]) == 2, "held at the desk")
        async with Client(server, room.room, room.staff["operator"]) as late_comer:
            assert [one["id"] for one in late_comer.snapshots["desk"]] == [good["id"], bad["id"]]
        assert (await s.mod("approve", good["id"]))["t"] == "ok"
        assert (await s.mod("reject", bad["id"], reason="tidak pantas"))["t"] == "ok"
        assert (await s.mod("approve", bad["id"]))["code"] == "conflict"
        await a.until(lambda: len(a.of("mine")) == 2, "mine")
        shown, refused = (frame["e"][0] for frame in a.of("mine"))
        await b.until(lambda: b.texts, "the approved message")
        event = b.events["public"][-1]
        assert shown == {"cid": good["cid"], "id": good["id"], "state": "visible", "seq": event["seq"], "proposal": event["proposal"]}
        assert refused == {"cid": bad["cid"], "id": bad["id"], "state": "rejected", "reason": "tidak pantas"}
        assert (b.texts, b.of("mine")) == (["Mohon perbaikan talud RT 02 RW 05"], [])
        async with Client(server, room.room, room.tokens[0]) as again:
            assert {one["cid"]: one["state"] for one in again.welcome["mine"]} == {good["cid"]: "visible", bad["cid"]: "rejected"}


async def test_an_act_under_the_same_cid_is_done_once(ground: Ground, server: str) -> None:
    room = await seeded(ground)
    async with Client(server, room.room, room.staff["moderator"]) as m, Client(server, room.room, room.staff["moderator"]) as n:
        frame = {"t": "mod", "cid": "sama", "op": "announce", "v": {"text": "Istirahat lima menit"}}
        answers = await asyncio.gather(*(one.ask(**frame) for one in (m, n) for _ in range(5)))
        other = await m.ask(**{**frame, "v": {"text": "Lain"}})
        assert len({answer["id"] for answer in answers}) == 1
        assert other["code"] == "conflict"
        await m.until(lambda: m.seqs == [1], "one announcement")
        async with ground.database.read() as db:
            assert await db.scalar(select(func.count()).select_from(StaffAct)) == 1


async def test_a_mute_ends_by_itself_or_is_lifted_and_what_was_said_stands(ground: Ground, server: str) -> None:
    room = await seeded(ground)
    async with Client(server, room.room, room.staff["moderator"]) as m, Client(server, room.room, room.tokens[0]) as a:
        me = a.welcome["you"]["id"]
        before = await a.say("sebelum", cid="sebelum")
        muted = await m.mod("mute", me, v={"seconds": 1}, reason="uji")
        refused = await a.say("sesudah", cid="sesudah")
        repeated = await a.say("sebelum", cid="sebelum")
        assert (refused["code"], refused["until"], repeated["dup"], repeated["seq"]) == ("muted", muted["until"], True, before["seq"])
        async with Client(server, room.room, room.tokens[0]) as again:
            assert again.welcome["you"]["muted_until"] == muted["until"]
        await asyncio.sleep(1.1)
        assert (await a.say("sesudah", cid="sesudah"))["t"] == "ack"
        await m.mod("mute", me)
        assert (await a.say("lagi"))["code"] == "muted"
        await m.mod("unmute", me)
        assert (await a.say("lagi"))["t"] == "ack"
        assert (await m.mod("mute", "nobody"))["code"] == "not_found"


async def test_a_ban_closes_every_socket_and_the_door(ground: Ground, server: str) -> None:
    room = await seeded(ground)
    async with Client(server, room.room, room.staff["moderator"]) as m, Client(server, room.room, room.tokens[0]) as a:
        await m.mod("ban", a.welcome["you"]["id"], reason="uji")
        assert await a.end() == 4503
        async with Client(server, room.room, room.tokens[0]) as again:
            assert await again.end() == 4503
        async with httpx.AsyncClient(base_url=server, timeout=60) as calls:
            assert (await calls.get(f"/api/v1/rooms/{room.room}/events", headers=room.bearer(0))).status_code == 403
        await m.mod("unmute", a.welcome["you"]["id"])
        async with Client(server, room.room, room.tokens[0]) as back:
            assert (await back.say("kembali"))["t"] == "ack"


async def test_slow_mode_counts_for_attendees(ground: Ground, server: str) -> None:
    room = await seeded(ground)
    async with Client(server, room.room, room.staff["moderator"]) as m, Client(server, room.room, room.tokens[0]) as a:
        await m.mod("slow", v={"seconds": 30})
        assert (await a.say("pertama"))["t"] == "ack"
        refused = await a.say("kedua")
        assert (refused["code"], 25_000 < refused["retry"] <= 30_000) == ("slow_mode", True)
        assert [(await m.say(f"moderator {n}"))["t"] for n in range(2)] == ["ack", "ack"]


async def test_pins_stand_in_the_welcome_and_in_the_picture(ground: Ground, server: str) -> None:
    room = await seeded(ground)
    async with Client(server, room.room, room.staff["moderator"]) as m, Client(server, room.room, room.tokens[0]) as a:
        ack = await a.say("penting")
        await m.mod("pin", ack["id"])
        for n in range(50):
            await a.say(f"lewat {n}")
        async with Client(server, room.room, room.tokens[1]) as b:
            assert b.welcome["pinned"] == [ack["id"]]
            assert [one["text"] for one in b.snapshots["public"]] == ["penting", *(f"lewat {n}" for n in range(50))]
        await m.mod("unpin", ack["id"])
        async with Client(server, room.room, room.tokens[1]) as b:
            assert (b.welcome["pinned"], len(b.snapshots["public"])) == ([], 50)


async def test_what_is_said_in_the_hall_is_the_guests_word_at_that_hall(ground: Ground, server: str) -> None:
    room = await seeded(ground)
    async with (
        Client(server, room.room, room.staff["operator"]) as o,
        Client(server, room.room, room.tokens[0]) as a,
    ):
        guest = {"name": "Ibu", "capacity": "RT 3"}
        one = await o.say("Mohon lampu jalan di gang masjid", kind="aspiration", via="hall", **{"for": guest}, on_behalf="warga RT 3")
        await a.until(lambda: a.texts, "the hall's words")
        by = a.events["public"][0]["by"]
        two = await o.say("Juga talud", kind="aspiration", via="hall", **{"for": by["id"]})
        notes = await o.say("Kepala dinas menjawab", kind="spoken")
        nobody = await o.say("Mohon", kind="aspiration", via="hall", **{"for": "nobody"})
        await a.until(lambda: len(a.texts) == 3, "all of it")
        assert by == {"id": by["id"], "name": "Ibu", "role": "attendee", "capacity": "RT 3", "site": "aula", "via": "hall"}
        assert (a.events["public"][1]["by"], a.events["public"][2]["by"]["role"]) == (by, "operator")
        assert [answer.get("proposal") for answer in (one, two, notes)] == ["LAT-2027-0001", "LAT-2027-0002", None]
        assert nobody["code"] == "not_found"
        async with ground.database.read() as db:
            guests = (await db.scalars(select(Participant).where(Participant.origin == Origin.PLACEHOLDER))).all()
            assert [(row.id, row.name, row.capacity, row.number) for row in guests] == [(by["id"], "Ibu", "RT 3", 4)]
            proposal = (await db.scalars(select(Proposal).where(Proposal.number == one["proposal"]))).one()
            assert (proposal.proposer, proposal.capacity, proposal.on_behalf, proposal.via) == ("Ibu", "RT 3", "warga RT 3", "hall")
            assert proposal.participant_id == by["id"]


async def test_staff_capture_lines_as_one_proposal(ground: Ground, server: str) -> None:
    room = await seeded(ground)
    async with Client(server, room.room, room.staff["secretariat"]) as s, Client(server, room.room, room.tokens[0]) as a:
        lines = [await a.say(text) for text in ("kalau bisa drainase", "depan SD diperbaiki pak")]
        frame: dict[str, Any] = {"t": "capture", "messages": [one["id"] for one in lines], "proposal": {"title": "Drainase depan SD"}}
        one = await s.ask(**frame, cid="c1")
        two = await s.ask(**frame, cid="c1")
        wrong = await s.ask(t="capture", cid="c2", messages=[lines[0]["id"], "nihil"], proposal={})
        attendee = await a.ask(**frame, cid="c3")
        assert (one["proposal"], two["proposal"]) == ("LAT-2027-0001", "LAT-2027-0001")
        assert (wrong["code"], attendee["code"]) == ("not_found", "forbidden")
        await a.until(lambda: len(a.seqs) == 4, "the news on both lines")
        news = {"number": "LAT-2027-0001", "status": "new", "title": "Drainase depan SD"}
        assert [(e["id"], e["op"], e["v"]) for e in a.events["public"][2:]] == [(line["id"], "proposal", news) for line in lines]


async def test_after_the_end_only_aspirations_come_in_and_wait_at_the_desk(ground: Ground, server: str) -> None:
    room = await seeded(ground)
    async with Client(server, room.room, room.staff["moderator"]) as m, Client(server, room.room, room.tokens[0]) as a:
        assert (await m.mod("state", v={"to": "paused"}))["t"] == "ok"
        assert (await a.say("saat jeda"))["code"] == "room_locked"
        assert (await m.mod("state", v={"to": "open"}))["t"] == "ok"
        assert (await m.mod("state", v={"to": "ended"}))["t"] == "ok"
        chat = await a.say("terlambat")
        late = await a.say("Mohon jembatan kecil", kind="aspiration", sent_at=1_600_000_000_000)
        assert (chat["code"], late["state"], "seq" in late, "proposal" in late) == ("room_closed", "late", False, False)
        assert (await m.mod("state", v={"to": "open"}))["code"] == "conflict"
        await m.until(lambda: [e for e in m.events["desk"] if e["t"] == "late"], "late at the desk")
        event = next(e for e in m.events["desk"] if e["t"] == "late")
        assert (event["text"], event["sent_at"], event["id"]) == ("Mohon jembatan kecil", 1_600_000_000_000, late["id"])
        await m.mod("approve", late["id"])
        await a.until(lambda: "Mohon jembatan kecil" in a.texts, "the approved aspiration")
        states = [(e["op"], e["v"]["to"]) for e in a.events["public"] if e["t"] == "room"]
        assert states == [("state", "paused"), ("state", "open"), ("state", "ended")]
        async with Client(server, room.room, room.tokens[1]) as b:
            assert b.welcome["room"]["state"] == "ended"


async def test_before_the_opening_only_staff_speak(ground: Ground, server: str) -> None:
    room = await seeded(ground)
    async with ground.database.write() as db:
        (await db.scalars(select(ForumSession).where(ForumSession.slug == room.slug))).one().state = SessionState.PUBLISHED
    async with Client(server, room.room, room.staff["moderator"]) as m, Client(server, room.room, room.tokens[0]) as a:
        assert (a.welcome["room"]["state"], (await a.say("halo"))["code"], (await m.say("selamat datang"))["t"]) == (
            "waiting",
            "room_closed",
            "ack",
        )


async def test_attendance_begins_when_the_room_is_open_and_ends_with_the_last_tab(ground: Ground, server: str) -> None:
    room = await seeded(ground)

    async def stays() -> list[tuple[str, bool]]:
        async with ground.database.read() as db:
            rows = await db.execute(select(Attendance.participant_id, Attendance.left_at).where(Attendance.way == "online"))
            return [(person, left is not None) for person, left in rows]

    async def become(wanted: list[tuple[str, bool]]) -> None:
        async with asyncio.timeout(8):
            while await stays() != wanted:  # noqa: ASYNC110 - another task of the server writes it
                await asyncio.sleep(0.1)

    async with Client(server, room.room, room.staff["moderator"]), Client(server, room.room, room.tokens[0]) as a:
        me = a.welcome["you"]["id"]
        await become([(me, False)])
        async with Client(server, room.room, room.tokens[0]):
            pass
        await asyncio.sleep(2.2)
        assert await stays() == [(me, False)]
    await become([(me, True)])


async def test_every_act_is_audited_and_the_chain_holds(ground: Ground, server: str) -> None:
    room = await seeded(ground)
    async with Client(server, room.room, room.staff["moderator"]) as m, Client(server, room.room, room.tokens[0]) as a:
        ack = await a.say("pesan")
        for op, target, v in (
            ("pin", ack["id"], None),
            ("lock", None, {"on": True}),
            ("hide", ack["id"], None),
            ("state", None, {"to": "paused"}),
        ):
            assert (await m.mod(op, target, v=v or {}))["t"] == "ok"
    async with ground.database.read() as db:
        session_id = await db.scalar(select(ForumSession.id).where(ForumSession.slug == room.slug))
        verdict = await verify(db, ground.vault, str(session_id))
        assert (verdict.broken_at, verdict.entries) == (None, 5)


async def test_calls_answer_with_the_statuses_of_the_protocol(ground: Ground, server: str) -> None:
    room = await seeded(ground)
    path = f"/api/v1/rooms/{room.room}/messages"
    async with httpx.AsyncClient(base_url=server, timeout=60) as calls, Client(server, room.room, room.staff["moderator"]) as m:

        async def post(text: str, cid: str | None = None, who: int | str = 0, **more: Any) -> httpx.Response:
            body = {"cid": cid or uuid.uuid4().hex, "kind": "chat", "text": text, **more}
            return await calls.post(path, headers=room.bearer(who), json=body)

        first = await post("lewat panggilan", "satu")
        again = await post("lewat panggilan", "satu")
        other = await post("lain", "satu")
        assert [one.status_code for one in (first, again, other)] == [201, 200, 409]
        assert (first.json(), again.json()["seq"]) == ({**first.json(), "dup": False, "seq": 1, "state": "visible"}, 1)
        assert (await post("x" * 1001)).status_code == 413
        assert (await post("x", photos=["p"])).json()["code"] == "chat.bad_request"
        assert (await calls.post(path, json={})).status_code == 401
        assert (await calls.get(f"/api/v1/rooms/{room.room}/events?log=desk", headers=room.bearer(0))).status_code == 403
        assert (await calls.get(f"/api/v1/rooms/{room.room}/events?log=desk", headers=room.bearer("operator"))).status_code == 200
        assert (await calls.get("/api/v1/rooms/tidakada/events", headers=room.bearer(0))).status_code == 404
        assert (await calls.get("/api/v1/rooms/tidakada/stream", headers=room.bearer(0))).status_code == 404
        await m.mod("lock", v={"on": True})
        assert (await post("terkunci")).status_code == 423
        await m.mod("lock", v={"on": False})
        async with Client(server, room.room, room.tokens[0]) as a:
            await m.mod("mute", a.welcome["you"]["id"])
        assert ((await post("bisu")).status_code, (await post("bisu")).json()["code"]) == (403, "chat.muted")
        await m.mod("state", v={"to": "ended"})
        assert (await post("tutup", who=1)).status_code == 410


async def test_a_text_is_read_for_the_composer(ground: Ground, server: str) -> None:
    room = await seeded(ground)
    async with httpx.AsyncClient(base_url=server, timeout=60) as calls:
        body = {"text": "Mohon perbaikan saluran air di Jl. Buton RT 03/07 sepanjang 300 meter"}
        answer = await calls.post(f"/api/v1/rooms/{room.room}/reading", headers=room.bearer(0), json=body)
        assert (answer.status_code, answer.json()["kind"], answer.json()["fields"]["rt"]) == (200, "proposal", [3])

"""Gladi bersih: everything works as on the day, and nothing of it is left."""

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

import httpx
from sqlalchemy import func, select

from app.audit.models import AuditEntry
from app.chat import values
from app.chat.models import Message, Sanction, StaffAct, Vote
from app.database.tables import Table, new_id
from app.hall.models import DoorPress, ScreenItem
from app.journal.models import Event
from app.kept.models import KeptFile, KeptState
from app.notices.models import Delivery, Notice
from app.papers.keying import key_in
from app.papers.models import PaperForm, Scan, ScanKind
from app.participants.models import Attendance, Origin, Participant
from app.proposals.models import Proposal, ProposalSource, ProposalStatus, ProposalVersion, Response, ResponseVersion
from app.proposals.replies import Reply, correct, reply
from app.readiness import wiping
from app.readiness.models import Rehearsal
from app.sessions.models import ForumSession, SessionState, Site
from app.tables import metadata
from app.web.ground import Ground
from tests.conftest import Office
from tests.factories import make_session
from tests.factories_invitations import make_person, make_seat
from tests.factories_papers import keyed, make_scan, row
from tests.factories_proposals import make_proposal, words
from tests.room_client import Client

PRACTICE = (Message, Vote, Sanction, StaffAct, ScreenItem, Event, Attendance)


async def published(ground: Ground) -> tuple[ForumSession, list[Site], list[str]]:
    """A session before its day, with two people at home."""
    session, sites = await make_session(ground)
    tokens = [(await make_seat(ground, session, name, publish_name=True))[1] for name in ("Siti", "Budi")]
    return session, sites, tokens


def calling(server: str, office: Office, role: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=server, timeout=60, headers=office.bearer(role))


async def press(calls: httpx.AsyncClient, session: ForumSession, what: str) -> int:
    return (await calls.post(f"/meja/{session.slug}/latihan/{what}", headers={"Accept": "application/json"})).status_code


async def count(ground: Ground, *models: type[Table]) -> list[int]:
    async with ground.database.read() as db:
        return [await db.scalar(select(func.count()).select_from(model)) or 0 for model in models]


async def rows(ground: Ground, model: type[Table]) -> list[str]:
    """A table as text, row by row."""
    async with ground.database.read() as db:
        found = (await db.execute(select(model.__table__))).mappings()
        return sorted(json.dumps(dict(row), default=str, sort_keys=True) for row in found)


def test_every_table_is_known_to_the_wipe() -> None:
    """Practice, hanging on practice, put back, or real for a reason: a new table must say which."""
    span = wiping.Span(ForumSession(id="session", room="room"), datetime.now(UTC))
    models = [model for _, model, _ in wiping._practice(span)] + [model for model, _ in wiping._loose(span)]
    practice: set[str] = {Scan.__tablename__, KeptFile.__tablename__, *(model.__tablename__ for model in models)}
    waiting = [metadata.tables[name] for name in practice]
    while waiting:
        hanging = {table for table, column in wiping._mentions(waiting.pop()) if not column.nullable and table.name not in practice}
        practice |= {table.name for table in hanging}
        waiting += hanging
    real = [name for names in wiping.REAL.values() for name in names]
    assert len(real) == len(set(real))
    assert practice | wiping.PUT_BACK | set(real) == set(metadata.tables)
    assert set(real) & {model.__tablename__ for model in models} == set(real) & wiping.PUT_BACK == set()


async def test_a_rehearsal_is_like_the_day_and_leaves_nothing(ground: Ground, office: Office, server: str) -> None:
    session, sites, (siti, budi) = await published(ground)
    number = await make_proposal(ground, session, words(ground, "Perbaikan saluran di RT 1", via="registration"))
    before = {model: await rows(ground, model) for model in (Participant, Proposal, ProposalVersion, ProposalSource)}
    async with (
        calling(server, office, "moderator") as calls,
        calling(server, office, "operator") as hall,
        Client(server, session.room, siti) as early,
    ):
        assert (early.welcome["room"]["state"], "practice" in early.welcome["room"]) == ("waiting", False)
        assert (await early.say("terlalu pagi"))["code"] == "room_closed"
        assert await press(calls, session, "mulai") == 303
        await early.until(lambda: early.events["public"], "the room opens")
        assert early.events["public"][0]["v"] == {"to": "open", "practice": True}
        async with Client(server, session.room, office.tokens["moderator"]) as m, Client(server, session.room, budi) as b:
            assert b.welcome["room"]["practice"] is True
            said = await b.say("Perbaikan jalan di RT 2", kind="aspiration")
            assert said["proposal"] == "PKL-2022-0002"
            await early.ask(t="vote", id=said["id"], on=True)
            await m.mod("premoderate", v={"on": True})
            await m.mod("pin", said["id"])
            await m.mod("mute", m_id(b), v={"seconds": 600})
            walk_in = {"name": "Bu Tini", "element": "warga", "site": sites[0].code}
            assert (await hall.post(f"/api/v1/sessions/{session.slug}/participants", json=walk_in)).status_code == 201
            typed = await m.ask(
                t="send",
                cid="dari-aula",
                kind="aspiration",
                text="Lampu jalan",
                **{"for": {"name": "Ibu, RT 3"}, "via": "hall"},
            )
            assert typed["t"] == "ack", typed
            await put_up(hall, session, said["id"])
            merged = await calls.post(
                f"/api/v1/sessions/{session.slug}/proposals/merge", json={"into": said["proposal"], "numbers": [number]}
            )
            assert merged.status_code == 200, merged.text
            assert (await calls.get(f"/api/v1/sessions/{session.slug}")).json()["state"] == "published"
            assert (await calls.post(f"/api/v1/sessions/{session.slug}/state", json={"to": "live"})).status_code == 409
            export = await calls.get(f"/api/v1/sessions/{session.slug}/exports/chat.csv", headers=office.bearer("secretariat"))
            assert (export.status_code, export.json()["code"]) == (409, "exports.rehearsing")
            assert "LATIHAN" in (await calls.get(f"/s/{session.slug}", headers={"Accept": "text/html"})).text
            assert await press(calls, session, "hapus") == 303
            for one in (m, b, early):
                await one.until(lambda one=one: one.closed is not None, "everybody is sent back")
                assert one.closed == 4003
        assert await count(ground, *PRACTICE, Notice, Delivery) == [0] * (len(PRACTICE) + 2)
        assert {model: await rows(ground, model) for model in before} == before
        await the_day(ground, calls, server, session, siti, early.welcome["epoch"])


def m_id(client: Client) -> str:
    found: str = client.welcome["you"]["id"]
    return found


async def put_up(hall: httpx.AsyncClient, session: ForumSession, message: str) -> None:
    answer = await hall.post(f"/meja/{session.slug}/layar", data={"act": "up", "message": message})
    assert answer.status_code == 303


async def the_day(ground: Ground, calls: httpx.AsyncClient, server: str, session: ForumSession, siti: str, epoch: str) -> None:
    """The room opens for real: a new epoch that begins with 1, numbers that go on behind what is real, attendance that counts."""
    assert "LATIHAN" not in (await calls.get(f"/s/{session.slug}", headers={"Accept": "text/html"})).text
    async with Client(server, session.room, siti, resume={"public": [epoch, 3]}) as s:
        assert (s.welcome["room"]["state"], s.welcome["epoch"] != epoch, s.welcome["head"], s.welcome["recovered"]) == (
            "waiting",
            True,
            0,
            False,
        )
        assert (s.snapshots["public"], s.welcome["mine"], s.welcome["you"].get("muted_until")) == ([], [], None)
        assert (await calls.post(f"/api/v1/sessions/{session.slug}/state", json={"to": "live"})).status_code == 200
        said = await s.say("Sungguhan", kind="aspiration")
        assert (said["seq"], said["state"], said["proposal"]) == (2, "visible", "PKL-2022-0002")
        await s.until(lambda: len(s.seqs) == 2, "the first words")
        assert [event["seq"] for event in s.events["public"]] == [1, 2]
    assert await press(calls, session, "mulai") == 409


async def test_only_what_was_never_opened_is_rehearsed_and_twice_is_once(ground: Ground, office: Office, server: str) -> None:
    session, _, _ = await published(ground)
    draft, _ = await make_session(ground, state=SessionState.DRAFT)
    async with calling(server, office, "moderator") as calls:
        assert await press(calls, draft, "mulai") == 409
        assert await press(calls, session, "hapus") == 409
        presses = await asyncio.gather(*(press(calls, session, "mulai") for _ in range(4)))
        assert sorted(presses) == [303, 409, 409, 409]
        for to, status in (("paused", 200), ("live", 200), ("ended", 200), ("live", 409), ("cancelled", 403)):
            answer = await calls.post(f"/api/v1/sessions/{session.slug}/state", json={"to": to, "reason": "uji"})
            assert (to, answer.status_code) == (to, status)
        wipes = await asyncio.gather(*(press(calls, session, "hapus") for _ in range(3)))
        assert sorted(wipes) == [303, 409, 409]
        assert await press(calls, session, "mulai") == 303
        assert await press(calls, session, "hapus") == 303
    async with ground.database.read() as db:
        acts = list(await db.scalars(select(AuditEntry.act).where(AuditEntry.chain == session.id).order_by(AuditEntry.number)))
        assert await db.scalar(select(func.count()).select_from(Rehearsal)) == 2
    assert acts == ["rehearsal.begun", *["rehearsal.state_changed"] * 3, "rehearsal.wiped", "rehearsal.begun", "rehearsal.wiped"]


async def test_what_is_practised_is_not_public_and_what_is_real_stays_as_it_was(ground: Ground, office: Office, server: str) -> None:
    session, _, _ = await published(ground)
    old = await make_proposal(ground, session, words(ground, "Saluran di RT 1", via="registration"))
    said = Reply(new_id(), "Masuk rencana 2022", "Kepala Dinas", "DPUPR")
    async with ground.database.write() as db:
        await reply(db, ground.vault, session, old, said, actor="account:x", now=ground.clock.now())
    async with calling(server, office, "moderator") as calls, httpx.AsyncClient(base_url=server, timeout=60) as anybody:
        assert await press(calls, session, "mulai") == 303
        new = await make_proposal(ground, session, words(ground, "Taman baca", via="registration"))
        async with ground.database.write() as db:
            now = ground.clock.now()
            for version, text in enumerate(("Latihan satu", "Latihan dua"), 1):
                await correct(db, ground.vault, session, said.id, text, if_version=version, actor="account:x", any_=True, now=now)
            await key_in(db, ground.vault, session, new_id(), keyed(), None, within=None, actor="account:x", now=now)
        address = f"/api/v1/sessions/{session.slug}/proposals"
        for number in (old, new):
            wish = {"status": "verified", "title": "Judul latihan", "published": True}
            answer = await calls.patch(f"{address}/{number}", json=wish, headers={"If-Match": '"1"'})
            assert answer.status_code == 200, answer.text
        parts = [{"title": "Bagian satu"}, {"title": "Bagian dua"}]
        assert (await calls.post(f"{address}/{old}/split", json={"parts": parts})).status_code in {200, 201}
        assert (await anybody.get(address)).json()["items"] == []
        assert (await anybody.get(f"/u/{new}")).status_code == 404
        assert await press(calls, session, "hapus") == 303
        assert (await anybody.get(address)).json()["items"] == []
    async with ground.database.read() as db:
        kept = {one.number: one for one in await db.scalars(select(Proposal))}
        versions = [(row.proposal_id, row.version) for row in await db.scalars(select(ProposalVersion))]
        answer = (await db.scalars(select(Response))).one()
    assert (answer.text, answer.version, answer.changed_at) == ("Masuk rencana 2022", 1, None)
    assert await count(ground, ResponseVersion, PaperForm) == [0, 0]
    assert sorted(kept) == [old, new] == ["PKL-2022-0001", "PKL-2022-0002"]
    assert {(one.status, one.version, one.published_at, one.title == "Judul latihan", tuple(one.leads_to)) for one in kept.values()} == {
        (ProposalStatus.NEW, 1, None, False, ())
    }
    assert len(versions) == 2


async def test_what_a_device_kept_from_the_rehearsal_counts_for_nothing_afterwards(ground: Ground, office: Office, server: str) -> None:
    session, sites, _ = await published(ground)
    siti = await make_person(ground, session, "Siti Rahmawati", site_id=sites[0].id, origin=Origin.WALK_IN)
    api = f"/api/v1/sessions/{session.slug}"
    async with calling(server, office, "moderator") as calls, calling(server, office, "operator") as hall:
        before = ground.clock.now().isoformat()
        assert await press(calls, session, "mulai") == 303
        during = ground.clock.now().isoformat()
        made_up = (await hall.post(f"{api}/participants", json={"name": "Bu Tini", "site": sites[0].code})).json()["id"]
        assert await press(calls, session, "hapus") == 303
        people = await count(ground, Participant)
        kept = [
            {"nonce": "a", "at": during, "participant": siti.id},
            {"nonce": "b", "at": during, "participant": made_up},
            {"nonce": "c", "at": during, "name": "Bapak Joko"},
            {"nonce": "d", "at": "0001-01-01T00:00:00+07:00", "code": "K7MP-2Q9T"},
        ]
        answer = await hall.post(f"{api}/sites/{sites[0].code}/presses", json={"presses": kept})
        told = [(one["state"], one["code"]) for one in answer.json()["items"]]
        assert told == [("practice", "rehearsal.practised")] * 3 + [("refused", "hall.unknown_code")]
        desk = {"site": sites[0].code, "at": during}
        late = [
            await hall.post(f"{api}/checkins", json={**desk, "participant": siti.id, "nonce": "e", "ask": True}),
            await hall.post(f"{api}/participants", json={**desk, "name": "Bu Wati", "nonce": "f"}),
        ]
        assert [(one.status_code, one.json()["code"]) for one in late] == [(410, "rehearsal.practised")] * 2
        assert await count(ground, Attendance, DoorPress, Participant) == [0, 1, *people]
        real = [
            {"nonce": "g", "at": before, "participant": siti.id},
            {"nonce": "h", "at": ground.clock.now().isoformat(), "name": "Bu Ani"},
        ]
        answer = await hall.post(f"{api}/sites/{sites[0].code}/presses", json={"presses": real})
        assert [one["state"] for one in answer.json()["items"]] == ["in", "in"]
        assert await count(ground, Attendance) == [2]


async def test_people_of_the_room_go_and_people_who_registered_stay(ground: Ground, office: Office, server: str) -> None:
    session, sites, _ = await published(ground)
    async with calling(server, office, "moderator") as calls, calling(server, office, "operator") as hall:
        assert await press(calls, session, "mulai") == 303
        await make_seat(ground, session, "Pendaftar baru", origin=Origin.APPLICATION)
        sheet = await make_scan(ground, session, ScanKind.ATTENDANCE, sites[0].id)
        guest: dict[str, Any] = {"name": "Bu Tini", "element": "warga", "site": sites[0].code}
        made = (await hall.post(f"/api/v1/sessions/{session.slug}/participants", json=guest)).json()
        scan = {"participant": made["id"], "site": sites[0].code, "nonce": "satu"}
        assert (await hall.post(f"/api/v1/sessions/{session.slug}/checkins", json=scan)).status_code in {200, 201}
        assert await press(calls, session, "hapus") == 303
    async with ground.database.read() as db:
        people = {one.name: one.number for one in await db.scalars(select(Participant))}
        assert (await db.get(Scan, sheet.id), (await db.get_one(KeptFile, sheet.file_id)).state) == (None, KeptState.GONE)
    assert people == {"Siti": 1, "Budi": 2, "Pendaftar baru": 3}


async def test_rows_and_words_kept_from_the_rehearsal_are_stored_only_when_somebody_says_so(
    ground: Ground, office: Office, server: str
) -> None:
    session, sites, _ = await published(ground)
    api = f"/api/v1/sessions/{session.slug}"
    row_id, cells = row()
    async with calling(server, office, "moderator") as calls, calling(server, office, "operator") as hall:
        before = ground.clock.now()
        assert await press(calls, session, "mulai") == 303
        during = ground.clock.now()
        assert await press(calls, session, "hapus") == 303
        assert (await calls.post(f"{api}/state", json={"to": "live"})).status_code == 200

        async def save(**more: str) -> httpx.Response:
            return await calls.put(f"{api}/paper-forms/{row_id}", json={**cells, **more})

        async def say(cid: str, **more: int) -> httpx.Response:
            words = {"cid": cid, "kind": "aspiration", "text": f"Lampu mati {cid}", "for": {"name": "Ibu, RT 3"}}
            return await hall.post(f"{api}/sites/{sites[0].code}/messages", json={**words, **more})

        late = [await save(at=during.isoformat()), await say("c-1", sent_at=int(during.timestamp() * 1000) + 1)]
        assert [(one.status_code, one.json()["code"]) for one in late] == [(410, "rehearsal.practised")] * 2
        assert await count(ground, PaperForm, Proposal, Message) == [0, 0, 0]
        assert (await save(at=before.isoformat())).status_code == 200
        assert (await save(at=during.isoformat(), title="Latihan lagi")).status_code == 410
        answers = [await say("c-2", sent_at=int(before.timestamp() * 1000) - 1), await say("c-3")]
        assert [one.status_code for one in answers] == [201, 201]
        assert (await say("c-4", sent_at=values.LATEST)).status_code == 201
        assert await count(ground, PaperForm, Proposal, Message) == [1, 4, 3]
        answer = await save(at="0001-01-01T00:00:00+07:00", title="Perbaikan jalan")
        assert (answer.status_code, answer.json()["cells"]["title"]) == (200, "Perbaikan jalan")

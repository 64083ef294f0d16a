"""The end of a session: what is still open, asked once, nobody forgotten in a hall, and an archive that stands by itself."""

import asyncio
import hashlib
import io
import json
import re
import zipfile
from datetime import timedelta

import httpx
from sqlalchemy import select

from app.audit.service import head_of
from app.chat.models import Message, MessageState
from app.closing.checklist import Matter, points_of
from app.database.tables import new_id
from app.hall.models import DoorPress
from app.meetings.service import MeetingAccess, store
from app.notices.models import Channel, Delivery, Notice
from app.papers.models import ScanKind
from app.participants.models import Attendance, Origin
from app.proposals.models import Proposal, Response
from app.proposals.photos import Brought, bring
from app.registration.models import ApplicationState
from app.sessions.models import ForumSession, SessionState, Site
from app.web.ground import Ground
from tests.conftest import Office
from tests.factories import make_session
from tests.factories_invitations import make_applicant, make_person, make_seat
from tests.factories_papers import PDF, PNG, make_scan
from tests.factories_photos import jpeg
from tests.factories_proposals import make_proposal, words
from tests.integration.test_papers_pack import worked

SECRET = "rahasia yang ditarik"
PASSCODE = "sandi-rapat-88"
AGENCY = "Dinas Pekerjaan Umum"


def message(session: ForumSession, ground: Ground, text: str, kind: str, state: MessageState, proposal: str | None = None) -> Message:
    now = ground.clock.now()
    return Message(
        room=session.room, sender=new_id(), cid=new_id(), body_hash="0" * 64, kind=kind, text=text, by={"name": "Siti", "role": "attendee"},
        via="online", state=state, proposal=proposal, received_at=now,
    )  # fmt: skip


def stay(session: ForumSession, person_id: str, site: Site, *, hours: int) -> Attendance:
    at = session.starts_at + timedelta(hours=hours)
    return Attendance(
        session_id=session.id, participant_id=person_id, way="in_person", site_id=site.id, nonce=new_id(), arrived_at=at, recorded_at=at, recorded_by="system"
    )  # fmt: skip


async def make_evening(ground: Ground, **changes: object) -> tuple[ForumSession, list[Site]]:
    """An evening that was held, with something of everything left open.

    Two people still in hall 1, one who came after the end, one of whom nobody knows the name, one whom the door refused, one who registered
    late; a seat in hall 2; words held, uncaptured and taken away; of two proposals for an agency one is answered; one letter waits.
    """
    start = ground.clock.now() - timedelta(hours=20)
    session, sites = await make_session(
        ground, starts_at=start, ends_at=start + timedelta(hours=3), **{"state": SessionState.LIVE, **changes}
    )
    people = [await make_person(ground, session, name, phone=None) for name in ("Siti", "Budi", "Tono")]
    await make_person(ground, session, "Ibu, RT 3", phone=None, origin=Origin.PLACEHOLDER, site_id=sites[1].id)
    await make_applicant(ground, session, "Terlambat", ApplicationState.LATE, phone=None)
    await make_seat(ground, session, "Tamu", way="in_person", site_id=sites[1].id, phone=None)
    answered = words(ground, "Jalan rusak di RW 4", fields={"agency": AGENCY})
    for said in (words(ground), answered, words(ground, "Lampu mati di RW 5", fields={"agency": AGENCY})):
        await make_proposal(ground, session, said)
    async with ground.database.write() as db:
        meeting = MeetingAccess(link=f"https://us02web.zoom.us/j/1?pwd={PASSCODE}", meeting_id="812 3456", passcode=PASSCODE)
        await store(db, ground.vault, session.id, meeting, start)
        db.add(
            Response(
                session_id=session.id,
                re=answered.source_id,
                author=AGENCY,
                agency=AGENCY,
                name_public=True,
                text="Tahun depan.",
                by="system",
                at=start,
            )
        )
        db.add(
            DoorPress(
                session_id=session.id,
                site_id=sites[1].id,
                nonce=new_id(),
                participant_id=people[0].id,
                refusal="hall.in_other_hall",
                pressed_at=start,
                uploaded_at=start,
                uploaded_by="system",
            )
        )
        db.add_all(stay(session, one.id, sites[0], hours=hours) for one, hours in zip(people, (0, 1, 5), strict=True))
        db.add_all(
            [
                message(session, ground, "Lampu jalan <b>mati</b>", "aspiration", MessageState.VISIBLE),
                message(session, ground, "Jalan rusak", "aspiration", MessageState.LATE),
                message(session, ground, "Sudah usulan", "aspiration", MessageState.VISIBLE, "PKL-2022-0001"),
                message(session, ground, "Ditahan", "chat", MessageState.HELD),
                message(session, ground, SECRET, "aspiration", MessageState.HIDDEN),
            ]
        )
        notice = Notice(
            id=new_id(), session_id=session.id, participant_id=people[0].id, kind="invited", key=new_id(), facts={}, created_at=start
        )
        db.add(notice)
        await db.flush()
        db.add(Delivery(notice_id=notice.id, channel=Channel.WHATSAPP_HAND))
    return session, sites


async def counts(ground: Ground, session: ForumSession) -> dict[str, int]:
    async with ground.database.read() as db:
        return {point.matter.value: point.count for point in await points_of(db, session)}


async def test_the_list_counts_what_is_open_and_lives(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, sites = await make_evening(ground)
    ones = dict.fromkeys(("held", "unanswered", "late", "presses", "nameless", "record", "undelivered"), 1)
    everything = {**ones, "uncaptured": 2, "unverified": 3, "stays": 3, "sheets": 2}
    assert await counts(ground, session) == everything
    moderator = office.bearer("moderator")
    page = await web.get(f"/meja/{session.slug}/penutupan/angka", headers=moderator)
    assert all(f'data-key="{matter.value}" data-count="{everything[matter.value]}"' in page.text for matter in Matter)
    assert sites[0].name in page.text
    ways = set(re.findall(rf'href="(/meja/{session.slug}/[^"]+)"', page.text))
    assert {way.removeprefix(f"/meja/{session.slug}/") for way in ways} == {
        "ruang", "usulan?status=waiting", "tanggapan?untuk=every", "pendaftar?state=late", "lokasi/aula-2/pintu", "lokasi/aula-2",
        "lokasi/aula-1", "kertas/pindaian", "undangan",
    }  # fmt: skip
    assert {way: (await web.get(way, headers=moderator)).status_code for way in ways} == dict.fromkeys(ways, 200)
    await make_scan(ground, session, ScanKind.ATTENDANCE, sites[0].id)
    await make_scan(ground, session, ScanKind.RECORD, content=PNG)
    assert await counts(ground, session) == {**everything, "sheets": 1, "record": 0}


async def test_one_press_checks_everybody_out_at_the_end_of_the_forum(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_evening(ground)
    for _ in range(2):
        assert (await web.post(f"/meja/{session.slug}/penutupan/pulang", headers=office.bearer("secretariat"))).status_code == 303
    async with ground.database.read() as db:
        left = list(await db.scalars(select(Attendance.left_at).order_by(Attendance.arrived_at)))
    assert left == [session.ends_at, session.ends_at, session.starts_at + timedelta(hours=5)]
    early, _ = await make_session(ground, state=SessionState.LIVE)
    refused = await web.post(f"/meja/{early.slug}/penutupan/pulang", headers=office.bearer("secretariat"))
    assert refused.status_code == 409


async def test_ending_with_open_points_is_asked_once(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_evening(ground)
    address, headers = f"/meja/{session.slug}/penutupan/akhiri", office.bearer("moderator")
    asked = await web.post(address, headers=headers)
    assert (asked.status_code, 'name="anyway" value="1"' in asked.text) == (409, True)
    assert (await web.post(address, data={"anyway": "1"}, headers=headers)).status_code == 303
    async with ground.database.read() as db:
        assert (await db.get_one(ForumSession, session.id)).state == SessionState.ENDED


async def test_the_archive_is_whole_and_opens_without_the_server(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, sites = await make_evening(ground)
    await make_scan(ground, session, ScanKind.ATTENDANCE, sites[0].id)
    async with ground.database.read() as db:
        number, id_ = (await db.execute(select(Proposal.number, Proposal.id).order_by(Proposal.number).limit(1))).one()
    await bring(ground.database, ground.vault, id_, Brought("satu", "account:x"), io.BytesIO(jpeg()), now=ground.clock.now())
    headers = {**office.bearer("secretariat"), "Accept": "application/json"}
    asked = await web.post(f"/meja/{session.slug}/penutupan/arsip", headers=headers)
    assert (asked.status_code, 'name="anyway" value="1"' in asked.text) == (409, True)
    address = f"/api/v1/sessions/{session.slug}/archive"
    wanted, *again = [answer.json() for answer in await asyncio.gather(*(web.post(address, headers=headers) for _ in range(3)))]
    assert again == [wanted, wanted]
    assert (await web.get(wanted["href"], headers=headers)).json()["state"] == "coming"
    async with ground.database.read() as db:
        head = await head_of(db, session.id)
    await worked(ground)
    ready = (await web.get(wanted["href"], headers=headers)).json()
    assert (ready["state"], ready["done"]) == ("kept", ready["total"])
    assert (await web.get(wanted["href"], headers=office.bearer("operator"))).status_code == 404
    answer = await web.get(ready["href"], headers=headers)
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    folder = f"arsip-{session.slug}"
    read = {info.filename.removeprefix(folder + "/"): archive.read(info) for info in archive.infolist()}
    tables = {f"data/{table}.{kind}" for table in ("proposals", "attendance", "chat", "audit") for kind in ("csv", "xlsx", "html")}
    assert tables | {
        "data/attendance.pdf",
        "data/minutes.pdf",
        "data/minutes.docx",
        "index.html",
        "gaya.css",
        "BACA-SAYA.txt",
        "SHA256SUMS.txt",
        "audit/kepala.json",
    } <= set(read)
    assert read["pindaian/001-attendance-aula-1.pdf"] == PDF
    assert [path for path in read if path.startswith("foto/")] == [f"foto/{number}-1.jpg"]
    assert read[f"foto/{number}-1.jpg"].startswith(b"\xff\xd8\xff")
    assert f'href="foto/{number}-1.jpg"' in read["index.html"].decode()
    listed = dict(reversed(line.split("  ", 1)) for line in read["SHA256SUMS.txt"].decode().splitlines())
    assert listed == {
        path: hashlib.sha256(content).hexdigest() for path, content in read.items() if path not in {"SHA256SUMS.txt", "BACA-SAYA.txt"}
    }
    readme = read["BACA-SAYA.txt"].decode()
    assert all(f"{sha256}  {path}" in readme for path, sha256 in listed.items())
    assert [readme.count(words) for words in ("DATA PRIBADI", "PERSONAL DATA", "MASIH TERBUKA", "STILL OPEN")] == [1, 1, 1, 1]
    english = readme.partition("IN ENGLISH")[2]
    assert [piece in english for piece in ("index.html", session.title, "3 entries", head)] == [True] * 4
    assert json.loads(read["audit/kepala.json"]) == {"chain": session.id, "entries": 3, "head": head, "whole": True, "broken_at": None}
    everything = b"".join(read.values())
    assert [secret in everything for secret in (SECRET.encode(), PASSCODE.encode(), b"zoom.us")] == [False, False, False]
    assert b"Lampu jalan &lt;b&gt;mati" in read["data/chat.html"]
    assert all(f'href="{path}"' in read["index.html"].decode() for path in tables | {"pindaian/001-attendance-aula-1.pdf"})
    assert b"http://" not in read["index.html"].replace(b"http://www.w3.org", b"")
    practising, _ = await make_session(ground, rehearsal=SessionState.LIVE, rehearsal_at=ground.clock.now())
    refused = await web.post(f"/api/v1/sessions/{practising.slug}/archive", headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (409, "exports.rehearsing")

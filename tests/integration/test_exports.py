"""What leaves the house: every table in every format, harmless, complete, without what was taken away, and audited."""

import csv
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import openpyxl
import pytest
from pypdf import PdfReader
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.chat.models import Message, MessageState
from app.database.tables import new_id
from app.participants.models import Attendance, Origin, Participant
from app.proposals.capture import Words, capture, words_gone
from app.sessions.models import ForumSession, Site
from app.web.ground import Ground
from tests.conftest import Office
from tests.factories import make_session

AT = datetime(2021, 4, 11, 12, 33, tzinfo=UTC)
HOSTILE = '=HYPERLINK("http://evil.example";"klik")'


async def make_event(ground: Ground) -> tuple[ForumSession, list[Site]]:
    """Three people (one in the hall, one online, one absent), two proposals, four messages of which one is hidden and one held."""
    session, sites = await make_session(ground, starts_at=AT, ends_at=AT + timedelta(hours=3))
    people = [
        person(ground, session, 1, "Siti Rahayu", institution="PKK Poncol", phone="+6285326905742", address="Jl. Buton 3"),
        person(ground, session, 2, "Budi; Santoso", element="rw"),
        person(ground, session, 3, "Tidak Hadir"),
    ]
    async with ground.database.write() as db:
        db.add_all(people)
        await db.flush()
        db.add(stay(session, people[0], "in_person", sites[0].id, AT, None))
        db.add(stay(session, people[1], "online", None, AT, AT + timedelta(hours=2)))
        words = [
            Words("message", new_id(), HOSTILE, "Siti Rahayu", AT, participant_id=people[0].id, site_id=sites[0].id, via="hall"),
            Words(
                "message", new_id(), "Lampu jalan 12 titik", "Budi", AT, fields={"title": "Lampu jalan", "quantity": 12.5, "unit": "titik"}
            ),
        ]
        await capture(db, session.id, words, by="system", now=AT)
        db.add_all(
            message(session, people[0], text, state, seq)
            for seq, (text, state) in enumerate(
                [
                    (HOSTILE, MessageState.VISIBLE),
                    ("rahasia sekali", MessageState.HIDDEN),
                    ("belum boleh", MessageState.HELD),
                    ("baris satu\nbaris dua 👍", MessageState.VISIBLE),
                ]
            )
        )
    return session, sites


def person(ground: Ground, session: ForumSession, number: int, name: str, **more: str) -> Participant:
    row = Participant(
        id=new_id(), session_id=session.id, number=number, origin=Origin.APPLICATION, name=name, name_key=name.lower(), created_at=AT
    )
    for column, value in more.items():
        sealed = column in {"phone", "address"}
        setattr(row, column, ground.vault.seal(value, "participants", column, row.id) if sealed else value)
    return row


def stay(session: ForumSession, who: Participant, way: str, site_id: str | None, arrived: datetime, left: datetime | None) -> Attendance:
    return Attendance(
        session_id=session.id,
        participant_id=who.id,
        way=way,
        site_id=site_id,
        nonce=new_id(),
        arrived_at=arrived,
        left_at=left,
        recorded_at=arrived,
        recorded_by="system",
    )


def message(session: ForumSession, who: Participant, text: str, state: MessageState, seq: int) -> Message:
    return Message(
        id=new_id(),
        room=session.room,
        sender=who.id,
        cid=new_id(),
        body_hash="0" * 64,
        kind="chat",
        text=text,
        by={"id": who.id, "name": who.name, "role": "attendee", "via": "online"},
        via="online",
        state=state,
        seq=seq,
        received_at=AT + timedelta(seconds=seq),
    )


async def fetch(web: httpx.AsyncClient, office: Office, session: ForumSession, name: str) -> httpx.Response:
    return await web.get(f"/api/v1/sessions/{session.slug}/exports/{name}", headers=office.bearer("secretariat"))


def rows_of(answer: httpx.Response) -> list[dict[str, str]]:
    assert answer.status_code == 200
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))


async def test_proposals_as_csv_for_indonesian_excel(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_event(ground)
    answer = await fetch(web, office, session, "proposals.csv")
    rows = rows_of(answer)
    assert [r["Nomor usulan"] for r in rows] == ["PKL-2022-0001", "PKL-2022-0002"]
    assert rows[0]["Kata asli"] == "'" + HOSTILE
    assert not rows[0]["Usulan"].startswith("=")
    assert (rows[1]["Usulan"], rows[1]["Volume"], rows[1]["Satuan"]) == ("Lampu jalan", "12,5", "titik")
    assert rows[0]["Lokasi"] == "Aula 1"
    assert rows[0]["Tanggal usul"] == "2021-04-11 19:33:00"
    assert b"\r\n" in answer.content


async def test_attendance_has_annex_one_and_says_how_people_were_there(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_event(ground)
    rows = rows_of(await fetch(web, office, session, "attendance.csv"))
    assert list(rows[0])[:4] == ["Nama", "Lembaga/Instansi", "Alamat & no telp.", "Tanda tangan"]
    assert [r["Nama"] for r in rows] == ["Siti Rahayu", "Budi; Santoso"]
    assert rows[0]["Alamat & no telp."] == "Jl. Buton 3, 0853-2690-5742"
    assert (rows[0]["Tanda tangan"], rows[0]["Lokasi"]) == ("", "Aula 1")
    assert rows[1]["Tanda tangan"] == "hadir daring 19.33 WIB – 21.33 WIB"


async def test_attendance_as_pdf_reads_like_the_annex(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_event(ground)
    answer = await fetch(web, office, session, "attendance.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    text = " ".join(PdfReader(io.BytesIO(answer.content)).pages[0].extract_text().split())
    for part in (
        "LAMPIRAN I",
        "Daftar Hadir Peserta",
        "Siti Rahayu",
        "PKK Poncol",
        "Budi; Santoso",
        "hadir daring 19.33 WIB",
        session.title,
    ):
        assert part in text
    assert "Tidak Hadir" not in text


async def test_words_taken_away_leave_the_proposal_that_only_repeated_them(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    message_id = new_id()
    async with ground.database.write() as db:
        await capture(db, session.id, [Words("message", message_id, "Pak Fulan maling pasir", "Warga", AT)], by="system", now=AT)
        await words_gone(db, message_id, "hidden")
    answer = await fetch(web, office, session, "proposals.csv")
    assert [(row["Nomor usulan"], row["Usulan"], row["Kata asli"]) for row in rows_of(answer)] == [
        ("PKL-2022-0001", "(kata-katanya ditarik)", "")
    ]
    assert "maling" not in answer.text


async def test_an_empty_session_gives_empty_tables(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    for table in ("proposals", "attendance", "chat"):
        assert rows_of(await fetch(web, office, session, f"{table}.csv")) == []
        assert (await fetch(web, office, session, f"{table}.json")).json()["rows"] == []
    assert (await fetch(web, office, session, "attendance.pdf")).content.startswith(b"%PDF")


async def test_what_was_taken_away_or_held_is_in_no_export(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_event(ground)
    rows = rows_of(await fetch(web, office, session, "chat.csv"))
    assert [r["Isi"] for r in rows] == ["'" + HOSTILE, "", "baris satu\nbaris dua 👍"]
    for name in ("chat.csv", "chat.json", "proposals.json", "audit.json"):
        answer = await fetch(web, office, session, name)
        assert "rahasia sekali" not in answer.text
        assert "belum boleh" not in answer.text


async def test_spreadsheets_hold_text_and_no_formula(ground: Ground, office: Office, web: httpx.AsyncClient, tmp_path: Path) -> None:
    session, _ = await make_event(ground)
    path = tmp_path / "usulan.xlsx"
    path.write_bytes((await fetch(web, office, session, "proposals.xlsx")).content)
    sheet = openpyxl.load_workbook(path).active
    assert sheet is not None
    head = [cell.value for cell in sheet[1]]
    first = dict(zip(head, sheet[2], strict=True))
    second = dict(zip(head, sheet[3], strict=True))
    assert (first["Kata asli"].value, first["Kata asli"].data_type) == (HOSTILE, "s")
    assert (second["Volume"].value, second["Volume"].data_type) == (12.5, "n")
    assert first["Tanggal usul"].value == datetime(2021, 4, 11, 19, 33)
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


async def test_json_names_its_columns_and_the_head_of_the_chain(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_event(ground)
    body = (await fetch(web, office, session, "proposals.json")).json()
    assert body["session"] == session.slug
    assert body["rows"][1]["quantity"] == 12.5
    assert body["rows"][0]["created_at"] == "2021-04-11T19:33:00+07:00"
    async with ground.database.read() as db:
        last = await db.scalar(select(AuditEntry).where(AuditEntry.chain == session.id).order_by(AuditEntry.number.desc()).limit(1))
    assert last is not None
    assert (last.act, last.facts, last.link.hex()) == ("exports.made", '{"format":"json","table":"proposals"}', body["audit_head"])


async def test_long_lists_are_read_in_pages_without_loss(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    words = [Words("message", new_id(), f"Usulan {n}", "Warga", AT) for n in range(1203)]
    async with ground.database.write() as db:
        await capture(db, session.id, words, by="system", now=AT)
    rows = rows_of(await fetch(web, office, session, "proposals.csv"))
    assert [r["Nomor usulan"] for r in rows] == [f"PKL-2022-{n:04}" for n in range(1, 1204)]


@pytest.mark.parametrize("name", ["proposals.exe", "nihil.csv", "chat.pdf"])
async def test_what_is_not_exported_is_not_found(ground: Ground, office: Office, web: httpx.AsyncClient, name: str) -> None:
    session, _ = await make_session(ground)
    assert (await fetch(web, office, session, name)).status_code == 404


async def test_the_page_offers_what_the_reader_may_take(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    address = f"/meja/{session.slug}/rekaman"
    full = await web.get(address, headers=office.bearer("secretariat"))
    bare = await web.get(address, headers=office.bearer("reader"))
    link = f"/api/v1/sessions/{session.slug}/exports/attendance.pdf"
    assert (link in full.text, link in bare.text) == (True, False)

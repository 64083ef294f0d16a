"""The minutes: what was recorded stands under its point, what was taken away nowhere, and nobody writes over a colleague unseen."""

import asyncio
import io
import re
from html import unescape
from pathlib import Path
from threading import get_ident
from typing import Any

import docx
import httpx
import pytest
from pypdf import PdfReader
from sqlalchemy import delete, func, select, update

from app.assembly import handlers
from app.audit.models import AuditEntry
from app.chat.models import Message, MessageState
from app.database.tables import new_id
from app.errors import Conflict
from app.minutes import view
from app.minutes.difference import Piece, difference
from app.minutes.document import LANGUAGE, document_of
from app.minutes.gather import minutes_of
from app.minutes.making import minutes_pdf
from app.minutes.models import MinutesNote, MinutesText
from app.minutes.texts import note, write_text
from app.participants.models import Attendance
from app.proposals.capture import words_gone
from app.proposals.models import ProposalSource
from app.proposals.replies import Reply, reply
from app.rights.erasure import ask
from app.rights.forgotten import ERASE
from app.rights.models import Erasure
from app.sessions.models import AgendaItem, ForumSession, SessionState
from app.web.ground import Ground
from tests.conftest import Office
from tests.factories_minutes import Held, announce, at, decide, make_held, say, someone, stay, turn
from tests.integration.test_documents_whole import AWKWARD, bare, missing

Sections = list[dict[str, Any]]


async def document(ground: Ground, held: Held) -> dict[str, Any]:
    """What the documents are made of."""
    async with ground.database.read() as db:
        session = await db.get_one(ForumSession, held.session.id)
    found = await minutes_of(ground.database, session, ground.clock.now())
    return document_of(found, ground.settings, ground.catalogues.translator(LANGUAGE))


def told(sections: Sections) -> dict[str, list[str]]:
    """Of each section the words of its entries."""
    return {one["title"]: [entry["text"] for entry in one["entries"]] for one in sections}


class Page:
    """The page as an officer's browser posts it."""

    def __init__(self, web: httpx.AsyncClient, held: Held, headers: dict[str, str], section: str = "closing") -> None:
        self.web, self.base, self.headers, self.section = web, f"/meja/{held.session.slug}/notulen", headers, section

    async def get(self, query: str = "") -> str:
        answer = await self.web.get(f"{self.base}?bagian={self.section}{query}", headers=self.headers)
        assert answer.status_code == 200, answer.text
        return answer.text

    async def opened(self, query: str = "") -> dict[str, str]:
        return self.fields(await self.get(query))

    def fields(self, text: str) -> dict[str, str]:
        """What the form holds as a browser would send it."""
        found = dict(re.findall(r'<input type="hidden" name="(section|seen|note_id)" value="([^"]*)"', text))
        areas = re.findall(
            r'<textarea[^>]* name="(text)"[^>]*>\n(.*?)</textarea>|<textarea name="(was)"[^>]*>\n(.*?)</textarea>', text, re.DOTALL
        )
        return found | {a or c: unescape(b or d) for a, b, c, d in areas}

    async def send(self, fields: dict[str, str], **typed: str) -> httpx.Response:
        return await self.web.post(self.base, data={**fields, **typed}, headers=self.headers)


async def test_what_was_said_stands_under_the_point_that_was_being_dealt_with(ground: Ground) -> None:
    held = await make_held(ground)
    hall = held.sites[0]
    await say(ground, held, 7, "spoken", "Lagu Indonesia Raya.")
    await say(ground, held, 12, "spoken", "Wali kota membuka forum.", site=hall)
    asked = await say(ground, held, 31, "aspiration", "Saluran Samudra mampet.", "Siti Rahayu", site=hall, proposal="PKL-2021-0007")
    await say(ground, held, 33, "response", "Masuk triwulan II.", "Ir. Bambang", re=asked, agency="DPUPR")
    await say(ground, held, 32, "question", "Kapan lampu dipasang?", "Budi Santoso")
    await say(ground, held, 34, "chat", "Halo semua", "Wati")
    await announce(ground, held, 60, "Istirahat lima menit.")
    for minute, to in ((5, "open"), (61, "paused"), (66, "open"), (120, "ended")):
        await turn(ground, held, minute, to)
    await say(ground, held, 130, "aspiration", "Titip satu lagi.", "Wati")
    await say(ground, held, 810, "spoken", "Ralat esok paginya.")

    given = await document(ground, held)
    assert told(given["sections"]) == {
        "Sebelum acara pertama": ["Lagu Indonesia Raya."],
        "1. Pembukaan": ["Wali kota membuka forum."],
        "2. Penyampaian aspirasi": [
            "Saluran Samudra mampet.",
            "Kapan lampu dipasang?",
            "Masuk triwulan II.",
            "Istirahat lima menit.",
            "Forum dijeda.",
            "Forum dilanjutkan.",
        ],
        "3. Pleno prioritas": [],
        "Sesudah forum ditutup": ["Titip satu lagi.", "Ralat esok paginya."],
    }
    assert [entry["time"] for entry in given["sections"][-1]["entries"]] == ["20.40", "12-04 08.00"]
    first, question, answer = given["sections"][2]["entries"][:3]
    assert (first["time"], first["kind"], first["name"], first["standing"], first["about"]) == (
        "19.01",
        "Aspirasi",
        "Siti Rahayu",
        "Ketua RT 03/RW 05, Aula 1",
        "PKL-2021-0007",
    )
    assert (question["name"], question["standing"]) == ("Budi Santoso", "Pemuda atau Karang Taruna, daring")
    assert (answer["kind"], answer["standing"], answer["about"]) == (
        "Tanggapan",
        "DPUPR, daring",
        "menanggapi Siti Rahayu pukul 19.01, PKL-2021-0007",
    )
    assert given["remark"] == "Obrolan biasa di ruang (1 pesan) tidak dimuat."
    assert given["agenda"] == [
        ["1", "Pembukaan", "18.30", "18.40", "19.00", "10 menit lebih lambat"],
        ["2", "Penyampaian aspirasi", "19.00", "19.00", "20.00", "tepat waktu"],
        ["3", "Pleno prioritas", "19.30", "20.00", "20.30", "30 menit lebih lambat"],
    ]


async def test_attendance_stands_by_sex_and_element_and_by_hall_and_way(ground: Ground) -> None:
    held = await make_held(ground)
    given = await document(ground, held)
    assert given["crowd"] == {
        "rows": [
            ["Ketua atau pengurus RT", 0, 2, 0, 2],
            ["Pemuda atau Karang Taruna", 1, 0, 0, 1],
            ["Pemerintah atau perangkat daerah", 1, 0, 0, 1],
        ],
        "sums": [2, 2, 0, 4],
        "places": [["Aula 1", 2], ["Aula 2", 1], ["Daring", 1]],
        "twice": False,
    }
    facts = dict(given["facts"])
    assert (facts["Hadir"], facts["Kuorum"]) == ("4 orang: 3 di lokasi, 1 daring", "3 orang, tercapai pukul 18.37 WIB")
    assert (facts["Dibuka dan ditutup"], given["draft"]) == ("pukul 18.35–20.30 WIB", False)


async def test_decisions_stand_under_the_point_at_which_they_were_made_and_their_sums_at_the_end(ground: Ground) -> None:
    held = await make_held(ground)
    agreed, refused = await decide(ground, held)
    given = await document(ground, held)
    assert [bool(one["agreed"] or one["refused"]) for one in given["sections"]] == [False, False, True]
    plenary = given["sections"][-1]
    assert plenary["agreed"] == [[agreed, "Pengerukan saluran Samudra, Krapyak RW 02", "Rp100.000.000", "DPUPR"]]
    assert plenary["refused"] == [
        [refused, "Gedung serbaguna Degayu, Krapyak RW 02", "Lahan atau aset bukan milik pemerintah: Tanah PT KAI"]
    ]
    assert given["outcome"] == [
        ["Disepakati", "1 usulan, jumlah pagu Rp100.000.000"],
        ["Belum disepakati", "1 usulan"],
        ["Pagu forum", "Rp150.000.000"],
    ]
    assert given["delegates"] == [["Siti Rahayu", "Ketua atau pengurus RT", "Perempuan"]]


async def test_words_that_were_taken_away_or_never_shown_stand_nowhere(ground: Ground) -> None:
    held = await make_held(ground)
    for state in ("held", "late", "rejected", "hidden", "deleted", "erased"):
        await say(ground, held, 40, "aspiration", f"kata {state}", "Wati", state=state)
    shown = await say(ground, held, 41, "aspiration", "kata tampil", "Wati")
    hidden = await say(ground, held, 42, "aspiration", "kata asal", "Wati", state="hidden")
    await say(ground, held, 43, "response", "jawaban", "Ir. Bambang", re=hidden)
    agreed, _ = await decide(ground, held)
    given = await document(ground, held)
    assert told(given["sections"])["2. Penyampaian aspirasi"] == ["kata tampil", "jawaban"]
    assert given["sections"][1]["entries"][1]["about"] == ""

    async with ground.database.write() as db:
        await db.execute(update(Message).where(Message.id == shown).values(state=MessageState.HIDDEN))
        source = (await db.scalars(select(ProposalSource.source_id).where(ProposalSource.text.contains("Samudra")))).one()
        await words_gone(db, source, "hidden")
    given = await document(ground, held)
    assert told(given["sections"])["2. Penyampaian aspirasi"] == ["jawaban"]
    assert given["sections"][-1]["agreed"][0][:2] == [agreed, "(kata-katanya sudah ditarik)"]


async def test_a_rehearsal_is_not_minuted(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    values = {"state": SessionState.PUBLISHED, "rehearsal": SessionState.LIVE, "rehearsal_at": at(0), "opened_at": None, "ended_at": None}
    held = await make_held(ground, **values)
    await say(ground, held, 40, "aspiration", "Coba-coba", "Wati")
    await announce(ground, held, 41, "Ini latihan")
    given = await document(ground, held)
    assert [entry for one in given["sections"] for entry in one["entries"]] == []
    assert given["crowd"]["rows"] == []
    page = Page(web, held, office.bearer("secretariat"))
    refused = await page.send(await page.opened(), text="Latihan menulis", note="Latihan mencatat")
    assert (refused.status_code, "Latihan menulis" in refused.text, "Latihan mencatat" in refused.text) == (409, True, True)
    answer = await web.get(f"/api/v1/sessions/{held.session.slug}/exports/minutes.pdf", headers=office.bearer("secretariat"))
    assert (answer.status_code, answer.json()["code"]) == (409, "exports.rehearsing")
    async with ground.database.read() as db:
        assert [await db.scalar(select(func.count()).select_from(one)) for one in (MinutesText, MinutesNote)] == [0, 0]


async def test_answers_on_a_page_are_minuted_with_their_agency_until_they_are_withdrawn(ground: Ground) -> None:
    held = await make_held(ground)
    number = (await decide(ground, held))[0]
    async with ground.database.write() as db:
        given = Reply(new_id(), "Dianggarkan tahun depan.", "Kepala Bidang", "Dinas Perkim")
        await reply(db, ground.vault, held.session, number, given, actor="account:x", now=at(50))
    entry = (await document(ground, held))["sections"][1]["entries"][0]
    assert (entry["name"], entry["standing"], entry["about"]) == ("Kepala Bidang", "Dinas Perkim, tertulis", number)
    assert entry["text"] == "Dianggarkan tahun depan."


async def test_what_officers_write_is_kept_version_by_version(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    held = await make_held(ground)
    await say(ground, held, 31, "aspiration", "Saluran mampet.", "Siti Rahayu")
    page = Page(web, held, office.bearer("secretariat"), held.points[1])
    begun = await page.opened("&isi=tercatat")
    assert begun["text"] == "19.01 Aspirasi, Siti Rahayu (Ketua RT 03/RW 05, daring): Saluran mampet."
    assert (await page.send(begun, text=f"{begun['text']}\r\nDibahas panjang.")).status_code == 303
    saved = await page.opened()
    assert (saved["seen"], saved["text"]) == ("1", f"{begun['text']}\nDibahas panjang.")
    assert (await page.send(saved)).status_code == 303
    assert (await page.send(saved, text="Ringkas saja.")).status_code == 303
    assert (await page.opened("&isi=v1"))["text"] == saved["text"]
    text = await page.get()
    assert re.findall(r'<li class="(added|removed)">', text) == ["removed", "added"]
    assert [one["text"] for one in (await document(ground, held))["sections"]] == ["", "Ringkas saja.", ""]
    async with ground.database.read() as db:
        rows = (await db.execute(select(MinutesText.version, MinutesText.text).order_by(MinutesText.version))).all()
        acts = list(await db.scalars(select(AuditEntry.act).where(AuditEntry.act.like("minutes.%"))))
    assert [tuple(row) for row in rows] == [(1, saved["text"]), (2, "Ringkas saja.")]
    assert acts == ["minutes.written"] * 2


async def test_the_page_says_the_day_of_what_was_said_on_another(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    held = await make_held(ground)
    await turn(ground, held, 120, "ended")
    await say(ground, held, 810, "spoken", "Ralat esok paginya.", "Wati")
    page = Page(web, held, office.bearer("secretariat"), "after")
    assert '<span class="num soft">12-04 08.00</span>' in await page.get()
    assert (await page.opened("&isi=tercatat"))["text"].startswith("12-04 08.00 ")


async def test_texts_are_compared_beside_the_event_loop(
    ground: Ground, office: Office, web: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = await make_held(ground)
    await say(ground, held, 31, "aspiration", "Saluran mampet.", "Wati")
    threads: list[int] = []

    def compared(before: str, after: str) -> list[Piece]:
        threads.append(get_ident())
        return difference(before, after)

    monkeypatch.setattr(view, "difference", compared)
    mine = Page(web, held, office.bearer("secretariat"), held.points[1])
    theirs = Page(web, held, office.bearer("moderator"), held.points[1])
    opened, also = await mine.opened(), await theirs.opened()
    assert (await theirs.send(also, text="Dari moderator.")).status_code == 303
    assert (await mine.send(opened, text="Dari sekretariat.")).status_code == 409
    assert (len(threads), get_ident() in threads) == (2, False)


async def test_two_officers_at_once_lose_nothing(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    held = await make_held(ground)
    mine = Page(web, held, office.bearer("secretariat"), held.points[0])
    theirs = Page(web, held, office.bearer("moderator"), held.points[0])
    opened, also = await mine.opened(), await theirs.opened()
    assert (await theirs.send(also, text="Dari moderator.")).status_code == 303
    refused = await mine.send(opened, text="Dari sekretariat.", note="Lampu padam.")
    assert refused.status_code == 409
    again = mine.fields(refused.text)
    assert (again["text"], again["seen"], again["was"]) == ("Dari sekretariat.", "1", "Dari moderator.")
    assert [
        words in refused.text for words in ("Rekan Anda menyimpan lebih dulu", "program moderator", "Catatan berjalan Anda tersimpan")
    ] == [True] * 3
    assert again["note_id"] != opened["note_id"]
    assert (await mine.send(again)).status_code == 303
    async with ground.database.read() as db:
        rows = await db.scalars(select(MinutesText.text).order_by(MinutesText.version))
        assert list(rows) == ["Dari moderator.", "Dari sekretariat."]
        assert list(await db.scalars(select(MinutesNote.text))) == ["Lampu padam."]


async def test_of_two_saves_in_the_same_moment_one_is_refused(ground: Ground) -> None:
    held = await make_held(ground)

    async def save(text: str) -> int | str:
        try:
            async with ground.database.write() as db:
                given = {"known": held.points, "seen": 0, "was": "", "actor": "account:x", "now": at(1)}
                return await write_text(db, ground.vault, held.session, held.points[0], text, **given)
        except Conflict as refused:
            return refused.code

    assert sorted(map(str, await asyncio.gather(save("Satu."), save("Dua.")))) == ["1", "minutes.changed"]
    async with ground.database.read() as db:
        assert await db.scalar(select(func.count()).select_from(MinutesText)) == 1


async def test_a_note_alone_never_touches_a_text(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    held = await make_held(ground)
    mine = Page(web, held, office.bearer("secretariat"), held.points[0])
    opened = await mine.opened()
    assert (await mine.send(await mine.opened(), text="Baru.")).status_code == 303
    assert (await mine.send(opened, note="Hadirin berdiri.")).status_code == 303
    assert (await mine.send(opened, note="Hadirin berdiri.")).status_code == 303
    async with ground.database.read() as db:
        assert list(await db.scalars(select(MinutesText.text))) == ["Baru."]
        kept = (await db.scalars(select(MinutesNote))).one()
    assert kept.text == "Hadirin berdiri."
    given = await document(ground, held)
    assert told(given["sections"])["Sesudah forum ditutup"] == ["Hadirin berdiri."]
    back = f"{mine.base}/catatan/{kept.id}/tarik"
    assert (await web.post(back, data={"section": "after"}, headers=mine.headers)).status_code == 303
    assert (await web.post(back, data={"section": "after"}, headers=mine.headers)).status_code == 404
    assert "Sesudah forum ditutup" not in told((await document(ground, held))["sections"])
    async with ground.database.read() as db:
        assert list(await db.scalars(select(MinutesNote.text))) == [""]


async def test_two_presses_at_once_keep_one_note(ground: Ground) -> None:
    held, note_id = await make_held(ground), new_id()

    async def press() -> bool:
        async with ground.database.write() as db:
            return await note(db, ground.vault, held.session, note_id, "Lampu padam.", actor="account:x", now=ground.clock.now())

    async with ground.database.write() as db:
        first = await note(db, ground.vault, held.session, note_id, "Lampu padam.", actor="account:x", now=ground.clock.now())
        second = asyncio.create_task(press())
        await asyncio.sleep(0.3)
    assert (first, await second) == (True, False)
    async with ground.database.read() as db:
        assert list(await db.scalars(select(MinutesNote.text))) == ["Lampu padam."]
        assert await db.scalar(select(func.count()).where(AuditEntry.act == "minutes.noted")) == 1


async def test_what_is_too_long_or_stands_nowhere_is_refused_with_everything_typed(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    held = await make_held(ground)
    page = Page(web, held, office.bearer("secretariat"), held.points[0])
    opened = await page.opened()
    long = await page.send(opened, text="a" * 20_001)
    assert (long.status_code, page.fields(long.text)["text"]) == (422, "a" * 20_001)
    noted = await page.send(opened, text="Teks", note="b" * 1001)
    assert (noted.status_code, page.fields(noted.text)["text"], "b" * 1001 in noted.text) == (422, "Teks", True)
    gone = await page.send(opened, section="tidakada", text="Teks")
    assert (gone.status_code, page.fields(gone.text)["text"]) == (404, "Teks")
    async with ground.database.read() as db:
        assert [await db.scalar(select(func.count()).select_from(one)) for one in (MinutesText, MinutesNote)] == [0, 0]


async def test_words_on_a_point_that_left_the_agenda_stay(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    held = await make_held(ground)
    page = Page(web, held, office.bearer("secretariat"), held.points[1])
    await page.send(await page.opened(), text="Sudah ditulis.")
    async with ground.database.write() as db:
        await db.delete(await db.get_one(AgendaItem, held.points[1]))
    sections = (await document(ground, held))["sections"]
    assert [(one["title"], one["text"]) for one in sections if one["text"]] == [("Acara yang sudah dihapus", "Sudah ditulis.")]


async def test_an_erasure_reaches_texts_and_notes_in_every_version(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    held = await make_held(ground)
    page = Page(web, held, office.bearer("secretariat"), held.points[1])
    for text in ("Siti Rahayu membuka pembahasan.", "Siti Rahayu dan Wati membuka pembahasan."):
        await page.send(await page.opened(), text=text, note=f"Catatan: {text}")
    await say(ground, held, 31, "aspiration", "Saluran mampet.", "Siti Rahayu")
    person = held.people["Siti Rahayu"]
    async with ground.database.write() as db:
        wanted = await ask(db, ground.vault, held.session, person.id, actor="account:x", now=ground.clock.now())
    await handlers(ground)[ERASE]({"erasure_id": wanted.id})
    async with ground.database.read() as db:
        assert (await db.get_one(Erasure, wanted.id)).done_at is not None
        kept = [*await db.scalars(select(MinutesText.text)), *await db.scalars(select(MinutesNote.text))]
    assert (len(kept), [text for text in kept if "Siti" in text or "Peserta 1 " not in text]) == (4, [])
    path = await minutes_pdf(ground, held.session)
    pages = words_of(path)
    assert ("Siti" in pages, "Saluran" in pages, "Peserta1" in bare(pages)) == (False, False, True)


def words_of(path: Path) -> str:
    """The words of a PDF, which is removed."""
    try:
        return "\n".join(page.extract_text() for page in PdfReader(path).pages)
    finally:
        path.unlink()


async def test_awkward_words_stand_in_the_document_as_they_were_written(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    held = await make_held(ground)
    for n, words in enumerate(AWKWARD[:-1]):
        await say(ground, held, 31 + n, "aspiration", words, "Siti Rahayu", on_behalf=words)
    page = Page(web, held, office.bearer("secretariat"), held.points[2])
    await page.send(await page.opened(), text="\n\n".join(AWKWARD), note=AWKWARD[2])
    pages = bare(words_of(await minutes_pdf(ground, held.session)))
    assert [one for one in AWKWARD if missing(one, pages)] == []
    assert "root:" not in pages


def roles_of(node: Any, found: list[str]) -> list[str]:
    """The kinds of a PDF's structure, in reading order."""
    node = node.get_object()
    if isinstance(node, dict):
        if "/S" in node:
            found.append(str(node["/S"])[1:])
        if "/K" in node:
            roles_of(node["/K"], found)
    elif isinstance(node, list):
        for one in node:
            roles_of(one, found)
    return found


async def test_the_document_reads_from_its_head_to_its_signatures(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    held = await make_held(ground)
    asked = await say(ground, held, 31, "aspiration", "Saluran mampet.", "Siti Rahayu", site=held.sites[0], proposal="PKL-2022-0007")
    await say(ground, held, 33, "response", "Masuk triwulan II.", "Ir. Bambang", re=asked, agency="DPUPR")
    await decide(ground, held)
    for section, text in ((held.points[1], "Dibahas panjang.\n\nDPUPR menyanggupi."), ("closing", "Rob didahulukan.")):
        page = Page(web, held, office.bearer("secretariat"), section)
        await page.send(await page.opened(), text=text)
    path = await minutes_pdf(ground, held.session)
    roles = roles_of(PdfReader(path).trailer["/Root"]["/StructTreeRoot"], [])
    assert bare(words_of(path)) == bare(" ".join(GOLDEN))
    assert [(role, roles.count(role)) for role in ("H1", "H2", "Table")] == [("H1", 6), ("H2", 3), ("Table", 7)]


GOLDEN = (
    "PEMERINTAH DAERAH BAPPEDA Kota Pekalongan NOTULEN Musrenbang RKPD Kota Pekalongan",
    "Hari, tanggal : Minggu, 11 April 2021",
    "Waktu menurut undangan : pukul 18.30–20.30 WIB",
    "Dibuka dan ditutup : pukul 18.35–20.30 WIB",
    "Tempat : Aula 1, Aula 2 dan ruang daring",
    "Untuk rencana tahun : 2022",
    "Hadir : 4 orang: 3 di lokasi, 1 daring",
    "Kuorum : 3 orang, tercapai pukul 18.37 WIB",
    "Usulan yang masuk : 2 (dari ruang daring 2)",
    "Bagian Ditulis sekretariat adalah rangkuman sekretariat. Bagian Tercatat dan keputusan pleno disusun dari catatan forum itu sendiri,",
    "menurut acara yang sedang berjalan.",
    "A. Kehadiran",
    "Unsur Laki-laki Perempuan Jumlah",
    "Ketua atau pengurus RT 0 2 2 Pemuda atau Karang Taruna 1 0 1 Pemerintah atau perangkat daerah 1 0 1 Jumlah 2 2 4",
    "Tempat Hadir Aula 1 2 Aula 2 1 Daring 1",
    "B. Susunan acara",
    "No Acara Rencana Mulai Selesai Selisih mulai",
    "1 Pembukaan 18.30 18.40 19.00 10 menit lebih lambat",
    "2 Penyampaian aspirasi 19.00 19.00 20.00 tepat waktu",
    "3 Pleno prioritas 19.30 20.00 20.30 30 menit lebih lambat",
    "C. Jalannya forum",
    "1. Pembukaan pukul 18.40–19.00 WIB Tidak ada yang tercatat.",
    "2. Penyampaian aspirasi pukul 19.00–20.00 WIB",
    "Ditulis sekretariat Dibahas panjang. DPUPR menyanggupi.",
    "Tercatat selama forum Pukul Jenis Siapa dan isinya",
    "19.01 Aspirasi Siti Rahayu, Ketua RT 03/RW 05, Aula 1 · PKL-2022-0007 Saluran mampet.",
    "19.03 Tanggapan Ir. Bambang, DPUPR, daring · menanggapi Siti Rahayu pukul 19.01, PKL-2022-0007 Masuk triwulan II.",
    "3. Pleno prioritas pukul 20.00–20.30 WIB",
    "Disepakati pleno: 1 usulan Nomor Kegiatan dan lokasi Pagu Penanggung jawab",
    "PKL-2022-0001 Pengerukan saluran Samudra, Krapyak RW 02 Rp100.000.000 DPUPR",
    "Notulen · Musrenbang RKPD Kota Pekalongan Halaman 1 dari 2",
    "Belum disepakati pleno: 1 usulan Nomor Kegiatan dan lokasi Alasan",
    "PKL-2022-0002 Gedung serbaguna Degayu, Krapyak RW 02 Lahan atau aset bukan milik pemerintah: Tanah PT KAI",
    "D. Hasil pleno",
    "Disepakati : 1 usulan, jumlah pagu Rp100.000.000 Belum disepakati : 1 usulan Pagu forum : Rp150.000.000",
    "Daftar lengkapnya menjadi Lampiran II dan III berita acara.",
    "E. Utusan ke forum berikutnya No Nama Unsur Jenis kelamin 1 Siti Rahayu Ketua atau pengurus RT Perempuan",
    "F. Kesimpulan Ditulis sekretariat Rob didahulukan.",
    "Pimpinan sidang, Notulis,",
    "Notulen · Musrenbang RKPD Kota Pekalongan Halaman 2 dari 2",
)


async def test_the_same_data_give_the_same_bytes(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    held = await make_held(ground)
    await say(ground, held, 31, "aspiration", "Saluran mampet.", "Siti Rahayu")
    await decide(ground, held)
    address = f"/api/v1/sessions/{held.session.slug}/exports/minutes.pdf"
    first, second = [await web.get(address, headers=office.bearer("secretariat")) for _ in range(2)]
    assert (first.status_code, first.headers["content-type"], first.content == second.content) == (200, "application/pdf", True)
    assert first.headers["content-disposition"] == 'attachment; filename="minutes-pekalongan-2021.pdf"'
    assert (await web.get(address, headers=office.bearer("moderator"))).status_code == 403


async def test_the_word_document_says_the_same_in_tables_and_is_the_same_file_twice(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    held = await make_held(ground)
    for n, words in enumerate(AWKWARD[:-1]):
        await say(ground, held, 31 + n, "aspiration", words, "Siti Rahayu")
    agreed, refused = await decide(ground, held)
    page = Page(web, held, office.bearer("secretariat"), held.points[2])
    await page.send(await page.opened(), text="Pleno berlangsung lancar.\n{{ 7*7 }}")
    address = f"/api/v1/sessions/{held.session.slug}/exports/minutes.docx"
    first, second = [await web.get(address, headers=office.bearer("secretariat")) for _ in range(2)]
    assert (first.status_code, first.content == second.content) == (200, True)
    made = docx.Document(io.BytesIO(first.content))
    headings = [one.text for one in made.paragraphs if one.style.name.startswith("Heading")]
    assert headings == [
        "NOTULEN",
        "Kehadiran",
        "Susunan acara",
        "Jalannya forum",
        "1. Pembukaan · pukul 18.40–19.00 WIB",
        "2. Penyampaian aspirasi · pukul 19.00–20.00 WIB",
        "3. Pleno prioritas · pukul 20.00–20.30 WIB",
        "Hasil pleno",
        "Utusan ke forum berikutnya",
    ]
    tables = [[[cell.text for cell in row.cells] for row in table.rows] for table in made.tables]
    said = next(table for table in tables if table[0] == ["Pukul", "Jenis", "Siapa dan isinya"])
    assert said[1] == ["19.01", "Aspirasi", f"Siti Rahayu, Ketua RT 03/RW 05, daring\n{AWKWARD[0]}"]
    assert [row[2].partition("\n")[2] for row in said[1:]] == list(AWKWARD[:-1])
    assert [table[1:] for table in tables if table[0][0] == "Nomor"] == [
        [[agreed, "Pengerukan saluran Samudra, Krapyak RW 02", "Rp100.000.000", "DPUPR"]],
        [[refused, "Gedung serbaguna Degayu, Krapyak RW 02", "Lahan atau aset bukan milik pemerintah: Tanah PT KAI"]],
    ]
    lines = [one.text for one in made.paragraphs]
    at_ = lines.index("Ditulis sekretariat")
    assert lines[at_ + 1 : at_ + 3] == ["Pleno berlangsung lancar.", "{{ 7*7 }}"]


async def test_the_page_shows_what_was_recorded_with_its_agency(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    held = await make_held(ground)
    asked = await say(ground, held, 31, "aspiration", "<b>Saluran</b> mampet.", "Siti Rahayu", site=held.sites[0])
    await say(ground, held, 33, "response", "Masuk triwulan II.", "Ir. Bambang", re=asked, agency="DPUPR")
    text = await Page(web, held, office.bearer("moderator"), held.points[1]).get()
    assert [words in text for words in ("&lt;b&gt;Saluran&lt;/b&gt; mampet.", "Masuk triwulan II.", "DPUPR", "menanggapi Siti Rahayu")] == [
        True
    ] * 4
    only = await Page(web, held, office.bearer("moderator"), held.points[1]).get("&perangkat=dpupr")
    assert ["mampet." in only, "Masuk triwulan II." in only] == [False, True]
    assert "exports/minutes.pdf" not in text
    assert "exports/minutes.pdf" in await Page(web, held, office.bearer("secretariat")).get()


@pytest.mark.parametrize("many", [5000])
async def test_a_long_session_is_minuted_whole(ground: Ground, many: int) -> None:
    held = await make_held(ground)
    rows = []
    for n in range(many):
        kind = "chat" if n % 5 else "aspiration"
        rows.append(
            {
                "id": new_id(),
                "room": held.session.room,
                "sender": "x",
                "cid": str(n),
                "body_hash": "0" * 64,
                "kind": kind,
                "text": f"Usul nomor {n}",
                "by": {"id": "x", "name": f"Warga {n}", "role": "attendee", "via": "online"},
                "via": "online",
                "state": MessageState.VISIBLE,
                "seq": n + 1,
                "received_at": at(30 + n / 100),
            }
        )
    async with ground.database.write() as db:
        await db.execute(Message.__table__.insert(), rows)
    given = await document(ground, held)
    entries = given["sections"][1]["entries"]
    assert (len(entries), entries[0]["text"], entries[-1]["text"]) == (many // 5, "Usul nomor 0", f"Usul nomor {many - 5}")
    assert given["remark"] == "Obrolan biasa di ruang (4.000 pesan) tidak dimuat."


async def test_all_that_was_recorded_can_be_paged_and_sieved(
    ground: Ground, office: Office, web: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(view, "A_PAGE", 3)
    held = await make_held(ground)
    for n in range(5):
        await say(ground, held, 31 + n, "aspiration", f"Aspirasi ke-{n}.", "Siti Rahayu", site=held.sites[0])
    await say(ground, held, 40, "response", "Masuk triwulan II.", "Ir. Bambang", agency="DPUPR")
    page = Page(web, held, office.bearer("moderator"), held.points[1])
    shown = [re.findall(r'<p class="minutes-words">([^<]+)', await page.get(f"&page={number}")) for number in (1, 2, 9)]
    assert shown == [
        ["Aspirasi ke-0.", "Aspirasi ke-1.", "Aspirasi ke-2."],
        ["Aspirasi ke-3.", "Aspirasi ke-4.", "Masuk triwulan II."],
        ["Aspirasi ke-3.", "Aspirasi ke-4.", "Masuk triwulan II."],
    ]
    only = await page.get("&perangkat=DPUPR")
    assert (re.findall(r'<p class="minutes-words">([^<]+)', only), "1 catatan" in only) == (["Masuk triwulan II."], True)
    assert "jenis=aspiration&amp;page=2" in await page.get("&jenis=aspiration")


async def test_who_is_written_in_after_the_end_is_counted_as_in_annex_i(ground: Ground) -> None:
    held = await make_held(ground, quorum=5)
    async with ground.database.write() as db:
        late = someone(held.session, 5, "Sri Rejeki", element="rt", gender="female")
        db.add(late)
        await db.flush()
        db.add(stay(held.session, late, held.sites[0], at(150)))
    facts = dict((await document(ground, held))["facts"])
    assert facts["Hadir"] == "5 orang: 4 di lokasi, 1 daring"
    assert facts["Kuorum"] == "5 orang, tidak tercapai"


async def test_a_forum_of_halls_alone_has_no_room_online(ground: Ground) -> None:
    held = await make_held(ground, seats_online=0)
    async with ground.database.write() as db:
        await db.execute(delete(Attendance).where(Attendance.way == "online"))
    made = await document(ground, held)
    facts = dict(made["facts"])
    assert (facts["Tempat"], facts["Hadir"], made["crowd"]["places"]) == ("Aula 1, Aula 2", "3 orang", [["Aula 1", 2], ["Aula 2", 1]])


async def test_an_end_that_was_pressed_the_next_morning_is_said_apart(ground: Ground) -> None:
    held = await make_held(ground, ended_at=at(120 + 12 * 60))
    facts = dict((await document(ground, held))["facts"])
    assert facts["Dibuka dan ditutup"] == "pukul 18.35–20.30 WIB, ditutup di sistem Senin, 12 April 2021 pukul 08.30 WIB"


async def test_words_changed_after_a_lost_answer_are_another_note(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    held = await make_held(ground)
    page = Page(web, held, office.bearer("secretariat"), held.points[1])
    opened = await page.opened()
    for words in ("Lampu padam.", "Lampu padam.", "Lampu padam lima menit."):
        assert (await page.send(opened, note=words)).status_code == 303
    async with ground.database.read() as db:
        assert sorted(await db.scalars(select(MinutesNote.text))) == ["Lampu padam lima menit.", "Lampu padam."]


async def test_a_name_that_was_erased_does_not_come_back_with_an_older_page(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    held = await make_held(ground)
    page = Page(web, held, office.bearer("secretariat"), held.points[1])
    await page.send(await page.opened(), text="Siti Rahayu bertanya.")
    older = await page.opened()
    async with ground.database.write() as db:
        await db.execute(update(MinutesText).values(text="Seorang warga bertanya."))
    answer = await page.send(older, text="Siti Rahayu bertanya lagi.")
    assert (answer.status_code, "Rekan Anda menyimpan lebih dulu" in answer.text) == (409, True)
    async with ground.database.read() as db:
        assert list(await db.scalars(select(MinutesText.text))) == ["Seorang warga bertanya."]


async def test_what_the_field_is_begun_with_can_be_saved(
    ground: Ground, office: Office, web: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(view, "LONGEST_TEXT", 100)
    held = await make_held(ground)
    for n in range(3):
        await say(ground, held, 31 + n, "aspiration", f"Saluran {n} mampet.", "Siti Rahayu", site=held.sites[0])
    page = Page(web, held, office.bearer("secretariat"), held.points[1])
    begun = await page.get("&isi=tercatat")
    assert page.fields(begun)["text"] == "19.01 Aspirasi, Siti Rahayu (Ketua RT 03/RW 05, Aula 1): Saluran 0 mampet."
    assert ["Tidak semua yang tercatat muat" in one for one in (begun, await page.get())] == [True, False]

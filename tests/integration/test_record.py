"""The official record: its text and structure, the same twice byte for byte, frozen when final, addenda, signed files, and what a file is."""

import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from docx.oxml.ns import qn
from pypdf import PdfReader
from sqlalchemy import select, update

from app.audit.models import AuditEntry
from app.closing.archive import make_archive, want_archive
from app.commands.office import _record
from app.errors import Conflict, Invalid, Unavailable
from app.kept.models import KeptFile, Purpose
from app.participants.models import Attendance, Participant
from app.planning.service import fill, not_agree, reopen
from app.proposals.choices import Reason
from app.record.annex import attendees_of
from app.record.draft import draft_of
from app.record.files import bring_signed, files_of, made, printed, remove_signed
from app.record.final import frozen_whole, versions_of
from app.record.forgetting import give_up_files
from app.record.models import FileKind, RecordAttendee, RecordVersion
from app.record.paper import ANNEX_I, ANNEX_II, ANNEX_III, Paper, paper_of
from app.record.proof import known, sha256_of, told
from app.rights.erasure import ask, erase
from app.sessions.models import ForumSession, SessionState
from app.settings import SettingsProblem
from app.web.ground import Ground
from tests.conftest import Office
from tests.factories_plenary import seen_by
from tests.factories_record import CHAIR, amend, content_of, file_of, finalise, make_held, pages_of, word_of, write

SIGNED = b"%PDF-1.7\n" + b"tanda tangan basah" * 99 + b"\n%%EOF\n"


def cells(table: object) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in table.rows]


async def test_the_pdf_says_what_the_forum_agreed_in_the_columns_of_the_regulation(ground: Ground) -> None:
    session, _numbers, _ = await make_held(ground)
    await write(ground, session)
    version = await finalise(ground, session)
    pdf = await file_of(ground, version, FileKind.PDF)
    body, annex_i, annex_ii, annex_iii = pages_of(pdf)
    for words in (
        "BERITA ACARA KESEPAKATAN HASIL",
        "NOMOR : 050/0421",
        "bertempat di Ruang Kresna",
        "dihadiri 2 orang (1 di lokasi dan 1 daring)",
    ):
        assert words in body
    assert re.findall(r"KESATU|KEDUA|KETIGA|KEEMPAT|MENYEPAKATI|PIMPINAN SIDANG", body) == ["MENYEPAKATI", "KESATU", "KEDUA", "KETIGA", "KEEMPAT", "PIMPINAN SIDANG"]  # fmt: skip
    assert CHAIR in body
    assert [one in body.replace(" ", "") for one in (version.sha256, version.audit_head)] == [True, True]
    for numeral, page, headings in (("I", annex_i, ANNEX_I), ("II", annex_ii, ANNEX_II), ("III", annex_iii, ANNEX_III)):
        assert page.startswith(f"LAMPIRAN {numeral} : BERITA ACARA KESEPAKATAN HASIL")
        assert "NOMOR : 050/0421 TANGGAL : 11 April 2021" in page
        places = [page.index(one) for one in headings[:2]]
        assert places == sorted(places)
    assert " ".join(ANNEX_I) in annex_i
    assert " ".join(ANNEX_III) in annex_iii
    assert re.search(
        r"1 Siti Rahmawati PKK Krapyak .*0853-2690-5742 .*2 Slamet Riyadi Ketua atau pengurus RW .*0812-3456-7890 hadir daring", annex_i
    )
    assert "Nur Tidak Hadir" not in annex_i
    assert re.search(r"1 Rumah pompa Krapyak .*350 m Rp100\.000\.000 DPUPR .*Jumlah Rp300\.000\.000", annex_ii)
    assert re.search(r"1 Gedung serbaguna Degayu .*350 m .*Menunggu hibah", annex_iii)
    assert "Gedung serbaguna" not in annex_ii


async def test_the_pdf_is_archival_and_tagged(ground: Ground) -> None:
    session, _, _ = await make_held(ground)
    await write(ground, session)
    reader = PdfReader(io.BytesIO(await file_of(ground, await finalise(ground, session), FileKind.PDF)))
    root = reader.trailer["/Root"]
    metadata = root["/Metadata"].get_object().get_data().decode()
    assert ("<pdfaid:part>2</pdfaid:part>" in metadata, "<pdfaid:conformance>A</pdfaid:conformance>" in metadata) == (True, True)
    assert (root["/MarkInfo"]["/Marked"], root["/Lang"]) == (True, "id")
    kinds = tags(root["/StructTreeRoot"])
    assert (kinds.count("/Table"), kinds.count("/TH") >= 5 + 10 + 5, "/Figure" in kinds, "/H1" in kinds) == (3, True, True, True)
    assert reader.metadata is not None
    assert reader.metadata.title == f"Berita Acara Kesepakatan Hasil {session.title}"


def tags(node: object) -> list[str]:
    found, waiting = [], [node]
    while waiting:
        one = waiting.pop()
        one = one.get_object() if hasattr(one, "get_object") else one
        if isinstance(one, list):
            waiting += one
        elif isinstance(one, dict):
            found += [str(one["/S"])] if "/S" in one else []
            waiting += [one["/K"]] if "/K" in one else []
    return found


async def test_the_word_document_has_the_same_tables(ground: Ground) -> None:
    session, _, _ = await make_held(ground)
    await write(ground, session)
    version = await finalise(ground, session)
    made = word_of(await file_of(ground, version, FileKind.DOCX))
    listed = {tuple(rows[0]): rows for table in made.tables if (rows := cells(table))}
    assert [row[:4] for row in listed[ANNEX_I][1:]] == [
        ["1", "Siti Rahmawati", "PKK Krapyak", "0853-2690-5742"],
        ["2", "Slamet Riyadi", "Ketua atau pengurus RW", "0812-3456-7890"],
    ]
    assert listed[ANNEX_II][2] == ["1", "", "", "", "Rumah pompa Krapyak", "", "Krapyak RW 02", "350 m", "Rp100.000.000", "DPUPR"]
    assert (len(listed[ANNEX_II]), listed[ANNEX_II][-1][7:9]) == (2 + 3 + 1, ["Jumlah", "Rp300.000.000"])
    assert [row[:4] for row in listed[ANNEX_III][2:]] == [["1", "Gedung serbaguna Degayu", "Krapyak RW 02", "350 m"]]
    assert listed[ANNEX_III][2][4].endswith("Menunggu hibah")
    headings = [one.text for one in made.paragraphs if one.style is not None and one.style.name.startswith("Heading")]
    assert headings[1:] == ["DAFTAR HADIR PESERTA", "DAFTAR URUTAN KEGIATAN PRIORITAS", "DAFTAR KEGIATAN YANG BELUM DISEPAKATI"]
    text = "\n".join(node.text or "" for node in made.element.iter(qn("w:t")))
    assert (CHAIR in text, version.sha256 in text, version.audit_head in text) == (True, True, True)


async def test_made_again_from_the_frozen_data_it_is_byte_for_byte_the_same(ground: Ground) -> None:
    session, _, people = await make_held(ground)
    await write(ground, session)
    version = await finalise(ground, session)
    first = {kind: await file_of(ground, version, kind) for kind in (FileKind.PDF, FileKind.DOCX)}
    async with ground.database.write() as db:
        await db.execute(update(Participant).where(Participant.id == people[0].id).values(name="Nama Lain"))
    async with ground.database.read() as db:
        again = await db.get_one(RecordVersion, version.id)
        attendees = await attendees_of(db, ground.vault, again)
        rows = (
            await db.scalars(select(RecordAttendee).where(RecordAttendee.version_id == version.id).order_by(RecordAttendee.position))
        ).all()
    assert frozen_whole(again)
    assert [one.digest(row.salt) for one, row in zip(attendees, rows, strict=True)] == again.source["attendance"]
    for kind, bytes_ in first.items():
        path = await printed(paper_of(again, attendees), kind)
        try:
            assert path.read_bytes() == bytes_
        finally:
            path.unlink()


async def test_a_draft_is_prefilled_and_keeps_only_what_was_typed(ground: Ground) -> None:
    session, _, _ = await make_held(ground)
    words = ground.catalogues.translator("id")
    async with ground.database.read() as db:
        blank = (await draft_of(db, words, session)).draft
    assert (blank.number, blank.city, [one.role for one in blank.signers]) == (
        "",
        "Kota Pekalongan",
        ["Ketua atau pengurus RT", "Ketua atau pengurus RW"],
    )
    assert await write(ground, session, replace(blank, chair_name="Ketua")) == 1
    with pytest.raises(Conflict, match="stale"):
        await write(ground, session, replace(blank, chair_name="Orang lain"))
    assert await write(ground, session, replace(blank, chair_name="Ketua")) == 1
    async with ground.database.read() as db:
        held = await draft_of(db, words, session)
    assert (held.version, held.draft) == (1, replace(blank, chair_name="Ketua"))


async def test_it_becomes_final_once_complete_and_after_the_end(ground: Ground) -> None:
    session, _, _ = await make_held(ground)
    with pytest.raises(Invalid) as wrong:
        await finalise(ground, session)
    assert [one.field for one in wrong.value.errors] == ["number", "chair_name"]
    await write(ground, session)
    async with ground.database.write() as db:
        await db.execute(update(ForumSession).where(ForumSession.id == session.id).values(state=SessionState.LIVE))
    with pytest.raises(Conflict, match="not_ended"):
        await finalise(ground, session)
    async with ground.database.write() as db:
        await db.execute(update(ForumSession).where(ForumSession.id == session.id).values(state=SessionState.ENDED))
    version = await finalise(ground, session)
    with pytest.raises(Conflict, match="already_final"):
        await finalise(ground, session)
    async with ground.database.read() as db:
        acts = (await db.scalars(select(AuditEntry).where(AuditEntry.chain == session.id, AuditEntry.act == "record.final"))).all()
    assert [(one.link.hex(), version.sha256 in one.facts) for one in acts] == [(version.audit_head, True)]


async def test_later_changes_are_numbered_addenda_and_the_first_final_stays(ground: Ground) -> None:
    session, (a, b, c, _d), _ = await make_held(ground)
    await write(ground, session)
    first = await finalise(ground, session)
    before = await file_of(ground, first, FileKind.PDF)
    with pytest.raises(Conflict, match="no_difference"):
        await amend(ground, session)
    async with ground.database.write() as db:
        await fill(db, ground.vault, session.id, [a], {"ceiling": 120_000_000}, await seen_by(ground, session))
    async with ground.database.write() as db:
        await not_agree(db, ground.vault, session.id, [c], (Reason.OTHER, "Anggaran habis"), await seen_by(ground, session))
    second = await amend(ground, session)
    assert (second.number, second.source["previous"], second.source["first"]) == (2, first.sha256, ["050/0421", "11 April 2021"])
    assert [change[0:1] + change[2:] for change in second.source["changes"]] == [
        [a, "Pagu", "Rp100.000.000", "Rp120.000.000"],
        [c, "Keputusan", "Lampiran II: disepakati", "Lampiran III: belum disepakati. Anggaran habis"],
    ]
    async with ground.database.write() as db:
        await reopen(db, ground.vault, session.id, [b], await seen_by(ground, session))
    third = await amend(ground, session, "050/0600")
    assert (third.number, third.source["previous"]) == (3, second.sha256)
    assert [change[2:] for change in third.source["changes"]] == [["Keputusan", "Lampiran II: disepakati", "Tidak tercantum"]]
    async with ground.database.read() as db:
        chain = await versions_of(db, session.id)
    assert [(one.number, frozen_whole(one)) for one in chain] == [(1, True), (2, True), (3, True)]
    assert await file_of(ground, first, FileKind.PDF) == before
    body, annex_ii, annex_iii = pages_of(await file_of(ground, second, FileKind.PDF))
    assert ("ADENDUM KE-1" in body, "Nomor 050/0421 tanggal 11 April 2021" in body, "No Usulan Bagian Semula Menjadi" in body) == (
        True,
    ) * 3
    assert re.search(r"Pagu Rp100\.000\.000 Rp120\.000\.000", body)
    assert (annex_ii.startswith("LAMPIRAN II"), annex_iii.startswith("LAMPIRAN III"), "Anggaran habis" in annex_iii) == (True,) * 3
    tables = [cells(table) for table in word_of(await file_of(ground, second, FileKind.DOCX)).tables]
    assert next(row[2:] for rows in tables for row in rows if row[0] == "1" and len(row) == 5) == ["Pagu", "Rp100.000.000", "Rp120.000.000"]


async def test_made_and_signed_files_are_known_and_anything_else_is_not(ground: Ground) -> None:
    session, _, _ = await make_held(ground)
    await write(ground, session)
    version = await finalise(ground, session)
    pdf = await file_of(ground, version, FileKind.PDF)
    now = ground.clock.now()
    with pytest.raises(Invalid) as unsigned:
        await bring_signed(ground, version, io.BytesIO(pdf), "", actor="account:a", now=now)
    assert [(one.field, one.code) for one in unsigned.value.errors] == [("file", "record.unsigned")]
    signed = await bring_signed(ground, version, io.BytesIO(SIGNED), "Pindaian", actor="account:a", now=now)
    assert await content_of(ground, signed.file_id) == SIGNED
    assert [await kinds(ground, content) for content in (pdf, SIGNED, pdf + b" ", b"")] == [["pdf"], ["signed"], [], []]
    words = ground.catalogues.translator("id")
    async with ground.database.read() as db:
        said = [told(await known(db, sha256_of(io.BytesIO(one))), words)[0] for one in (pdf, SIGNED, b"x")]
    assert [one.split(" ")[0:2] for one in said] == [["Berkas", "asli"], ["Versi", "resmi"], ["Berkas", "ini"]]
    assert ("050/0421" in said[0], "tidak dikenal" in said[2]) == (True, True)
    await remove_signed(ground, version, signed.id, actor="account:a", now=now)
    async with ground.database.read() as db:
        assert [one.removed for one in await known(db, signed.sha256)] == [True]
        assert [one.file.kind for one in (await files_of(db, [version]))[version.id]] == ["pdf"]


async def test_the_console_says_what_a_file_is(ground: Ground, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    session, _, _ = await make_held(ground)
    await write(ground, session)
    version = await finalise(ground, session)
    pdf, other = tmp_path / "ba.pdf", tmp_path / "lain.pdf"
    pdf.write_bytes(await file_of(ground, version, FileKind.PDF))
    other.write_bytes(pdf.read_bytes() + b" ")
    assert [await _record(ground, one) for one in (pdf, other)] == [0, 1]
    said = capsys.readouterr().out.splitlines()
    assert (said[0].startswith("SHA-256 "), said[1][:17], said[3][:24]) == (True, "Berkas asli Berit", "Berkas ini tidak dikenal")
    with pytest.raises(SettingsProblem):
        await _record(ground, tmp_path / "tidak-ada.pdf")


async def kinds(ground: Ground, content: bytes) -> list[str]:
    async with ground.database.read() as db:
        return [one.kind.value for one in await known(db, sha256_of(io.BytesIO(content)))]


async def test_the_archive_of_the_session_holds_every_version_and_what_was_signed(ground: Ground) -> None:
    session, _, _ = await make_held(ground)
    await write(ground, session)
    version = await finalise(ground, session)
    await bring_signed(ground, version, io.BytesIO(SIGNED), "", actor="account:a", now=ground.clock.now())
    async with ground.database.write() as db:
        file = await want_archive(db, ground.vault, session, "id", actor="account:a", now=ground.clock.now())
    await make_archive(ground, file.id)
    with zipfile.ZipFile(io.BytesIO(await content_of(ground, file.id))) as packed:
        inside = [packed.read(name) for name in packed.namelist() if "/berita-acara/" in name]
    pdf, docx = [await file_of(ground, version, kind) for kind in (FileKind.PDF, FileKind.DOCX)]
    assert sorted(inside) == sorted([pdf, docx, SIGNED])


async def test_an_erasure_takes_the_name_and_contact_out_of_the_frozen_data(ground: Ground) -> None:
    session, _, people = await make_held(ground)
    await write(ground, session)
    version = await finalise(ground, session)
    old = await file_of(ground, version, FileKind.PDF)
    async with ground.database.write() as db:
        asked = await ask(db, ground.vault, session, people[0].id, actor="account:x", now=ground.clock.now())
    await erase(ground, asked.id)
    async with ground.database.read() as db:
        again = await db.get_one(RecordVersion, version.id)
        attendees = await attendees_of(db, ground.vault, again)
    assert [(one.name, one.institution, one.contact) for one in attendees[:1]] == [("Peserta 1", "", "")]
    assert frozen_whole(again)
    new = await file_of(ground, again, FileKind.PDF)
    assert ("Siti Rahmawati" in "".join(pages_of(old)), "Siti Rahmawati" in "".join(pages_of(new))) == (True, False)
    assert [await kinds(ground, one) for one in (old, new)] == [["pdf"], ["pdf"]]


@pytest.mark.parametrize("forgotten", [True, False])
async def test_what_is_forgotten_while_a_file_is_made_is_not_in_it(
    ground: Ground, monkeypatch: pytest.MonkeyPatch, forgotten: bool
) -> None:
    session, _, people = await make_held(ground)
    await write(ground, session)
    version = await finalise(ground, session)
    async with ground.database.write() as db:
        asked = await ask(db, ground.vault, session, people[0].id, actor="account:x", now=ground.clock.now())
    drawn: list[Path] = []

    async def meanwhile(paper: Paper, kind: FileKind, template: bytes | None) -> Path:
        drawn.append(await printed(paper, kind, template))
        if len(drawn) == 1 and forgotten:
            await erase(ground, asked.id)
        elif len(drawn) == 1:
            async with ground.database.write() as db:
                await give_up_files(db, [version.id], ground.clock.now())
        return drawn[-1]

    monkeypatch.setattr("app.record.files.printed", meanwhile)
    file = await made(ground, version.id, FileKind.PDF)
    content = await content_of(ground, file.id)
    assert (file.state, len(content) == file.size > 0, "Siti Rahmawati" in "".join(pages_of(content))) == ("kept", True, not forgotten)
    async with ground.database.read() as db:
        states = await db.scalars(select(KeptFile.state).where(KeptFile.purpose == Purpose.RECORD).order_by(KeptFile.state))
    assert ([*states], len(drawn), [one.exists() for one in drawn]) == (["gone", "kept"], 2, [False, False])


async def test_a_file_of_another_version_is_no_signed_one(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    session, (_a, b, _c, _d), _ = await make_held(ground)
    await write(ground, session)
    first = await finalise(ground, session)
    pdf = await file_of(ground, first, FileKind.PDF)
    async with ground.database.write() as db:
        await reopen(db, ground.vault, session.id, [b], await seen_by(ground, session))
    second, now = await amend(ground, session), ground.clock.now()
    signed = await bring_signed(ground, first, io.BytesIO(SIGNED), "", actor="account:a", now=now)
    codes = []
    for content in (pdf, SIGNED):
        with pytest.raises(Invalid) as wrong:
            await bring_signed(ground, second, io.BytesIO(content), "", actor="account:a", now=now)
        codes += [one.code for one in wrong.value.errors]
    assert codes == ["record.unsigned", "papers.scan_twice"]
    await remove_signed(ground, first, signed.id, actor="account:a", now=now)
    monkeypatch.setattr("app.record.files.MOST_SIGNED", 1)
    await bring_signed(ground, first, io.BytesIO(SIGNED + b"\n"), "", actor="account:a", now=now)
    await bring_signed(ground, second, io.BytesIO(SIGNED), "", actor="account:a", now=now)
    with pytest.raises(Conflict, match="too_many_signed"):
        await bring_signed(ground, second, io.BytesIO(SIGNED + b"\n\n"), "", actor="account:a", now=now)


async def test_a_draft_from_an_old_page_does_not_come_after_the_final_record(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    session, _, _ = await make_held(ground)
    seen = await write(ground, session)
    await finalise(ground, session)
    typed = {"seen": str(seen), "number": "050/9999", "opening": "Kalimat yang panjang."}
    base, words = f"/meja/{session.slug}/berita-acara", ground.catalogues.translator("id")
    for path in (base, f"{base}/tetapkan"):
        late = await web.post(path, data=typed, headers=office.bearer("secretariat"))
        told = ("Berita acara sudah ditetapkan." in late.text, "050/9999" in late.text, "Kalimat yang panjang." in late.text)
        assert (late.status_code, told, 'name="do"' in late.text) == (409, (True,) * 3, False)
    async with ground.database.read() as db:
        held = await draft_of(db, words, session)
    assert (held.version, held.draft.number) == (seen, "050/0421")


async def test_a_draft_is_printed_once_taking_it_is_recorded(
    ground: Ground, office: Office, web: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, _, _ = await make_held(ground)
    drawn: list[Path] = []

    async def drawing(paper: Paper, kind: FileKind, template: bytes | None) -> Path:
        drawn.append(await printed(paper, kind, template))
        return drawn[-1]

    async def away(*_: object) -> None:
        raise Unavailable("database.unavailable", retry=5)

    monkeypatch.setattr("app.record.desk_pages.printed", drawing)
    with monkeypatch.context() as patch:
        patch.setattr("app.record.desk_pages.record", away)
        refused = await web.get(f"/meja/{session.slug}/berita-acara/rancangan.pdf", headers=office.bearer("secretariat"))
    assert (refused.status_code, drawn) == (503, [])
    taken = await web.get(f"/meja/{session.slug}/berita-acara/rancangan.pdf", headers=office.bearer("secretariat"))
    assert (taken.status_code, [one.exists() for one in drawn]) == (200, [False])


async def test_the_desk_goes_from_draft_to_the_official_file(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _, _ = await make_held(ground)
    base, secretary = f"/meja/{session.slug}/berita-acara", office.bearer("secretariat")
    page = (await web.get(base, headers=secretary)).text
    assert ("Rancangan" in page, "Tetapkan berita acara" in page, 'value="Ketua atau pengurus RT"' in page) == (True, True, True)
    typed = {"seen": "0", "number": "050/0421", "chair_name": CHAIR, "do": "pdf", "signer_role": ["RW", ""], "signer_name": ["Pak Slamet", ""], "signer_below": ["", ""]}  # fmt: skip
    answer = await web.post(base, data=typed, headers=secretary)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{base}/rancangan.pdf")
    draft = await web.get(answer.headers["location"], headers=secretary)
    pages = pages_of(draft.content)
    assert (draft.headers["content-type"], CHAIR in pages[0], "Pak Slamet" in "".join(pages[:2]), "RANCANGAN" in pages[0]) == ("application/pdf", True, True, True)  # fmt: skip
    refused = await web.post(f"{base}/tetapkan", data={"seen": "1", "chair_name": CHAIR}, headers=secretary)
    assert (refused.status_code, "Bagian ini perlu diisi." in refused.text, f'value="{CHAIR}"' in refused.text) == (422, True, True)
    done = await web.post(f"{base}/tetapkan", data={**typed, "seen": "2"}, headers=secretary)
    assert (done.status_code, done.headers["location"]) == (303, f"{base}?ditetapkan=1"), done.text
    final = await web.get(f"{base}/versi/1.pdf", headers=secretary)
    assert (final.status_code, final.headers["content-disposition"]) == (200, f'attachment; filename="berita-acara-{session.slug}.pdf"')
    for kind in ("pdf", "docx"):
        exported = await web.get(f"/api/v1/sessions/{session.slug}/exports/record.{kind}", headers=secretary)
        assert exported.content == (await web.get(f"{base}/versi/1.{kind}", headers=secretary)).content
    assert (await web.get(f"{base}/versi/2.pdf", headers=secretary)).status_code == 404
    assert (await web.get(f"{base}/versi/1.signed", headers=secretary)).status_code == 404
    wrong = await web.post(f"{base}/versi/1/unggah", files={"file": ("x.txt", b"teks biasa")}, headers=secretary)
    assert (wrong.status_code, "bukan PDF, JPEG, atau PNG" in wrong.text) == (422, True)
    assert (await web.post(f"{base}/versi/1/unggah", files={"file": ("x.pdf", SIGNED)}, headers=secretary)).status_code == 303
    page = (await web.get(base, headers=secretary)).text
    href = re.search(rf"{base}/versi/1/resmi/\w+", page)
    assert href is not None
    assert (await web.get(href[0], headers=secretary)).content == SIGNED
    assert ("Ditetapkan, versi 1" in page, "Daftar pleno masih sama" in page) == (True, True)


async def test_everybody_may_ask_what_a_file_is(ground: Ground, web: httpx.AsyncClient) -> None:
    session, _, _ = await make_held(ground)
    await write(ground, session)
    base = f"/s/{session.slug}/berita-acara"
    assert "Belum ada berita acara yang ditetapkan" in (await web.get(base)).text
    version = await finalise(ground, session)
    pdf = await file_of(ground, version, FileKind.PDF)
    assert str(version.source["public"]).endswith(f"{base}/{version.code}")
    page = (await web.get(f"{base}/{version.code}")).text
    assert (version.sha256 in page, version.audit_head in page, "Yang Anda pindai" in page, "050/0421" in page) == (True,) * 4
    assert ("Siti Rahmawati" in page, "0853-2690-5742" in page) == (False, False)
    assert (await web.get(f"{base}/lain")).status_code == 404
    same = await web.post(f"{base}/periksa/unggah", files={"file": ("ba.pdf", pdf)})
    other = await web.post(f"{base}/periksa/unggah", files={"file": ("ba.pdf", pdf + b"\n")})
    none = await web.post(f"{base}/periksa/unggah", files={"lain": ("ba.pdf", pdf)})
    assert [("Berkas asli Berita Acara Nomor 050/0421" in one.text, "tidak dikenal" in one.text) for one in (same, other)] == [(True, False), (False, True)]  # fmt: skip
    assert (none.status_code, "Pilih berkasnya terlebih dahulu" in none.text) == (422, True)


async def test_a_forum_of_nothing_has_empty_annexes(ground: Ground) -> None:
    session, _, _ = await make_held(ground, ())
    async with ground.database.write() as db:
        for stay in await db.scalars(select(Attendance).where(Attendance.session_id == session.id)):
            await db.delete(stay)
    await write(ground, session)
    version = await finalise(ground, session)
    pages = pages_of(await file_of(ground, version, FileKind.PDF))
    assert ["Tidak ada yang tercatat hadir" in pages[1], "Nihil" in pages[2], "Nihil" in pages[3]] == [True] * 3
    tables = [cells(table) for table in word_of(await file_of(ground, version, FileKind.DOCX)).tables]
    assert [len(rows) for rows in tables if tuple(rows[0]) in {ANNEX_I, ANNEX_II, ANNEX_III}] == [1, 2, 2]

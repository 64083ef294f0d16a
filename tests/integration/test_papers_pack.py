"""The print pack of halls and the scans of what came back signed."""

import asyncio
import hashlib
import io

import httpx
from pypdf import PdfReader
from sqlalchemy import func, select

from app.access.models import Role
from app.access.rights import GrantOf
from app.access.service import create_token
from app.assembly import handlers
from app.audit.models import AuditEntry
from app.kept.models import KeptFile, KeptPiece, KeptState
from app.outbox.worker import Worker
from app.papers.models import Scan
from app.sessions.models import AgendaItem, ForumSession
from app.web.ground import Ground
from tests.conftest import Office
from tests.factories import make_session
from tests.factories_invitations import make_seat
from tests.factories_papers import PDF, PNG

Answer = httpx.Response


async def worked(ground: Ground) -> None:
    worker = Worker(ground.database, ground.clock, handlers(ground))
    while await worker.once():
        pass


async def printed(ground: Ground, web: httpx.AsyncClient, headers: dict[str, str], session: ForumSession, **choice: object) -> PdfReader:
    base = f"/meja/{session.slug}/kertas"
    going = await web.post(f"{base}/cetak", data=choice, headers=headers)
    assert going.status_code == 303
    waiting = await web.get(going.headers["location"], headers=headers)
    assert "data-reload" in waiting.text
    await worked(ground)
    ready = await web.get(going.headers["location"], headers=headers)
    file = going.headers["location"].rsplit("/", 1)[-1]
    assert f"{base}/berkas/{file}" in ready.text
    answer = await web.get(f"{base}/berkas/{file}", headers=headers)
    assert (answer.headers["content-type"], answer.headers["content-disposition"].startswith("attachment")) == ("application/pdf", True)
    return PdfReader(io.BytesIO(answer.content))


def text_of(reader: PdfReader) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in reader.pages]


async def test_the_pack_names_those_expected_and_numbers_every_form(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, sites = await make_session(ground)
    await make_seat(ground, session, "Siti Rahmawati", way="in_person", site_id=sites[0].id, institution="PKK Poncol")
    await make_seat(ground, session, "#eval(1) $x$ Budi", way="in_person", site_id=sites[0].id)
    await make_seat(ground, session, "Orang Aula Dua", way="in_person", site_id=sites[1].id)
    await make_seat(ground, session, "Orang Daring")
    async with ground.database.write() as db:
        db.add(AgendaItem(session_id=session.id, position=1, title="Penyampaian aspirasi", planned_at=session.starts_at))
    headers = office.bearer("secretariat")
    choice = {"sites": [sites[0].code], "parts": ["attendance", "forms", "poster", "agenda"], "forms": "3"}
    pages = text_of(await printed(ground, web, headers, session, **choice))
    poster, agenda, *sheets = pages[:-2]
    forms = pages[-2:]
    assert f"/h/{sites[0].id}" in poster
    assert "Penyampaian aspirasi" in agenda
    sheet = " ".join(sheets)
    for part in (
        "Daftar Hadir Peserta",
        "LAMPIRAN I",
        "Alamat & no telp.",
        "Tanda tangan",
        "Siti Rahmawati",
        "PKK Poncol",
        "#eval(1) $x$ Budi",
    ):
        assert part in sheet
    assert "Orang" not in sheet
    assert "5326905742" not in sheet.replace("-", "")
    assert " 32. " in sheet + " "
    assert [[f"F000{n}" in page for n in range(1, 5)] for page in forms] == [[True, True, False, False], [False, False, True, False]]
    both = {"sites": [site.code for site in sites], "parts": ["forms"], "forms": "2"}
    again = text_of(await printed(ground, web, headers, session, **both))
    assert [[f"F000{n}" in page for n in range(4, 8)] for page in again] == [[True, True, False, False], [False, False, True, True]]


async def test_an_operator_prints_for_their_own_hall_and_sees_no_other_pack(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, sites = await make_session(ground)
    now = ground.clock.now()
    async with ground.database.write() as db:
        grants = [GrantOf(Role.OPERATOR, session.id, sites[0].id)]
        token = await create_token(db, ground.vault, name="aula", grants=grants, expires_at=None, actor="system", now=now)
    operator = {"Authorization": f"Bearer {token}"}
    base = f"/meja/{session.slug}/kertas"
    both = {"sites": [site.code for site in sites], "parts": ["poster"]}
    going = await web.post(f"{base}/cetak", data=both, headers=office.bearer("secretariat"))
    assert (await web.get(going.headers["location"], headers=operator)).status_code == 404
    foreign = {"sites": [sites[1].code], "parts": ["poster"]}
    assert (await web.post(f"{base}/cetak", data=foreign, headers=operator)).status_code == 422
    assert len((await printed(ground, web, operator, session, sites=[sites[0].code], parts=["poster"])).pages) == 1


async def bring(
    web: httpx.AsyncClient, office: Office, session: ForumSession, content: bytes, role: str = "secretariat", **said: str
) -> Answer:
    fields = {"kind": "attendance", "site": "aula-1", "note": "lembar 1", **said}
    files = {"file": ("../../etc/<script>.html", content, "text/html")}
    return await web.post(f"/meja/{session.slug}/kertas/pindaian/unggah", data=fields, files=files, headers=office.bearer(role))


async def test_a_scan_is_kept_sealed_and_comes_out_as_it_went_in(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    headers = office.bearer("secretariat")
    base = f"/meja/{session.slug}/kertas/pindaian"
    assert (await bring(web, office, session, PDF)).status_code == 303
    async with ground.database.read() as db:
        scan = (await db.scalars(select(Scan))).one()
        file = await db.get_one(KeptFile, scan.file_id)
        pieces = list(await db.scalars(select(KeptPiece).order_by(KeptPiece.number)))
    assert (file.sha256, file.size, file.state, file.media_type) == (
        hashlib.sha256(PDF).hexdigest(),
        len(PDF),
        KeptState.KEPT,
        "application/pdf",
    )
    assert "script" not in file.name
    assert len(pieces) == 2
    assert all(b"%PDF" not in piece.content and b"JVBERi" not in piece.content for piece in pieces)
    listed = await web.get(base, headers=headers)
    assert "lembar 1" in listed.text
    answer = await web.get(f"{base}/{scan.id}", headers=headers)
    assert answer.content == PDF
    assert answer.headers["content-disposition"] == f'attachment; filename="{file.name}"'
    assert (answer.headers["x-content-type-options"], "sandbox" in answer.headers["content-security-policy"]) == ("nosniff", True)

    bare = await web.post(f"{base}/{scan.id}/buang", data={"reason": ""}, headers=headers)
    assert bare.status_code == 422
    assert (await web.post(f"{base}/{scan.id}/buang", data={"reason": "salah forum"}, headers=headers)).status_code == 303
    await worked(ground)
    assert (await web.get(f"{base}/{scan.id}", headers=headers)).status_code == 404
    assert "salah forum" in (await web.get(base, headers=headers)).text
    async with ground.database.read() as db:
        assert await db.scalar(select(func.count()).select_from(KeptPiece)) == 0
        acts = list(await db.scalars(select(AuditEntry.act).where(AuditEntry.chain == session.id).order_by(AuditEntry.number)))
        facts = " ".join(await db.scalars(select(AuditEntry.facts)))
    assert acts == ["papers.scan_added", "papers.scan_taken", "papers.scan_removed"]
    assert "salah forum" not in facts


async def test_a_scan_brought_twice_at_once_is_kept_once(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    answers = await asyncio.gather(*(bring(web, office, session, PDF) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [303, 422, 422]


async def test_what_is_no_scan_is_refused_beside_the_field(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    assert (await bring(web, office, session, PNG, note="berita acara", kind="record", site="")).status_code == 303
    sentences = ground.catalogues.translator("id").error
    for content, said, code in (
        (b"<html><script>alert(1)</script>", {}, "papers.not_a_scan"),
        (PDF[:-8], {}, "papers.file_cut_off"),
        (b"", {}, "papers.no_file"),
        (PNG, {}, "papers.scan_twice"),
        (PDF, {"site": ""}, "papers.whose_sheet"),
        (b"%PDF-1.7" + b"0" * (7 * 1024 * 1024) + b"%%EOF", {}, "papers.file_too_large"),
    ):
        refused = await bring(web, office, session, content, note="tetap ada", **said)
        assert (refused.status_code, code, sentences(code, most=7) in refused.text) == (422, code, True)
        assert "tetap ada" in refused.text
    assert (await bring(web, office, session, b"%PDF-1.7" + b"0" * (9 * 1024 * 1024))).status_code == 413
    async with ground.database.read() as db:
        assert await db.scalar(select(func.count()).select_from(Scan)) == 1

"""The desk of the record loses nothing that was typed, and never puts back what a colleague has changed."""

import re
from dataclasses import replace
from datetime import timedelta

import httpx

from app.planning.service import fill
from app.record.amending import chained
from app.record.corrections import GRACE
from app.record.draft import Signer
from app.record.final import versions_of
from app.record.models import FileKind, RecordVersion
from app.sessions.models import ForumSession
from app.web.ground import Ground
from tests.conftest import Office
from tests.factories_plenary import seen_by
from tests.factories_record import CHAIR, WRITTEN, amend, file_of, finalise, make_held, pages_of, write
from tests.integration.test_record_corrections import close, make_open


async def make_final_with_signers(ground: Ground) -> tuple[ForumSession, list[str]]:
    session, numbers, _ = await make_held(ground)
    await write(ground, session, replace(WRITTEN, signers=(Signer("Ketua RT", "Bapak Jaya", "RT 01"), Signer("Ketua RW", "Ibu Wati", ""))))
    await finalise(ground, session)
    return session, numbers


async def versions(ground: Ground, session: ForumSession) -> list[RecordVersion]:
    async with ground.database.read() as db:
        return await versions_of(db, session.id)


def form_in(page: str, action: str) -> dict[str, str | list[str]]:
    """What a browser would send of the form with this action, unchanged."""
    (found,) = re.findall(rf'<form method="post" action="{action}".*?</form>', page, re.DOTALL)
    sent: dict[str, list[str]] = {}
    for field in re.findall(r"<input[^>]*>", found):
        name, value = re.search(r' name="([^"]*)"', field), re.search(r' value="([^"]*)"', field)
        if name:
            sent.setdefault(name[1], []).append(value[1] if value else "")
    sent |= {name: [text.strip()] for name, text in re.findall(r'<textarea[^>]* name="([^"]*)"[^>]*>(.*?)</textarea>', found, re.DOTALL)}
    return {name: values if len(values) > 1 else values[0] for name, values in sent.items()}


async def test_a_wrong_signed_file_empties_no_other_form_and_keeps_its_note(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_final_with_signers(ground)
    staff, desk = office.bearer("secretariat"), f"/meja/{session.slug}/berita-acara"
    before = form_in((await web.get(desk, headers=staff)).text, f"{desk}/adendum")
    files = {"file": ("pindaian.pdf", b"bukan PDF", "application/pdf")}
    wrong = await web.post(f"{desk}/versi/1/unggah", data={"note": "Lembar tanda tangan"}, files=files, headers=staff)
    assert (wrong.status_code, wrong.text.count('value="Lembar tanda tangan"')) == (422, 1)
    assert form_in(wrong.text, f"{desk}/adendum") == before
    assert (before["chair_name"], before["signer_name"]) == (CHAIR, ["Bapak Jaya", "Ibu Wati", "", ""])
    # Nor does a form without them take signers away.
    said = {"seen": "1", "number": "050/0500", "dated_on": "2021-05-02", "reason": "Ketua diganti.", "chair_name": "Budi Santoso"}
    assert (await web.post(f"{desk}/adendum", data=said, headers=staff)).status_code == 303
    first, second = await versions(ground, session)
    assert (second.source["signers"], second.source["chair"]) == (first.source["signers"], ["Pimpinan Sidang", "Budi Santoso", ""])
    assert len(second.source["changes"]) == 1


async def test_an_old_page_of_the_addendum_does_not_put_the_old_chair_back(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, (number, *_) = await make_final_with_signers(ground)
    staff, desk = office.bearer("secretariat"), f"/meja/{session.slug}/berita-acara"
    old = form_in((await web.get(desk, headers=staff)).text, f"{desk}/adendum")
    first = {**old, "number": "050/0500", "dated_on": "2021-05-02", "reason": "Ketua diganti.", "chair_name": "Budi Santoso"}
    assert (await web.post(f"{desk}/adendum", data=first, headers=staff)).status_code == 303
    async with ground.database.write() as db:
        await fill(db, ground.vault, session.id, [number], {"ceiling": 120_000_000}, await seen_by(ground, session))
    mine = {**old, "number": "050/0501", "dated_on": "2021-05-03", "reason": "Salah ketik pagu.", "place": "Balai Kota"}
    page = await web.post(f"{desk}/adendum", data=mine, headers=staff)
    assert (page.status_code, "Orang lain baru saja mengubahnya." in page.text, len(await versions(ground, session))) == (409, True, 2)
    # All that was typed is there, in sight; what was not is as it stands by now.
    again = form_in(page.text, f"{desk}/adendum")
    expected = {**mine, "seen": "2", "chair_name": "Budi Santoso"}
    assert again == expected
    opened = re.search(r'<details class="more"( open)?><summary>(?:(?!</summary>).)*Pimpinan sidang, tempat, dan', page.text, re.DOTALL)
    assert opened is not None
    assert opened[1] == " open"
    assert (await web.post(f"{desk}/adendum", data=again, headers=staff)).status_code == 303
    found = await versions(ground, session)
    assert ([one.source["chair"][1] for one in found], chained(found)) == ([CHAIR, "Budi Santoso", "Budi Santoso"], True)


async def test_a_refused_addendum_keeps_its_number_and_day(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_final_with_signers(ground)
    staff, desk = office.bearer("secretariat"), f"/meja/{session.slug}/berita-acara"
    old = form_in((await web.get(desk, headers=staff)).text, f"{desk}/adendum")
    said = {**old, "number": "050/0500", "dated_on": "2021-05-02", "reason": "Salah ketik."}
    page = await web.post(f"{desk}/adendum", data=said, headers=staff)
    assert (page.status_code, form_in(page.text, f"{desk}/adendum")) == (409, said)
    assert "Ubah pimpinan sidang, tempat, atau penanda tangan</summary>" not in page.text


async def test_an_addendum_does_not_say_that_it_was_made_where_the_forum_was_held(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    session, (number, *_) = await make_final_with_signers(ground)
    async with ground.database.write() as db:
        await fill(db, ground.vault, session.id, [number], {"ceiling": 120_000_000}, await seen_by(ground, session))
    version = await amend(ground, session)
    opening = str(version.source["opening"])
    assert opening.startswith(
        "Pada hari ini, Minggu, tanggal dua bulan Mei tahun dua ribu dua puluh satu, terhadap Berita Acara Kesepakatan"
    )
    assert "Ruang Kresna" not in pages_of(await file_of(ground, version, FileKind.PDF))[0]


async def test_the_desk_offers_to_make_final_just_when_it_can_be(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    at = await make_open(ground)
    staff, desk = office.bearer("secretariat"), f"/meja/{at.session.slug}/berita-acara"
    offered = []
    for closing in (None, timedelta(seconds=20), GRACE + timedelta(seconds=5)):
        if closing:
            await close(ground, at, closing)
        page = (await web.get(desk, headers=staff)).text
        offered.append((f'formaction="{desk}/tetapkan"' in page, "sesudah formulir terakhir diterima" in page, "Berjalan" in page))
    assert offered == [(False, True, True), (False, True, False), (True, False, False)]

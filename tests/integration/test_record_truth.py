"""What the record says of itself is true: after a mistake, after an erasure, of its numbers, its annex, its day, and of two who write at once."""

import asyncio
import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from app.errors import Conflict, Invalid
from app.planning.service import fill
from app.record.annex import attendance_of, attendance_whole
from app.record.draft import draft_of, write_draft
from app.record.files import bring_signed, remove_signed
from app.record.final import prepare
from app.record.models import FileKind, RecordVersion
from app.record.proof import known, sha256_of, told
from app.rights.erasure import ask, erase
from app.sessions.models import ForumSession
from app.web.ground import Ground
from tests.conftest import Office
from tests.factories_plenary import seen_by
from tests.factories_record import WRITTEN, amend, file_of, finalise, make_held, write

SCAN = b"%PDF-1.7\n" + b"tanda tangan" * 99 + b"\n%%EOF\n"


async def said_of(ground: Ground, content: bytes) -> list[str]:
    async with ground.database.read() as db:
        return told(await known(db, sha256_of(io.BytesIO(content))), ground.catalogues.translator("id"))


async def changed(ground: Ground, session: ForumSession, number: str, ceiling: int) -> None:
    async with ground.database.write() as db:
        await fill(db, ground.vault, session.id, [number], {"ceiling": ceiling}, await seen_by(ground, session))


async def test_a_file_that_lay_at_the_wrong_version_first_is_still_the_right_one(ground: Ground, web: httpx.AsyncClient) -> None:
    session, (a, *_), _ = await make_held(ground)
    await write(ground, session)
    first = await finalise(ground, session)
    await changed(ground, session, a, 120_000_000)
    second = await amend(ground, session)
    now = ground.clock.now()
    wrong = await bring_signed(ground, second, io.BytesIO(SCAN), "", actor="account:a", now=now)
    await remove_signed(ground, second, wrong.id, actor="account:a", now=now)
    assert [one.split(",")[1:] for one in await said_of(ground, SCAN)] == [
        [f" {session.title}", " lalu dibuang oleh petugas. Jangan dipakai."]
    ]
    await bring_signed(ground, first, io.BytesIO(SCAN), "", actor="account:a", now=now)
    assert [one[:46] for one in await said_of(ground, SCAN)] == ["Versi resmi bertanda tangan dari Berita Acara "]
    page = await web.post(f"/s/{session.slug}/berita-acara/periksa/unggah", files={"file": ("ba.pdf", SCAN)})
    assert ("Jangan dipakai" in page.text, "notice bad" in page.text) == (False, False)


async def test_what_was_made_again_after_an_erasure_is_not_called_the_original(ground: Ground) -> None:
    session, _, people = await make_held(ground)
    await write(ground, session)
    version = await finalise(ground, session)
    old = await file_of(ground, version, FileKind.PDF)
    async with ground.database.write() as db:
        asked = await ask(db, ground.vault, session, people[0].id, actor="account:x", now=ground.clock.now())
    await erase(ground, asked.id)
    new = await file_of(ground, version, FileKind.PDF)
    assert [(await said_of(ground, one))[0].split(" Nomor")[0] for one in (old, new)] == [
        "Berkas asli Berita Acara",
        "Dibuat ulang setelah data pribadi dihapus: Berita Acara",
    ]


async def test_data_that_are_no_longer_those_of_the_record_are_said_to_be_others(ground: Ground, web: httpx.AsyncClient) -> None:
    session, _, _ = await make_held(ground)
    await write(ground, session)
    version = await finalise(ground, session)
    page, others = f"/s/{session.slug}/berita-acara", "Data sumbernya tidak lagi sama dengan saat ditetapkan."
    assert others not in (await web.get(page)).text
    async with ground.database.write() as db:
        row = await db.get_one(RecordVersion, version.id)
        row.source = {**row.source, "closing": "Peserta 1 menutup."}
    assert others in (await web.get(page)).text
    docx = await file_of(ground, version, FileKind.DOCX)
    assert (await said_of(ground, docx))[0].startswith("Dibuat ulang setelah data pribadi dihapus: ")


async def test_a_register_number_stands_on_one_version_only(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, (a, *_), _ = await make_held(ground)
    await write(ground, session)
    await finalise(ground, session)
    await changed(ground, session, a, 120_000_000)
    for number in ("050/0421", " 050 / 0421"):
        with pytest.raises(Invalid) as taken:
            await amend(ground, session, number)
        assert [(one.field, one.code) for one in taken.value.errors] == [("number", "record.number_taken")]
    typed = {"seen": "1", "number": "050/0421", "dated_on": "2021-05-02", "reason": "Salah ketik pagu."}
    page = await web.post(f"/meja/{session.slug}/berita-acara/adendum", data=typed, headers=office.bearer("secretariat"))
    assert (page.status_code, "Nomor ini sudah dipakai" in page.text, "Salah ketik pagu." in page.text) == (422, True, True)
    assert (await amend(ground, session)).number == 2
    await changed(ground, session, a, 130_000_000)
    with pytest.raises(Invalid) as taken:
        await amend(ground, session)
    assert [one.code for one in taken.value.errors] == ["record.number_taken"]
    assert (await amend(ground, session, "050/0501")).number == 3


@pytest.mark.parametrize(
    ("change", "whole"),
    [
        ({}, True),
        ({"name": "Orang Lain"}, False),
        ({"contact": b"bukan segel"}, False),
        ({"digest": "0" * 64}, False),
        ({"name": "Peserta 1", "institution": None, "contact": None}, False),
        ({"contact": None}, False),
        ({"name": "Peserta 1", "salt": ""}, True),
        ({"name": "Peserta 1", "salt": "", "digest": "0" * 64}, False),
    ],
)
async def test_annex_i_is_held_against_the_digests_in_the_data(ground: Ground, change: dict[str, Any], whole: bool) -> None:
    session, _, _ = await make_held(ground)
    await write(ground, session)
    version = await finalise(ground, session)
    async with ground.database.read() as db:
        rows = await attendance_of(db, version)
    for name, value in change.items():
        setattr(rows[0], name, value)
    assert attendance_whole(ground.vault, version, rows) is whole
    assert [attendance_whole(ground.vault, version, some) for some in (rows[:1], rows[::-1], [])] == [False] * 3


async def test_the_desk_says_when_somebody_reached_into_annex_i(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _, _ = await make_held(ground)
    await write(ground, session)
    version = await finalise(ground, session)
    said = []
    for name in (None, "Orang Lain"):
        if name:
            async with ground.database.write() as db:
                (await attendance_of(db, version))[0].name = name
        page = await web.get(f"/meja/{session.slug}/berita-acara", headers=office.bearer("secretariat"))
        said.append("Lampiran I tidak lagi sama" in page.text)
    assert said == [False, True]


async def test_of_two_who_write_first_at_once_the_second_is_told(ground: Ground) -> None:
    session, _, _ = await make_held(ground)
    words = ground.catalogues.translator("id")
    async with ground.database.write() as db:
        await write_draft(db, ground.vault, words, session, WRITTEN, 0, actor="account:a", now=ground.clock.now())
        other = asyncio.create_task(write(ground, session, replace(WRITTEN, chair_name="Orang lain")))
        await asyncio.sleep(0.3)
    with pytest.raises(Conflict, match="stale"):
        await other
    async with ground.database.read() as db:
        held = await draft_of(db, words, session)
    assert (held.version, held.draft.chair_name) == (1, WRITTEN.chair_name)


@pytest.mark.parametrize(
    ("opened", "ended", "time"),
    [
        ((10, 11), (10, 14), "pukul 18.00–21.00 WIB"),
        ((10, 11), (11, 1), "pukul 18.00–21.30 WIB"),
        ((12, 2), (12, 5), "pukul 09.00–12.00 WIB"),
    ],
)
async def test_the_record_says_when_the_forum_was_held(ground: Ground, opened: tuple[int, int], ended: tuple[int, int], time: str) -> None:
    session, _, _ = await make_held(ground)
    await write(ground, session, replace(WRITTEN, dated_on="2021-04-19"))
    at = [datetime(2021, 4, day, hour, tzinfo=UTC) for day, hour in (opened, ended)]
    planned = datetime(2021, 4, 10, 11, 30, tzinfo=UTC)
    moments = {"opened_at": at[0], "ended_at": at[1], "starts_at": planned, "ends_at": planned + timedelta(hours=3)}
    async with ground.database.write() as db:
        await db.execute(update(ForumSession).where(ForumSession.id == session.id).values(**moments))
    async with ground.database.read() as db:
        again = await db.get_one(ForumSession, session.id)
        source = (await prepare(db, ground.vault, ground.settings, ground.catalogues.translator("id"), again)).gathered.source
    day = {10: "Sabtu, tanggal sepuluh bulan April", 12: "Senin, tanggal dua belas bulan April"}[opened[0]]
    assert (source["held"][1], source["day"]) == (["Waktu", time], "19 April 2021")
    assert str(source["opening"]).startswith(f"Pada hari ini, {day} tahun dua ribu dua puluh satu, ")

"""Long tables and open data: made by jobs with progress, in memory that does not grow with the rows, and without anybody's name."""

import asyncio
import csv
import gc
import io
import json
import tracemalloc
import weakref
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import openpyxl
import pytest
from anyio import Path as AsyncPath
from sqlalchemy import update

from app.assembly import handlers
from app.exports import gather, made_files, making, pages, routes, sizes
from app.exports.catalogue import TABLES
from app.exports.gather import source
from app.exports.open_data import DICTIONARY
from app.exports.plain_files import csv_lines, json_lines
from app.exports.tables import Column, Kind, Row, Sheet
from app.outbox.worker import Handler
from app.proposals.listing import find
from app.proposals.models import Proposal, ProposalStatus
from app.proposals.service import change
from app.sessions.models import ForumSession, SessionState
from app.sipd.listing import Scope
from app.web.ground import Ground
from tests.conftest import Office
from tests.factories import make_session
from tests.factories_plenary import make_plenary
from tests.factories_proposals import NAME, make_person, make_proposal, words
from tests.integration.test_notices_hand import sign_in

PHONE = "0853-2690-5742"


class Watched(list[Row]):
    """A page of rows that can be counted while it lives."""


def watched(rows: int, *, of: int = 500) -> tuple[Sheet, list[int]]:
    """A table of so many rows, and how many of its pages were alive whenever another was read."""
    alive: weakref.WeakSet[Watched] = weakref.WeakSet()
    seen: list[int] = []

    async def read() -> AsyncIterator[list[Row]]:
        for start in range(0, rows, of):
            page = Watched((n, f"Usulan {n}", "kata " * 20) for n in range(start, min(start + of, rows)))
            alive.add(page)
            gc.collect()
            seen.append(len(alive))
            yield page

    columns = (Column("no", "No", Kind.NUMBER), Column("title", "Usulan"), Column("words", "Kata"))
    return Sheet("proposals", "Daftar", "Forum", "Asia/Jakarta", columns, read()), seen


Watched.__hash__ = object.__hash__  # type: ignore[method-assign,assignment]  # a weak set asks for it


async def test_a_page_is_forgotten_before_the_next_one_but_one_is_read() -> None:
    for write in (csv_lines, lambda sheet: json_lines(sheet, {})):
        sheet, seen = watched(5_000)
        sizes_ = [len(piece) async for piece in write(sheet)]
        assert (len(seen), max(seen) <= 2, sum(sizes_) > 500_000) == (10, True, True)
    sheet, seen = watched(5_000)
    path = await made_files._spill(sheet)
    try:
        assert (len(seen), max(seen) <= 2, len(path.read_text("utf-8").splitlines())) == (10, True, 5_000)
    finally:
        path.unlink()


async def test_a_spreadsheet_of_ten_times_the_rows_needs_no_more_memory() -> None:
    peaks = []
    for rows in (1_000, 10_000):
        sheet, _ = watched(rows)
        spilled = await made_files._spill(sheet)
        columns = [(one.label, str(one.kind), one.width) for one in sheet.columns]
        tracemalloc.start()
        made = Path(made_files._make_xlsx(str(spilled), "t", "s", "Asia/Jakarta", columns))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        sheet_ = openpyxl.load_workbook(made, read_only=True).active
        assert sheet_ is not None
        assert sheet_.max_row == rows + 1
        await AsyncPath(made).unlink()
        await AsyncPath(spilled).unlink()
    assert peaks[1] < 1.5 * peaks[0]


async def published(ground: Ground, session: ForumSession, text: str, title: str, **fields: object) -> str:
    """A public proposal of somebody with a name; its number."""
    person = await make_person(ground, session)
    number = await make_proposal(ground, session, words(ground, text, person, name_public=True))
    async with ground.database.write() as db:
        one = await find(db, session.id, number)
        said = {"title": title, **fields, "status": ProposalStatus.VERIFIED}
        await change(db, ground.vault, session, number, said, if_version=one.version, actor="account:x", now=ground.clock.now())
    async with ground.database.write() as db:
        one = await find(db, session.id, number)
        one.published_at = one.personal_checked_at = ground.clock.now()
    return number


async def test_open_data_names_nobody(ground: Ground, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground, state=SessionState.LIVE)
    told = f"Kata {NAME}, telepon {PHONE}, surel siti.r@contoh.id: saluran mampet"
    number = await published(ground, session, told, f"Saluran di depan rumah {NAME}", problem=told, village="Krapyak", sector="water")
    hidden = await make_proposal(ground, session, words(ground, "Belum diperiksa"))
    # The control: the page of the proposal shows what its speaker agreed to, so a file without it was made to be so.
    assert NAME in (await web.get(f"/u/{number}")).text
    csv_file = (await web.get(f"/s/{session.slug}/data/usulan.csv")).content.decode("utf-8-sig")
    json_file = (await web.get(f"/s/{session.slug}/data/usulan.json")).text
    for text in (csv_file, json_file):
        for secret in (NAME, "Rahmawati", PHONE, "5742", "siti.r", "contoh.id", "Ketua RT", hidden):
            assert secret not in text
    (row,) = list(csv.DictReader(io.StringIO(csv_file), delimiter=";"))
    assert list(row) == [one.heading for one in DICTIONARY]
    assert (row["nomor"], row["judul"], row["kelurahan_desa"]) == (number, "Saluran di depan rumah ▪▪▪", "Krapyak")
    assert row["bidang"] == "Drainase, irigasi dan pengendalian banjir"
    nothing = (await web.get(f"/s/{session.slug}/data/usulan.csv?sector=roads")).content.decode("utf-8-sig")
    assert len(nothing.splitlines()) == 1


async def test_open_data_covers_names_and_numbers_wherever_they_were_typed(ground: Ground, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground, state=SessionState.LIVE)
    told = "Pak Slamet dan Ani minta lampu"
    typed = {"village": "rumah Bu Ani", "unit": "tiang, hubungi 0853-2690-5742", "agency": "Dishub (Slamet)"}
    await published(ground, session, told, told, problem=told)
    async with ground.database.write() as db:
        await db.execute(update(Proposal).values(proposer="Pak Slamet, RT 3", on_behalf="Bu Ani", **typed))
    (row,) = (await web.get(f"/s/{session.slug}/data/usulan.json")).json()["rows"]
    assert [row[key] for key in ("title", "problem", "village", "unit", "agency")] == [
        "Pak ▪▪▪ dan ▪▪▪ minta lampu",
        "Pak ▪▪▪ dan ▪▪▪ minta lampu",
        "rumah Bu ▪▪▪",
        "tiang, hubungi ▪▪▪",
        "Dishub (▪▪▪)",
    ]


async def test_while_the_office_rehearses_no_open_data_leave(ground: Ground, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground, state=SessionState.LIVE, rehearsal=SessionState.PUBLISHED, rehearsal_at=ground.clock.now())
    answers = [await web.get(f"/s/{session.slug}/data{rest}", headers={"Accept": "text/html"}) for rest in ("/usulan.csv", "")]
    assert [(one.status_code, "Petugas sedang berlatih" in one.text) for one in answers] == [(409, True), (200, True)]


async def test_a_cell_that_is_cut_says_where_the_rest_is(tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text(json.dumps(["a" * 40_000]) + "\n" + json.dumps(["b" * 32_767]) + "\n")
    made = Path(made_files._make_xlsx(str(rows), "t", "s", "Asia/Jakarta", [("Kata", "text", 20)]))
    (sheet,) = openpyxl.load_workbook(made).worksheets
    cut, whole = sheet["A2"].value, sheet["A3"].value
    await AsyncPath(made).unlink()
    assert (len(cut), cut[-40:], whole) == (32_767, "aaaaaaa … (terpotong, lengkapnya di CSV)", "b" * 32_767)


async def test_annexes_of_the_law_are_indonesian_for_every_reader(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    heads = []
    for table in ("attendance", "priorities", "not-agreed"):
        answer = await web.get(f"/api/v1/sessions/{session.slug}/exports/{table}.csv?lang=en", headers=office.bearer("secretariat"))
        heads.append(answer.content.decode("utf-8-sig").splitlines()[0].split(";")[:2])
    assert heads == [["Nama", "Lembaga/Instansi"], ["No", "Prioritas Daerah"], ["No", "Kegiatan"]]


async def test_the_dictionary_says_what_each_column_means(ground: Ground, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    page = (await web.get(f"/s/{session.slug}/data?sector=water", headers={"Accept": "text/html"})).text
    rows = (await web.get(f"/s/{session.slug}/data/kamus.json")).json()["rows"]
    assert [row["column"] for row in rows] == [one.heading for one in DICTIONARY]
    assert all(row["meaning"].endswith(".") and row["type"] for row in rows)
    assert all(row["column"] in page and row["key"] in page for row in rows)
    assert f"/s/{session.slug}/data/usulan.csv?sector=water" in page
    assert "Sebutkan sumber" in page
    assert (await web.get(f"/s/{session.slug}/data/usulan.exe")).status_code == 404


async def test_the_page_of_the_record_carries_the_filters_on(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    await make_proposal(ground, session, words(ground, fields={"sector": "water"}))
    await make_proposal(ground, session, words(ground, fields={"sector": "roads"}))
    bearer = office.bearer("secretariat")
    narrowed = (await web.get(f"/meja/{session.slug}/usulan?sector=roads", headers=bearer)).text
    assert f'href="/meja/{session.slug}/rekaman?sector=roads"' in narrowed
    page = (await web.get(f"/meja/{session.slug}/rekaman?sector=roads", headers=bearer)).text
    link = f"/api/v1/sessions/{session.slug}/exports/proposals.csv?sector=roads"
    assert link in page
    assert "/exports/chat.csv?sector=roads" not in page
    assert len((await web.get(link, headers=bearer)).text.splitlines()) == 2


async def worked(ground: Ground, kind: str, payload: dict[str, object]) -> None:
    handler: Handler = handlers(ground)[kind]
    await handler(payload)


@pytest.mark.parametrize("kind", ["csv", "xlsx", "json"])
async def test_a_long_table_is_a_job_with_progress(
    ground: Ground, office: Office, web: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    for module in (routes, pages):
        monkeypatch.setattr(module, "AT_ONCE", 2)
    session, _ = await make_session(ground)
    for n in range(3):
        await make_proposal(ground, session, words(ground, f"Lampu jalan {n}", fields={"sector": "street_lighting"}))
    await make_proposal(ground, session, words(ground, "Jembatan", fields={"sector": "roads"}))
    bearer = office.bearer("secretariat")
    address = f"/api/v1/sessions/{session.slug}/exports/proposals.{kind}?sector=street_lighting"
    wanted = await web.get(address, headers=bearer)
    twice = await web.get(address, headers=bearer)
    assert (wanted.status_code, wanted.json()) == (202, twice.json())
    job = wanted.json()["job"]
    await sign_in(web, "secretariat")
    led = await web.get(address, headers={"Accept": "text/html"})
    web.cookies.clear()
    assert (led.status_code, led.headers["location"].rpartition("/")[0]) == (303, f"/meja/{session.slug}/rekaman/berkas")
    told = (await web.get(wanted.json()["href"], headers=bearer)).json()
    assert (told["state"], told["done"], told["total"], told.get("href")) == ("coming", 0, 3, None)
    making_page = await web.get(f"/meja/{session.slug}/rekaman/berkas/{job}", headers=bearer)
    assert "Sedang disusun" in making_page.text
    for _ in range(2):
        await worked(ground, making.MAKE, {"file_id": job})
    told = (await web.get(wanted.json()["href"], headers=bearer)).json()
    assert (told["state"], told["done"]) == ("kept", 3)
    file = await web.get(told["href"], headers=bearer)
    assert file.headers["content-disposition"] == f'attachment; filename="proposals-{session.slug}.{kind}"'
    if kind == "csv":
        assert len(list(csv.reader(io.StringIO(file.content.decode("utf-8-sig")), delimiter=";"))) == 4
    if kind == "json":
        assert len(file.json()["rows"]) == 3
    if kind == "xlsx":
        sheet = openpyxl.load_workbook(io.BytesIO(file.content)).active
        assert sheet is not None
        assert sheet.max_row == 4
    assert (await web.get(told["href"], headers=office.bearer("reader"))).status_code == 403
    short = await web.get(f"/api/v1/sessions/{session.slug}/exports/proposals.{kind}?sector=roads", headers=bearer)
    assert short.status_code == 200


async def test_the_page_asks_for_long_tables_by_a_press(
    ground: Ground, office: Office, web: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (routes, pages):
        monkeypatch.setattr(module, "AT_ONCE", 1)
    assert sizes.AT_ONCE == 10_000
    session, _ = await make_session(ground)
    for n in range(2):
        await make_proposal(ground, session, words(ground, f"Lampu jalan {n}"))
    bearer = office.bearer("secretariat")
    page = (await web.get(f"/meja/{session.slug}/rekaman", headers=bearer)).text
    assert 'form="long-proposals"' in page
    press = await web.post(f"/meja/{session.slug}/rekaman/berkas", data={"table": "proposals", "kind": "csv"}, headers=bearer)
    assert press.status_code == 303
    assert "Sedang disusun" in (await web.get(press.headers["location"], headers=bearer)).text
    assert "Lihat kemajuan" in (await web.get(f"/meja/{session.slug}/rekaman", headers=bearer)).text


async def test_a_long_table_is_wanted_without_keeping_others_from_writing(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    asking = f"/meja/{session.slug}/rekaman/berkas"
    async with ground.database.write():
        answer = await web.post(asking, data={"table": "tidakada", "kind": "csv"}, headers=office.bearer("secretariat"))
    assert answer.status_code == 404


async def test_the_way_of_a_proposal_narrows_the_record_too(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    page = (await web.get(f"/meja/{session.slug}/rekaman?via=paper", headers=office.bearer("secretariat"))).text
    assert '<option value="paper" selected>' in page.partition('name="via"')[2].partition("</select>")[0]


async def test_tables_of_the_plenary_list_come_in_pages_between_which_others_have_their_turn(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, _ = await make_plenary(ground)
    monkeypatch.setattr(gather, "PAGE", 3)
    given = await source(ground.database, ground.vault, ground.catalogues.translator("id"), session)
    for table in ("sipd", "rw-form"):
        turns: list[int] = []
        lengths: list[int] = []
        async for page in TABLES[table](replace(given, sipd=Scope.VERIFIED)).pages:
            asyncio.get_running_loop().call_soon(turns.append, len(page))
            lengths.append(len(page))
        await asyncio.sleep(0)
        assert (lengths, turns) == ([3, 1], [3, 1])


async def test_whole_numbers_stand_without_a_comma_behind_them(ground: Ground) -> None:
    async def read() -> AsyncIterator[list[Row]]:
        yield [(350, 2.5)]

    columns = (Column("whole", "Utuh", Kind.NUMBER), Column("part", "Pecahan", Kind.NUMBER))
    path = await made_files.xlsx(Sheet("x", "x", "x", "Asia/Jakarta", columns, read()))
    try:
        sheet = openpyxl.load_workbook(path).active
        assert sheet is not None
        assert [(cell.value, cell.number_format) for cell in sheet[2]] == [(350, "#,##0"), (2.5, "#,##0.###")]
    finally:
        await AsyncPath(path).unlink()

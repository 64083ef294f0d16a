"""Keying into SIPD: the sheet's 26 columns as the ministry's table has them, and marks that no two officers make twice."""

import csv
import io
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import httpx
import openpyxl
import pytest
from sqlalchemy import func, select

from app.audit.models import AuditEntry
from app.errors import Conflict, Invalid, NotFound
from app.planning import service as plenary
from app.proposals.choices import Reason
from app.proposals.listing import find
from app.sessions.models import ForumSession, Tier
from app.sipd import service, view
from app.sipd.columns import HEADINGS
from app.sipd.listing import HOLDS, Item, Scope, Stray, following, items_of, progress_of, strays_of
from app.sipd.models import SipdEntry, SipdSheet
from app.sipd.service import By, Entered
from app.web.ground import Ground
from tests.conftest import Office
from tests.factories_plenary import make_plenary, make_verified, seen_by
from tests.factories_proposals import make_proposal

TABLE = (
    "No · ID Usulan · Tanggal Usul · Pengusul · Profil · Usulan · Masalah · Alamat · Kabupaten/Kota · Kecamatan · Kelurahan/Desa · Usulan Ke · "
    "OPD Tujuan Awal · OPD Tujuan Akhir · Status · Catatan · Rekomendasi Mitra · Rekomendasi Kelurahan/Desa · Rekomendasi Kecamatan · "
    "Rekomendasi SKPD · Rekomendasi TAPD · Volume · Satuan · Anggaran · Jenis Belanja · Sub Kegiatan"
)
DOMAIN = TABLE.split(" · ")
AWKWARD = ('=1+1 "kutip"; {{ 7*7 }}', "شارع السوق القديم", "Lampu 💡 di gang 🌊", "Sangat" + " panjang" * 18)


async def make_agreed(ground: Ground, **changes: object) -> tuple[ForumSession, list[str]]:
    """Four proposals of which the plenary agreed the third, then the first."""
    session, numbers = await make_plenary(ground, **changes)
    async with ground.database.write() as db:
        by = await seen_by(ground, session)
        await plenary.order(db, ground.vault, session.id, numbers[2], numbers[0], by)
    async with ground.database.write() as db:
        await plenary.agree(db, ground.vault, session.id, [numbers[0], numbers[2]], await seen_by(ground, session))
    return session, numbers


async def exported(ground: Ground, office: Office, web: httpx.AsyncClient, session: ForumSession, address: str) -> httpx.Response:
    answer = await web.get(f"/api/v1/sessions/{session.slug}/exports/{address}", headers=office.bearer("secretariat"))
    assert answer.status_code == 200, answer.text
    return answer


def rows_of(answer: httpx.Response) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))


async def items(ground: Ground, session: ForumSession, scope: Scope = Scope.AGREED) -> list[Item]:
    async with ground.database.read() as db:
        return await items_of(db, session, scope)


async def mark(
    ground: Ground, session: ForumSession, number: str, sipd_id: str | None = "77", *, actor: str = "account:a", seen: int = 0
) -> SipdEntry:
    now = ground.clock.now()
    async with ground.database.write() as db:
        return await service.mark(
            db, ground.vault, session.id, number, Entered(now.date() - timedelta(days=1), sipd_id), By(actor, seen, now)
        )


async def test_the_sheet_has_the_26_columns_in_their_order(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, (a, _, c, _) = await make_agreed(ground, tier=Tier.DISTRICT)
    async with ground.database.write() as db:
        given = {"agency": "DPUPR Bidang SDA", "quantity": Decimal("412.5"), "ceiling": 90_000_000}
        await plenary.fill(db, ground.vault, session.id, [a], given, await seen_by(ground, session))
    head, first, second = rows_of(await exported(ground, office, web, session, "sipd.csv"))
    assert head == DOMAIN == [heading for _, heading in HEADINGS]
    assert (len(head), len(first)) == (26, 26)
    today = ground.clock.now().astimezone().date()
    row = dict(zip(head, second, strict=True))
    assert {name: value for name, value in row.items() if value and name != "Tanggal Usul"} == {
        "No": "2",
        "ID Usulan": a,
        "Pengusul": "Ibu, RT 3",
        "Usulan": "Rumah pompa Krapyak",
        "Alamat": "RW 02",
        "Kabupaten/Kota": "Kota Pekalongan",
        "Kecamatan": "Pekalongan Utara",
        "Kelurahan/Desa": "Krapyak",
        "Usulan Ke": "2",
        "OPD Tujuan Awal": "DPUPR",
        "OPD Tujuan Akhir": "DPUPR Bidang SDA",
        "Status": "Disepakati",
        "Rekomendasi Kecamatan": "Disepakati: Rumah pompa Krapyak; 412,5 m; Rp90.000.000",
        "Volume": "412,5",
        "Satuan": "m",
        "Anggaran": "90000000",
    }
    assert abs((date.fromisoformat(row["Tanggal Usul"]) - today).days) <= 1
    assert (first[:2], first[11]) == (["1", c], "1")


async def test_all_verified_and_one_village_are_a_matter_of_the_address(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, (a, b, c, d) = await make_agreed(ground)
    await make_verified(ground, session, "Jembatan Klego", village="Klego")
    async with ground.database.write() as db:
        await plenary.not_agree(db, ground.vault, session.id, [d], (Reason.OTHER, "Milik PT"), await seen_by(ground, session))
    verified = rows_of(await exported(ground, office, web, session, "sipd.csv?list=verified"))
    assert [row[1] for row in verified[1:]] == [c, a, b, "PKL-2022-0005"]
    assert [row[11] for row in verified[1:]] == ["1", "2", "", ""]
    klego = rows_of(await exported(ground, office, web, session, "sipd.csv?list=verified&village=Klego"))
    assert [(row[0], row[10]) for row in klego[1:]] == [("1", "Klego")]


async def test_awkward_words_stay_words_in_every_format(ground: Ground, office: Office, web: httpx.AsyncClient, tmp_path: Path) -> None:
    session, numbers = await make_plenary(ground, AWKWARD)
    async with ground.database.write() as db:
        (await find(db, session.id, numbers[0])).problem = "@SUM(A1)\nbaris dua"
    async with ground.database.write() as db:
        await plenary.agree(db, ground.vault, session.id, numbers, await seen_by(ground, session))
    head, *rows = rows_of(await exported(ground, office, web, session, "sipd.csv"))
    titles = [row[head.index("Usulan")] for row in rows]
    assert titles == ["'" + AWKWARD[0], *AWKWARD[1:]]
    assert rows[0][head.index("Masalah")] == "'@SUM(A1)\nbaris dua"
    body = (await exported(ground, office, web, session, "sipd.json")).json()
    assert [row["proposal"] for row in body["rows"]] == list(AWKWARD)
    path = tmp_path / "sipd.xlsx"
    path.write_bytes((await exported(ground, office, web, session, "sipd.xlsx")).content)
    sheet = openpyxl.load_workbook(path).active
    assert sheet is not None
    assert [cell.value for cell in sheet[1]] == DOMAIN
    first = dict(zip(DOMAIN, sheet[2], strict=True))
    assert (first["Usulan"].value, first["Usulan"].data_type) == (AWKWARD[0], "s")
    assert (first["Tanggal Usul"].is_date, first["Anggaran"].value, first["Volume"].value) == (True, 100_000_000, 350)
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


async def test_nothing_agreed_gives_an_empty_sheet(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_plenary(ground)
    assert rows_of(await exported(ground, office, web, session, "sipd.csv")) == [DOMAIN]


async def test_a_mark_is_made_once_corrected_and_taken_back(ground: Ground) -> None:
    session, (a, _, c, _) = await make_agreed(ground)
    await mark(ground, session, a)
    again = await mark(ground, session, a)
    assert (again.version, again.sipd_id) == (1, "77")
    corrected = await mark(ground, session, a, "78", seen=1)
    assert (corrected.version, corrected.sipd_id) == (2, "78")
    assert [(one.number, one.entered) for one in await items(ground, session)] == [(c, False), (a, True)]
    assert [(one.village, one.done, one.total) for one in progress_of(await items(ground, session))] == [("Krapyak", 1, 2)]
    for _ in range(2):
        async with ground.database.write() as db:
            gone = await service.take_back(db, ground.vault, session.id, a, By("account:a", 2, ground.clock.now()))
    assert (gone.version, gone.entered_on, gone.sipd_id) == (3, None, None)
    async with ground.database.read() as db:
        acts = await db.scalars(
            select(AuditEntry.act).where(AuditEntry.chain == session.id, AuditEntry.act.startswith("sipd.")).order_by(AuditEntry.number)
        )
        assert list(acts) == ["sipd.entered", "sipd.entered", "sipd.taken_back"]


async def test_the_second_of_two_officers_is_told(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, (a, _, _, _) = await make_agreed(ground)
    address = f"/meja/{session.slug}/sipd/{a}"
    yesterday = (ground.clock.now().date() - timedelta(days=1)).isoformat()
    form = {"seen": "0", "entered_on": yesterday, "sipd_id": "1029384"}
    first = await web.post(address, data=form, headers=office.bearer("secretariat"))
    second = await web.post(address, data={**form, "sipd_id": "1029399"}, headers=office.bearer("moderator"))
    assert (first.status_code, second.status_code) == (303, 409)
    assert "baru saja menandai" in second.text
    assert ("1029384" in second.text, 'value="1029399"' in second.text) == (True, True)
    (entry,) = [one.entry for one in await items(ground, session) if one.number == a]
    assert entry is not None
    assert (entry.sipd_id, entry.version) == ("1029384", 1)
    undo = await web.post(f"{address}/urungkan", data={"seen": "0"}, headers=office.bearer("moderator"))
    assert undo.status_code == 409


async def test_what_a_colleague_copies_is_passed_over_for_some_minutes(ground: Ground) -> None:
    session, (a, _, c, _) = await make_agreed(ground)
    now = ground.clock.now()
    async with ground.database.write() as db:
        await service.hold(db, session.id, c, By("account:b", 0, now))
    async with ground.database.write() as db:
        held = await service.hold(db, session.id, c, By("account:a", 0, now))
        assert held.held_by == "account:b"
    found = await items(ground, session)
    numbers = [
        (following(found, None, actor, at) or found[0]).number
        for actor, at in (("account:a", now), ("account:b", now), ("account:a", now + HOLDS))
    ]
    assert numbers == [a, c, c]
    assert (await mark(ground, session, c, actor="account:b")).held_by is None


async def test_what_was_entered_and_is_refused_later_is_not_forgotten(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, (a, _, c, _) = await make_agreed(ground)
    await mark(ground, session, a)
    await mark(ground, session, c, "78")
    warning = "Sudah di SIPD, tetapi tidak lagi di daftar forum"
    address, bearer = f"/meja/{session.slug}/sipd", office.bearer("secretariat")
    assert warning not in (await web.get(address, headers=bearer)).text
    async with ground.database.write() as db:
        await plenary.not_agree(db, ground.vault, session.id, [a], (Reason.OTHER, "Salah alamat"), await seen_by(ground, session))
    page = (await web.get(address, headers=bearer)).text
    shown = f'aria-label="Sudah dibetulkan di SIPD: {a}"'
    assert (warning in page, shown in page, f"SIPD: {c}" in page) == (True, True, False)
    async with ground.database.read() as db:
        wide = await items_of(db, session, Scope.VERIFIED)
        assert await strays_of(db, session.id, wide) == [Stray(a, "77", 1)]


async def test_what_was_corrected_in_sipd_leaves_the_notice_and_its_id_is_free(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    session, (a, _, c, _) = await make_agreed(ground)
    await mark(ground, session, a)
    async with ground.database.write() as db:
        await plenary.merge(db, ground.vault, session.id, c, [a], await seen_by(ground, session))
    address, bearer = f"/meja/{session.slug}/sipd", office.bearer("secretariat")
    stale = await web.post(f"{address}/{a}/urungkan", data={"seen": "0", "stray": "1"}, headers=bearer)
    assert (stale.status_code, "Sudah di SIPD, tetapi" in stale.text) == (409, True)
    done = await web.post(f"{address}/{a}/urungkan", data={"seen": "1", "stray": "1"}, headers=bearer)
    assert (done.status_code, done.headers["location"]) == (303, address)
    assert "Sudah di SIPD, tetapi" not in (await web.get(address, headers=bearer)).text
    await mark(ground, session, c, "77")


async def test_what_left_the_list_while_it_was_keyed_in_is_marked_all_the_same(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    session, (a, _, c, _) = await make_agreed(ground)
    async with ground.database.write() as db:
        await plenary.merge(db, ground.vault, session.id, c, [a], await seen_by(ground, session))
    address, bearer = f"/meja/{session.slug}/sipd", office.bearer("secretariat")
    form = {"seen": "0", "entered_on": "2021-02-21", "sipd_id": "4711"}
    wrong = await web.post(f"{address}/{a}", data={**form, "entered_on": "besok"}, headers=bearer)
    assert (wrong.status_code, "Tulis tanggal yang benar" in wrong.text, f"untuk {a}: 4711" in wrong.text) == (422, True, True)
    assert (await web.post(f"{address}/{a}", data=form, headers=bearer)).status_code == 303
    async with ground.database.read() as db:
        assert await strays_of(db, session.id, await items_of(db, session, Scope.VERIFIED)) == [Stray(a, "4711", 1)]
    # What was never verified was never to be keyed in; the ID that was typed is said once more.
    unverified = await make_proposal(ground, session)
    answer = await web.post(f"{address}/{unverified}", data={**form, "sipd_id": "4712"}, headers=bearer)
    assert (answer.status_code, f"ID SIPD yang Anda tulis untuk {unverified}: 4712" in answer.text) == (404, True)


async def test_villages_of_one_name_are_told_apart(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, numbers = await make_agreed(ground)
    codes = ("33.17.14.2001", "33.17.14.2001", "33.17.01.2001", None)
    async with ground.database.write() as db:
        for number, code in zip(numbers, codes, strict=True):
            (await find(db, session.id, number)).village = "Sukamaju"
            (await find(db, session.id, number)).village_code = code
    every = await items(ground, session, Scope.VERIFIED)
    assert sorted((one.village, one.number) for one in every) == sorted(
        [("Sukamaju, Lasem", numbers[0]), ("Sukamaju, Lasem", numbers[1]), ("Sukamaju, Sumber", numbers[2]), ("Sukamaju", numbers[3])]
    )
    assert [(one.village, one.total) for one in progress_of(every)] == [("Sukamaju", 1), ("Sukamaju, Lasem", 2), ("Sukamaju, Sumber", 1)]
    async with ground.database.read() as db:
        kept = [[one.number for one in await items_of(db, session, Scope.AGREED, name)] for name in ("Sukamaju, Lasem", "Sukamaju")]
    assert kept == [[numbers[0]], [numbers[2], numbers[0]]]


async def test_an_id_belongs_to_one_proposal_and_days_have_come(ground: Ground) -> None:
    session, (a, b, c, _) = await make_agreed(ground)
    await mark(ground, session, a)
    with pytest.raises(Invalid) as taken:
        await mark(ground, session, c)
    assert [(one.field, one.code, one.facts) for one in taken.value.errors] == [("sipd_id", "sipd.id_taken", {"number": a})]
    now = ground.clock.now()
    with pytest.raises(Invalid) as early:
        async with ground.database.write() as db:
            await service.mark(db, ground.vault, session.id, c, Entered(now.date() + timedelta(days=2), None), By("account:a", 0, now))
    assert early.value.errors[0].code == "sipd.not_yet"
    unverified = await make_proposal(ground, session)
    with pytest.raises(NotFound):
        await mark(ground, session, unverified)
    async with ground.database.write() as db:
        (await db.get_one(ForumSession, session.id)).rehearsal = session.state
    with pytest.raises(Conflict):
        await mark(ground, session, b)


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"entered_on": ""}, "entered_on", "wajib"),
        ({"entered_on": "31-02-2023"}, "entered_on", "Tulis tanggal yang benar"),
        ({"sipd_id": "12 34"}, "sipd_id", "hanya berisi huruf"),
    ],
)
async def test_what_is_wrong_is_said_beside_the_field(
    ground: Ground, office: Office, web: httpx.AsyncClient, typed: dict[str, str], field: str, sentence: str
) -> None:
    session, (a, *_) = await make_agreed(ground)
    form = {"seen": "0", "entered_on": "2023-02-21", "sipd_id": "1029384", **typed}
    answer = await web.post(f"/meja/{session.slug}/sipd/{a}", data=form, headers=office.bearer("secretariat"))
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    kept = form["entered_on"] if field == "sipd_id" else form["sipd_id"]
    assert f'value="{kept}"' in answer.text
    async with ground.database.read() as db:
        assert await db.scalar(select(func.count()).select_from(SipdEntry)) == 0


async def test_the_page_leads_from_one_to_the_next_and_counts_towards_the_deadline(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    session, (a, b, c, _) = await make_agreed(ground)
    base, bearer = f"/meja/{session.slug}/sipd", office.bearer("moderator")
    page = await web.get(base, headers=bearer)
    assert f'id="number">{c}' in page.text
    for value in ("Lampu jalan Panjang Baru", "100000000", "Rp100.000.000", "0 dari 2 sudah dientri"):
        assert value in page.text
    day = (ground.clock.now() + timedelta(days=5)).date()
    due = await web.post(f"{base}/tenggat", data={"due_on": day.isoformat()}, headers=bearer)
    assert due.status_code == 303
    assert "hari" in (await web.get(base, headers=bearer)).text
    marked = await web.post(f"{base}/{c}", data={"seen": "0", "entered_on": "21/02/2021", "sipd_id": ""}, headers=bearer)
    assert marked.headers["location"] == f"{base}/{a}?done={c}"
    after = await web.get(marked.headers["location"], headers=bearer)
    assert "1 dari 2 sudah dientri" in after.text
    assert f'action="{base}/{c}/urungkan"' in after.text
    last = await web.post(f"{base}/{a}", data={"seen": "0", "entered_on": "2021-02-22", "sipd_id": "5"}, headers=bearer)
    assert last.headers["location"] == f"{base}?done={a}"
    assert "Semua sudah dientri" in (await web.get(base, headers=bearer)).text
    everything = await web.get(f"{base}?list=verified", headers=bearer)
    assert "2 dari 4 sudah dientri" in everything.text
    assert (await web.get(f"{base}/{b}", headers=bearer)).status_code == 404


async def test_a_deadline_that_a_colleague_has_set_meanwhile_is_shown_before_it_is_changed(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    session, _ = await make_agreed(ground)
    base, mine, theirs = f"/meja/{session.slug}/sipd", office.bearer("secretariat"), office.bearer("moderator")
    drawn = {"was": ""}
    for _ in range(2):
        assert (await web.post(f"{base}/tenggat", data={**drawn, "due_on": "2021-05-03"}, headers=theirs)).status_code == 303
    late = await web.post(f"{base}/tenggat", data={**drawn, "due_on": "2021-05-20"}, headers=mine)
    assert (late.status_code, "Tenggatnya sudah diubah petugas lain" in late.text) == (409, True)
    assert ('name="was" value="2021-05-03"' in late.text, 'value="2021-05-20"' in late.text) == (True, True)
    async with ground.database.read() as db:
        assert await db.scalar(select(SipdSheet.due_on)) == date(2021, 5, 3)
    again = await web.post(f"{base}/tenggat", data={"was": "2021-05-03", "due_on": "2021-05-20"}, headers=mine)
    async with ground.database.read() as db:
        assert (again.status_code, await db.scalar(select(SipdSheet.due_on))) == (303, date(2021, 5, 20))


async def test_a_long_queue_is_listed_around_the_shown_proposal(
    ground: Ground, office: Office, web: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, numbers = await make_agreed(ground)
    monkeypatch.setattr(view, "QUEUE", 2, raising=False)
    base, bearer = f"/meja/{session.slug}/sipd", office.bearer("moderator")
    order = [one.number for one in await items(ground, session, Scope.VERIFIED)]
    page = (await web.get(f"{base}/{order[2]}?list=verified", headers=bearer)).text.partition('id="queue-title"')[2].partition("</nav>")[0]
    assert [number for number in numbers if f'{base}/{number}?list=verified"' in page] == sorted(order[1:3])
    assert "2 usulan lain tidak dimuat di sini" in page

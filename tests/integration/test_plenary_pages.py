"""The plenary page by forms alone: every press, every form, what is refused and what stays typed; the screen; the exports."""

import csv
import io
import re

import httpx
from sqlalchemy import select

from app.hall.screen import screen_of
from app.planning.listing import plenary_of
from app.planning.models import PlenaryStep
from app.sessions.models import ForumSession
from app.web.ground import Ground
from tests.conftest import Office
from tests.factories_plenary import lines, make_plenary, make_verified, numbers_of, seen_by

ANNEX_II = "No;Prioritas Daerah;Sasaran Daerah;Program;Kegiatan Prioritas;Sasaran Kegiatan;Lokasi (desa/kel);Volume;Pagu;Perangkat Daerah Penanggungjawab"
ANNEX_III = "No;Kegiatan;Lokasi (Desa/Kelurahan);Volume;Alasan"


class Page:
    """The page as the secretariat's browser posts it."""

    def __init__(self, web: httpx.AsyncClient, session: ForumSession, headers: dict[str, str]) -> None:
        self.web, self.base, self.headers = web, f"/meja/{session.slug}/pleno", headers

    async def get(self, path: str = "") -> str:
        answer = await self.web.get(f"{self.base}{path}", headers=self.headers)
        assert answer.status_code == 200, answer.text
        return answer.text

    async def seen(self) -> str:
        return re.findall(r'name="seen" value="(\d+)"', await self.get())[0]

    async def press(self, do: str, seen: str | None = None) -> httpx.Response:
        data = {"do": do, "seen": await self.seen() if seen is None else seen}
        return await self.web.post(self.base, data=data, headers=self.headers)

    async def send(self, form: str, numbers: list[str], seen: str | None = None, **typed: str) -> httpx.Response:
        data = {**typed, "number": numbers, "seen": await self.seen() if seen is None else seen}
        return await self.web.post(f"{self.base}/{form}", data=data, headers=self.headers)


async def test_the_page_works_by_forms_alone(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, (a, b, c, d) = await make_plenary(ground)
    page = Page(web, session, office.bearer("secretariat"))
    assert "Rumah pompa Krapyak" in await page.get()
    assert (await page.press(f"before:{d}:{a}")).status_code == 303
    assert (await page.press(f"before:{a}:")).status_code == 303
    assert await numbers_of(ground, session) == [d, b, c, a]
    assert (await page.press(f"agree:{d}:")).status_code == 303
    assert (await page.send("sepakat", [b, c])).status_code == 303
    assert (await page.send("belum", [a], reason_code="other", reason="Menunggu lahan")).status_code == 303
    assert (await page.send("isi", [d, b], program="Drainase", ceiling="Rp60.000.000")).status_code == 303
    assert (await page.send("pagu", [], ceiling="150.000.000")).status_code == 303
    assert (await page.send("utusan", [], name="Siti Rahmawati", element="rt", gender="female")).status_code == 303
    assert [(line.decision, line.columns.ceiling, line.sum, line.over) for line in await lines(ground, session)] == [
        ("agreed", 60_000_000, 60_000_000, False),
        ("agreed", 60_000_000, 120_000_000, False),
        ("agreed", 100_000_000, 220_000_000, True),
        ("not_agreed", 100_000_000, 220_000_000, False),
    ]
    text = await page.get()
    assert "Melampaui pagu Rp70.000.000" in text
    assert "Menunggu lahan" in text
    assert "Siti Rahmawati" in await page.get("/utusan")
    assert (await page.press("undo")).status_code == 303
    assert "Siti Rahmawati" not in await page.get("/utusan")
    assert (await page.send("gabung", [b], into=d)).status_code == 303
    assert (await page.send("pecah", [c], titles="Satu\nDua")).status_code == 303
    assert [line.columns.activity for line in await lines(ground, session)] == [
        "Gedung serbaguna Degayu",
        "Satu",
        "Dua",
        "Rumah pompa Krapyak",
    ]
    assert "Pecah" in await page.get("/langkah")


async def test_what_is_wrong_is_said_beside_the_field_and_nothing_typed_is_lost(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    session, (a, b, *_) = await make_plenary(ground)
    page = Page(web, session, office.bearer("moderator"))
    wrong = await page.send("isi", [a], program="Drainase kota", ceiling="banyak", quantity="1,2,3")
    assert wrong.status_code == 422
    assert 'value="Drainase kota"' in wrong.text
    assert wrong.text.count('class="error"') == 2
    reasonless = await page.send("belum", [a], reason="Lahan sengketa")
    assert reasonless.status_code == 422
    assert "Lahan sengketa" in reasonless.text
    early = await page.seen()
    await page.send("isi", [a], program="Jalan")
    stale = await page.send("isi", [a], early, program="Drainase kota")
    assert stale.status_code == 409
    assert "baru saja diubah oleh" in stale.text
    assert 'value="Drainase kota"' in stale.text
    again = re.findall(r'name="seen" value="(\d+)"', stale.text)[0]
    assert (await page.send("isi", [a], again, program="Drainase kota")).status_code == 303
    assert (await page.press(f"agree:{b}:agreed")).status_code == 409
    assert (await page.send("isi", [])).status_code == 422
    assert (await page.send("sepakat", [f"PKL-2022-{n:04}" for n in range(1, 27)])).status_code == 422
    assert (await page.press("agree")).status_code == 422
    assert (await page.press("dance")).status_code == 404
    assert (await page.send("tari", [a])).status_code == 404
    assert (await page.press(f"agree:{a}:", "x" * 12)).status_code == 303


async def test_the_moving_part_says_when_nothing_has_changed(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, (a, *_) = await make_plenary(ground)
    page, headers = Page(web, session, office.bearer("secretariat")), office.bearer("secretariat")
    first = await web.get(f"{page.base}/daftar", headers=headers)
    tagged = {**headers, "If-None-Match": first.headers["ETag"]}
    assert (await web.get(f"{page.base}/daftar", headers=tagged)).status_code == 304
    await page.press(f"agree:{a}:")
    second = await web.get(f"{page.base}/daftar", headers=tagged)
    assert second.status_code == 200
    await make_verified(ground, session, "Taman baca")
    third = await web.get(f"{page.base}/daftar", headers={**headers, "If-None-Match": second.headers["ETag"]})
    assert "Taman baca" in third.text
    narrow = await web.get(f"{page.base}/daftar?state=open&village=Krapyak", headers=headers)
    assert ("Rumah pompa" in narrow.text, "Taman baca" in narrow.text) == (False, True)


async def test_the_screen_shows_the_list_without_anybodys_name(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, numbers = await make_plenary(ground)
    hidden = await make_verified(ground, session, "Jalan depan rumah, telepon 0812 3456 7890")
    async with ground.database.write() as db:
        code = (await screen_of(db, session.id, ground.clock.now())).code
    page = Page(web, session, office.bearer("moderator"))
    screen = f"/s/{session.slug}/layar?kode={code}"
    assert "Rumah pompa" not in (await web.get(screen)).text
    await page.press("screen-on")
    await page.press(f"agree:{numbers[0]}:")
    shown = (await web.get(screen)).text
    assert "Rumah pompa Krapyak" in shown
    assert "Disepakati" in shown
    await page.press(f"show:{hidden}")
    moved = (await web.get(screen)).text
    assert ("0812 3456 7890" in moved, "Ibu, RT 3" in moved, "Jalan depan rumah" in moved) == (False, False, True)
    done = await web.post(f"/meja/{session.slug}/layar", data={"act": "voices"}, headers=office.bearer("operator"))
    assert done.status_code == 303
    assert "Rumah pompa" not in (await web.get(screen)).text
    async with ground.database.read() as db:
        assert (await plenary_of(db, session.id)).on_screen is False
        kinds = list(await db.scalars(select(PlenaryStep.kind).where(PlenaryStep.session_id == session.id)))
    assert kinds == ["agree"]


async def test_the_annexes_leave_with_the_columns_of_the_regulation(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, (a, b, c, d) = await make_plenary(ground)
    page = Page(web, session, office.bearer("secretariat"))
    await page.press(f"before:{b}:{a}")
    await page.send("sepakat", [a, b])
    await page.send("isi", [a], regional_priority="Rob", regional_target="-10 ha", program="Drainase", activity_target="40 rumah")
    await page.send("belum", [d], reason_code="land_not_owned", reason="Milik PT KAI")
    await page.send("belum", [c], reason_code="other", reason="=1+1")
    exports = f"/api/v1/sessions/{session.slug}/exports"
    second = (await web.get(f"{exports}/priorities.csv", headers=office.bearer("secretariat"))).content.decode("utf-8-sig")
    assert second.splitlines()[0] == ANNEX_II
    rows = list(csv.reader(io.StringIO(second), delimiter=";"))[1:]
    place = "Krapyak RW 02"
    assert rows == [
        ["1", "", "", "", "Pengerukan saluran Samudra", "", place, "350 m", "100000000", "DPUPR"],
        ["2", "Rob", "'-10 ha", "Drainase", "Rumah pompa Krapyak", "40 rumah", place, "350 m", "100000000", "DPUPR"],
    ]
    third = (await web.get(f"{exports}/not-agreed.csv", headers=office.bearer("secretariat"))).content.decode("utf-8-sig")
    assert third.splitlines()[0] == ANNEX_III
    assert list(csv.reader(io.StringIO(third), delimiter=";"))[1:] == [
        ["1", "Lampu jalan Panjang Baru", place, "350 m", "'=1+1"],
        ["2", "Gedung serbaguna Degayu", place, "350 m", "Lahan atau aset bukan milik pemerintah. Milik PT KAI"],
    ]
    english = {**office.bearer("secretariat"), "Accept-Language": "en"}
    assert (await web.get(f"{exports}/priorities.csv", headers=english)).content.decode("utf-8-sig").splitlines()[0] == ANNEX_II
    as_json = (await web.get(f"{exports}/priorities.json", headers=office.bearer("secretariat"))).json()
    assert [(row["no"], row["ceiling"]) for row in as_json["rows"]] == [(1, 100_000_000), (2, 100_000_000)]
    assert (await web.get(f"{exports}/not-agreed.xlsx", headers=office.bearer("secretariat"))).status_code == 200
    assert (await seen_by(ground, session)).seen == 5

"""The plenary page by forms alone: every press, every form, what is refused and what stays typed; the screen; the exports."""

import csv
import io
import re
from html import unescape

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.hall.screen import screen_of
from app.planning import screen
from app.planning.listing import Line, lines_of, plenary_of
from app.planning.models import PlenaryStep
from app.proposals.capture import words_gone
from app.proposals.listing import find, sources_of
from app.proposals.models import ProposalStatus
from app.proposals.service import change
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


async def test_saving_again_after_somebody_was_faster_keeps_what_they_wrote(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, (a, *_) = await make_plenary(ground)
    page = Page(web, session, office.bearer("secretariat"))
    opened = fields_of(await page.get(f"/isi?number={a}"))
    await page.send("isi", [a], program="Jalan", agency="DLH")
    refused = await page.web.post(f"{page.base}/isi", data={**opened, "activity": "Pompa"}, headers=page.headers)
    assert refused.status_code == 409
    again = fields_of(refused.text)
    assert (again["program"], again["agency"], again["activity"], again["was_program"], again["was_activity"]) == (
        "Jalan",
        "DLH",
        "Pompa",
        "Jalan",
        "",
    )
    assert (await page.web.post(f"{page.base}/isi", data={**again, "agency": ""}, headers=page.headers)).status_code == 303
    (line, *_) = await lines(ground, session)
    assert line.filled == {"program": "Jalan", "activity": "Pompa"}


async def test_a_decision_made_elsewhere_since_a_form_was_drawn_is_not_overwritten(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    session, (a, *_) = await make_plenary(ground)
    page = Page(web, session, office.bearer("secretariat"))
    agreeing, refusing = fields_of(await page.get(f"/sepakat?number={a}")), fields_of(await page.get(f"/belum?number={a}"))
    async with ground.database.write() as db:
        one = await find(db, session.id, a)
        said = {"status": ProposalStatus.NOT_AGREED, "reason_code": "land_not_owned"}
        await change(db, ground.vault, session, a, said, if_version=one.version, actor="account:y", now=ground.clock.now())
    late = await page.web.post(f"{page.base}/sepakat", data=agreeing, headers=page.headers)
    assert late.status_code == 409
    assert "Keputusan tentang" in late.text
    data = {**refusing, "reason_code": "other", "reason": "Menunggu"}
    refused = await page.web.post(f"{page.base}/belum", data=data, headers=page.headers)
    assert (refused.status_code, fields_of(refused.text)["was"]) == (409, f"{a}:not_agreed")
    assert (await lines(ground, session))[0].reason_code == "land_not_owned"
    assert (await page.web.post(f"{page.base}/sepakat", data=fields_of(late.text), headers=page.headers)).status_code == 303
    assert (await lines(ground, session))[0].decision == "agreed"


async def test_a_double_click_takes_back_one_step(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, (a, b, *_) = await make_plenary(ground)
    page = Page(web, session, office.bearer("secretariat"))
    await page.press(f"agree:{a}:")
    await page.press(f"agree:{b}:")
    assert 'value="undo:2"' in await page.get()
    assert [(await page.press("undo:2")).status_code for _ in range(2)] == [303, 409]
    assert [line.decision for line in await lines(ground, session)] == ["agreed", None, None, None]


def fields_of(html: str) -> dict[str, str]:
    """What the browser would post of the form beside the list as it stands (its inputs)."""
    form = html[html.index('aria-labelledby="plenary-form-title"') :].partition("</form>")[0]
    inputs = re.findall(r"<input[^>]*>", form)
    found = {re.findall(r'name="([^"]*)"', one)[0]: unescape((re.findall(r'value="([^"]*)"', one) or [""])[0]) for one in inputs}
    return {name: value for name, value in found.items() if name != "csrf"}


async def test_every_form_leads_back_to_the_same_filter(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, (a, *_) = await make_plenary(ground)
    page, headers = Page(web, session, office.bearer("secretariat")), office.bearer("secretariat")
    text = unescape(await page.get("?state=open&village=Krapyak"))
    leads = re.findall(rf'href="({page.base}/[a-z]+[^"]*)"', text)
    assert len(leads) == 3 + 4 * 4
    assert [one for one in leads if "state=open&village=Krapyak" not in one] == []
    assert '<input type="hidden" name="state" value="open"><input type="hidden" name="village" value="Krapyak">' in text
    tags = [
        (await web.get(f"{page.base}/daftar{query}", headers=headers)).headers["ETag"] for query in ("", "?state=open", "?state=agreed")
    ]
    assert len(set(tags)) == 3
    assert (await page.press(f"agree:{a}:")).headers["Location"] == page.base


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


async def test_the_screen_covers_what_the_plenary_wrote_and_what_was_taken_away(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    session, (a, b, *_) = await make_plenary(ground)
    async with ground.database.write() as db:
        code = (await screen_of(db, session.id, ground.clock.now())).code
    page = Page(web, session, office.bearer("moderator"))
    data = f"/s/{session.slug}/layar/data?kode={code}"
    await page.press("screen-on")
    await page.send("isi", [a], activity="Pompa, hubungi 0812 3456 7890", unit="0812-3456-7891")
    first = await web.get(data)
    assert ("3456" in first.text, "Pompa, hubungi ▪▪▪" in first.text, "350 ▪▪▪" in first.text) == (False, True, True)
    assert "Pengerukan saluran Samudra" in first.text
    assert (await web.get(data, headers={"If-None-Match": first.headers["ETag"]})).status_code == 304
    async with ground.database.write() as db:
        one = await find(db, session.id, b)
        (source,) = (await sources_of(db, [one]))[one.id]
        await words_gone(db, source.source_id, "hidden")
    second = await web.get(data, headers={"If-None-Match": first.headers["ETag"]})
    assert second.status_code == 200
    assert ("Pengerukan saluran" in second.text, b in second.text) == (False, True)


async def test_the_screen_reads_the_whole_list_only_when_it_reads_otherwise(
    ground: Ground, office: Office, web: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, (a, b, *_) = await make_plenary(ground)
    async with ground.database.write() as db:
        code = (await screen_of(db, session.id, ground.clock.now())).code
    page = Page(web, session, office.bearer("moderator"))
    data = f"/s/{session.slug}/layar/data?kode={code}"
    await page.press("screen-on")
    read: list[str] = []

    async def counted(db: AsyncSession, forum: ForumSession) -> list[Line]:
        read.append(forum.id)
        return await lines_of(db, forum)

    monkeypatch.setattr(screen, "lines_of", counted)
    for _ in range(3):
        assert (await web.get(data)).status_code == 200
    assert read == [session.id]
    await page.press(f"before:{b}:{a}")
    moved = (await web.get(data)).text
    assert moved.index("Pengerukan saluran") < moved.index("Rumah pompa")
    assert len(read) == 2


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

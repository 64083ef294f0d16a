"""Last year's list: read, mended, taken in and taken back; what is carried over keeps its old number, year and answers; doubles are only proposed."""

import io
import json
import re
from html import unescape

import httpx
from openpyxl import Workbook
from sqlalchemy import select

from app.outcomes.models import EarlierImport, EarlierOutcome, EarlierProposal
from app.proposals.listing import find
from app.proposals.models import Proposal
from app.proposals.service import change
from app.sessions.models import ForumSession
from app.web.ground import Ground
from tests.conftest import Office
from tests.factories import make_session
from tests.factories_outcomes import make_known, told

HEADING = ("Nomor Usulan", "Tahun", "Usulan", "Kelurahan", "Anggaran", "Tingkat", "Status", "Alasan", "Tanggal")
ROWS = (
    ("KPK-88", 2020, "Pengerukan saluran Jalan Samudra", "Krapyak", 60_000_000, "Kecamatan", "Disepakati", None, "17 Februari 2020"),
    ("KPK-88", 2020, "Pengerukan saluran Jalan Samudra", "Krapyak", 60_000_000, "RKPD", "Belum terakomodir", "Pagu habis", None),
    ("KPK-89", 2020, "Taman baca =1+1 {{ x }} <b>", "Krapyak", None, "Kecamatan", "entah", None, None),
)


def workbook() -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (HEADING, *ROWS):
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


class Lists:
    """The pages as the secretariat's browser posts them."""

    def __init__(self, web: httpx.AsyncClient, session: ForumSession, headers: dict[str, str]) -> None:
        self.web, self.base, self.headers = web, f"/meja/{session.slug}/hasil/tahun-lalu", headers

    async def page(self) -> str:
        answer = await self.web.get(self.base, headers=self.headers)
        assert answer.status_code == 200, answer.text
        return answer.text

    async def check(self, **more: str) -> httpx.Response:
        files = {"file": ("tahun-lalu.xlsx", workbook())}
        return await self.web.post(f"{self.base}/unggah", data={"year": "2020", "act": "check", **more}, files=files, headers=self.headers)

    async def send(self, form: str, act: str, **changed: str) -> httpx.Response:
        """The checked form again, with cells corrected."""
        data = {name: unescape(value) for name, value in re.findall(r'<input type="hidden" name="(table|id)" value="([^"]*)"', form)}
        maps = dict(re.findall(r'name="(map\.\d+)">.*?<option value="(\w+)" selected>', form, re.DOTALL))
        return await self.web.post(
            f"{self.base}/unggah", data={**data, **maps, "year": "2020", "act": act, **changed}, headers=self.headers
        )

    async def press(self, do: str) -> httpx.Response:
        return await self.web.post(self.base, data={"do": do}, headers=self.headers)


async def taken_in(ground: Ground, office: Office, web: httpx.AsyncClient) -> tuple[ForumSession, Lists]:
    session, _ = await make_session(ground, year_held=2021)
    lists = Lists(web, session, office.bearer("secretariat"))
    form = (await lists.check()).text
    answer = await lists.send(form, "take", **{"cell.2.6": "ditolak"})
    assert answer.status_code == 303, answer.text
    return session, lists


async def earlier(ground: Ground, session: ForumSession) -> dict[str, EarlierProposal]:
    async with ground.database.read() as db:
        rows = await db.scalars(select(EarlierProposal).where(EarlierProposal.session_id == session.id))
        return {row.number: row for row in rows}


async def test_a_list_is_checked_mended_and_taken_in_once(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground, year_held=2021)
    lists = Lists(web, session, office.bearer("secretariat"))
    checked = await lists.check()
    assert (checked.status_code, "Status ini tidak dikenal pada tingkat itu" in checked.text) == (200, True)
    assert "<b></b>" not in checked.text
    assert json.loads(unescape(re.findall(r'name="table" value="([^"]*)"', checked.text)[0]))[0] == "tahun-lalu.xlsx"
    refused = await lists.send(checked.text, "take")
    assert (refused.status_code, await earlier(ground, session)) == (422, {})
    for _ in range(2):
        assert (await lists.send(checked.text, "take", **{"cell.2.6": "ditolak"})).status_code == 303
    found = await earlier(ground, session)
    assert sorted((one.number, one.year, one.village_code is not None, one.budget) for one in found.values()) == [
        ("KPK-88", 2020, True, 60_000_000),
        ("KPK-89", 2020, True, None),
    ]
    async with ground.database.read() as db:
        said = {(row.level.value, row.verdict.value, str(row.decided_on), row.reason) for row in await db.scalars(select(EarlierOutcome))}
    assert said == {
        ("district", "agreed", "2020-02-17", None),
        ("plan", "not_accommodated", "None", "Pagu habis"),
        ("district", "declined", "None", None),
    }
    again = await lists.check()
    assert "baris sudah pernah dimasukkan" in again.text
    empty = await lists.web.post(f"{lists.base}/unggah", data={"year": "2020", "act": "check"}, headers=lists.headers)
    assert (empty.status_code, "Pilih berkas atau tempelkan tabelnya dahulu." in empty.text) == (422, True)


async def test_doubles_are_proposed_and_only_a_press_connects_them(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, lists = await taken_in(ground, office, web)
    number = await make_known(ground, session, "Pengerukan saluran di Jalan Samudra")
    one = (await earlier(ground, session))["KPK-88"]
    text = await lists.page()
    assert (f"link:{one.id}:{number}" in text, one.proposal_id) == (True, None)
    story = f"/u/{number}?forum={session.slug}"
    assert "KPK-88" not in (await web.get(story)).text
    for _ in range(2):
        assert (await lists.press(f"link:{one.id}:{number}")).status_code == 303
    text = (await web.get(story)).text
    for piece in ("Tahun 2020", "KPK-88", "Senin, 17 Februari 2020", "Pagu habis"):
        assert piece in text
    body = (await web.get(f"/api/v1/sessions/{session.slug}/proposals/{number}/outcomes")).json()["items"][0]
    assert [(year["year"], year["number"], [stop["verdict"] for stop in year["outcomes"]]) for year in body["earlier"]] == [
        (2020, "KPK-88", ["agreed", "not_accommodated"])
    ]
    assert await told(ground, session) == []
    assert (await lists.press(f"adopt:{one.id}")).status_code == 409
    assert (await lists.press(f"release:{one.id}")).status_code == 303
    assert "KPK-88" not in (await web.get(story)).text


async def test_a_carried_over_proposal_is_one_of_this_year_until_it_is_let_go_again(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    session, lists = await taken_in(ground, office, web)
    one = (await earlier(ground, session))["KPK-88"]
    for _ in range(2):
        assert (await lists.press(f"adopt:{one.id}")).status_code == 303
    async with ground.database.read() as db:
        made = (await db.scalars(select(Proposal).where(Proposal.session_id == session.id))).one()
    assert (made.title, made.via, made.budget, made.village) == ("Pengerukan saluran Jalan Samudra", "import", 60_000_000, "Krapyak")
    listed = re.findall(r'action="([^"]+/batal)"', await lists.page())
    assert (await web.post(listed[0], headers=lists.headers)).status_code == 409
    async with ground.database.write() as db:
        await change(db, ground.vault, session, made.number, {"unit": "m"}, if_version=1, actor="account:x", now=ground.clock.now())
    assert (await lists.press(f"release:{one.id}")).status_code == 409
    assert (await earlier(ground, session))["KPK-88"].adopted
    other = (await earlier(ground, session))["KPK-89"]
    await lists.press(f"adopt:{other.id}")
    assert (await lists.press(f"release:{other.id}")).status_code == 303
    async with ground.database.read() as db:
        assert list(await db.scalars(select(Proposal.number).where(Proposal.session_id == session.id))) == [made.number]
        assert (await find(db, session.id, made.number)).unit == "m"


async def test_a_list_is_taken_back_with_its_connections_and_can_come_again(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, lists = await taken_in(ground, office, web)
    number = await make_known(ground, session, "Saluran Jalan Samudra")
    await lists.press(f"link:{(await earlier(ground, session))['KPK-88'].id}:{number}")
    undo = re.findall(r'action="([^"]+/batal)"', await lists.page())[0]
    for _ in range(2):
        assert (await web.post(undo, headers=lists.headers)).status_code == 303
    async with ground.database.read() as db:
        left = [list(await db.scalars(select(table.id))) for table in (EarlierProposal, EarlierOutcome)]
        (kept,) = await db.scalars(select(EarlierImport))
    assert (left, kept.undone_at is not None, "KPK-88" in (await web.get(f"/u/{number}?forum={session.slug}")).text) == (
        [[], []],
        True,
        False,
    )
    form = (await lists.check()).text
    assert (await lists.send(form, "take", **{"cell.2.6": "ditolak"})).status_code == 303
    assert sorted(await earlier(ground, session)) == ["KPK-88", "KPK-89"]


async def test_a_checked_form_that_is_sent_again_later_takes_in_what_is_missing_by_then(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    session, _ = await make_session(ground, year_held=2021)
    lists = Lists(web, session, office.bearer("secretariat"))
    form = (await lists.check()).text
    assert (await lists.send(form, "take", skip="2")).status_code == 303
    assert sorted(await earlier(ground, session)) == ["KPK-88"]
    for _ in range(2):
        assert (await lists.send(form, "take", **{"cell.2.6": "ditolak"})).status_code == 303
        assert sorted(await earlier(ground, session)) == ["KPK-88", "KPK-89"]
    undo = re.findall(r'action="([^"]+/batal)"', await lists.page())
    assert [(await web.post(one, headers=lists.headers)).status_code for one in undo] == [303, 303]
    assert (await lists.send(form, "take", **{"cell.2.6": "ditolak"})).status_code == 303
    assert sorted(await earlier(ground, session)) == ["KPK-88", "KPK-89"]
    async with ground.database.read() as db:
        assert len((await db.scalars(select(EarlierImport))).all()) == 3


async def test_a_list_that_comes_again_with_another_level_adds_its_answers_and_takes_only_those_back(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    _, lists = await taken_in(ground, office, web)
    header = "Nomor Usulan\tTahun\tUsulan\tTingkat\tStatus"
    later = [("KPK-88", "APBD", "Terakomodir"), ("KPK-88", "RKPD", "Terakomodir"), ("KPK-90", "RKPD", "Terakomodir")]
    pasted = "\n".join([header, *(f"{number}\t2020\tUsulan {number}\t{level}\t{verdict}" for number, level, verdict in later)])
    form = await web.post(f"{lists.base}/unggah", data={"year": "2020", "act": "check", "pasted": pasted}, headers=lists.headers)
    # The plan has answered the first one already: that row is left out, the budget's answer is new.
    assert ("2 usulan siap dimasukkan" in form.text, "1 baris sudah pernah dimasukkan" in form.text) == (True, True)
    for _ in range(2):
        assert (await lists.send(form.text, "take")).status_code == 303
    assert await answers_of(ground) == {
        ("KPK-88", "district", "agreed"),
        ("KPK-88", "plan", "not_accommodated"),
        ("KPK-88", "budget", "accommodated"),
        ("KPK-89", "district", "declined"),
        ("KPK-90", "plan", "accommodated"),
    }
    newest, _ = re.findall(r'action="([^"]+/batal)"', await lists.page())
    assert (await web.post(newest, headers=lists.headers)).status_code == 303
    assert await answers_of(ground) == {
        ("KPK-88", "district", "agreed"),
        ("KPK-88", "plan", "not_accommodated"),
        ("KPK-89", "district", "declined"),
    }
    async with ground.database.read() as db:
        assert [one.proposals for one in await db.scalars(select(EarlierImport).order_by(EarlierImport.at))] == [2, 2]


async def answers_of(ground: Ground) -> set[tuple[str, str, str]]:
    async with ground.database.read() as db:
        rows = await db.execute(
            select(EarlierProposal.number, EarlierOutcome.level, EarlierOutcome.verdict).join(
                EarlierOutcome, EarlierOutcome.earlier_id == EarlierProposal.id
            )
        )
        return {(number, level.value, verdict.value) for number, level, verdict in rows}

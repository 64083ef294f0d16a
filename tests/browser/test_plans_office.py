"""The office changes its plans and plans anew: another meeting, one more hall, guests told on paper, last year's forum copied, several days as one series."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Page, async_playwright, expect
from sqlalchemy import select, update

from app.meetings.service import meeting_of, opened
from app.notices.models import Delivery
from app.proposals.models import Proposal, ProposalStatus
from app.sessions.models import ForumSession, SessionState
from app.sessions.rows import sites_of
from app.sessions.service import change_state
from app.web.ground import Ground
from tests.browser.test_guests_desk import FLAGS, SOON, clean
from tests.conftest import PASSWORD, Office, chromium
from tests.factories import make_session
from tests.factories_invitations import make_meeting
from tests.factories_proposals import make_proposal

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest_asyncio.fixture
async def desk(office: Office, server: str) -> AsyncIterator[Page]:
    """An administrator, signed in."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        page = await (await browser.new_context(viewport={"width": 1366, "height": 768}, locale="id-ID")).new_page()
        page.on("dialog", lambda dialog: dialog.accept())
        await page.goto(f"{server}/masuk")
        await page.fill("[name=login]", "admin")
        await page.fill("[name=password]", PASSWORD)
        await page.click("form.form button.primary")
        yield page
        await browser.close()


async def test_the_meeting_is_swapped_and_a_hall_is_added(ground: Ground, server: str, desk: Page) -> None:
    session, _ = await make_session(ground)
    await make_meeting(ground, session)
    await desk.goto(f"{server}/meja/{session.slug}/jadwal")
    card = desk.locator("#meeting")
    await card.locator("summary").click()
    await card.get_by_role("button", name="Ganti tautan rapat").click()
    await expect(desk.locator("#meeting .error").first).to_be_visible()
    await card.locator("#meeting-link").fill("https://zoom.us/j/999?pwd=baru")
    await card.get_by_label("Alasan").fill("Rapat lama penuh")
    await clean(desk)
    await card.get_by_role("button", name="Ganti tautan rapat").click()
    await expect(desk.get_by_text("Perubahan tersimpan")).to_be_visible()
    await expect(desk.get_by_text("Alasan: Rapat lama penuh")).to_be_visible()
    card = desk.locator("#more")
    if not await card.evaluate("one => one.open"):
        await card.locator("summary").click()
    await card.get_by_label("Nama lokasi").fill("Balai Warga Poncol")
    await card.get_by_label("Jumlah kursi").fill("40")
    await card.get_by_label("Alasan").fill("Aula tidak cukup")
    await card.get_by_role("button", name="Tambah lokasi").click()
    await expect(desk.get_by_text("Alasan: Aula tidak cukup")).to_be_visible()
    await clean(desk)
    async with ground.database.read() as db:
        halls = [(one.name, one.seats) for one in await sites_of(db, session.id)]
        access = opened(ground.vault, await meeting_of(db, session.id))
    assert (halls[-1], access.link) == (("Balai Warga Poncol", 40), "https://zoom.us/j/999?pwd=baru")


async def test_guests_by_letter_are_told_on_paper(ground: Ground, office: Office, server: str, desk: Page) -> None:
    session, _ = await make_session(ground)
    async with httpx.AsyncClient(base_url=server, timeout=60, headers=office.bearer("secretariat")) as calls:
        guests = [{"institution": "Kodim 0710", "office": "Dandim"}, {"institution": "Dinas PUPR", "office": "Kepala Dinas"}]
        await calls.post(f"/api/v1/sessions/{session.slug}/invitees", json={"items": guests})
        await calls.post(f"/meja/{session.slug}/tamu/surat/cetak")
    await desk.goto(f"{server}/meja/{session.slug}/jadwal")
    await desk.get_by_label("Tunda sampai ada kabar").check()
    await desk.get_by_label("Alasan").first.fill("Jembatan terputus")
    await desk.get_by_role("button", name="Ubah jadwal").click()
    await expect(desk.get_by_text("Perubahan tersimpan")).to_be_visible()
    await _states(ground, ["queued", "queued"])
    await desk.goto(f"{server}/meja/{session.slug}/tamu")
    await desk.get_by_role("link", name="Lihat siapa dan cetak suratnya").click()
    await expect(desk.get_by_text("Alasan: Jembatan terputus")).to_be_visible()
    await clean(desk)
    async with desk.expect_popup() as opened_tab:
        await desk.get_by_role("button", name="Cetak 2 surat").click()
    await _states(ground, ["sending", "sending"])
    await (await opened_tab.value).close()
    await desk.reload()
    await expect(desk.get_by_role("button", name="Semua sudah disampaikan")).to_be_visible(timeout=SOON)
    await clean(desk)
    await desk.get_by_role("row", name="Dandim 0710").get_by_role("button", name="Sudah disampaikan").click()
    await expect(desk.get_by_text("Ditandai sudah disampaikan.")).to_be_visible()
    await desk.get_by_role("button", name="Semua sudah disampaikan").click()
    await expect(desk.get_by_text("Semua yang suratnya sudah dicetak ditandai")).to_be_visible()
    await clean(desk)
    async with ground.database.read() as db:
        assert [(one.channel, one.state) for one in await db.scalars(select(Delivery))] == [("letter", "sent")] * 2


async def test_an_earlier_forum_is_copied_and_made_a_series_of_days_with_one_list(ground: Ground, server: str, desk: Page) -> None:
    session, sites = await make_session(ground, title="Musrenbang 2021")
    await desk.goto(f"{server}/meja/{session.slug}/salin")
    await clean(desk)
    await desk.get_by_role("button", name="Salin sebagai konsep").click()
    await desk.wait_for_url("**/atur?disalin=1")
    async with ground.database.read() as db:
        copy = await db.scalar(select(ForumSession).where(ForumSession.id != session.id))
        assert copy is not None
        assert [one.name for one in await sites_of(db, copy.id)] == [one.name for one in sites]
    assert (copy.state, copy.year_held > session.year_held) == (SessionState.DRAFT, True)
    await desk.goto(f"{server}/meja/{copy.slug}/salin")
    await desk.get_by_label("Nama rangkaian").fill("Musrenbang Kota Bekasi")
    await desk.get_by_role("button", name="Buat rangkaian").click()
    await expect(desk.get_by_role("heading", level=1, name="Musrenbang Kota Bekasi")).to_be_visible()
    for day in ("2035-04-02T09:00", "2035-04-03T09:00"):
        await desk.get_by_label("Acara mulai").fill(day)
        await desk.get_by_role("button", name="Tambah hari").click()
        await expect(desk.get_by_text("Hari ditambahkan")).to_be_visible()
    await expect(desk.get_by_role("heading", name="3 hari")).to_be_visible()
    await clean(desk)
    rolled_up = await desk.get_by_role("link", name="Halaman warga").get_attribute("href")
    async with ground.database.read() as db:
        days = (await db.scalars(select(ForumSession).where(ForumSession.series_id.is_not(None)).order_by(ForumSession.starts_at))).all()
    for one in days:
        async with ground.database.write() as db:
            to = SessionState.PUBLISHED
            await change_state(db, ground.vault, one.id, to, actor="account:a", reason=None, now=ground.clock.now())
    numbers = [await make_proposal(ground, one) for one in days]
    async with ground.database.write() as db:
        await db.execute(update(Proposal).values(published_at=ground.clock.now(), status=ProposalStatus.VERIFIED))
    await desk.goto(f"{server}{rolled_up}")
    for number in numbers:
        await expect(desk.get_by_text(number).first).to_be_visible()
    await clean(desk)


async def _states(ground: Ground, wanted: list[str]) -> None:
    """What the server does by itself, or in another tab, is waited for; not done twice."""
    for _ in range(200):
        async with ground.database.read() as db:
            if [one.state.value for one in await db.scalars(select(Delivery))] == wanted:
                return
        await asyncio.sleep(0.3)
    raise AssertionError(f"the letters did not come to be {wanted} within a minute")

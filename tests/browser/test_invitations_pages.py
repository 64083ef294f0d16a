"""The attendee's pages and the officers' desk in a real browser: the way through works, and axe finds nothing."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, async_playwright, expect
from sqlalchemy import select

from app.invitations.jobs import jobs
from app.invitations.links import token_for
from app.invitations.models import Reveal, Seat
from app.outbox.worker import Worker
from app.registration.models import ApplicationState
from app.web.ground import Ground
from tests.conftest import PASSWORD, Office, chromium
from tests.factories import make_session
from tests.factories_invitations import make_applicant, make_crowd, make_meeting
from tests.integration.test_invitations_publish import press

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync"]
PHONE = {"width": 390, "height": 844}
NARROW = {"width": 320, "height": 700}


@pytest_asyncio.fixture
async def real_browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        found = await playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield found
        await found.close()


async def clean(page: Page) -> None:
    """No violation of axe's rules, and nothing to scroll sideways, on a phone and on a narrow one."""
    found = await Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    wide = page.viewport_size
    await page.set_viewport_size(NARROW)
    assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    await page.set_viewport_size(wide or PHONE)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_an_attendee_comes_in_on_a_phone_and_sees_the_way_into_the_meeting(
    ground: Ground, server: str, real_browser: Browser, scheme: str
) -> None:
    session, _ = await make_session(ground)
    await make_meeting(ground, session)
    person = await make_applicant(ground, session, "Siti", ApplicationState.SELECTED, phone="+6285326905742")
    await press(ground, session)
    async with ground.database.read() as db:
        seat = (await db.scalars(select(Seat).where(Seat.participant_id == person.participant_id))).one()
    context = await real_browser.new_context(viewport=PHONE, locale="id-ID", color_scheme=scheme, java_script_enabled=True)
    page = await context.new_page()
    await page.goto(f"{server}/j/{token_for(ground.vault, seat.id, 1)}")
    await clean(page)
    await page.get_by_label("Empat angka terakhir nomor telepon Anda").fill("0000")
    await page.get_by_role("button", name="Masuk").click()
    await expect(page.get_by_text("Empat angka ini tidak cocok")).to_be_visible()
    await clean(page)
    await page.get_by_label("Empat angka terakhir nomor telepon Anda").fill("5742")
    await page.get_by_role("button", name="Masuk").click()
    await expect(page).to_have_url(f"{server}/s/{session.slug}/hadir")
    await clean(page)
    await page.get_by_role("button", name="Tampilkan cara masuk").click()
    await expect(page.get_by_text("batik22")).to_be_visible()
    await clean(page)
    await expect(page.get_by_role("link", name="Buka Zoom")).to_have_attribute("rel", "noopener noreferrer")
    async with ground.database.read() as db:
        assert len((await db.scalars(select(Reveal))).all()) == 1
    await page.goto(f"{server}/k/K7MP2Q9T")
    await clean(page)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_moderator_publishes_and_writes_by_hand_with_the_keyboard(
    ground: Ground, office: Office, server: str, real_browser: Browser
) -> None:
    session, _ = await make_session(ground)
    await make_crowd(ground, session, [ApplicationState.SELECTED] * 3 + [ApplicationState.SUBMITTED])
    context = await real_browser.new_context(viewport={"width": 1366, "height": 768}, locale="id-ID")
    page = await context.new_page()
    await page.goto(f"{server}/masuk")
    await page.fill("[name=login]", "moderator")
    await page.fill("[name=password]", PASSWORD)
    await page.click("main button")
    await page.goto(f"{server}/meja/{session.slug}/undangan")
    await clean(page)
    await page.goto(f"{server}/meja/{session.slug}/pendaftar/umumkan")
    await clean(page)
    await page.get_by_role("button", name="Umumkan sekarang").click()
    await expect(page.get_by_text("Hasil sudah diumumkan")).to_be_visible()
    worker = Worker(ground.database, ground.clock, jobs(ground))
    while await worker.once():
        pass
    await page.reload()
    await page.get_by_role("button", name="Ambil dari").click()
    await expect(page.locator("[data-hand]")).to_have_count(4)
    await clean(page)
    await page.keyboard.press("j")
    await page.keyboard.press("t")
    await expect(page.get_by_text("Ditandai terkirim.")).to_be_visible()
    await expect(page.locator("[data-hand]")).to_have_count(3)
    await clean(page)
    await page.get_by_role("status").get_by_role("button", name="Urungkan").click()
    await expect(page.locator("[data-hand]")).to_have_count(4)
    await page.get_by_role("link", name="Kursi peserta").first.click()
    await clean(page)

"""The pages of a forum in a real browser: set up by hand on a phone, and no barrier on any page."""

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, async_playwright
from sqlalchemy import select

from app.sessions.models import ForumSession
from app.web.ground import Ground
from tests.conftest import PASSWORD, Office, chromium

PHONE = {"width": 390, "height": 844}
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-quic"]
DESK = ("", "/atur", "/jadwal", "/petugas")


async def barriers(page: Page, address: str) -> list[tuple[str, str]]:
    await page.goto(address)
    found = await Axe().run(page)
    wide = await page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return [(address, rule["id"]) for rule in found.response["violations"]] + ([(address, "wider than the screen")] if wide else [])


async def test_from_nothing_to_a_live_room_without_a_barrier(ground: Ground, office: Office, server: str) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=ARGS)
        page = await browser.new_page(viewport=PHONE, locale="id-ID")
        page.on("dialog", lambda dialog: dialog.accept())
        found = await barriers(page, f"{server}/")
        await page.goto(f"{server}/masuk")
        await page.fill("[name=login]", "admin")
        await page.fill("[name=password]", PASSWORD)
        await page.click("form.form button.primary")
        found += await barriers(page, f"{server}/meja") + await barriers(page, f"{server}/meja/petugas")
        found += await barriers(page, f"{server}/meja/sandi") + await barriers(page, f"{server}/meja/baru")
        await page.fill("[name=title]", "Musrenbang RKPD Kota Pekalongan")
        await page.fill("[name=region]", "Kota Pekalongan")
        await page.fill("[name=starts_at]", "2031-04-11T18:30")
        await page.press("[name=title]", "Enter")
        await page.get_by_role("button", name="Terbitkan").click()
        await page.get_by_role("button", name="Salin alamat").wait_for()
        slug = page.url.rpartition("/")[2]
        await page.get_by_role("button", name="Buka ruang").click()
        await page.get_by_role("link", name="Ke ruang").wait_for()
        for path in (f"/s/{slug}", *(f"/meja/{slug}{part}" for part in DESK)):
            found += await barriers(page, f"{server}{path}")
        await browser.close()
    async with ground.database.read() as db:
        session = (await db.scalars(select(ForumSession))).one()
    assert (session.slug, session.state) == (slug, "live")
    assert found == []

"""What became of a proposal, as a villager reads it on a phone and the secretariat writes and publishes it in the browser."""

from pathlib import Path

import axe_playwright_python
import pytest
from playwright.async_api import Page, async_playwright, expect

from app.web.ground import Ground
from tests.conftest import PASSWORD, Office, chromium
from tests.factories import make_session
from tests.factories_outcomes import make_known, make_writer

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync"]
PATIENCE = 60_000


async def in_order(page: Page) -> None:
    """No axe violation, and nothing wider than the screen."""
    await page.evaluate(AXE)
    found = await page.evaluate("axe.run(document)")
    wider = await page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    assert ([one["id"] for one in found["violations"]], wider) == ([], False)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_an_answer_is_written_published_and_read(ground: Ground, office: Office, server: str) -> None:
    session, _ = await make_session(ground)
    number = await make_known(ground, session, "Pengerukan saluran Jalan Samudra", await make_writer(ground, session))
    desk = f"/meja/{session.slug}/hasil"
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=chromium(), args=ARGS)
        context = await browser.new_context(locale="id-ID", viewport={"width": 1366, "height": 768}, base_url=server)
        context.set_default_timeout(PATIENCE)
        page = await context.new_page()
        await page.goto("/masuk")
        await page.fill("[name=login]", "secretariat")
        await page.fill("[name=password]", PASSWORD)
        await page.press("[name=password]", "Enter")
        await page.wait_for_url(lambda address: "/masuk" not in address)
        for verdict, reason in (("not_accommodated", "Pagu habis"), ("accommodated", "Dikerjakan mulai Mei")):
            await page.goto(f"{desk}/tulis?number={number}&tingkat=agency")
            await page.select_option("[name=verdict]", verdict)
            await page.fill("[name=reason]", reason)
            await page.fill("[name=decided_on]", "2021-03-01")
            await page.click("text=Simpan sebagai draf")
            await expect(page.get_by_text("Draf tersimpan.")).to_be_visible(timeout=PATIENCE)
            await in_order(page)
            await page.goto(f"{desk}/terbitkan")
            await in_order(page)
            page.once("dialog", lambda dialog: dialog.accept())
            await page.click("text=Terbitkan yang dicentang")
            await page.wait_for_url("**/ringkasan?terbit=*")
        await in_order(page)
        await page.goto(f"{desk}/tahun-lalu")
        await in_order(page)
        for scheme in ("light", "dark"):
            phone = await browser.new_context(locale="id-ID", viewport={"width": 320, "height": 640}, base_url=server, color_scheme=scheme)
            phone.set_default_timeout(PATIENCE)
            reader = await phone.new_page()
            await reader.goto(f"/u/{number}")
            await expect(reader.locator(".way-headline")).to_have_text("Usulan ini diterima seluruhnya.", timeout=PATIENCE)
            await expect(reader.get_by_text("Pagu habis")).to_be_hidden(timeout=PATIENCE)
            await reader.click("text=Pernah dijawab lain (1 kali)")
            await expect(reader.get_by_text("Pagu habis")).to_be_visible(timeout=PATIENCE)
            await in_order(reader)
        await browser.close()

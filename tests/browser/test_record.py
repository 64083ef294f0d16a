"""The draft is opened, somebody objects on a phone, the secretariat answers, the record becomes final, and what changes later is an addendum."""

from datetime import timedelta
from pathlib import Path

import axe_playwright_python
import pytest
from playwright.async_api import Browser, Page, async_playwright, expect
from sqlalchemy import update

from app.record.corrections import GRACE
from app.record.models import RecordWindow
from app.record.own import key_of
from app.sessions.typed import local
from app.web.ground import Ground
from tests.conftest import PASSWORD, Office, chromium
from tests.factories_record import CHAIR, make_held, write

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync"]
PATIENCE = 60_000
SAID = "Volume rumah pompa yang dibacakan 400 m, di rancangan tertulis 350 m."


async def in_order(page: Page) -> None:
    """No axe violation, and nothing wider than the screen."""
    await page.evaluate(AXE)
    found = await page.evaluate("axe.run(document)")
    wider = await page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    assert ([(one["id"], [node["html"] for node in one["nodes"]]) for one in found["violations"]], wider) == ([], False)


async def signed_in(browser: Browser, server: str) -> Page:
    context = await browser.new_context(locale="id-ID", viewport={"width": 1366, "height": 768}, base_url=server)
    context.set_default_timeout(PATIENCE)
    page = await context.new_page()
    page.on("dialog", lambda dialog: dialog.accept())
    await page.goto("/masuk")
    await page.fill("[name=login]", "secretariat")
    await page.fill("[name=password]", PASSWORD)
    await page.press("[name=password]", "Enter")
    await page.wait_for_url(lambda address: "/masuk" not in address)
    return page


async def on_phone(browser: Browser, server: str, scheme: str = "light") -> Page:
    context = await browser.new_context(locale="id-ID", viewport={"width": 320, "height": 640}, base_url=server, color_scheme=scheme)
    context.set_default_timeout(PATIENCE)
    return await context.new_page()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_an_objection_is_filed_answered_and_told_in_the_record(ground: Ground, office: Office, server: str) -> None:
    session, (pump, *_), (siti, *_) = await make_held(ground)
    await write(ground, session)
    desk = f"/meja/{session.slug}/berita-acara"
    own = f"/koreksi/{key_of(ground.vault, siti.id, 1, None)}"
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=chromium(), args=ARGS)
        staff, reader = await signed_in(browser, server), await on_phone(browser, server)
        await staff.goto(desk)
        await staff.click("text=Masa koreksi dan keberatan")
        await staff.fill("[name=closes_at]", local(ground.clock.now() + timedelta(hours=3), session.zone))
        await staff.click("button:has-text('Buka masa koreksi')")
        await expect(staff.get_by_text("Masa koreksi ditetapkan.")).to_be_visible()
        await in_order(staff)
        await staff.goto(desk)
        await expect(staff.get_by_text("sesudah formulir terakhir diterima.")).to_be_visible()
        await expect(staff.get_by_role("button", name="Tetapkan berita acara")).to_have_count(0)
        await in_order(staff)

        await reader.goto(own)
        await in_order(reader)
        # Sent without a choice first: what was typed is still there.
        await reader.fill("[name=text]", SAID)
        await reader.click("button:has-text('Kirim keberatan')")
        await expect(reader.locator("#kesalahan")).to_be_visible()
        await expect(reader.locator("[name=text]")).to_have_value(SAID)
        await in_order(reader)
        await reader.get_by_text("Lampiran II (prioritas)", exact=True).click()
        await reader.select_option("[name=about]", pump)
        await reader.dblclick("button:has-text('Kirim keberatan')")
        await expect(reader.get_by_text("Keberatan nomor 1 sudah kami terima.")).to_be_visible()
        await expect(reader.get_by_text("Belum dijawab")).to_have_count(1)
        await in_order(reader)

        await staff.goto(f"{desk}/koreksi")
        await expect(staff.get_by_text(SAID)).to_be_visible()
        await staff.get_by_text("Diterima", exact=True).click()
        await staff.fill("textarea[name=answer]", "Volume diperbaiki menjadi 400 m.")
        await staff.click("button:has-text('Kirim jawaban')")
        await expect(staff.get_by_text("Jawaban tersimpan.")).to_be_visible()
        await in_order(staff)
        for scheme in ("light", "dark"):
            phone = await on_phone(browser, server, scheme)
            await phone.goto(own)
            await expect(phone.get_by_text("Volume diperbaiki menjadi 400 m.")).to_be_visible()
            await in_order(phone)

        async with ground.database.write() as db:
            await db.execute(update(RecordWindow).values(closes_at=ground.clock.now() - 2 * GRACE))
        await staff.goto(desk)
        await staff.click("text=Tetapkan berita acara")
        await expect(staff.get_by_text("Berita acara ditetapkan.")).to_be_visible()
        await reader.goto(f"/s/{session.slug}/berita-acara")
        await expect(reader.get_by_text("1 diterima, 0 tidak diterima")).to_be_visible()
        await expect(reader.get_by_text("Volume diperbaiki")).to_have_count(0)
        await in_order(reader)
        await reader.goto(own)
        await expect(reader.get_by_text("Sudah ditetapkan", exact=True)).to_be_visible()
        await browser.close()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_who_signs_is_changed_afterwards_by_an_addendum(ground: Ground, office: Office, server: str) -> None:
    session, _, _ = await make_held(ground)
    await write(ground, session)
    desk = f"/meja/{session.slug}/berita-acara"
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=chromium(), args=ARGS)
        staff, reader = await signed_in(browser, server), await on_phone(browser, server, "dark")
        await staff.goto(desk)
        await staff.click("text=Tetapkan berita acara")
        await expect(staff.get_by_text("Berita acara ditetapkan.")).to_be_visible()
        await staff.click("text=Ubah pimpinan sidang, tempat, atau penanda tangan")
        await in_order(staff)
        await staff.fill("#a-number", "050/0500")
        await staff.fill("#a-dated_on", "2021-05-02")
        await staff.fill("#a-reason", "Pimpinan sidang berhalangan tetap.")
        await expect(staff.locator("[name=chair_name]")).to_have_value(CHAIR)
        await staff.fill("[name=chair_name]", "")
        await staff.click("button:has-text('Tetapkan adendum')")
        await expect(staff.locator("#kesalahan")).to_be_visible()
        await expect(staff.locator("#a-reason")).to_have_value("Pimpinan sidang berhalangan tetap.")
        await staff.fill("[name=chair_name]", "Budi Santoso")
        await staff.click("button:has-text('Tetapkan adendum')")
        await expect(staff.get_by_role("heading", name="Adendum ke-1")).to_be_visible()
        await in_order(staff)
        await reader.goto(f"/s/{session.slug}/berita-acara")
        await expect(reader.get_by_role("heading", name="Adendum ke-1")).to_be_visible()
        await expect(reader.get_by_text("Budi Santoso")).to_have_count(0)
        await in_order(reader)
        await browser.close()

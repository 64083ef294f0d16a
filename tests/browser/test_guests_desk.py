"""A secretary pastes the list of invitations, mends a row, takes it in, prints the letters, and takes the whole list back."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, async_playwright, expect

from app.web.ground import Ground
from tests.conftest import PASSWORD, Office, chromium
from tests.factories import make_session

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync"]
PASTED = """DAFTAR UNDANGAN
No\tInstansi\tJabatan\tJumlah Kursi\tNo HP
1\tDinas PUPR\tKepala Dinas\t2\t
2\tBank Jateng\tPimpinan Cabang\tdua\t0853-2690-5742
3\tKecamatan Pekalongan Barat\tCamat\t1\t
"""
SOON = 15_000


@pytest_asyncio.fixture
async def real_browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        found = await playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield found
        await found.close()


async def clean(page: Page) -> None:
    """No violation of axe's rules, and nothing to scroll sideways on a narrow phone."""
    found = await Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    wide = page.viewport_size
    await page.set_viewport_size({"width": 320, "height": 700})
    assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    await page.set_viewport_size(wide or {"width": 1366, "height": 768})


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_secretary_takes_a_list_in_prints_it_and_takes_it_back(
    ground: Ground, office: Office, server: str, real_browser: Browser
) -> None:
    session, _ = await make_session(ground)
    context = await real_browser.new_context(viewport={"width": 1366, "height": 768}, locale="id-ID")
    context.set_default_timeout(SOON)
    page = await context.new_page()
    await page.goto(f"{server}/masuk")
    await page.fill("[name=login]", "secretariat")
    await page.fill("[name=password]", PASSWORD)
    await page.click("main button")
    await page.goto(f"{server}/meja/{session.slug}/tamu")
    await clean(page)
    await page.get_by_role("link", name="Masukkan daftar").first.click()
    await clean(page)
    await page.get_by_role("button", name="Periksa daftarnya").click()
    await expect(page.get_by_text("Pilih berkas atau tempelkan tabelnya dahulu.").first).to_be_visible(timeout=SOON)
    await page.get_by_label("Tempelkan tabelnya").fill(PASTED)
    await page.get_by_role("button", name="Periksa daftarnya").click()
    await expect(page.get_by_text("1 baris perlu diperbaiki")).to_be_visible(timeout=SOON)
    await clean(page)
    seats = page.get_by_role("group", name="Baris 4").get_by_label("Jumlah kursi")
    await expect(seats).to_have_value("dua")
    await seats.fill("2")
    await page.get_by_role("button", name="Periksa lagi").click()
    await expect(page.get_by_text("Semua baris siap")).to_be_visible(timeout=SOON)
    await clean(page)
    await page.get_by_role("button", name="Masukkan 3 undangan").click()
    await expect(page.get_by_text("3 undangan masuk, 5 kursi.")).to_be_visible(timeout=SOON)
    await clean(page)
    await page.get_by_role("link", name="Camat Pekalongan Barat").click()
    await page.get_by_label("Nama yang datang").fill("Budi Santoso")
    await page.get_by_role("button", name="Simpan").click()
    await expect(page.get_by_text("Budi Santoso, mewakili Camat Pekalongan Barat")).to_be_visible(timeout=SOON)
    await clean(page)
    await page.goto(f"{server}/meja/{session.slug}/tamu/surat")
    await page.get_by_label("Nomor surat").fill("005/0123")
    await page.get_by_role("button", name="Simpan isi surat").click()
    await expect(page.get_by_text("Isi surat tersimpan.")).to_be_visible(timeout=SOON)
    await clean(page)
    await expect(page.get_by_role("button", name="Cetak semua surat")).to_be_visible()
    press = page.locator("form[target=_blank]")
    door, token = f"{server}{await press.get_attribute('action')}", await press.locator("[name=csrf]").get_attribute("value")
    refused = await context.request.post(door, form={}, timeout=60_000)
    printed = await context.request.post(door, form={"csrf": str(token)}, timeout=60_000)
    assert (refused.status, printed.status, (await printed.body())[:5]) == (403, 200, b"%PDF-")
    await page.goto(f"{server}/meja/{session.slug}/tamu")
    page.on("dialog", lambda dialog: dialog.accept())
    await page.get_by_role("button", name="Urungkan daftar").click()
    await expect(page.get_by_text("Belum ada tamu undangan")).to_be_visible(timeout=SOON)
    await expect(page.get_by_text("Sudah diurungkan")).to_be_visible(timeout=SOON)

"""Registering on a phone-sized page without script, and every page passed without a fault that axe can find."""

from pathlib import Path

import axe_playwright_python
import pytest
from playwright.async_api import Page, async_playwright

from app.web.ground import Ground
from tests.conftest import chromium, serving
from tests.factories import make_session

AXE = next(Path(axe_playwright_python.__file__).parent.rglob("axe.min.js")).read_text("utf-8")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
PHONE = {"width": 390, "height": 844}
NARROW = {"width": 320, "height": 640}


async def faults(page: Page) -> list[str]:
    """What axe finds wrong, and whether the page is wider than the screen."""
    await page.evaluate(AXE)
    found: list[str] = await page.evaluate(
        "axe.run(document).then(result => result.violations.map(one => one.id + ' ' + one.nodes[0].html))"
    )
    wide = await page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    return [*found, *(["wider than the screen"] if wide else [])]


async def fill(page: Page, phone: str) -> None:
    await page.get_by_label("Nama lengkap").fill("Siti Rahayu")
    await page.get_by_label("Nomor telepon", exact=True).fill(phone)
    await page.locator("#f-village").select_option(label="Kelurahan Kandang Panjang")
    await page.get_by_label("Anda mewakili unsur").select_option("rt")
    await page.get_by_label("Aula 1").check()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_resident_registers_on_a_phone_without_script(ground: Ground) -> None:
    session, _ = await make_session(ground)
    async with serving(ground, work=False) as url, async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        page = await browser.new_page(viewport=PHONE, java_script_enabled=False, locale="id-ID")
        await page.goto(f"{url}/s/{session.slug}/daftar")
        await fill(page, "0853 26")
        await page.get_by_role("button", name="Periksa jawaban").click()
        assert await page.locator(".error").inner_text() == "Nomor ini kurang panjang. Contoh: 0812-3456-7890"
        assert await page.get_by_label("Nama lengkap").input_value() == "Siti Rahayu"
        await page.get_by_label("Nomor telepon", exact=True).fill("0853 2690 5742")
        await page.get_by_role("button", name="Periksa jawaban").click()
        await page.get_by_role("button", name="Ubah Nama lengkap").click()
        assert page.url.endswith("/daftar#f-name")
        await page.get_by_label("Nama lengkap").fill("Siti Rahayu Ningsih")
        await page.get_by_role("button", name="Periksa jawaban").click()
        await page.get_by_role("button", name="Kirim pendaftaran").click()
        assert await page.get_by_role("heading", level=1).inner_text() == "Pendaftaran diterima"
        await page.get_by_role("link", name="Buka halaman status saya").click()
        assert await page.get_by_role("heading", level=1).inner_text() == "Terdaftar"
        assert "Siti Rahayu Ningsih" in await page.locator("main").inner_text()
        await browser.close()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_every_page_of_registering_is_without_fault(ground: Ground) -> None:
    session, _ = await make_session(ground)
    found: dict[str, list[str]] = {}
    async with serving(ground, work=False) as url, async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        # axe is put into the page by the test; the pages' own policy would rightly refuse it.
        context = await browser.new_context(viewport=NARROW, bypass_csp=True, color_scheme="dark", locale="id-ID", reduced_motion="reduce")
        page = await context.new_page()
        await page.goto(f"{url}/s/{session.slug}/daftar")
        found["form"] = await faults(page)
        await page.get_by_role("button", name="Periksa jawaban").click()
        await page.wait_for_selector("#kesalahan")
        found["errors"] = await faults(page)
        await fill(page, "085326905742")
        await page.get_by_role("button", name="Periksa jawaban").click()
        await page.get_by_role("button", name="Kirim pendaftaran").wait_for()
        found["check"] = await faults(page)
        await page.get_by_role("button", name="Kirim pendaftaran").click()
        await page.get_by_text("Kode pendaftaran Anda").wait_for()
        found["done"] = await faults(page)
        status = page.url.removesuffix("/terdaftar")
        for name, address in {
            "status": status,
            "correct": f"{status}/ubah",
            "withdraw": f"{status}/tarik",
            "find": f"{url}/status",
        }.items():
            await page.goto(address)
            found[name] = await faults(page)
        await browser.close()
    assert {name: wrong for name, wrong in found.items() if wrong} == {}
    assert len(found) == 8

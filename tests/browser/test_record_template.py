"""An office brings its template in the browser: the checker complains, the file is corrected, looked at, and used."""

import os
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright, expect

from app.web.ground import Ground
from tests.browser.test_hall_desk import ARGS, violations
from tests.browser.test_plenary import signed_in
from tests.conftest import Office, chromium
from tests.factories_record import make_held, word_of, write
from tests.factories_template import edited, with_line

SHOTS = os.environ.get("TEMPLATE_SHOTS")


async def shoot(page: Page, name: str) -> None:
    """Pictures to look at, where somebody asked for them."""
    if not SHOTS:
        return
    for size, width, height in (("phone", 390, 844), ("desk", 1366, 768)):
        await page.set_viewport_size({"width": width, "height": height})
        for scheme in ("light", "dark"):
            await page.emulate_media(color_scheme=scheme)
            await page.screenshot(path=f"{SHOTS}/{name}-{size}-{scheme}.png", full_page=True)


def wrong() -> bytes:
    """A template of somebody who changed too much."""

    def change(made: object) -> None:
        made.paragraphs[2].runs[0].text = "NOMOR : {{ nomer }}"
        made.tables[6].rows[2].cells[4].paragraphs[0].runs[0].text = "{{ prioritas.kegiatan"
        made.paragraphs[-1].insert_paragraph_before("{{ nomor.__class__ }}")

    return edited(change)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_template_is_brought_mended_looked_at_and_used(ground: Ground, office: Office, server: str, tmp_path: Path) -> None:
    session, _, _ = await make_held(ground)
    await write(ground, session)
    (tmp_path / "gaya.docx").write_bytes(wrong())
    (tmp_path / "gaya-baru.docx").write_bytes(with_line("PEMERINTAH KOTA, gaya kantor"))
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=chromium(), args=ARGS)
        desk = await (await browser.new_context(locale="id-ID", viewport={"width": 1366, "height": 768})).new_page()
        await signed_in(desk, server, "secretariat")
        await desk.goto(f"{server}/meja/{session.slug}/berita-acara")
        await desk.get_by_role("link", name="Templat Word").click()
        await expect(desk.get_by_text("Bentuk bawaan dipakai", exact=True)).to_be_visible()
        await shoot(desk, "empty")

        await desk.locator("input[type=file]").set_input_files(tmp_path / "gaya.docx")
        await desk.get_by_role("button", name="Periksa templat").click()
        told = desk.locator(".record-told li")
        await expect(told.first).to_contain_text("Mungkin maksudnya {{ nomor }}")
        said = [" ".join((await one.inner_text()).split()) for one in await told.all()]
        assert said == [
            "Tanda {{ nomer }} tidak dikenal. Mungkin maksudnya {{ nomor }}. Isi dokumen: NOMOR : {{ nomer }}",
            "Kurung pembuka tidak ditutup. Tulis lengkap dalam satu paragraf, misalnya {{ nomor }}. Tabel ke-7, baris 3: {{ prioritas.kegiatan",
            "{{ nomor.__class__ }} mencoba membaca isi program. Hanya nama tanda yang boleh ditulis. Isi dokumen: {{ nomor.__class__ }}",
            "Tanda {{ prioritas.kegiatan }} belum ada. Salin dari contoh templat.",
        ]
        assert await violations(desk) == []
        await shoot(desk, "wrong")

        await desk.locator("input[type=file]").set_input_files(tmp_path / "gaya-baru.docx")
        await desk.get_by_role("button", name="Periksa templat").click()
        await expect(desk.get_by_role("status")).to_contain_text("Templat ke-1 lolos pemeriksaan.")
        async with desk.expect_download() as coming:
            await desk.get_by_role("link", name="Pratinjau templat ke-1").click()
        await (await coming.value).save_as(tmp_path / "pratinjau.docx")
        seen = word_of((tmp_path / "pratinjau.docx").read_bytes())
        assert [one.text for one in seen.paragraphs[:2]] == ["RANCANGAN", "PEMERINTAH KOTA, gaya kantor"]
        await desk.get_by_role("button", name="Pakai", exact=True).click()
        await expect(desk.get_by_role("status")).to_contain_text("Templat ke-1 kini dipakai.")
        await desk.locator("#tanda summary").click()
        await expect(desk.locator("#tanda")).to_contain_text("{{ prioritas.pagu }}")
        assert await violations(desk) == []
        await shoot(desk, "used")
        await desk.goto(f"{server}/meja/{session.slug}/berita-acara")
        await expect(desk.get_by_text("DOCX dibuat dengan templat kantor ke-1.")).to_be_visible()
        await shoot(desk, "record")
        await browser.close()

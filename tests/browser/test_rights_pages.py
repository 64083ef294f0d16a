"""A resident takes their data along, corrects them, withdraws consent and is forgotten; the desk sees what is left."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright, expect

from app.participants.models import Participant
from app.registration.keys import status_key
from app.web.ground import Ground
from tests.browser.test_registration import faults
from tests.conftest import PASSWORD, Office, chromium, serving
from tests.factories import make_session
from tests.factories_registration import apply_via_service

ARGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync"]
PATIENT = 60_000


async def accessible(page: Page) -> None:
    assert await faults(page) == []


async def resident(page: Page, address: str, key: str, folder: Path) -> None:
    """As she would do it on her phone, from the page that she has already."""
    await page.goto(f"{address}/r/{key}")
    await page.get_by_role("link", name=re.compile("Data saya")).click()
    await expect(page.get_by_role("heading", name="Data saya", exact=True)).to_be_visible()
    await accessible(page)
    async with page.expect_download() as waiting:
        await page.get_by_role("link", name="Untuk dibaca").click()
    taken = folder / "data-saya.html"
    await (await waiting.value).save_as(taken)
    assert "Kursi roda" in taken.read_text(encoding="utf-8")
    await page.get_by_label("Alamat").fill("Jalan Ikan 3")
    await page.get_by_role("button", name="Simpan perbaikan").click()
    await expect(page.get_by_text("Perbaikan Anda tersimpan.")).to_be_visible()
    await expect(page.get_by_label("Alamat")).to_have_value("Jalan Ikan 3")
    await page.get_by_role("button", name=re.compile("^Tarik")).click()
    await expect(page.get_by_text("Persetujuan Anda sudah ditarik.")).to_be_visible()
    await page.get_by_role("link", name="Hapus data saya").click()
    await accessible(page)
    await page.get_by_label("Empat angka terakhir").fill("0000")
    await page.get_by_role("button", name="Ya, hapus data saya").click()
    await expect(page.get_by_text("bukan akhir nomor telepon Anda")).to_be_visible()
    await page.get_by_label("Empat angka terakhir").fill("5742")
    await page.get_by_role("button", name="Ya, hapus data saya").click()
    await expect(page.get_by_role("heading", name="Penghapusan diterima")).to_be_visible()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_resident_is_forgotten_and_the_desk_sees_a_number(ground: Ground, office: Office, tmp_path: Path) -> None:
    session, _ = await make_session(ground)
    application = await apply_via_service(
        ground, session, name="Siti Rahayu", phone="085326905742", needs="Kursi roda", disability_data=True
    )
    key = status_key(ground.vault, application.id, 1)
    async with serving(ground) as address, async_playwright() as player:
        browser = await player.chromium.launch(executable_path=chromium(), args=ARGS)
        phone = await (await browser.new_context(viewport={"width": 390, "height": 844}, locale="id-ID", bypass_csp=True)).new_page()
        phone.set_default_timeout(PATIENT)
        await resident(phone, address, key, tmp_path)
        desk = await (await browser.new_context(viewport={"width": 1366, "height": 768}, locale="id-ID", bypass_csp=True)).new_page()
        desk.set_default_timeout(PATIENT)
        await desk.goto(f"{address}/masuk")
        await desk.get_by_label("Nama masuk").fill("secretariat")
        await desk.get_by_label("Kata sandi", exact=True).fill(PASSWORD)
        await desk.get_by_role("button", name="Masuk").click()
        await desk.wait_for_url(re.compile("/meja"))
        for _ in range(60):
            await desk.goto(f"{address}/meja/{session.slug}/data-pribadi")
            if await desk.get_by_text("Terhapus").count():
                break
            await desk.wait_for_timeout(500)
        await expect(desk.get_by_role("rowheader", name="Peserta 1")).to_be_visible()
        await expect(desk.get_by_text("Siti Rahayu")).to_have_count(0)
        await accessible(desk)
        await phone.goto(f"{address}/r/{key}")
        await expect(phone.get_by_text("Data Anda sudah dihapus")).to_be_visible()
        await browser.close()
    async with ground.database.read() as db:
        person = await db.get_one(Participant, application.participant_id)
    assert (person.name, person.address) == ("Peserta 1", None)

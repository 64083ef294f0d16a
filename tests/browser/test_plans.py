"""A plan changes as its people live it: a moderator postpones with a reason, a participant reads it on the phone and moves from the hall to home."""

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, async_playwright, expect
from sqlalchemy import select

from app.invitations.models import Seat
from app.sessions.models import ForumSession
from app.web.ground import Ground
from tests.conftest import PASSWORD, Office, chromium
from tests.factories import make_session
from tests.factories_invitations import make_meeting, make_seat

ARGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync"]
PHONE = {"width": 390, "height": 844}


async def clean(page: Page) -> None:
    """No violation of axe's rules and nothing to scroll sideways."""
    found = await Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_forum_is_postponed_and_a_participant_moves_from_the_hall_to_home(ground: Ground, office: Office, server: str) -> None:
    session, sites = await make_session(ground)
    await make_meeting(ground, session)
    seat, token = await make_seat(ground, session, way="in_person", site_id=sites[0].id)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=ARGS)
        desk = await (await browser.new_context(viewport={"width": 1366, "height": 768}, locale="id-ID")).new_page()
        desk.on("dialog", lambda dialog: dialog.accept())
        await desk.goto(f"{server}/masuk")
        await desk.fill("[name=login]", "moderator")
        await desk.fill("[name=password]", PASSWORD)
        await desk.click("form.form button.primary")
        await desk.goto(f"{server}/meja/{session.slug}/jadwal")
        await clean(desk)
        await desk.get_by_label("Tunda sampai ada kabar").check()
        await desk.get_by_label("Alasan").first.fill("Jembatan menuju aula terputus")
        await desk.get_by_role("button", name="Ubah jadwal").click()
        await expect(desk.get_by_text("Perubahan tersimpan")).to_be_visible()
        await expect(desk.get_by_text("Alasan: Jembatan menuju aula terputus")).to_be_visible()
        await clean(desk)
        phone = await (await browser.new_context(viewport=PHONE, locale="id-ID")).new_page()
        phone.on("dialog", lambda dialog: dialog.accept())
        await phone.goto(f"{server}/s/{session.slug}/hadir")
        await expect(phone.get_by_role("link", name="Cari tautan saya")).to_be_visible()
        await clean(phone)
        await phone.goto(f"{server}/j/{token}")
        await phone.get_by_label("Empat angka terakhir nomor telepon Anda").fill("5742")
        await phone.get_by_role("button", name="Masuk").click()
        await expect(phone.get_by_text("Alasan: Jembatan menuju aula terputus")).to_be_visible()
        await phone.get_by_text("Pindah tempat: lokasi atau daring").click()
        await clean(phone)
        await phone.get_by_label("Daring dari rumah").check()
        await phone.get_by_role("button", name="Pindah tempat").click()
        await expect(phone.get_by_text("Tempat Anda sudah dipindah")).to_be_visible()
        await expect(phone.get_by_role("button", name="Tampilkan cara masuk")).to_be_visible()
        await clean(phone)
        await browser.close()
    async with ground.database.read() as db:
        moved = await db.get_one(Seat, seat.id)
        stored = (await db.scalars(select(ForumSession))).one()
    assert (moved.way, moved.site_id, stored.undated) == ("online", None, True)

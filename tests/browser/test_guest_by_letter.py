"""A guest by letter scans the code on it with a phone: the invitation opens, says where to sit and what changed, and leads into the meeting and the room."""

import httpx
import pytest
from playwright.async_api import async_playwright, expect
from sqlalchemy import select

from app.guests.letters import addressed
from app.invitations.models import SeatDevice
from app.sessions.fields import HallMove
from app.sessions.plans import move_hall
from app.web.ground import Ground
from tests.browser.test_guests_desk import FLAGS, clean
from tests.conftest import Office, chromium
from tests.factories import make_session
from tests.factories_invitations import make_meeting

PHONE = {"width": 390, "height": 844}
LIST = [{"institution": "Kodim 0710", "office": "Dandim"}, {"institution": "Universitas Pekalongan", "office": "Rektor", "place": "daring"}]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_guest_opens_the_letter_and_finds_the_seat_the_change_and_the_meeting(ground: Ground, office: Office, server: str) -> None:
    session, sites = await make_session(ground)
    await make_meeting(ground, session)
    async with httpx.AsyncClient(base_url=server, timeout=60, headers=office.bearer("secretariat")) as calls:
        assert (await calls.post(f"/api/v1/sessions/{session.slug}/invitees", json={"items": LIST})).status_code == 201
        assert (await calls.post(f"/meja/{session.slug}/tamu/surat/cetak")).status_code == 200
    async with ground.database.read() as db:
        in_hall, online = [f"{server}/j/{one.link.rpartition('/')[2]}" for one in await addressed(db, ground, session.id)]
    async with ground.database.write() as db:
        move = HallMove(name="Gedung Serbaguna", address="Jl. Mawar 2", reason="Atap aula bocor")
        await move_hall(db, ground.vault, session.id, sites[0].id, move, actor="account:m", now=ground.clock.now())
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        phone = await (await browser.new_context(viewport=PHONE, locale="id-ID")).new_page()
        await phone.goto(in_hall)
        await expect(phone.get_by_text("Tekan tombol ini untuk masuk")).to_be_visible()
        await clean(phone)
        await phone.get_by_role("button", name="Masuk").click()
        await expect(phone.get_by_role("heading", name="Gedung Serbaguna")).to_be_visible()
        await expect(phone.get_by_text("Alasan: Atap aula bocor")).to_be_visible()
        await expect(phone.get_by_text("Dandim 0710")).to_be_visible()
        await expect(phone.get_by_role("button", name="Tampilkan cara masuk")).to_have_count(0)
        await clean(phone)
        await phone.get_by_role("link", name="Buka ruang aspirasi").click()
        await expect(phone.locator("#state-bar")).to_be_visible()
        other = await (await browser.new_context(viewport=PHONE, locale="id-ID")).new_page()
        await other.goto(online)
        await other.get_by_role("button", name="Masuk").click()
        await other.get_by_role("button", name="Tampilkan cara masuk").click()
        await expect(other.locator("#id-rapat")).to_have_text("812 3456 7890")
        await expect(other.get_by_text("Rektor Universitas Pekalongan")).to_be_visible()
        await clean(other)
        english = await (await browser.new_context(viewport=PHONE, locale="en-GB")).new_page()
        await english.goto(in_hall)
        await english.locator("main form button").click()
        await english.goto(f"{server}/s/{session.slug}/ruang")
        await expect(english.locator("#notice-bar")).to_contain_text(
            "Aula 1 moves to Gedung Serbaguna, Jl. Mawar 2. Reason: Atap aula bocor."
        )
        await browser.close()
    async with ground.database.read() as db:
        assert len((await db.scalars(select(SeatDevice))).all()) == 3

"""What a device kept while the line was cut in a rehearsal: after the wipe nothing of it counts by itself, and whoever typed it decides."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import BrowserContext, Page, async_playwright, expect
from sqlalchemy import select

from app.chat.models import Message
from app.hall.models import DoorPress
from app.participants.models import Attendance, Origin
from app.proposals.models import Proposal
from app.readiness import rehearsal
from app.sessions.models import ForumSession, SessionState
from app.sessions.service import change_state
from app.web.ground import Ground
from tests.browser.test_hall_desk import ARGS, violations
from tests.conftest import PASSWORD, Office, chromium
from tests.factories import make_session
from tests.factories_invitations import make_person

SOON = 30_000
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
DESK = {"viewport": {"width": 1366, "height": 768}}


@asynccontextmanager
async def signed_in(server: str, login: str, look: dict[str, object]) -> AsyncIterator[tuple[BrowserContext, Page]]:
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=chromium(), args=ARGS)
        context = await browser.new_context(locale="id-ID", **look)  # type: ignore[arg-type]  # what a context is opened with
        page = await context.new_page()
        await page.goto(f"{server}/masuk")
        await page.fill("[name=login]", login)
        await page.fill("[name=password]", PASSWORD)
        await page.press("[name=password]", "Enter")
        await page.wait_for_url(lambda address: "/masuk" not in address)
        yield context, page
        await browser.close()


async def begin(ground: Ground, session: ForumSession) -> None:
    async with ground.database.write() as db:
        await rehearsal.begin(db, ground.vault, session.id, actor="system", now=ground.clock.now())


async def wipe(ground: Ground, session: ForumSession) -> None:
    async with ground.database.write() as db:
        await rehearsal.wipe(db, ground.vault, session.id, actor="system", now=ground.clock.now())


async def open_for_real(ground: Ground, session: ForumSession) -> None:
    async with ground.database.write() as db:
        await change_state(db, ground.vault, session.id, SessionState.LIVE, actor="system", reason=None, now=ground.clock.now())


async def titles(ground: Ground, session: ForumSession) -> list[str]:
    async with ground.database.read() as db:
        return list(await db.scalars(select(Proposal.title).where(Proposal.session_id == session.id).order_by(Proposal.number)))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("look", [PHONE, DESK], ids=["phone", "desktop"])
async def test_a_row_of_the_grid_asks_whether_it_was_meant(ground: Ground, office: Office, server: str, look: dict[str, object]) -> None:
    session, _ = await make_session(ground)
    await begin(ground, session)
    async with signed_in(server, "secretariat", look) as (context, page):
        await page.goto(f"{server}/meja/{session.slug}/kertas/ketik")
        await context.set_offline(True)
        for title in ("Perbaikan drainase", "Hanya mencoba"):
            row = page.locator("[data-rows] tr", has=page.locator("[data-cell=title]:focus")).or_(page.locator("[data-rows] tr").last)
            await row.locator("[data-cell=title]").fill(title)
            await page.locator("[data-rows] tr").last.locator("[data-cell=number]").focus()
        await expect(page.locator(".paper-mark.away")).to_have_count(2, timeout=SOON)
        await wipe(ground, session)
        await context.set_offline(False)
        asked = page.locator("tr.practised")
        await expect(asked).to_have_count(2, timeout=SOON)
        assert await violations(page) == []

        await page.reload()
        await expect(asked).to_have_count(2, timeout=SOON)
        await asked.first.locator("[data-cell=location]").fill("Jalan Buton")
        await page.locator("[data-rows] tr").last.locator("[data-cell=number]").focus()
        await page.evaluate("window.dispatchEvent(new Event('online'))")
        await expect(asked).to_have_count(2)
        assert await titles(ground, session) == []

        await asked.first.get_by_role("button", name="Simpan juga").click()
        await expect(page.locator("[data-proposal]")).to_have_count(1, timeout=SOON)
        await asked.get_by_role("button", name="Buang").click()
        await expect(asked).to_have_count(0)
        assert await page.evaluate("Object.keys(localStorage).length") == 0
        await page.reload()
        await expect(page.locator("[data-proposal]")).to_have_count(1)
    assert await titles(ground, session) == ["Perbaikan drainase"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_row_that_was_meant_is_stored_whatever_the_clock_of_the_device_says(ground: Ground, office: Office, server: str) -> None:
    session, _ = await make_session(ground)
    await begin(ground, session)
    then = ground.clock.now()
    await wipe(ground, session)
    async with signed_in(server, "secretariat", DESK) as (context, page):
        await page.clock.set_fixed_time(then)
        await page.goto(f"{server}/meja/{session.slug}/kertas/ketik")
        row = page.locator("[data-rows] tr").first
        await row.locator("[data-cell=title]").fill("Perbaikan drainase")
        await page.locator("[data-rows] tr").nth(1).locator("[data-cell=number]").focus()
        anyway = page.locator("tr.practised").get_by_role("button", name="Simpan juga")
        await expect(anyway).to_be_visible(timeout=SOON)
        # Meant once is meant, also when it goes out later and with other words.
        await context.set_offline(True)
        await anyway.click()
        await expect(page.locator(".paper-mark.away")).to_have_count(1, timeout=SOON)
        await row.locator("[data-cell=location]").fill("Jalan Buton")
        await page.locator("[data-rows] tr").nth(1).locator("[data-cell=number]").focus()
        await context.set_offline(False)
        await expect(page.locator("[data-proposal]")).to_have_count(1, timeout=SOON)
        await expect(page.locator("tr.practised")).to_have_count(0)
    assert await titles(ground, session) == ["Perbaikan drainase"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_words_that_were_meant_are_sent_whatever_the_clock_of_the_device_says(ground: Ground, office: Office, server: str) -> None:
    session, sites = await make_session(ground)
    await begin(ground, session)
    then = ground.clock.now()
    await wipe(ground, session)
    await open_for_real(ground, session)
    async with signed_in(server, "operator", DESK) as (_, page):
        await page.clock.set_fixed_time(then)
        await page.goto(f"{server}/meja/{session.slug}/lokasi/{sites[0].code}")
        await page.fill("#say-text", "Lampu tanggul mati")
        await page.press("#say-text", "Control+Enter")
        await page.locator("[data-outbox] li").get_by_role("button", name="Simpan juga").click(timeout=SOON)
        await expect(page.locator("[data-part=sent]")).to_contain_text("Lampu tanggul mati", timeout=SOON)
        await expect(page.locator("[data-outbox] li")).to_have_count(0)
    async with ground.database.read() as db:
        assert list(await db.scalars(select(Message.text).where(Message.room == session.room))) == ["Lampu tanggul mati"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_words_typed_at_a_hall_ask_whether_they_were_meant(ground: Ground, office: Office, server: str) -> None:
    session, sites = await make_session(ground)
    await begin(ground, session)
    async with signed_in(server, "operator", DESK) as (context, page):
        await page.goto(f"{server}/meja/{session.slug}/lokasi/{sites[0].code}")
        await context.set_offline(True)
        for text in ("Lampu tanggul mati", "Coba satu dua tiga"):
            await page.fill("#say-text", text)
            await page.press("#say-text", "Control+Enter")
        await wipe(ground, session)
        await open_for_real(ground, session)
        await context.set_offline(False)
        kept = page.locator("[data-outbox] li")
        await expect(kept.get_by_role("button", name="Simpan juga")).to_have_count(2, timeout=SOON)
        await expect(kept.first).to_contain_text("Dibuat saat gladi bersih")
        await expect(kept.get_by_role("button", name="Coba lagi")).to_have_count(0)
        assert await violations(page) == []
        await page.reload()
        await expect(kept.get_by_role("button", name="Simpan juga")).to_have_count(2)

        await kept.filter(has_text="Lampu tanggul").get_by_role("button", name="Simpan juga").click()
        await expect(page.locator("[data-part=sent]")).to_contain_text("Lampu tanggul mati", timeout=SOON)
        await kept.get_by_role("button", name="Buang").click()
        await expect(kept).to_have_count(0)
    async with ground.database.read() as db:
        assert list(await db.scalars(select(Message.text).where(Message.room == session.room))) == ["Lampu tanggul mati"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_presses_at_the_door_ask_whether_they_were_meant(ground: Ground, office: Office, server: str) -> None:
    session, sites = await make_session(ground)
    people = [
        await make_person(ground, session, name, site_id=sites[0].id, origin=Origin.WALK_IN) for name in ("Siti Rahmawati", "Joko Susilo")
    ]
    await begin(ground, session)
    async with signed_in(server, "operator", PHONE) as (context, page):
        await page.goto(f"{server}/meja/{session.slug}/lokasi/{sites[0].code}/pintu")
        await expect(page.locator("[data-ready]")).to_be_visible(timeout=SOON)
        await context.set_offline(True)
        recent = page.locator("[data-recent] li")
        for number, name in enumerate(("Siti Rah", "Joko Sus")):
            await page.fill("#door-wish", name)
            await page.press("#door-wish", "Enter")
            await expect(recent.locator("[data-waiting]:visible")).to_have_count(number + 1)
        await wipe(ground, session)
        await context.set_offline(False)
        await expect(recent.locator("[data-practice]:visible")).to_have_count(2, timeout=SOON)
        await expect(recent.first.locator("[data-why]")).to_have_text("Dibuat saat gladi bersih, jadi tidak dihitung.")
        await expect(page.locator("[data-here]")).to_have_text("0")
        assert await violations(page) == []
        await page.reload()
        await expect(recent.get_by_role("button", name="Simpan juga")).to_have_count(2)
        await recent.filter(has_text="Siti").get_by_role("button", name="Simpan juga").click()
        await expect(recent.filter(has_text="Siti").locator("[data-in]")).to_be_visible(timeout=SOON)
        await recent.filter(has_text="Joko").get_by_role("button", name="Buang").click()
        await expect(recent).to_have_count(1)
        await expect(page.locator("[data-here]")).to_have_text("1")
    async with ground.database.read() as db:
        assert [list(await db.scalars(select(one.participant_id))) for one in (Attendance, DoorPress)] == [[people[0].id]] * 2


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_people_who_came_are_noted_whatever_the_clock_of_the_device_says(ground: Ground, office: Office, server: str) -> None:
    session, sites = await make_session(ground)
    people = [
        await make_person(ground, session, name, site_id=sites[0].id, origin=Origin.WALK_IN) for name in ("Siti Rahmawati", "Joko Susilo")
    ]
    await begin(ground, session)
    then = ground.clock.now()
    await wipe(ground, session)
    hall = f"{server}/meja/{session.slug}/lokasi/{sites[0].code}"
    async with signed_in(server, "operator", DESK) as (_, page):
        await page.clock.set_fixed_time(then)
        await page.goto(f"{hall}/pintu")
        await page.fill("#door-wish", "Siti Rah")
        await page.locator("[data-found]").get_by_role("button", name="Hadir", exact=True).click(timeout=SOON)
        recent = page.locator("[data-recent] li")
        await recent.get_by_role("button", name="Simpan juga").click(timeout=SOON)
        await expect(recent.locator("[data-in]")).to_be_visible(timeout=SOON)

        await page.goto(hall)
        await page.get_by_role("button", name="Hadir: Joko Susilo").click()
        kept = page.locator("[data-outbox] li")
        await expect(kept).to_contain_text("Kehadiran", timeout=SOON)
        await kept.get_by_role("button", name="Simpan juga").click()
        await expect(page.get_by_role("button", name="Urungkan hadir: Joko Susilo")).to_be_visible(timeout=SOON)
        await expect(kept).to_have_count(0)
    async with ground.database.read() as db:
        assert set(await db.scalars(select(Attendance.participant_id))) == {one.id for one in people}

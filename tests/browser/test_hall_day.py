"""A helper's day at the door, on a phone: the duty link, guests while the line is dead, a reload, the line back, and what had changed meanwhile."""

import re
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import axe_playwright_python
import pytest
from playwright.async_api import Page, async_playwright, expect
from sqlalchemy import select

from app.access.duties import Place, make_link, secret_of
from app.access.models import DutyShift
from app.hall import checkin
from app.hall.checkin import Scan
from app.hall.models import DoorPress
from app.participants.models import Attendance, Origin, Participant
from app.sessions.models import ForumSession, SessionState, Site
from app.web.ground import Ground
from tests.conftest import chromium
from tests.factories import make_session
from tests.factories_invitations import make_person, make_seat
from tests.factories_registration import make_application

ARGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync"]
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()


async def violations(page: Page) -> list[str]:
    await page.evaluate(AXE)
    found = await page.evaluate("axe.run(document)")
    return [one["id"] for one in found["violations"]]


async def duty_link(ground: Ground, session: ForumSession, site: Site) -> str:
    now = ground.clock.now()
    day: date = now.astimezone(ZoneInfo(session.zone)).date()
    async with ground.database.write() as db:
        link = await make_link(db, ground.vault, Place(session.id, site.id, day, session.zone), actor="system", now=now)
        return f"/piket/{secret_of(ground.vault, link)}"


async def wish(page: Page, text: str) -> None:
    await page.fill("#door-wish", text)
    await page.press("#door-wish", "Enter")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_code_that_nobody_knew_while_the_line_was_dead_becomes_somebody(ground: Ground, server: str) -> None:
    session, sites = await make_session(ground, state=SessionState.LIVE)
    siti = await make_person(ground, session, "Siti Rahmawati", site_id=sites[0].id, origin=Origin.WALK_IN)
    path = await duty_link(ground, session, sites[0])
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=chromium(), args=ARGS)
        context = await browser.new_context(locale="id-ID", viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
        page = await context.new_page()
        await page.goto(f"{server}{path}")
        await page.fill("[name=name]", "Ibu Sari")
        await page.click("button.primary")
        await page.goto(f"{server}/meja/{session.slug}/lokasi/aula-1/pintu")
        await expect(page.locator("[data-ready]")).to_be_visible(timeout=30_000)
        await context.set_offline(True)
        for code in ("K7MP-2Q91", "K7MP-2Q92"):
            await wish(page, code)
        recent = page.locator("[data-recent] li")
        await expect(recent).to_have_count(2)
        cut_off = ground.clock.now()
        await context.set_offline(False)
        waiting = page.locator("[data-waiting] > li")
        await expect(waiting).to_have_count(2, timeout=30_000)

        await waiting.first.get_by_label("Milik siapa kode ini?").fill("siti")
        assert await violations(page) == []
        await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        await waiting.first.locator("li", has_text="Siti Rahmawati").get_by_role("button", name="Hadir").click()
        await expect(waiting).to_have_count(1)
        await waiting.get_by_label("Milik siapa kode ini?").fill("42 43")
        await waiting.get_by_role("button", name="Catat hadir").click()
        await expect(page.locator("[data-said]")).to_have_text("Tulis nama orangnya, bukan angka.")
        await waiting.get_by_label("Milik siapa kode ini?").fill("Bapak Joko")
        await waiting.get_by_role("button", name="Catat hadir").click()
        await expect(page.locator("[data-waiting-part]")).to_be_hidden()
        await expect(page.locator("[data-here]")).to_have_text("2")
        assert await recent.locator("[data-who]").all_inner_texts() == ["Bapak Joko", "Siti Rahmawati"]
        await expect(recent.locator("[data-in]:visible")).to_have_count(2)
        await browser.close()
    async with ground.database.read() as db:
        found = (
            await db.execute(
                select(Participant.name, Attendance.nonce == DoorPress.nonce, Attendance.arrived_at == DoorPress.pressed_at)
                .join(Attendance, Attendance.participant_id == Participant.id)
                .join(DoorPress, DoorPress.participant_id == Participant.id)
                .where(Attendance.arrived_at < cut_off)
                .order_by(Attendance.arrived_at)
            )
        ).all()
    assert [tuple(one) for one in found] == [(siti.name, True, True), ("Bapak Joko", True, True)]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_door_goes_on_while_the_line_is_dead(ground: Ground, server: str) -> None:
    session, sites = await make_session(ground, state=SessionState.LIVE)
    siti = await make_person(ground, session, "Siti Rahmawati", site_id=sites[0].id, origin=Origin.WALK_IN)
    wati = await make_person(ground, session, "Wati Lestari", site_id=sites[0].id, origin=Origin.WALK_IN)
    application = await make_application(
        ground, session, name="Budi Santoso", site_id=sites[0].id, attendance="in_person", state="selected"
    )
    seat, token = await make_seat(ground, session, "Ratna Dewi", way="in_person", site_id=sites[0].id)
    path = await duty_link(ground, session, sites[0])
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=chromium(), args=ARGS)
        context = await browser.new_context(locale="id-ID", viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
        page = await context.new_page()
        await page.goto(f"{server}{path}")
        assert await violations(page) == []
        await page.fill("[name=name]", "Ibu Sari")
        await page.click("button.primary")
        await page.wait_for_url(f"{server}/meja/{session.slug}/lokasi/aula-1")
        await page.goto(f"{server}/meja/{session.slug}/lokasi/aula-1/pintu")
        await expect(page.locator("[data-pin]")).to_have_text(re.compile(r"\d{3} \d{3}"))
        await expect(page.locator("[data-ready]")).to_be_visible()

        await context.set_offline(True)
        await wish(page, "Siti Rah")
        await wish(page, application.code.lower())
        await wish(page, f"{server}/j/{token}")
        await wish(page, f"{server}/j/{token}")
        await page.fill("#door-wish", "Bapak Joko")
        await page.get_by_role("button", name="Catat hadir").click()
        await wish(page, "Wati Les")
        recent = page.locator("[data-recent] li")
        await expect(recent).to_have_count(5)
        assert await recent.locator("[data-who]").all_inner_texts() == [
            "Wati Lestari",
            "Bapak Joko",
            "Ratna Dewi",
            "Budi Santoso",
            "Siti Rahmawati",
        ]
        await expect(page.locator("[data-kept-count]")).to_have_text("5")
        await expect(page.locator("[data-down]")).to_be_visible()
        assert await violations(page) == []
        await page.reload()
        await expect(recent).to_have_count(5)
        await expect(page.locator("[data-kept-count]")).to_have_text("5")

        async with ground.database.write() as db:
            now = ground.clock.now()
            await checkin.check_in(db, ground.vault, sites[1], wati.id, Scan("elsewhere"), actor="system", now=now)
        await context.set_offline(False)
        await expect(page.locator("[data-kept]")).to_be_hidden()
        waiting = page.locator("[data-waiting] li")
        await expect(waiting).to_have_count(1)
        assert "Wati Lestari tercatat hadir di Aula 2" in await waiting.inner_text()
        assert await violations(page) == []
        await waiting.get_by_role("button", name="Hadirkan di sini").click()
        await expect(page.locator("[data-waiting-part]")).to_be_hidden()
        await expect(page.locator("[data-here]")).to_have_text("5")

        async with ground.database.write() as db:
            stay = (await db.scalars(select(Attendance).where(Attendance.participant_id == siti.id))).one()
            await checkin.undo(db, ground.vault, sites[0], stay.id, actor="system", now=ground.clock.now())
        await expect(page.locator("[data-here]")).to_have_text("4")
        await wish(page, "Siti Rah")
        await expect(page.locator("[data-here]")).to_have_text("5")
        await expect(recent).to_have_count(6)
        await browser.close()
    async with ground.database.read() as db:
        shift = (await db.scalars(select(DutyShift))).one()
        there = (
            await db.execute(
                select(Participant.name, Attendance.recorded_by)
                .join(Participant, Participant.id == Attendance.participant_id)
                .where(Attendance.site_id == sites[0].id, Attendance.left_at.is_(None))
                .order_by(Attendance.arrived_at)
            )
        ).all()
        late = list(await db.scalars(select(DoorPress).order_by(DoorPress.pressed_at)))
    names = ["Budi Santoso", "Ratna Dewi", "Bapak Joko", "Wati Lestari", "Siti Rahmawati"]
    assert [tuple(one) for one in there] == [(name, f"duty:{shift.id}") for name in names]
    assert [one.refusal for one in late] == [None, None, None, None, "hall.in_other_hall", None]
    assert {siti.id, seat.participant_id} <= {one.participant_id for one in late}

"""An attendee's phone at the hall's QR code with the PIN that is said aloud, and an operator who prepares the hall by the checklist of needs."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect
from sqlalchemy import select

from app.hall import pin
from app.hall.arrival import OWN_HAND
from app.hall.models import NeedSeenTo
from app.participants.models import Attendance, Participant
from app.sessions.models import SessionState, Site
from app.web.ground import Ground
from tests.browser.test_hall_desk import ARGS, violations
from tests.conftest import PASSWORD, Office, chromium
from tests.factories import make_session
from tests.factories_invitations import make_person, make_seat

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest_asyncio.fixture
async def chrome() -> AsyncIterator[Browser]:
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=chromium(), args=ARGS)
        yield browser
        await browser.close()


async def phone(chrome: Browser) -> BrowserContext:
    return await chrome.new_context(locale="id-ID", viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)


def said(ground: Ground, site: Site, ago: int = 0) -> str:
    """The PIN of so many turns ago, as an operator says it: in two groups."""
    digits = pin.pin_of(ground.vault, site.id, pin.turn_of(ground.clock.now()) - ago)
    return f"{digits[:3]} {digits[3:]}"


async def let_turn_begin(ground: Ground) -> None:
    """Not in the last half minute of a turn: what is typed shall mean the same when it arrives."""
    left = pin.until(ground.clock.now()) - ground.clock.now()
    if left < timedelta(seconds=30):
        await asyncio.sleep(left.total_seconds() + 0.2)


async def come_in(page: Page, name: str, digits: str) -> None:
    await page.get_by_label("Nama lengkap").fill(name)
    await page.get_by_label("PIN lokasi").fill(digits)
    await page.get_by_role("button", name="Saya hadir").click()


async def test_a_guest_comes_in_with_the_pin_that_is_said(ground: Ground, server: str, chrome: Browser) -> None:
    session, sites = await make_session(ground, state=SessionState.LIVE)
    door = f"{server}/h/{sites[0].id}"
    await let_turn_begin(ground)
    page = await (await phone(chrome)).new_page()
    await page.goto(door)
    assert await violations(page) == []
    for wrong in ("12", said(ground, sites[1]), said(ground, sites[0], ago=2)):
        await come_in(page, "Bapak Joko", wrong)
        await expect(page.get_by_label("PIN lokasi")).to_have_attribute("aria-invalid", "true")
        await expect(page.get_by_label("Nama lengkap")).to_have_value("Bapak Joko")
    assert await violations(page) == []
    await come_in(page, "Bapak Joko", said(ground, sites[0]))
    await expect(page.get_by_role("heading", name="Anda tercatat hadir")).to_be_visible()
    assert await violations(page) == []
    await page.goto(door)
    await expect(page.get_by_role("heading", name="Anda tercatat hadir")).to_be_visible()

    slow = await (await phone(chrome)).new_page()
    await slow.goto(door)
    await come_in(slow, "Ibu Ani", said(ground, sites[0], ago=1))
    await expect(slow.get_by_role("heading", name="Anda tercatat hadir")).to_be_visible()
    async with ground.database.read() as db:
        found = await db.execute(
            select(Participant.name, Attendance.site_id, Attendance.recorded_by)
            .join(Attendance, Attendance.participant_id == Participant.id)
            .where(Participant.session_id == session.id)
            .order_by(Participant.number)
        )
        assert [tuple(one) for one in found] == [(name, sites[0].id, OWN_HAND) for name in ("Bapak Joko", "Ibu Ani")]


async def test_an_operator_ticks_off_what_people_need(ground: Ground, office: Office, server: str, chrome: Browser) -> None:
    session, sites = await make_session(ground, halls=1)
    wishes = {"Siti Rahmawati": "juru bahasa isyarat", "Budi Santoso": "jalur kursi roda"}
    for name, wish in wishes.items():
        seat, _ = await make_seat(ground, session, name, way="in_person", site_id=sites[0].id)
        async with ground.database.write() as db:
            person = await db.get_one(Participant, seat.participant_id)
            person.needs = ground.vault.seal(wish, "participants", "needs", person.id)
    await make_person(ground, session, "Tanpa Permintaan", site_id=sites[0].id)
    page = await (await phone(chrome)).new_page()
    await page.goto(f"{server}/masuk")
    await page.fill("[name=login]", "operator")
    await page.fill("[name=password]", PASSWORD)
    await page.press("[name=password]", "Enter")
    await page.wait_for_url(lambda address: "/masuk" not in address)
    await page.goto(f"{server}/meja/{session.slug}/kebutuhan")
    rows = page.locator("main li", has=page.locator("form"))
    await expect(rows).to_have_count(2)
    assert await violations(page) == []
    assert not [name for name in (*wishes, "Tanpa") if name in await page.locator("main").inner_text()]
    for wish in wishes.values():
        await rows.filter(has_text=wish).get_by_role("button", name="Tandai siap").click()
        await expect(rows.filter(has_text=wish)).to_contain_text("Siap")
    await expect(page.locator("main")).to_contain_text("Semua siap")
    assert await violations(page) == []
    await rows.filter(has_text="isyarat").get_by_role("button", name="Urungkan").click()
    await expect(page.locator("main")).to_contain_text("1 belum siap")
    async with ground.database.read() as db:
        seen_to = await db.scalars(select(Participant.name).join(NeedSeenTo, NeedSeenTo.participant_id == Participant.id))
        assert list(seen_to) == ["Budi Santoso"]

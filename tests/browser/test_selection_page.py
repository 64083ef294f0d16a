"""The moderators' table in a real browser: instant filters, the preview on the meters, keys, and two moderators at once."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, Route, async_playwright, expect

from app.registration.models import ApplicationState
from app.web.ground import Ground
from tests.conftest import PASSWORD, Office, chromium, serving
from tests.factories import make_session
from tests.factories_selection import add_quota, applicant, application, apply

S = ApplicationState


@pytest_asyncio.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as play:
        started = await play.chromium.launch(executable_path=chromium(), args=["--no-sandbox", "--disable-gpu", "--disable-quic"])
        yield started
        await started.close()


async def desk(browser: Browser, address: str, login: str, path: str) -> Page:
    context = await browser.new_context(locale="id-ID", viewport={"width": 1366, "height": 768})
    page = await context.new_page()
    await page.goto(f"{address}/masuk")
    await page.fill("[name=login]", login)
    await page.fill("[name=password]", PASSWORD)
    await page.click("form.form button.primary")
    await page.goto(address + path)
    return page


async def late(route: Route) -> None:
    await asyncio.sleep(1)
    await route.continue_()


async def faults(page: Page) -> list[Any]:
    return (await Axe().run(page)).response["violations"]


async def test_two_moderators_choose_side_by_side(ground: Ground, office: Office, browser: Browser) -> None:
    session, _ = await make_session(ground, seats_online=5, halls=1)
    await add_quota(ground, session, "gender=female", 2)
    women = [applicant(ground, session, n, name=f"Siti {n}", gender="female") for n in (1, 2)]
    ids = await apply(ground, *women, *(applicant(ground, session, n, name=f"Bambang {n}") for n in range(3, 9)))
    path = f"/meja/{session.slug}/pendaftar"
    async with serving(ground, work=False) as address:
        one, other = await desk(browser, address, "moderator", path), await desk(browser, address, "admin", path)
        shown = one.locator("tbody tr:visible")
        await expect(shown).to_have_count(8)
        await one.fill("[name=q]", "siti")
        await expect(shown).to_have_count(2)
        assert one.url.endswith("?q=siti")
        await one.click("thead input[type=checkbox]")
        women_meter = one.locator("[data-meter='quota:0']")
        await expect(women_meter).to_contain_text("0 +2 min. 2")
        assert (await faults(one), await faults(other)) == ([], [])

        await other.locator("tbody input").nth(0).check()
        await other.press("body", "2")
        await expect(other.locator(".undo")).to_contain_text("1 orang menjadi cadangan")
        # Even when the page has already learnt of the colleague's decision, whoever ticked before it is told first.
        await expect(one.locator(".chip[data-tab=reserve] b")).to_have_text("1")
        # On a slow line, who presses again at once is not refused for what the page is still learning.
        await one.route("**/changes?*", late)
        await one.click("[name=decision][value=select]")
        await expect(one.locator(".notice.bad")).to_contain_text("Petugas admin baru saja memutus Siti 1.")
        assert (await application(ground, ids[1])).state == S.SUBMITTED

        await one.click("[name=decision][value=select]")
        await expect(one.locator(".undo")).to_contain_text("2 orang dipilih")
        await expect(one.locator(".chip[data-tab=selected] b")).to_have_text("2")
        await expect(other.locator(".chip[data-tab=selected] b")).to_have_text("2")
        await expect(other.locator("[data-meters]")).to_contain_text("Semua kuota terpenuhi")
        await one.click(".undo button")
        await expect(one.locator(".chip[data-tab=selected] b")).to_have_text("0")
        assert [(await application(ground, i)).state for i in ids[:2]] == [S.RESERVE, S.SUBMITTED]


async def test_keys_alone_choose_somebody_and_show_who_they_are(ground: Ground, office: Office, browser: Browser) -> None:
    session, _ = await make_session(ground)
    ids = await apply(ground, *(applicant(ground, session, n, wish=f"Usulan {n}") for n in range(1, 4)))
    async with serving(ground, work=False) as address:
        page = await desk(browser, address, "moderator", f"/meja/{session.slug}/pendaftar")
        for key in ("j", "j", "x", "Enter"):
            await page.keyboard.press(key)
        await expect(page.locator("[data-applicant]")).to_contain_text("Usulan 2")
        assert await faults(page) == []
        await page.keyboard.press("1")
        await expect(page.locator(".undo")).to_contain_text("1 orang dipilih")
    assert [(await application(ground, i)).state for i in ids] == [S.SUBMITTED, S.SELECTED, S.SUBMITTED]

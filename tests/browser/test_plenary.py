"""The plenary by keyboard alone: the secretariat decides, a colleague and the big screen follow."""

import os

import pytest
from playwright.async_api import Page, async_playwright, expect

from app.hall.screen import screen_of
from app.planning import service
from app.web.ground import Ground
from tests.browser.test_hall_desk import ARGS, violations
from tests.conftest import PASSWORD, Office, chromium
from tests.factories_plenary import lines, make_plenary, numbers_of, seen_by

SHOTS = os.environ.get("PLENARY_SHOTS")


async def signed_in(page: Page, server: str, login: str) -> None:
    await page.goto(f"{server}/masuk")
    await page.fill("[name=login]", login)
    await page.fill("[name=password]", PASSWORD)
    await page.press("[name=password]", "Enter")
    await page.wait_for_url(lambda address: "/masuk" not in address)


async def keys(page: Page, *pressed: str) -> None:
    for one in pressed:
        await page.keyboard.press(one)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_plenary_by_keyboard_alone_with_the_screen_following(ground: Ground, office: Office, server: str) -> None:
    session, (a, b, c, d) = await make_plenary(ground)
    async with ground.database.write() as db:
        code = (await screen_of(db, session.id, ground.clock.now())).code
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=chromium(), args=ARGS)
        desk = await (await browser.new_context(locale="id-ID", viewport={"width": 1366, "height": 768})).new_page()
        other = await (await browser.new_context(locale="id-ID", viewport={"width": 1366, "height": 768})).new_page()
        screen = await (await browser.new_context(locale="id-ID", viewport={"width": 1920, "height": 1080})).new_page()
        await signed_in(desk, server, "secretariat")
        await signed_in(other, server, "moderator")
        await desk.goto(f"{server}/meja/{session.slug}/pleno")
        await other.goto(f"{server}/meja/{session.slug}/pleno")
        await screen.goto(f"{server}/s/{session.slug}/layar?kode={code}")
        await desk.focus("[value=screen-on]")
        await keys(desk, "Enter")
        await expect(screen.locator(".plenary-lines li")).to_have_count(4)
        assert await violations(desk) == []

        titles = desk.locator(".plenary-title")
        await keys(desk, "j", "j", "j", "K")
        await expect(titles.nth(1)).to_have_text("Lampu jalan Panjang Baru")
        await keys(desk, "Alt+ArrowUp")
        await expect(titles.nth(0)).to_have_text("Lampu jalan Panjang Baru")
        await expect(other.locator(".plenary-title").nth(0)).to_have_text("Lampu jalan Panjang Baru")
        await expect(screen.locator(".plenary-name").nth(0)).to_have_text("Lampu jalan Panjang Baru")
        assert await numbers_of(ground, session) == [c, a, b, d]

        await keys(desk, "a")
        await expect(other.locator("tr[data-number]").nth(0).locator(".tag")).to_have_text("Disepakati")
        await expect(screen.locator(".plenary-lines li[aria-current] .tag")).to_have_text("Disepakati")
        await keys(desk, "j", "n")
        await expect(desk.locator("dialog")).to_be_visible()
        assert await violations(desk) == []
        await keys(desk, "Tab", "Tab", "Enter")
        await expect(desk.locator("dialog .error")).to_have_count(1)
        await desk.keyboard.type("Lahan")
        await keys(desk, "Tab")
        await desk.keyboard.type("Milik PT KAI")
        await keys(desk, "Tab", "Enter")
        await expect(desk.locator("dialog")).to_be_hidden()
        await expect(other.locator("tr[data-number]").nth(1)).to_contain_text("Milik PT KAI")
        await expect(screen.locator(".plenary-lines li").nth(1)).to_contain_text("Belum disepakati")
        await expect(screen.locator(".plenary-lines")).not_to_contain_text("PT KAI")

        await keys(desk, "j", "e")
        await expect(desk.locator("dialog #p-program")).to_be_visible()
        await keys(desk, "Tab", "Tab")
        await desk.keyboard.type("Pengelolaan drainase")
        await keys(desk, "Enter")
        await expect(other.locator("tr[data-number]").nth(2)).to_contain_text("Pengelolaan drainase")

        await keys(desk, "m")
        await expect(desk.locator("dialog #p-into")).to_be_visible()
        await desk.keyboard.type("4. Ged")
        await keys(desk, "Tab", "Enter")
        await expect(desk.locator("tr[data-number]")).to_have_count(3)
        await expect(other.locator("tr[data-number]")).to_have_count(3)
        await expect(screen.locator(".plenary-lines li")).to_have_count(3)
        await keys(desk, "z")
        await expect(desk.locator("tr[data-number]")).to_have_count(4)
        await expect(other.locator("tr[data-number]")).to_have_count(4)
        if SHOTS:
            await shots(desk, other, screen)
        await browser.close()
    found = {line.proposal.number: line for line in await lines(ground, session)}
    assert list(found) == [c, a, b, d]
    assert [found[number].decision for number in (c, a, b, d)] == ["agreed", "not_agreed", None, None]
    assert (found[a].reason_code, found[a].reason) == ("land_not_owned", "Milik PT KAI")
    assert found[b].columns.program == "Pengelolaan drainase"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_rows_are_dragged_ticked_ones_filled_together_and_undone(ground: Ground, office: Office, server: str) -> None:
    session, (a, b, c, d) = await make_plenary(ground)
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=chromium(), args=ARGS)
        page = await (await browser.new_context(locale="id-ID", viewport={"width": 1366, "height": 900})).new_page()
        await signed_in(page, server, "secretariat")
        await page.goto(f"{server}/meja/{session.slug}/pleno")
        row = "tr[data-number='{}'] th"
        await page.drag_and_drop(row.format(d), row.format(b), target_position={"x": 20, "y": 4})
        await expect(page.locator("tr[data-number]").nth(1)).to_have_attribute("data-number", d)
        assert await numbers_of(ground, session) == [a, d, b, c]
        await expect(page.locator("[data-bulk]")).to_be_hidden()
        await page.check(f"[name=number][value='{a}']")
        await page.check(f"[name=number][value='{c}']")
        await page.click("[data-bulk] [formaction$=isi]")
        await page.fill("#p-program", "Drainase")
        await page.fill("#p-ceiling", "banyak")
        await page.click("dialog .primary")
        await expect(page.locator("dialog .error")).to_have_count(1)
        assert await page.input_value("#p-program") == "Drainase"
        await page.fill("#p-ceiling", "Rp25.000.000")
        await page.click("dialog .primary")
        await expect(page.locator("dialog")).to_be_hidden()
        await expect(page.locator("tr[data-number]", has_text="Rp25.000.000")).to_have_count(2)
        await page.click("[data-undo]")
        await expect(page.locator("tr[data-number]", has_text="Rp25.000.000")).to_have_count(0)
        await page.keyboard.press("z")
        await expect(page.locator("tr[data-number]").nth(1)).to_have_attribute("data-number", b)
        assert await numbers_of(ground, session) == [a, b, c, d]
        await browser.close()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_was_typed_outlives_a_cut_line_a_colleague_and_a_sign_in_that_ended(ground: Ground, office: Office, server: str) -> None:
    session, (a, b, c, d) = await make_plenary(ground)
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=chromium(), args=ARGS)
        context = await browser.new_context(locale="id-ID", viewport={"width": 1366, "height": 768})
        desk = await context.new_page()
        await signed_in(desk, server, "secretariat")
        await desk.goto(f"{server}/meja/{session.slug}/pleno?state=open")
        await keys(desk, "j", "e")
        await expect(desk.locator("dialog #p-program")).to_be_visible()
        await desk.fill("dialog #p-program", "Drainase kota")
        async with ground.database.write() as db:
            told = {"regional_target": "Bebas rob", "program": "Jalan"}
            await service.fill(db, ground.vault, session.id, [a], told, await seen_by(ground, session, "account:b"))

        await context.set_offline(True)
        await keys(desk, "Enter")
        await expect(desk.locator("dialog [data-line]")).to_contain_text("Belum tersimpan")
        await expect(desk.locator("dialog [data-line]")).to_contain_text("Sambungan terputus")
        assert await desk.input_value("dialog #p-program") == "Drainase kota"
        assert await violations(desk) == []
        await look(desk, "cut")
        await context.set_offline(False)

        signed = await context.cookies()
        await context.clear_cookies()
        await desk.focus("dialog #p-program")
        await keys(desk, "Enter")
        await expect(desk.locator("dialog [data-line] a")).to_have_text("Masuk di tab baru")
        assert await desk.input_value("dialog #p-program") == "Drainase kota"
        again = await context.new_page()
        await signed_in(again, server, "secretariat")
        assert signed != await context.cookies()
        await again.close()
        await desk.focus("dialog #p-program")
        await keys(desk, "Enter")
        await expect(desk.locator("dialog .notice")).to_contain_text("baru saja diubah oleh")
        assert await desk.input_value("dialog #p-program") == "Drainase kota"
        assert await desk.input_value("dialog #p-regional_target") == "Bebas rob"
        await expect(desk.locator("dialog #p-program-hint")).to_have_text("Kini tertulis: Jalan")
        await look(desk, "stale")
        await desk.focus("dialog #p-program")
        await keys(desk, "Enter")
        await expect(desk.locator("dialog")).to_be_hidden()

        await desk.route("**/pleno?*", lambda route: route.fulfill(status=503, content_type="text/html", body="<h1>Sibuk</h1>"))
        await keys(desk, "j", "a")
        await expect(desk.locator("[data-line]")).to_contain_text("Belum tersimpan")
        await expect(desk.locator("tr[data-number]")).to_have_count(4)
        await look(desk, "busy")
        await desk.unroute("**/pleno?*")
        await keys(desk, "a")
        await expect(desk.locator("tr[data-number]")).to_have_count(3)
        await expect(desk.locator("[data-line]")).to_be_hidden()
        await desk.evaluate("document.querySelector('[data-undo]').click(), document.querySelector('[data-undo]').click()")
        await expect(desk.locator("tr[data-number]")).to_have_count(4)
        await expect(desk.locator("[data-line]")).to_be_hidden()
        await browser.close()
    found = {line.proposal.number: line for line in await lines(ground, session)}
    assert (found[a].columns.program, found[a].columns.regional_target) == ("Drainase kota", "Bebas rob")
    assert [found[number].decision for number in (a, b, c, d)] == [None] * 4


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_filter_stays_after_a_form(ground: Ground, office: Office, server: str) -> None:
    session, (a, b, *_) = await make_plenary(ground)
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=chromium(), args=ARGS)
        page = await (await browser.new_context(locale="id-ID", viewport={"width": 1366, "height": 768})).new_page()
        await signed_in(page, server, "secretariat")
        await page.goto(f"{server}/meja/{session.slug}/pleno?state=open")
        await page.check(f"[name=number][value='{a}']")
        await page.click("[data-bulk] [formaction$=sepakat]")
        await page.click("dialog .primary")
        await expect(page.locator("tr[data-number]")).to_have_count(3)
        await page.focus(f"tr[data-number='{b}'] [data-act=e]")
        await keys(page, "n")
        await expect(page.locator("dialog select")).to_be_visible()
        await page.select_option("dialog select", "wrong_address")
        await page.click("dialog .primary")
        await expect(page.locator("tr[data-number]")).to_have_count(2)
        await page.wait_for_timeout(1500)
        await expect(page.locator("tr[data-number]")).to_have_count(2)
        await browser.close()


async def look(page: Page, name: str) -> None:
    """A picture of the page as it is, where PLENARY_SHOTS names a folder."""
    if SHOTS:
        await page.screenshot(path=f"{SHOTS}/{name}.png")


async def shots(desk: Page, other: Page, screen: Page) -> None:
    """Pictures for whoever wants to look, where PLENARY_SHOTS names a folder."""
    for page, name in ((desk, "desk"), (screen, "screen")):
        for scheme in ("light", "dark"):
            await page.emulate_media(color_scheme=scheme)
            await page.screenshot(path=f"{SHOTS}/{name}-{scheme}.png")
    await keys(desk, "j", "e")
    await expect(desk.locator("dialog #p-program")).to_be_visible()
    await desk.screenshot(path=f"{SHOTS}/dialog.png")
    await other.set_viewport_size({"width": 390, "height": 844})
    for scheme in ("light", "dark"):
        await other.emulate_media(color_scheme=scheme)
        await other.screenshot(path=f"{SHOTS}/phone-{scheme}.png", full_page=True)

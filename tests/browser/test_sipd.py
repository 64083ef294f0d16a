"""Salin ke SIPD by keyboard alone: copy field by field, write down the ID, on to the next; and two officers at once."""

import os
from urllib.parse import unquote

import pytest
from playwright.async_api import Page, async_playwright, expect

from app.sipd.listing import Scope, items_of
from app.web.ground import Ground
from tests.browser.test_hall_desk import ARGS, violations
from tests.browser.test_plenary import keys, signed_in
from tests.conftest import Office, chromium
from tests.integration.test_sipd import make_agreed

SHOTS = os.environ.get("SIPD_SHOTS")
CLIPBOARD = ["clipboard-read", "clipboard-write"]


async def copied(page: Page) -> str:
    return str(await page.evaluate("navigator.clipboard.readText()"))


async def shoot(page: Page, name: str) -> None:
    """Pictures to look at, where somebody asked for them: phone and desk, light and dark, and on paper."""
    if not SHOTS:
        return
    for size, width, height in (("phone", 390, 844), ("desk", 1366, 768)):
        await page.set_viewport_size({"width": width, "height": height})
        for scheme in ("light", "dark"):
            await page.emulate_media(color_scheme=scheme)
            await page.screenshot(path=f"{SHOTS}/{name}-{size}-{scheme}.png", full_page=True)
    await page.emulate_media(media="print", color_scheme="light")
    await page.screenshot(path=f"{SHOTS}/{name}-print.png", full_page=True)
    await page.emulate_media(media="screen")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_proposals_are_copied_marked_and_followed_by_keyboard_alone(ground: Ground, office: Office, server: str) -> None:
    session, (a, _, c, _) = await make_agreed(ground)
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=chromium(), args=ARGS)
        context = await browser.new_context(locale="id-ID", viewport={"width": 1366, "height": 768}, permissions=CLIPBOARD)
        desk = await context.new_page()
        other = await (await browser.new_context(locale="id-ID", viewport={"width": 1366, "height": 768})).new_page()
        await signed_in(desk, server, "secretariat")
        await signed_in(other, server, "moderator")
        await desk.goto(f"{server}/meja/{session.slug}/sipd")
        await expect(desk.locator("#number")).to_contain_text(c)
        assert await violations(desk) == []
        await shoot(desk, "sipd")

        # Two open the same one before either begins.
        await other.goto(f"{server}/meja/{session.slug}/sipd/{c}")
        fields = [(await one.input_value()) for one in await desk.locator("[data-field] .input").all()]
        assert "Lampu jalan Panjang Baru" in fields
        for value in fields:
            await keys(desk, "c")
            assert await copied(desk) == value
        await expect(desk.locator("[data-field].copied")).to_have_count(len(fields))
        await expect(desk.locator("#sipd_id")).to_be_focused()
        # The colleague is told with their first copy, before they do the same work, and is offered the other one.
        await expect(other.locator(".notice.attention")).to_have_count(0)
        await keys(other, "c")
        await expect(other.locator(".notice.attention")).to_contain_text("sedang menyalin usulan ini")
        await desk.keyboard.type("1029384")
        await keys(desk, "Enter")
        await expect(desk.locator("#number")).to_contain_text(a)
        await expect(desk.locator(".undo")).to_contain_text("1029384")
        await shoot(desk, "sipd-next")

        # The colleague had the first one open all the while.
        await other.fill("#sipd_id", "1029399")
        await other.press("#sipd_id", "Enter")
        await expect(other.locator(".notice.attention")).to_contain_text("baru saja menandai")
        await expect(other.locator("#sipd_id")).to_have_value("1029399")
        assert await violations(other) == []

        await keys(desk, "z")
        await expect(desk.locator("#number")).to_contain_text(c)
        await expect(desk.locator("#sipd_id")).to_have_value("")
        await keys(desk, "e")
        await desk.keyboard.type("55")
        await keys(desk, "Enter")
        await expect(desk.locator("#number")).to_contain_text(a)
        await keys(desk, "e", "Enter")
        await expect(desk.locator("h2").first).to_contain_text("Semua sudah dientri")
        assert unquote(desk.url).endswith(f"?done={a}")
        for name, path in (
            ("rekaman", f"/meja/{session.slug}/rekaman"),
            ("angka", f"/meja/{session.slug}/angka"),
            ("data", f"/s/{session.slug}/data"),
        ):
            await desk.goto(f"{server}{path}")
            assert await violations(desk) == [], name
            await shoot(desk, name)
        await browser.close()
    async with ground.database.read() as db:
        found = {one.number: one.facts.sipd_id for one in await items_of(db, session, Scope.AGREED)}
    assert found == {c: "55", a: None}

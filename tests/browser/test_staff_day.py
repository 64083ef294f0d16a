"""The day before, as staff live it: a rehearsal with two phones that leaves nothing, and a colleague who lost the password and sets up a second step."""
# ruff: noqa: F811 - pytest hands fixtures over by the name of the argument

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import axe_playwright_python
import pytest
from playwright.async_api import Browser, Page, expect
from sqlalchemy import select

from app.access.codes import code_at, present_step
from app.chat.models import Message
from app.journal.models import Event
from app.journal.service import PUBLIC
from app.web.csrf import SEAT_COOKIE
from app.web.ground import Ground
from tests.browser.room_files import browser  # noqa: F401 - a fixture
from tests.browser.room_people import PATIENCE, PHONE, say, seat_cookie, texts
from tests.conftest import PASSWORD, Office
from tests.factories import make_session
from tests.factories_invitations import make_seat

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
DESK = {"width": 1366, "height": 768}
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
NEW = "kata sandi yang baru sekali"


@asynccontextmanager
async def person(browser: Browser, server: str, size: dict[str, int], cookie: str = "") -> AsyncIterator[Page]:
    """A browser of their own; questions are answered with yes."""
    context = await browser.new_context(locale="id-ID", viewport=size, base_url=server)
    context.set_default_timeout(PATIENCE)
    if cookie:
        await context.add_cookies([{"name": SEAT_COOKIE, "value": cookie, "url": server}])
    page = await context.new_page()
    page.on("dialog", lambda dialog: asyncio.ensure_future(dialog.accept()))
    try:
        yield page
    finally:
        await context.close()


async def sign_in(page: Page, login: str, password: str = PASSWORD) -> None:
    await page.goto("/masuk")
    await page.fill("#f-login", login)
    await page.fill("#f-password", password)
    await page.get_by_role("button", name="Masuk", exact=True).click()


async def for_everybody(page: Page) -> None:
    """Nobody is shut out of this page."""
    await page.evaluate(AXE)
    found = await page.evaluate("axe.run(document)")
    assert [(one["id"], [node["html"][:120] for node in one["nodes"]]) for one in found["violations"]] == [], page.url


async def test_a_rehearsal_with_two_phones_leaves_nothing(ground: Ground, office: Office, server: str, browser: Browser) -> None:
    session, _ = await make_session(ground)
    cookies = [await seat_cookie(ground, (await make_seat(ground, session, name))[1]) for name in ("Siti", "Budi")]
    async with (
        person(browser, server, DESK) as desk,
        person(browser, server, PHONE, cookies[0]) as siti,
        person(browser, server, PHONE, cookies[1]) as budi,
    ):
        await sign_in(desk, "moderator")
        for phone in (siti, budi):
            await phone.goto(f"/s/{session.slug}/ruang")
            await expect(phone.locator("#state-bar")).to_be_visible()
            await expect(phone.locator("#practice-bar")).to_be_hidden()
        await desk.goto(f"/meja/{session.slug}/siap")
        await expect(desk.locator("[data-device-clock]")).to_contain_text("Cocok dengan jam server.")
        await for_everybody(desk)
        await desk.get_by_role("button", name="Mulai gladi bersih").click()
        await expect(desk.locator(".rehearsal")).to_contain_text("LATIHAN")
        for phone in (siti, budi):
            await expect(phone.locator("#practice-bar")).to_be_visible(timeout=PATIENCE)
        await say(siti, "Ini latihan saja", kind="aspiration")
        await expect(budi.locator("#entries")).to_contain_text("Ini latihan saja", timeout=PATIENCE)
        await for_everybody(budi)
        await desk.get_by_role("button", name="Hapus latihan").click()
        await expect(desk.get_by_role("button", name="Mulai gladi bersih")).to_be_visible(timeout=PATIENCE)
        for phone in (siti, budi):
            await expect(phone.locator("#practice-bar")).to_be_hidden(timeout=PATIENCE)
            await expect(phone.locator("#entries")).not_to_contain_text("Ini latihan saja", timeout=PATIENCE)
            await expect(phone.locator("#tail > li")).to_have_count(0)
        await open_for_real(desk, session.slug)
        await expect(budi.locator("#room-state")).to_have_class("live", timeout=PATIENCE)
        await say(budi, "Sekarang sungguhan")
        await expect(siti.locator("#entries")).to_contain_text("Sekarang sungguhan", timeout=PATIENCE)
        assert [text for text in await texts(siti) if text] == ["Sekarang sungguhan"]
    async with ground.database.read() as db:
        seqs = list(await db.scalars(select(Event.seq).where(Event.room == session.room, Event.log == PUBLIC).order_by(Event.seq)))
        said = [(one.text, one.seq) for one in await db.scalars(select(Message))]
    # The opening is 1, the first words are 2: nothing stands before them.
    assert (seqs, said) == ([1, 2], [("Sekarang sungguhan", 2)])


async def open_for_real(desk: Page, slug: str) -> None:
    """The press that opens the room on the day."""
    await desk.goto(f"/meja/{slug}")
    await desk.get_by_role("button", name="Buka ruang").first.click()
    await expect(desk.get_by_role("button", name="Jeda ruang")).to_be_visible(timeout=PATIENCE)


async def test_a_colleague_comes_back_by_a_link_and_sets_up_a_second_step(
    ground: Ground, office: Office, server: str, browser: Browser
) -> None:
    async with person(browser, server, DESK) as admin, person(browser, server, PHONE) as colleague:
        await sign_in(admin, "admin")
        await admin.goto("/meja/petugas")
        await admin.get_by_role("button", name="Tautan sandi baru Petugas operator").click()
        link = await admin.locator("#reset-link").inner_text()
        await for_everybody(admin)
        await colleague.goto(link)
        await for_everybody(colleague)
        await colleague.fill("#f-password", NEW)
        await colleague.get_by_role("button", name="Simpan kata sandi").click()
        await expect(colleague.get_by_text("Kata sandi baru tersimpan")).to_be_visible()
        await sign_in(colleague, "operator", NEW)
        await colleague.goto("/meja/keamanan")
        await for_everybody(colleague)
        await colleague.fill("#f-begin", NEW)
        await colleague.get_by_role("button", name="Pasang langkah kedua").click()
        secret = (await colleague.locator("#key").inner_text()).replace(" ", "")
        await for_everybody(colleague)
        await colleague.fill("#f-code", code_at(secret, present_step(ground.clock.now())))
        await colleague.get_by_role("button", name="Aktifkan").click()
        await expect(colleague.locator("#recovery li")).to_have_count(10)
        await for_everybody(colleague)
        await colleague.get_by_role("button", name="Keluar dari semua perangkat").click()
        await expect(colleague).to_have_url(f"{server}/masuk")
        await sign_in(colleague, "operator", NEW)
        await colleague.fill("#f-code", code_at(secret, present_step(ground.clock.now()) + 1))
        await for_everybody(colleague)
        await colleague.get_by_role("button", name="Masuk", exact=True).click()
        await expect(colleague).to_have_url(f"{server}/meja")
        await admin.goto("/meja/petugas/masuk")
        await expect(admin.get_by_role("row").filter(has_text="Petugas operator")).to_have_count(1)
        await for_everybody(admin)

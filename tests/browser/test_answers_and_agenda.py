"""The agency answers in the room and on its page, the chair leads the agenda before everybody's eyes, the head of office watches the numbers."""

import asyncio
from datetime import timedelta
from pathlib import Path

import axe_playwright_python
import httpx
import pytest
from playwright.async_api import Browser, Page, async_playwright, expect
from sqlalchemy import update

from app.access.models import Account
from app.database.tables import new_id
from app.hall.screen import screen_of
from app.sessions.models import AgendaItem, ForumSession, Publication, SessionState
from app.web.ground import Ground
from tests.conftest import PASSWORD, Office, chromium
from tests.factories import make_session

ARGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync"]
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
PATIENCE = 60_000
TITLES = ("Pembukaan", "Aspirasi warga")


async def violations(page: Page) -> list[str]:
    await page.evaluate(AXE)
    found = await page.evaluate("axe.run(document)")
    return [one["id"] for one in found["violations"]]


async def signed_in(browser: Browser, server: str, login: str) -> Page:
    context = await browser.new_context(locale="id-ID", viewport={"width": 1366, "height": 768}, base_url=server)
    context.set_default_timeout(PATIENCE)
    page = await context.new_page()
    await page.goto("/masuk")
    await page.fill("[name=login]", login)
    await page.fill("[name=password]", PASSWORD)
    await page.press("[name=password]", "Enter")
    await page.wait_for_url(lambda address: "/masuk" not in address)
    return page


async def forum(ground: Ground) -> tuple[ForumSession, str]:
    """A live session with an agenda of two points, whose proposals are public at once; the code of its screen."""
    now = ground.clock.now()
    session, _ = await make_session(ground, state=SessionState.LIVE, publication=Publication.LIVE)
    async with ground.database.write() as db:
        db.add_all(
            AgendaItem(id=new_id(), session_id=session.id, position=n, title=title, planned_at=now - timedelta(minutes=20 - n))
            for n, title in enumerate(TITLES)
        )
        await db.execute(update(Account).where(Account.login == "responder").values(agency="DPUPR"))
        return session, (await screen_of(db, session.id, now)).code


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_answers_agenda_and_numbers_reach_whom_they_concern(ground: Ground, office: Office, server: str) -> None:
    session, code = await forum(ground)
    said = {"cid": "u-1", "kind": "aspiration", "text": "Saluran mampet tiap rob", "for": {"name": "Ibu, RT 3"}}
    async with httpx.AsyncClient(base_url=server, timeout=60, headers=office.bearer("operator")) as calls:
        number = (await calls.post(f"/api/v1/rooms/{session.room}/messages", json=said)).json()["proposal"]
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=chromium(), args=ARGS)
        head = await signed_in(browser, server, "reader")
        await head.goto(f"/meja/{session.slug}/angka")
        answered = head.locator(".figures > div", has_text="Tanggapan").locator(".figure")
        await expect(answered).to_have_text("0", timeout=PATIENCE)
        assert await violations(head) == []

        agency = await signed_in(browser, server, "responder")
        await agency.goto(f"/meja/{session.slug}/ruang")
        await agency.get_by_role("button", name="Tindakan untuk pesan").click()
        await agency.get_by_role("button", name="Tanggapi").click()
        await agency.fill("#text", "Dikeruk triwulan kedua.")
        await agency.click("#send")
        await expect(agency.locator("#entries .entry.response")).to_contain_text("Dikeruk triwulan kedua.", timeout=PATIENCE)

        chair = await signed_in(browser, server, "moderator")
        await chair.goto(f"/meja/{session.slug}/ruang")
        screen = await browser.new_page(base_url=server)
        await screen.goto(f"/s/{session.slug}/layar?kode={code}")
        await chair.click("#chair-next:enabled")
        for title in TITLES:
            await expect(chair.locator("#agenda .now .step-title")).to_have_text(title, timeout=PATIENCE)
            await expect(agency.locator("#agenda .now .step-title")).to_have_text(title, timeout=PATIENCE)
            await expect(screen.locator(".screen-now b").first).to_have_text(title, timeout=PATIENCE)
            if title == TITLES[0]:
                await chair.click("#chair-next:enabled")
        await expect(chair.locator("#chair-pace")).to_contain_text("menit lebih lambat dari rencana", timeout=PATIENCE)
        assert await violations(chair) == []
        await chair.click("#chair-undo")
        await expect(agency.locator("#agenda .now .step-title")).to_have_text(TITLES[0], timeout=PATIENCE)
        await expect(screen.locator(".screen-now b").first).to_have_text(TITLES[0], timeout=PATIENCE)

        await agency.goto(f"/meja/{session.slug}/tanggapan")
        assert await violations(agency) == []
        await agency.get_by_role("link", name=number).click()
        await agency.fill("form#tanggapi [name=text]", "Panjangnya 300 meter.")
        await agency.get_by_role("button", name="Simpan tanggapan").click()
        await expect(agency.locator(".answer")).to_have_count(2, timeout=PATIENCE)
        assert await violations(agency) == []
        await agency.goto(f"/u/{number}")
        answers = agency.locator(".proposal-answer")
        await expect(answers).to_contain_text(["Dikeruk triwulan kedua.", "Panjangnya 300 meter."], timeout=PATIENCE)
        await expect(answers.first).to_contain_text("DPUPR")
        await expect(answered).to_have_text("2", timeout=PATIENCE)
        await browser.close()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_page_that_stands_still_follows_the_agenda_and_asks_seldom(ground: Ground, office: Office, server: str) -> None:
    session, _ = await forum(ground)
    async with async_playwright() as play, httpx.AsyncClient(base_url=server, timeout=60, headers=office.bearer("moderator")) as chair:
        browser = await play.chromium.launch(executable_path=chromium(), args=ARGS)
        page = await browser.new_page(base_url=server)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url) if request.url.endswith("/acara-kini") else None)
        await page.clock.install()
        await page.goto(f"/s/{session.slug}")
        began = await page.evaluate("Date.now()")
        strip = page.locator(".on-agenda b")
        assert await strip.all_inner_texts() == []
        for title in TITLES:
            await chair.post(f"/api/v1/sessions/{session.slug}/agenda", json={"to": "next"})
            async with asyncio.timeout(120):
                while await strip.all_inner_texts() != [title]:
                    await page.clock.run_for(2_000)
        assert len(TITLES) <= len(asked) <= (await page.evaluate("Date.now()") - began) / 30_000 + 1
        assert await violations(page) == []
        await page.evaluate("Object.defineProperty(document, 'hidden', {get: () => true})")
        before = len(asked)
        await page.clock.run_for(300_000)
        assert len(asked) == before
        await browser.close()

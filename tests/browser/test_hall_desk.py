"""An operator types and checks people in while the line is dead; when it is back nothing is lost and nothing doubled."""

from pathlib import Path

import axe_playwright_python
import pytest
from playwright.async_api import Page, async_playwright
from sqlalchemy import select

from app.chat.models import Message
from app.participants.models import Attendance, Origin
from app.sessions.models import SessionState
from app.web.ground import Ground
from tests.conftest import PASSWORD, Office, chromium
from tests.factories import make_session
from tests.factories_invitations import make_person

ARGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync"]
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()


async def violations(page: Page) -> list[str]:
    await page.evaluate(AXE)
    found = await page.evaluate("axe.run(document)")
    return [one["id"] for one in found["violations"]]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_dead_line_loses_and_doubles_nothing(ground: Ground, office: Office, server: str) -> None:
    session, sites = await make_session(ground, state=SessionState.LIVE)
    siti = await make_person(ground, session, "Siti Rahmawati", site_id=sites[0].id, origin=Origin.WALK_IN)
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=chromium(), args=ARGS)
        context = await browser.new_context(locale="id-ID", viewport={"width": 1024, "height": 768})
        page = await context.new_page()
        await page.goto(f"{server}/masuk")
        await page.fill("[name=login]", "operator")
        await page.fill("[name=password]", PASSWORD)
        await page.press("[name=password]", "Enter")
        await page.wait_for_url(lambda address: "/masuk" not in address)
        await page.goto(f"{server}/meja/{session.slug}/lokasi/{sites[0].code}")
        assert await violations(page) == []

        await context.set_offline(True)
        for n in range(3):
            await page.fill("#say-name", f"Ibu, RT {n}")
            await page.fill("#say-text", f"Usulan nomor {n} saat sambungan putus")
            await page.press("#say-text", "Control+Enter")
        await page.click("[form=check-in]")
        assert await page.locator("[data-outbox] li").count() == 3
        assert await page.inner_text("[data-count]") == "4"
        assert await page.inner_text(f"[data-person='{siti.id}'] [data-place]") != ""
        assert await violations(page) == []

        await context.set_offline(False)
        await page.reload()
        await page.locator("[data-part=sent] li").nth(2).wait_for(timeout=30_000)
        await page.locator(f"[data-person='{siti.id}'] [form=undo]").wait_for(timeout=30_000)
        await page.locator("[data-waiting]").wait_for(state="hidden", timeout=30_000)
        assert await page.inner_text("[data-part=count] b") == "1"
        await browser.close()
    async with ground.database.read() as db:
        said = list(await db.scalars(select(Message.text).where(Message.room == session.room).order_by(Message.seq)))
        there = list(await db.scalars(select(Attendance.participant_id).where(Attendance.session_id == session.id)))
    assert said == [f"Usulan nomor {n} saat sambungan putus" for n in range(3)]
    assert there == [siti.id]

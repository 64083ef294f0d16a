"""The day of those who come late or by another way: a form after the deadline, lines from WhatsApp, one shot without script, words after the end."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.async_api import Browser, Page, async_playwright, expect
from sqlalchemy import select

from app.chat.models import Message
from app.participants.models import Origin, Participant
from app.proposals.models import HandedIn, Proposal
from app.registration.models import Application, ApplicationState, Decision
from app.sessions.models import ForumSession, SessionState
from app.web.ground import Ground
from tests.conftest import Office, chromium
from tests.factories import make_session
from tests.factories_invitations import make_seat

ARGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync"]
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True, "locale": "id-ID"}
PASTED = """22/11/26 19.03 - Samsung A12: Mohon perbaikan saluran air di Jalan Buton RT 03
22/11/26 19.05 - +62 812-3456-7890: Lampu jalan di gang 3 mati sudah sebulan
22/11/26 19.06 - Ani: <Media tidak disertakan>
22/11/26 19.07 - Ani: Terima kasih semuanya"""


async def clean(page: Page) -> None:
    """No violation of axe's rules, and nothing to scroll sideways."""
    await page.evaluate(AXE)
    found = await page.evaluate("axe.run(document)")
    assert [one["id"] for one in found["violations"]] == []
    assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


async def change(ground: Ground, session: ForumSession, **values: object) -> None:
    async with ground.database.write() as db:
        row = await db.get_one(ForumSession, session.id)
        for name, value in values.items():
            setattr(row, name, value)


async def comes_too_late(page: Page, ground: Ground, address: str, session: ForumSession) -> None:
    """The form was open before the deadline and is sent after it."""
    await page.goto(f"{address}/daftar")
    await page.fill("[name=name]", "Budi Santoso")
    await page.fill("[name=phone]", "0813-2690-5742")
    await page.select_option("[name=village_code]", index=1)
    await page.select_option("[name=element]", "rt")
    await page.check("[name=attendance][value=online]")
    await change(ground, session, registration_closes_at=ground.clock.now() - timedelta(minutes=5))
    await page.locator("main form button[name=step]").last.click()
    await expect(page.get_by_role("heading", name="Simpan sebagai terlambat?")).to_be_visible()
    await expect(page.get_by_role("heading", name="Usulan Anda tetap diterima")).to_be_visible()
    await clean(page)
    await page.get_by_role("button", name="Simpan sebagai terlambat").click()
    await expect(page.get_by_role("heading", level=1, name="Tersimpan sebagai terlambat")).to_be_visible()
    await clean(page)


async def is_admitted(page: Page, desk: str) -> None:
    """The moderator sees when it came and has one thing to press, for which a reason is needed."""
    await page.goto(f"{desk}/pendaftar?state=late")
    row = page.locator("tr", has_text="Budi Santoso")
    await expect(row).to_contain_text("masuk ")
    assert await page.locator(".bulk button:visible").evaluate_all("all => all.map((one) => one.value)") == ["admit"]
    await row.get_by_role("checkbox").check()
    await page.fill("#alasan", "Listrik padam di kelurahan")
    await clean(page)
    await page.get_by_role("button", name="Terima yang terlambat").click()
    await expect(page.get_by_text("1 pendaftar terlambat diterima")).to_be_visible()


async def are_relayed(page: Page, desk: str) -> None:
    """Many lines at once; the name of a telephone is mended, a number is never shown."""
    await page.goto(f"{desk}/terusan")
    await page.select_option("[name=source]", "whatsapp")
    await page.fill("[name=text]", PASTED)
    await page.get_by_role("button", name="Lihat dahulu").click()
    await expect(page.get_by_role("heading", name="3 pesan siap diteruskan")).to_be_visible()
    await expect(page.get_by_label("Siapa 2")).to_have_value("Warga")
    await expect(page.get_by_text("nomor berakhiran 7890")).to_be_visible()
    await page.get_by_label("Siapa 1").fill("Ibu Sri, RT 02")
    await clean(page)
    await page.get_by_role("button", name="Teruskan yang dicentang").click()
    await expect(page.get_by_text("3 pesan diteruskan")).to_be_visible()
    await expect(page.locator("textarea[name=text]")).to_have_value("")


async def one_shot(page: Page, words: str) -> None:
    """From the join page, without script."""
    await page.locator("textarea[name=text]").fill(words)
    await page.get_by_role("button", name="Kirim usulan").click()
    await expect(page.get_by_text("Usulan diterima")).to_be_visible()


async def in_the_room_after_the_end(browser: Browser, address: str, token: str) -> None:
    """The room says until when, offers nothing but proposals, and marks what came late."""
    page = await (await browser.new_context(**PHONE)).new_page()
    await page.goto(f"{address.rpartition('/s/')[0]}/j/{token}")
    await page.locator("main form button").first.click()
    await page.wait_for_url(f"{address}/hadir")
    await expect(page.get_by_text("masih diterima sampai").first).to_be_visible()
    await page.goto(f"{address}/ruang")
    await expect(page.locator("#state-bar")).to_contain_text("Usulan masih diterima sampai")
    await expect(page.locator("#kinds")).to_be_hidden()
    await clean(page)
    await page.fill("#text", "Taman bermain anak di Kelurahan Poncol")
    await page.click("#send")
    await expect(page.get_by_text("Diterima setelah forum selesai").first).to_be_visible()


async def by_the_public_form(page: Page, address: str) -> None:
    """Anybody, after the end; what machines cannot do happens while people write."""
    await page.goto(f"{address}/usulan/kirim")
    await expect(page.get_by_text("Usulan Anda dicatat sebagai susulan")).to_be_visible()
    await clean(page)
    await page.fill("[name=text]", "Halte bus di depan SMP 3 belum beratap")
    await page.check("[name=consent]")
    await page.wait_for_function("document.querySelector('[name=bukti]').value !== ''")
    await page.wait_for_timeout(3_000)
    await page.get_by_role("button", name="Kirim usulan").click()
    await expect(page.get_by_role("heading", level=1, name="Usulan diterima")).to_be_visible()
    await expect(page.get_by_text("Susulan", exact=True)).to_be_visible()
    await clean(page)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_whoever_comes_late_or_by_another_way_is_not_lost(ground: Ground, office: Office, server: str) -> None:
    now = ground.clock.now()
    session, _ = await make_session(ground, state=SessionState.LIVE, public_proposals_until=now + timedelta(days=5))
    _, token = await make_seat(ground, session, "Siti Rahayu", phone=None)
    address, desk = f"{server}/s/{session.slug}", f"{server}/meja/{session.slug}"
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=chromium(), args=ARGS)
        resident = await (await browser.new_context(**PHONE)).new_page()
        await comes_too_late(resident, ground, address, session)
        moderator = await browser.new_context(locale="id-ID", extra_http_headers=office.bearer("moderator"))
        await is_admitted(await moderator.new_page(), desk)
        operator = await browser.new_context(**PHONE, extra_http_headers=office.bearer("operator"))
        await are_relayed(await operator.new_page(), desk)
        holder = await (await browser.new_context(**PHONE, java_script_enabled=False)).new_page()
        await holder.goto(f"{server}/j/{token}")
        await holder.locator("main form button").first.click()
        await one_shot(holder, "Jembatan kecil di RT 05 rusak")
        await change(ground, session, state=SessionState.ENDED, ended_at=ground.clock.now())
        await holder.goto(f"{address}/hadir")
        await one_shot(holder, "Pos ronda di RT 05 bocor")
        await expect(holder.get_by_text("Terlambat, menunggu moderator")).to_be_visible()
        await in_the_room_after_the_end(browser, address, token)
        await by_the_public_form(resident, address)
        await browser.close()
    async with ground.database.read() as db:
        [application] = await db.scalars(select(Application))
        [decision] = await db.scalars(select(Decision).where(Decision.before == ApplicationState.LATE))
        messages = list(await db.scalars(select(Message).order_by(Message.received_at, Message.seq)))
        outside = list(await db.scalars(select(Participant).where(Participant.origin == Origin.RELAY).order_by(Participant.number)))
        [handed] = await db.scalars(select(HandedIn))
        last = await db.get_one(Proposal, handed.proposal_id)
    assert (application.state, application.late, decision.reason) == (ApplicationState.SUBMITTED, True, "Listrik padam di kelurahan")
    assert [(one.by["name"], one.source, one.state) for one in messages] == [
        ("Ibu Sri, RT 02", "whatsapp", "visible"),
        ("Warga", "whatsapp", "visible"),
        ("Ani", "whatsapp", "visible"),
        ("Siti Rahayu", None, "visible"),
        ("Siti Rahayu", None, "late"),
        ("Siti Rahayu", None, "late"),
    ]
    phones = [ground.vault.open(one.phone, "participants", "phone", one.id) for one in outside]
    assert phones == [None, "+6281234567890", None]
    assert (handed.proven, last.via, last.published_at) == (True, "web", None)

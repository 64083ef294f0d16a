"""A secretary's evening with paper: print the pack, key forms in by keyboard alone, walk through the closing list, take the archive home."""

import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, Page, async_playwright, expect
from pypdf import PdfReader
from sqlalchemy import select

from app.proposals.models import Proposal
from app.sessions.models import ForumSession, SessionState
from app.web.ground import Ground
from tests.browser.test_hall_desk import ARGS, violations
from tests.conftest import PASSWORD, Office, chromium
from tests.factories import make_session
from tests.factories_invitations import make_seat

SOON = 60_000
FORMS = (
    ("1", "Siti Rahmawati", "03/05", "", "Perbaikan drainase", "Air masuk rumah", "Jalan Buton", "120", "meter", "gotong royong", "2"),
    ("2", "Budi Santoso", "04/05", "", "Lampu jalan", "Gelap sejak Januari", "Gang 3", "6", "titik", "", "5"),
    ("3", "Tono", "01/02", "", "Kursus menjahit", "", "Balai RW", "1", "paket", "", "10"),
)


async def signed_in(context: BrowserContext, server: str) -> Page:
    page = await context.new_page()
    await page.goto(f"{server}/masuk")
    await page.fill("[name=login]", "secretariat")
    await page.fill("[name=password]", PASSWORD)
    await page.press("[name=password]", "Enter")
    await page.wait_for_url(lambda address: "/masuk" not in address)
    return page


async def key_in(page: Page, cells: tuple[str, ...]) -> None:
    """Type a row from its first cell on, as one does without a mouse: a word, Enter, the next."""
    for cell in cells:
        await page.keyboard.type(cell)
        await page.keyboard.press("Enter")


async def downloaded(page: Page, button: str, target: Path) -> None:
    async with page.expect_download(timeout=SOON) as coming:
        await page.click(button)
    await (await coming.value).save_as(target)


async def print_the_pack(page: Page, base: str, folder: Path) -> None:
    await page.goto(f"{base}/kertas")
    assert await violations(page) == []
    await page.check("[name=sites][value=aula-1]")
    await page.fill("[name=forms]", "3")
    await page.click("text=Susun berkas cetak")
    await page.locator("text=Berkas siap").wait_for(timeout=SOON)
    await downloaded(page, "main .button.primary", folder / "pack.pdf")
    text = " ".join(part.extract_text() for part in PdfReader(folder / "pack.pdf").pages)
    assert [word in text for word in ("Siti di Daftar", "F0001", "F0003", "F0004")] == [True, True, True, False]


async def key_three_forms(page: Page, base: str) -> None:
    """Two rows, of which the second is typed while the line is dead and survives a reload; then the third."""
    await page.goto(f"{base}/kertas/ketik")
    assert await violations(page) == []
    await key_in(page, FORMS[0])
    await expect(page.locator("[data-proposal]")).to_have_count(1, timeout=SOON)
    await page.route("**/paper-forms/*", lambda route: route.abort())
    await key_in(page, FORMS[1])
    await expect(page.locator(".paper-mark.away")).to_have_count(1, timeout=SOON)
    await page.unroute("**/paper-forms/*")
    await page.reload()
    await expect(page.locator("[data-proposal]")).to_have_count(2, timeout=SOON)
    await key_in(page, FORMS[2])
    await expect(page.locator("[data-proposal]")).to_have_count(3, timeout=SOON)
    assert await page.evaluate("Object.keys(localStorage).length") == 0


async def close_and_take_home(page: Page, base: str, folder: Path) -> None:
    await page.goto(f"{base}/penutupan")
    assert await violations(page) == []
    await expect(page.locator("[data-key=unverified]")).to_have_attribute("data-count", "3")
    await page.click("text=Susun arsip")
    await page.click("text=Ya, susun arsip")
    await page.locator("text=Berkas siap").wait_for(timeout=SOON)
    await downloaded(page, "main .button.primary", folder / "arsip.zip")
    with zipfile.ZipFile(folder / "arsip.zip") as archive:
        archive.extractall(folder)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_secretary_prints_keys_closes_and_takes_the_archive_home(
    ground: Ground, office: Office, server: str, tmp_path: Path
) -> None:
    start = ground.clock.now() - timedelta(hours=20)
    session, sites = await make_session(ground, halls=1, starts_at=start, ends_at=start + timedelta(hours=3), state=SessionState.ENDED)
    await make_seat(ground, session, "Siti di Daftar", way="in_person", site_id=sites[0].id)
    base = f"{server}/meja/{session.slug}"
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=chromium(), args=ARGS)
        page = await signed_in(await browser.new_context(locale="id-ID", viewport={"width": 1366, "height": 768}), server)
        await print_the_pack(page, base, tmp_path)
        await key_three_forms(page, base)
        await close_and_take_home(page, base, tmp_path)
        alone = await (await browser.new_context(offline=True)).new_page()
        await alone.goto((tmp_path / f"arsip-{session.slug}" / "index.html").as_uri())
        assert await alone.inner_text("h1") == session.title
        assert await violations(alone) == []
        await alone.click('a[href="data/proposals.html"]')
        assert await alone.locator("tbody tr").count() == 3
        await browser.close()
    await keyed_once(ground, session, sites[0].id)


async def keyed_once(ground: Ground, session: ForumSession, site_id: str) -> None:
    async with ground.database.read() as db:
        rows = await db.execute(
            select(Proposal.title, Proposal.proposer, Proposal.sector, Proposal.via, Proposal.site_id)
            .where(Proposal.session_id == session.id)
            .order_by(Proposal.number)
        )
        assert [tuple(row) for row in rows] == [
            (form[4], form[1], sector, "paper", site_id)
            for form, sector in zip(FORMS, ("water", "street_lighting", "employment"), strict=True)
        ]

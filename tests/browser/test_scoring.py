"""Scoring as an office does it: the scheme of 3 + 2 + 1 points, two assessors by keyboard, the list sorted by points and put back."""

import os

import pytest
from playwright.async_api import Page, async_playwright, expect

from app.web.ground import Ground
from tests.browser.test_hall_desk import ARGS, violations
from tests.browser.test_plenary import keys, signed_in
from tests.conftest import Office, chromium
from tests.factories_plenary import make_plenary, numbers_of
from tests.factories_scoring import account, gave, make_scoring, scores, totals

SHOTS = os.environ.get("SCORING_SHOTS")
GIVEN = {"responder": ("111", "321", "210", "300"), "reader": ("100", "321", "310", "100")}


async def shot(page: Page, name: str) -> None:
    """Pictures for whoever wants to look, where SCORING_SHOTS names a folder: desktop and phone, light and dark."""
    for width, height, size in ((1366, 768, "desk"), (390, 844, "phone")) if SHOTS else ():
        await page.set_viewport_size({"width": width, "height": height})
        for scheme in ("light", "dark"):
            await page.emulate_media(color_scheme=scheme)
            await page.wait_for_timeout(300)
            await page.screenshot(path=f"{SHOTS}/{name}-{size}-{scheme}.png", full_page=True)
    await page.emulate_media(color_scheme="light")
    await page.set_viewport_size({"width": 1366, "height": 768})


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_two_assessors_score_by_keyboard_and_the_list_is_sorted_and_put_back(ground: Ground, office: Office, server: str) -> None:
    session, (a, b, c, d) = await make_plenary(ground)
    base = f"{server}/meja/{session.slug}"
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=chromium(), args=ARGS)
        pages = {}
        for login in ("secretariat", *GIVEN):
            context = await browser.new_context(locale="id-ID", viewport={"width": 1366, "height": 768})
            pages[login] = await context.new_page()
            await signed_in(pages[login], server, login)
        desk = pages["secretariat"]
        await desk.goto(f"{base}/penilaian")
        await desk.click("text=Atur penilaian >> nth=-1")
        await desk.click("text=3 + 2 + 1, berlipat dua")
        await expect(desk.locator("[name=condition]")).to_have_value("Persyaratan lengkap")
        assert await violations(desk) == []
        await desk.fill("[name=name_0]", "Mendesak bagi warga")
        await desk.press("[name=name_0]", "Enter")
        for login in GIVEN:
            await desk.select_option("[name=account_id]", (await account(ground, login)).id)
            await desk.click("text=Tambah penilai")
        await expect(desk.locator("#penilai .rows li")).to_have_count(2)
        await shot(desk, "scheme")

        for login, rows in GIVEN.items():
            page = pages[login]
            await page.goto(f"{base}/penilaian")
            await page.click("text=Beri nilai >> nth=0")
            await expect(page.locator("#what")).to_have_text("Rumah pompa Krapyak")
            for n, (row, number) in enumerate(zip(rows, (a, b, c, d), strict=True)):
                # The sheet of this proposal has the keyboard.
                await expect(page.locator("[data-criterion] input:focus")).to_have_count(1)
                await keys(page, *row)
                if login == "responder" and n == 1:
                    assert await violations(page) == []
                    await shot(page, "score")
                    await page.context.set_offline(True)
                    await keys(page, "Enter")
                    await expect(page.locator("[data-line]")).to_contain_text("Belum tersimpan")
                    await page.context.set_offline(False)
                    await page.reload()
                    await expect(page.locator("[data-line]")).to_contain_text("Isian yang belum tersimpan ada lagi di sini")
                    await expect(page.locator(":checked")).to_have_count(3)
                await page.focus(".primary")
                await keys(page, "Enter")
                await expect(page.locator(f"[data-saved='{number}'] .undo")).to_contain_text("tersimpan")
            await expect(page.locator(".empty")).to_contain_text("Semua usulan sudah dinilai")

        await desk.goto(f"{base}/penilaian")
        await desk.click(f"tr[data-number='{b}'] button")
        await expect(desk.locator("tr[data-number]").first).to_contain_text("Mencapai 8")
        assert await violations(desk) == []
        await shot(desk, "results")
        await desk.goto(f"{base}/penilaian/lembar")
        assert await violations(desk) == []
        await shot(desk, "paper")
        await desk.goto(f"{base}/pleno")
        assert await violations(desk) == []
        await expect(desk.locator("tr[data-number]").first).to_have_attribute("data-number", a)
        await desk.click("text=Urutkan menurut poin")
        await expect(desk.locator("tr[data-number]").first).to_have_attribute("data-number", b)
        assert await numbers_of(ground, session) == [b, c, a, d]
        assert [(number, float(total), rank) for number, total, rank in await totals(ground, session)] == [
            (b, 12, 1),
            (c, 3.5, 2),
            (a, 2, 3),
            (d, 2, 3),
        ]
        await shot(desk, "plenary")
        await keys(desk, "z")
        await expect(desk.locator("tr[data-number]").first).to_have_attribute("data-number", a)
        assert await numbers_of(ground, session) == [a, b, c, d]
        await desk.context.set_offline(True)
        await expect(desk.locator("[data-line]")).to_contain_text("Sambungan terputus", timeout=15_000)
        await desk.context.set_offline(False)
        await expect(desk.locator("[data-line]")).to_be_hidden(timeout=15_000)
        await browser.close()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_draft_neither_hides_newer_points_nor_is_lost_by_a_sign_in_that_ended(ground: Ground, office: Office, server: str) -> None:
    session, (a, *_) = await make_plenary(ground)
    (rahma,) = await make_scoring(ground, session)
    address = f"{server}/meja/{session.slug}/penilaian/isi/{rahma.id}?number={a}"
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=chromium(), args=ARGS)
        context = await browser.new_context(locale="id-ID", viewport={"width": 1366, "height": 768})
        desk = await context.new_page()
        await signed_in(desk, server, "secretariat")
        await desk.goto(address)
        await keys(desk, "3", "2", "1")
        await desk.goto("about:blank")
        await gave(ground, session, rahma, a, 1, 1, 0, remark="Perlu izin PT KAI")
        await desk.goto(address)
        await expect(desk.locator("[data-line]")).to_contain_text("Isian yang belum tersimpan ada lagi di sini")
        await desk.click(".primary")
        await expect(desk.locator(".notice.bad")).to_contain_text("baru saja")
        await expect(desk.locator("[data-sheet]")).to_contain_text("Kini tertulis: Perlu izin PT KAI")
        await expect(desk.locator("[data-criterion] .hint")).to_have_text([f"Kini tertulis: {n}" for n in (1, 1, 0)])
        assert await violations(desk) == []
        await shot(desk, "stale")
        (first, *_) = (await scores(ground, session)).of.values()
        assert list(first.sheets[rahma.id].points.values()) == [1, 1, 0]

        await context.clear_cookies()
        await desk.click(".primary")
        await expect(desk.locator("[data-line] a")).to_have_text("Masuk di tab baru")
        again = await context.new_page()
        await signed_in(again, server, "secretariat")
        await again.close()
        await desk.click(".primary")
        await expect(desk.locator(f"[data-saved='{a}'] .undo")).to_contain_text("tersimpan")
        await expect(desk.locator("#what")).to_contain_text("Pengerukan saluran Samudra")
        (first, *_) = (await scores(ground, session)).of.values()
        assert list(first.sheets[rahma.id].points.values()) == [3, 2, 1]
        await browser.close()

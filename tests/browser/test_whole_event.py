"""The whole event as its people live it: register on a phone, be selected, get a letter, join, speak, lose the line and come back, be heard in the hall, be exported."""

import csv
import io
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import axe_playwright_python
import pytest
from anyio import sleep
from playwright.async_api import Browser, BrowserContext, Locator, Page, async_playwright, expect

from app.assembly import lay_ground
from app.regions import villages_of
from app.sessions.fields import SessionFields
from app.sessions.models import ForumSession, SessionState
from app.sessions.service import change_state, create_session
from app.settings import MailSettings, Settings
from app.web.ground import Ground
from tests.conftest import PASSWORD, Office, chromium, serving
from tests.integration.test_notices_delivery import post_office

ARGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync"]
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1366, "height": 768}
ASPIRATION = "Mohon perbaikan saluran air di Jl. Buton RT 03/07 sepanjang 300 meter"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """The same office with a mail account; the server behind it is started by the test."""
    mail = MailSettings(host="127.0.0.1", port=0, user=None, password=None, security="none", sender="musrenbang@kota.example")
    return replace(settings, mail=mail, office_name="Kota Pekalongan", office_unit="Bappeda")


async def seen(page: Page) -> None:
    """Nobody is shut out of the page that was just reached."""
    await page.evaluate(AXE)
    found = await page.evaluate("axe.run(document)")
    assert [(one["id"], [node["html"][:120] for node in one["nodes"]]) for one in found["violations"]] == [], page.url


async def announced(ground: Ground) -> ForumSession:
    """A forum as the office sets it up, published, its registration open."""
    now = ground.clock.now()
    fields = SessionFields.model_validate(
        {
            "title": "Musrenbang RKPD Kota Pekalongan",
            "region_code": "33.75",
            "slug": "pekalongan-2021",
            "starts_at": now + timedelta(hours=3),
            "registration_opens_at": now - timedelta(hours=1),
            "registration_closes_at": now + timedelta(hours=1),
            "year_held": 2021,
            "plan_year": 2022,
            "number_prefix": "PKL",
            "seats_online": 10,
            "sites": [{"code": "buketan", "name": "Ruang Buketan", "seats": 5}],
            "agenda": [{"title": "Penyampaian aspirasi warga"}],
            "meeting": {"link": "https://zoom.example/j/98765432101", "meeting_id": "987 6543 2101", "passcode": "rembuk22"},
        }
    )
    async with ground.database.write() as db:
        session = await create_session(db, ground.vault, fields, actor="system", now=now)
        return await change_state(db, ground.vault, session.id, SessionState.PUBLISHED, actor="system", reason=None, now=now)


async def register(page: Page, slug: str, name: str, phone: str, email: str, *, wrong_first: bool) -> None:
    await page.goto(f"/s/{slug}")
    await seen(page)
    await page.goto(f"/s/{slug}/daftar")
    await page.fill("[name=name]", name)
    await page.fill("[name=phone]", "0812" if wrong_first else phone)
    await page.select_option("[name=village_code]", next(one.code for one in villages_of("33.75") if one.name == "Poncol"))
    await page.check("[name=attendance][value=online]")
    await page.select_option("[name=element]", "rt")
    await page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    await page.fill("[name=capacity]", "Ketua RT 03/RW 05")
    await page.fill("[name=email]", email)
    await page.check("[name=publish_name]")
    await seen(page)
    await page.click("button[value=check]")
    if wrong_first:
        await expect(page.locator("#f-phone-error")).to_contain_text("Contoh")
        assert await page.input_value("[name=name]") == name
        await seen(page)
        await page.fill("[name=phone]", phone)
        await page.click("button[value=check]")
    await seen(page)
    await page.click("button[value=send]")
    await expect(page.locator("main")).to_contain_text(re.compile(r"[A-Z0-9]{4}-[A-Z0-9]{4}"))
    await seen(page)


async def sign_in(page: Page, login: str) -> None:
    await page.goto("/masuk")
    await seen(page)
    await page.fill("[name=login]", login)
    await page.fill("[name=password]", PASSWORD)
    await page.click("main button[type=submit], main form button")
    await page.wait_for_url(lambda address: "/masuk" not in address)


async def select_and_publish(page: Page, slug: str) -> None:
    await sign_in(page, "moderator")
    await seen(page)
    await page.goto(f"/meja/{slug}/pendaftar")
    for box in await page.locator("input[name=item]").all():
        await box.check()
    await seen(page)
    await page.click("button[name=decision][value=select]")
    await expect(page.locator("[data-news]")).to_contain_text("2")
    await page.goto(f"/meja/{slug}/pendaftar/umumkan")
    await seen(page)
    await page.click(f"main form[action='/meja/{slug}/pendaftar/umumkan'] button")
    await page.goto(f"/meja/{slug}/undangan")
    await seen(page)
    await page.goto(f"/meja/{slug}")
    await seen(page)
    await page.click("button[name=to][value=live]")
    await expect(page.locator("main")).to_contain_text("Ruang")


async def join(page: Page, link: str, slug: str, last_four: str) -> None:
    await page.goto(link)
    await seen(page)
    await page.fill("[name=last_four]", last_four)
    await page.click("main form button[type=submit]")
    await page.wait_for_url(f"**/s/{slug}/hadir")
    assert "rembuk22" not in await page.content()
    await seen(page)
    await page.click(f"main form[action='/s/{slug}/hadir'] button")
    await expect(page.locator("main")).to_contain_text("rembuk22")
    await expect(page.locator("main")).to_contain_text("987 6543 2101")
    await seen(page)
    await page.goto(f"/s/{slug}/ruang")
    await expect(page.locator("#room-state")).to_contain_text("Berlangsung")
    await seen(page)


async def say(page: Page, kind: str, text: str) -> None:
    await page.locator(f"input[name=kind][value={kind}]").check(force=True)
    await page.fill("#text", text)
    await page.locator("#composer button[type=submit]").click()


def shown(page: Page, text: str) -> Locator:
    return page.locator("#entries li, #tail li").filter(has_text=text)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_whole_event(ground: Ground, office: Office) -> None:
    session = await announced(ground)
    slug = session.slug
    with post_office() as (letters, port):
        assert ground.settings.mail is not None
        wired = lay_ground(replace(ground.settings, mail=replace(ground.settings.mail, port=port)))
        async with serving(wired) as server, async_playwright() as play:
            browser = await play.chromium.launch(executable_path=chromium(), args=[*ARGS])
            context_of = _at(browser, server)
            async with context_of(PHONE) as (siti_line, siti), context_of(PHONE) as (_, budi), context_of(DESK) as (_, moderator):
                await register(siti, slug, "Siti Rahayu", "0853-2690-5742", "siti@warga.example", wrong_first=True)
                await register(budi, slug, "Budi Santoso", "+62 812 3456 7890", "budi@warga.example", wrong_first=False)
                await select_and_publish(moderator, slug)
                links = await _links(letters.taken, server)
                await join(siti, links["siti@warga.example"], slug, "5742")
                await join(budi, links["budi@warga.example"], slug, "7890")

                await say(siti, "chat", "Selamat malam dari Poncol")
                await expect(shown(budi, "Selamat malam dari Poncol")).to_have_count(1)
                await siti_line.set_offline(True)
                await say(siti, "aspiration", ASPIRATION)
                await expect(siti.locator("#line-bar")).to_be_visible(timeout=60_000)
                await expect(siti.locator("#line-bar")).to_contain_text("tersimpan")
                await seen(siti)
                await say(budi, "chat", "Setuju, di kampung kami juga")
                await siti_line.set_offline(False)
                await expect(shown(budi, ASPIRATION)).to_have_count(1, timeout=60_000)
                await expect(shown(siti, "Setuju, di kampung kami juga")).to_have_count(1)
                await expect(shown(siti, "PKL-2022-0001")).to_have_count(1)
                await siti.reload()
                await expect(shown(siti, ASPIRATION)).to_have_count(1)

                await _hall(context_of, slug)
                await expect(shown(budi, "Lampu jalan di gang masjid")).to_have_count(1)
                await _verify_and_export(context_of, slug, budi)
            await browser.close()
        await wired.database.close()


def _at(browser: Browser, server: str):
    @asynccontextmanager
    async def context(size: dict[str, int]) -> AsyncIterator[tuple[BrowserContext, Page]]:
        made = await browser.new_context(locale="id-ID", viewport=size, base_url=server)  # type: ignore[arg-type]  # size is read from a table of mixed values
        made.set_default_timeout(30_000)
        page = await made.new_page()
        page.on("dialog", lambda dialog: dialog.accept())
        yield made, page
        await made.close()

    return context


async def _links(taken: list, server: str) -> dict[str, str]:
    """The personal links out of the letters, by address, once both have arrived."""
    for _ in range(200):
        found = {}
        for letter in list(taken):
            body = letter.get_body(("plain",)).get_content()
            if link := re.search(rf"{re.escape(server)}(/j/\w+)", body):
                found[letter["To"]] = link.group(1)
        if len(found) == 2:
            return found
        await sleep(0.2)
    raise AssertionError([letter["Subject"] for letter in taken])


async def _hall(context_of, slug: str) -> None:
    async with context_of({"width": 1024, "height": 768}) as (_, operator):
        await sign_in(operator, "operator")
        await operator.goto(f"/meja/{slug}/lokasi/buketan")
        await operator.fill("#say-name", "Ibu, RT 3")
        await operator.fill("#say-text", "Lampu jalan di gang masjid mati, mohon 12 titik diganti baru")
        await operator.press("#say-text", "Control+Enter")
        await expect(operator.locator("[data-part=sent]")).to_contain_text("PKL-2022-0002")
        await seen(operator)


async def _verify_and_export(context_of, slug: str, anyone: Page) -> None:
    async with context_of(DESK) as (context, secretary):
        await sign_in(secretary, "secretariat")
        await secretary.goto(f"/meja/{slug}/usulan")
        await seen(secretary)
        await secretary.goto(f"/meja/{slug}/usulan/PKL-2022-0001")
        await seen(secretary)
        assert (await anyone.request.get("/u/PKL-2022-0001")).status == 404
        await secretary.click("button.triage-main[value=verified], button[name=act][value=verified]")
        await secretary.wait_for_load_state()
        await anyone.goto("/u/PKL-2022-0001")
        await expect(anyone.locator("main")).to_contain_text("Jl. Buton")
        await expect(anyone.locator("main")).to_contain_text("Siti Rahayu")
        await seen(anyone)
        await anyone.goto(f"/s/{slug}/usulan")
        await expect(anyone.locator("main")).to_contain_text("PKL-2022-0001")
        await seen(anyone)
        await secretary.goto(f"/meja/{slug}/rekaman")
        await seen(secretary)
        answer = await context.request.get(f"/api/v1/sessions/{slug}/exports/proposals.csv")
        rows = list(csv.DictReader(io.StringIO((await answer.body()).decode("utf-8-sig")), delimiter=";"))
        assert [(row["Nomor usulan"], row["Pengusul"], row["Kata asli"]) for row in rows] == [
            ("PKL-2022-0001", "Siti Rahayu", ASPIRATION),
            ("PKL-2022-0002", "Ibu, RT 3", "Lampu jalan di gang masjid mati, mohon 12 titik diganti baru"),
        ]
        assert rows[1]["Lokasi"] == "Ruang Buketan"

"""A resident brings a photo from a phone over a line that dies; staff looks at it, shows it, and takes it while keying into SIPD."""

import os
import re
from pathlib import Path

import pytest
from playwright.async_api import Page, Route, async_playwright, expect

from app.web.ground import Ground
from tests.browser.test_hall_desk import ARGS, violations
from tests.browser.test_plenary import keys, signed_in
from tests.conftest import Office, chromium
from tests.factories import make_session
from tests.factories_outcomes import make_known, make_writer
from tests.factories_photos import jpeg, photos_on, writers_address

SHOTS = os.environ.get("PHOTO_SHOTS")
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1366, "height": 768}


async def shoot(page: Page, name: str) -> None:
    """Pictures to look at, where somebody asked for them."""
    if not SHOTS:
        return
    was = page.viewport_size
    for size, view in (("phone", PHONE), ("desk", DESK)):
        await page.set_viewport_size(view)
        for scheme in ("light", "dark"):
            await page.emulate_media(color_scheme=scheme)
            await page.wait_for_timeout(150)
            await page.screenshot(path=f"{SHOTS}/{name}-{size}-{scheme}.png", full_page=True)
    await page.emulate_media(color_scheme="light")
    if was:
        await page.set_viewport_size(was)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_photo_goes_from_a_residents_phone_into_sipd(ground: Ground, office: Office, server: str, tmp_path: Path) -> None:
    session, _ = await make_session(ground)
    person = await make_writer(ground, session, publish_photos=True)
    number = await make_known(ground, session, "Saluran Jalan Samudra", person)
    own = await writers_address(ground, session, number, person.id)
    taken = tmp_path / "IMG_2021.jpg"
    taken.write_bytes(jpeg(4000, 3000, orientation=6))
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=chromium(), args=ARGS)
        phone = await (await browser.new_context(locale="id-ID", viewport=PHONE, device_scale_factor=1)).new_page()
        sizes: list[int] = []

        async def dies(route: Route) -> None:
            sizes.append(len(route.request.post_data_buffer or b""))
            # The first time nothing arrives, the second time the answer is lost on its way.
            if len(sizes) == 1:
                await route.abort("connectionreset")
            elif len(sizes) == 2:
                await route.fetch()
                await route.abort("connectionreset")
            else:
                await route.continue_()

        await phone.route("**/unggah", dies)
        await phone.goto(f"{server}{own}")
        assert await violations(phone) == []
        await shoot(phone, "own-empty")
        await phone.get_by_label("Apa yang terlihat").fill("Saluran mampet di depan RT 03")
        await phone.set_input_files("input[type=file]", taken)
        await expect(phone.locator("[data-told]")).to_contain_text("Siap dikirim")
        await shoot(phone, "own-ready")
        await phone.get_by_role("button", name="Simpan foto").click()
        await expect(phone.locator("[data-told]")).to_contain_text("akan dikirim lagi sendiri")
        assert await phone.get_by_label("Apa yang terlihat").input_value() == "Saluran mampet di depan RT 03"
        await expect(phone.get_by_text("Foto tersimpan.")).to_be_visible(timeout=30_000)
        assert len(sizes) == 3
        assert max(sizes) < taken.stat().st_size
        (photo,) = await photos_on(ground, session, number)
        assert (photo.width, photo.height, photo.agreed) == (1200, 1600, True)
        await expect(phone.get_by_text("Menunggu diperiksa sekretariat.")).to_be_visible()
        assert await violations(phone) == []
        await shoot(phone, "own-done")

        # What cannot be read here is sent as it is; the server's sentence stands beside the photo, and nothing typed is lost.
        heic = tmp_path / "IMG_2022.heic"
        heic.write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 500)
        await phone.get_by_label("Apa yang terlihat").fill("Dari dekat")
        await phone.set_input_files("input[type=file]", heic)
        await phone.get_by_role("button", name="Simpan foto").click()
        await expect(phone.locator("[data-told]")).to_contain_text("Paling Kompatibel")
        assert await phone.get_by_label("Apa yang terlihat").input_value() == "Dari dekat"

        desk = await (await browser.new_context(locale="id-ID", viewport=DESK)).new_page()
        await signed_in(desk, server, "secretariat")
        await desk.goto(f"{server}/meja/{session.slug}/usulan/{number}")
        await expect(desk.locator(".photo-desk")).to_contain_text("Hanya petugas")
        assert await violations(desk) == []
        await shoot(desk, "desk")
        second = tmp_path / "meja.jpg"
        second.write_bytes(jpeg(seed=2))
        await desk.locator("summary", has_text="Tambah foto").click()
        await desk.set_input_files("input[type=file]", second)
        await desk.get_by_role("button", name="Simpan foto").click()
        await expect(desk.locator(".photo-desk")).to_have_count(2)
        await desk.get_by_role("button", name="Tampilkan untuk umum").first.click()
        await expect(desk.locator(".photo-desk").first).to_contain_text("Tampil untuk umum")

        await phone.goto(f"{server}/u/{number}")
        shown = phone.get_by_role("img", name="Saluran mampet di depan RT 03")
        await shown.scroll_into_view_if_needed()
        await expect(shown).to_have_js_property("complete", value=True)
        assert await shown.evaluate("one => one.naturalWidth") > 0
        assert await phone.locator("img.photo").count() == 1
        assert await violations(phone) == []
        await shoot(phone, "public")
        asked: list[str] = []
        phone.on("request", lambda request: asked.append(request.url))
        await phone.context.add_cookies([{"name": "hemat", "value": "on", "url": server}])
        await phone.reload()
        await phone.locator("summary", has_text="Tampilkan 1 foto").scroll_into_view_if_needed()
        assert not [url for url in asked if "/foto/" in url]
        await shoot(phone, "public-lite")
        await phone.locator("summary", has_text="Tampilkan 1 foto").click()
        await expect(shown).to_have_js_property("complete", value=True)
        assert len([url for url in asked if "/foto/" in url]) == 1

        await desk.goto(f"{server}/meja/{session.slug}/sipd/{number}?list=verified")
        assert await violations(desk) == []
        await shoot(desk, "sipd")
        for key, name in (("1", f"{number}-1.jpg"), ("2", f"{number}-2.jpg"), ("f", f"{number}-foto.zip")):
            async with desk.expect_download() as coming:
                await keys(desk, key)
            assert (await coming.value).suggested_filename == name
        assert re.search(rf"{number}-1\.jpg", await desk.locator(".sipd-photos").inner_text())
        await browser.close()

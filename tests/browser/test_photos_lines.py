"""Photos from older phones, over lines on which nothing arrives, and beside a form in which somebody is typing."""

from pathlib import Path

import pytest
from playwright.async_api import Route, async_playwright, expect

from app.web.ground import Ground
from tests.browser.test_hall_desk import ARGS
from tests.browser.test_photos import DESK, PHONE
from tests.browser.test_plenary import signed_in
from tests.conftest import Office, chromium
from tests.factories import make_session
from tests.factories_outcomes import make_known, make_writer
from tests.factories_photos import jpeg, photos_on, writers_address

OLD = """
delete AbortSignal.timeout;
Object.defineProperty(SubmitEvent.prototype, "submitter", { get: () => undefined });
const young = createImageBitmap;
window.createImageBitmap = (file, options) => (options ? Promise.reject(new TypeError("imageOrientation")) : young(file));
"""
FAST = "const slow = setTimeout; window.setTimeout = (act, ms, ...more) => slow(act, ms > 50_000 ? ms : ms / 100, ...more);"
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def test_a_phone_of_five_years_ago_sends(ground: Ground, server: str, tmp_path: Path) -> None:
    session, _ = await make_session(ground)
    person = await make_writer(ground, session)
    number = await make_known(ground, session, "Saluran Jalan Samudra", person)
    own = await writers_address(ground, session, number, person.id)
    taken = tmp_path / "IMG_2021.jpg"
    taken.write_bytes(jpeg(4000, 3000, orientation=6))
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=chromium(), args=ARGS)
        phone = await (await browser.new_context(locale="id-ID", viewport=PHONE)).new_page()
        await phone.add_init_script(OLD)
        await phone.goto(f"{server}{own}")
        await phone.set_input_files("input[type=file]", taken)
        await expect(phone.locator("[data-told]")).to_contain_text("Siap dikirim")
        await phone.get_by_role("button", name="Simpan foto").click()
        await expect(phone.get_by_text("Foto tersimpan.")).to_be_visible()
        (photo,) = await photos_on(ground, session, number)
        assert (photo.width, photo.height) == (1200, 1600)
        await browser.close()


async def test_what_cannot_arrive_is_not_sent_for_ever(ground: Ground, server: str, tmp_path: Path) -> None:
    session, _ = await make_session(ground)
    person = await make_writer(ground, session)
    number = await make_known(ground, session, "Saluran Jalan Samudra", person)
    own = await writers_address(ground, session, number, person.id)
    files = {
        "IMG_1.heic": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(500),
        "VID_1.mp4": b"\0\0\0\x18ftypmp42" + bytes(500),
        "IMG_1.jpg": jpeg()[:-4000] + bytes(7 * 1024 * 1024),
        "IMG_2.jpg": jpeg(seed=2),
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(b"\xff\xd8\xff" + bytes(7 * 1024 * 1024) if name == "IMG_1.jpg" else content)
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=chromium(), args=ARGS)
        phone = await (await browser.new_context(locale="id-ID", viewport=PHONE)).new_page()
        await phone.add_init_script(FAST)
        sent: list[str] = []
        answers: list[int] = []

        async def answered(route: Route) -> None:
            sent.append((route.request.post_data_buffer or b"").split(b'name="nonce"')[1].split(b"\r\n")[2].decode())
            status = answers.pop(0) if answers else 0
            if status == 0:
                await route.abort("connectionreset")
            elif status == 303:
                await route.continue_()
            else:
                await route.fulfill(
                    status=status, json={"title": "Tunggu sebentar."}, headers={"Retry-After": "600" if status == 503 else "1"}
                )

        await phone.route("**/unggah", answered)
        await phone.goto(f"{server}{own}")
        button, words = phone.get_by_role("button", name="Simpan foto"), phone.locator("[data-told]")
        for name, why in (("IMG_1.heic", "Paling Kompatibel"), ("VID_1.mp4", "bukan foto"), ("IMG_1.jpg", "lebih besar dari 7 MB")):
            await phone.set_input_files("input[type=file]", tmp_path / name)
            await expect(words).to_contain_text(why)
            await button.click()
            await expect(words).to_contain_text(why)
        assert sent == []

        await phone.get_by_label("Apa yang terlihat").fill("Dari dekat")
        await phone.set_input_files("input[type=file]", tmp_path / "IMG_2.jpg")
        await expect(words).to_contain_text("Siap dikirim")
        await button.click()
        await expect(phone.locator("input[type=file]")).to_be_disabled()
        await expect(words).to_contain_text("Foto belum sampai", timeout=20_000)
        assert len(sent) == 6
        await expect(phone.get_by_label("Apa yang terlihat")).to_be_enabled()
        assert await phone.get_by_label("Apa yang terlihat").input_value() == "Dari dekat"
        # Asked to come back much later, it says so and waits for a press.
        answers[:] = [503]
        await button.click()
        await expect(words).to_have_text("Tunggu sebentar.")
        assert len(sent) == 7
        answers[:] = [429, 408, 303]
        await button.click()
        await expect(phone.get_by_text("Foto tersimpan.")).to_be_visible(timeout=20_000)
        assert (len(sent), len(set(sent))) == (10, 1)
        (photo,) = await photos_on(ground, session, number)
        assert photo.alt == "Dari dekat"
        await phone.go_back()
        assert await phone.locator("input[name=nonce]").first.input_value() != sent[0]
        await browser.close()


async def test_a_photo_leaves_what_is_typed_beside_it(ground: Ground, office: Office, server: str, tmp_path: Path) -> None:
    session, _ = await make_session(ground)
    number = await make_known(ground, session, "Saluran Jalan Samudra")
    first, second = tmp_path / "a.jpg", tmp_path / "b.jpg"
    first.write_bytes(jpeg())
    second.write_bytes(jpeg(seed=2))
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=chromium(), args=ARGS)
        desk = await (await browser.new_context(locale="id-ID", viewport=DESK)).new_page()
        await desk.add_init_script(OLD)
        await signed_in(desk, server, "secretariat")
        await desk.goto(f"{server}/meja/{session.slug}/usulan/{number}")
        title = desk.locator(".triage-form input[name=title]")
        await title.fill("Judul yang sedang ditulis")
        for count, file in enumerate((first, second), 1):
            await desk.locator("summary", has_text="Tambah foto").click()
            await desk.set_input_files("input[type=file]", file)
            await desk.get_by_role("button", name="Simpan foto").click()
            await expect(desk.locator(".photo-desk")).to_have_count(count)
        other = desk.locator(".photo-desk").nth(1).get_by_label("Apa yang terlihat")
        await other.fill("Dari dekat")
        await desk.get_by_role("button", name="Tampilkan untuk umum").first.click()
        await expect(desk.locator(".photo-desk").first).to_contain_text("Tampil")
        await expect(desk.get_by_role("button", name="Sembunyikan dari umum")).to_have_count(1)
        await desk.locator(".photo-desk").first.locator("summary", has_text="Buang foto").click()
        await desk.get_by_role("button", name="Buang foto ini").first.click()
        await expect(desk.locator(".photo-desk")).to_have_count(1)
        assert await desk.locator(".photo-desk").get_by_label("Apa yang terlihat").input_value() == "Dari dekat"
        assert await title.input_value() == "Judul yang sedang ditulis"
        assert [one.place for one in await photos_on(ground, session, number)] == [2]
        await browser.close()

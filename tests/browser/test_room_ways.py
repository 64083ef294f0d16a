"""A browser behind a gateway that lets no websocket pass, then no stream either: words come and go all the same, and it climbs up again."""
# ruff: noqa: F811 - pytest hands fixtures over by the name of the argument

import socket
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from app.settings import Settings
from app.web.ground import Ground
from tests.browser.room_files import browser  # noqa: F401 - a fixture
from tests.browser.room_people import PATIENCE, enter, say, somebody, texts
from tests.gateway import Gateway, gateway
from tests.room_client import Client, seeded

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SOCKETS, STREAMS = b"upgrade: websocket", b"/stream?"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """The public address is the gateway's."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return replace(settings, public_urls=(f"http://127.0.0.1:{port}", *settings.public_urls))


@pytest_asyncio.fixture
async def between(ground: Ground, server: str) -> AsyncIterator[Gateway]:
    async with gateway(int(server.rsplit(":", 1)[1]), ground.settings.port) as made:
        yield made


async def told(page: Page, expected: list[str]) -> None:
    """Everything is there once, in the order of the room."""
    await expect(page.locator("#entries > li")).to_have_count(len(expected), timeout=PATIENCE)
    await expect(page.locator("#tail > li")).to_have_count(0, timeout=PATIENCE)
    assert await texts(page) == expected


async def test_words_come_and_go_on_every_way_and_the_best_is_taken_again(ground: Ground, between: Gateway, browser: Browser) -> None:
    room = await seeded(ground)
    between.refuse(SOCKETS)
    direct = ground.settings.public_urls[1]
    said: list[str] = []

    async def both_say(page: Page, other: Client, words: str) -> None:
        for n in range(3):
            await say(page, f"{words} {n} dari warga")
            await told(page, [*said, f"{words} {n} dari warga"])
            await other.say(f"{words} {n} dari lain")
            said.extend((f"{words} {n} dari warga", f"{words} {n} dari lain"))
        await told(page, said)

    async with somebody(browser, ground, room, 0, between.address) as (_, page), Client(direct, room.room, room.tokens[1]) as other:
        await enter(page, room)
        await expect(page.locator("#way")).to_have_text("sambungan cadangan", timeout=PATIENCE)
        await both_say(page, other, "lewat aliran")
        between.refuse(SOCKETS, STREAMS)
        await other.say("tanpa aliran")
        said.append("tanpa aliran")
        await told(page, said)
        await both_say(page, other, "lewat tanya")
        assert not any(SOCKETS in head.lower() or STREAMS in head for head in between.lines.values())
        between.refuse()
        await page.evaluate("dispatchEvent(new Event('online'))")
        await expect(page.locator("#way")).to_have_text("", timeout=PATIENCE)
        await both_say(page, other, "lewat soket")
        assert any(SOCKETS in head.lower() for head in between.lines.values())
        assert other.texts == said


async def test_a_moderator_works_without_a_websocket(ground: Ground, between: Gateway, browser: Browser) -> None:
    room = await seeded(ground)
    between.refuse(SOCKETS)
    direct = ground.settings.public_urls[1]
    desk = {"viewport": {"width": 1366, "height": 768}, "extra_http_headers": room.bearer("moderator")}
    context = await browser.new_context(base_url=between.address, locale="id-ID", **desk)  # type: ignore[arg-type]  # a dict of mixed keyword arguments
    page = await context.new_page()
    async with Client(direct, room.room, room.tokens[1]) as other:
        await page.goto(f"/meja/{room.slug}/ruang")
        await expect(page.locator("#room-state")).to_have_class("live", timeout=PATIENCE)
        await page.locator("#control-premoderate").check()
        await expect(page.locator("#control-said")).to_have_text("Tersimpan", timeout=PATIENCE)
        held = await other.say("Talud RW 05 longsor", kind="aspiration")
        await page.locator(f"#queue [data-id='{held['id']}'] button").first.click(timeout=PATIENCE)
        await expect(page.locator("#entries > li")).to_contain_text("Talud RW 05 longsor", timeout=PATIENCE)
        await other.until(lambda: other.of("mine"), "the decision")
        assert (held["state"], other.of("mine")[0]["e"][0]["state"]) == ("held", "visible")
    await context.close()

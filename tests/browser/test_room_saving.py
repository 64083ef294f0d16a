"""Saving data in the browser: talk is skipped but one's own, what counts comes, and switching back brings everything."""
# ruff: noqa: F811 - pytest hands fixtures over by the name of the argument

import pytest
from playwright.async_api import Browser, Page, expect

from app.web.ground import Ground
from tests.browser.room_files import address, browser, page  # noqa: F401 - fixtures
from tests.browser.room_people import PATIENCE, enter, say, somebody, texts
from tests.room_client import Client, seeded


async def test_little_is_asked_for_by_choice_or_where_the_line_is_dear(page: Page) -> None:
    found = await page.evaluate(
        """async () => {
          const { createSaving } = await import("/room/saving.js");
          const memory = () => ({ kept: {}, getItem(key) { return this.kept[key] ?? null; }, setItem(key, value) { this.kept[key] = value; } });
          const made = (connection, local = memory()) => createSaving(document.createElement("button"), { changed: () => {}, local, connection });
          const local = memory();
          const button = document.createElement("button");
          const pressed = createSaving(button, { changed: () => {}, local, connection: {} });
          button.click();
          return [
            made(undefined).on(), made({ saveData: true }).on(), made({ effectiveType: "2g" }).on(), made({ effectiveType: "4g" }).on(),
            pressed.on(), button.getAttribute("aria-pressed"), made({}, local).on(), made({ saveData: true }, null).on(),
          ];
        }"""
    )
    assert found == [False, True, True, False, True, "true", True, True]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_saving_skips_the_talk_of_others_and_switching_back_brings_it(ground: Ground, server: str, browser: Browser) -> None:
    room = await seeded(ground)
    async with somebody(browser, ground, room, 0, server) as (_, page), Client(server, room.room, room.tokens[1]) as other:
        await enter(page, room)
        await page.locator("#menu").click()
        await page.locator("#saving").click()
        await page.locator("#menu").click()
        await expect(page.locator("#state-bar")).to_contain_text("Hemat data", timeout=PATIENCE)
        await expect(page.locator("#room-state")).to_have_class("live")
        await other.say("obrolan satu")
        await say(page, "kata saya")
        await other.until(lambda: "kata saya" in other.texts, "my words")
        wish = await other.say("Talud RW 05 longsor", kind="aspiration")
        await other.ask(t="vote", id=wish["id"], on=True)
        await expect(page.locator("#entries > li")).to_have_count(2, timeout=PATIENCE)
        assert await texts(page) == ["kata saya", "Talud RW 05 longsor"]
        await expect(page.locator("#tail > li")).to_have_count(0)
        await page.reload()
        await expect(page.locator("#state-bar")).to_contain_text("Hemat data", timeout=PATIENCE)
        await page.locator("#menu").click()
        await page.locator("#saving").click()
        await page.locator("#menu").click()
        await expect(page.locator("#entries > li")).to_have_count(3, timeout=PATIENCE)
        assert await texts(page) == ["obrolan satu", "kata saya", "Talud RW 05 longsor"]
        await expect(page.locator("#entries .vote button")).to_have_accessible_name("Dukung 1 dukungan", timeout=PATIENCE)

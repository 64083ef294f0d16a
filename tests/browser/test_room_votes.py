"""Votes on the page: pressed by finger or key, counted for everybody, remembered after a reload, calm when refused."""
# ruff: noqa: F811 - pytest hands fixtures over by the name of the argument

import pytest
from playwright.async_api import Browser, expect

from app.web.ground import Ground
from tests.browser.room_files import browser  # noqa: F401 - a fixture
from tests.browser.room_people import PATIENCE, enter, say, somebody
from tests.room_client import Client, seeded

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def test_a_vote_is_counted_for_all_and_still_pressed_after_a_reload(ground: Ground, server: str, browser: Browser) -> None:
    room = await seeded(ground)
    async with (
        somebody(browser, ground, room, 0, server) as (_, siti),
        somebody(browser, ground, room, 1, server, locale="en-US") as (_, budi),
    ):
        await enter(siti, room)
        await enter(budi, room)
        await say(siti, "Mohon lampu jalan di RT 03", kind="aspiration")
        theirs = budi.locator("#entries .vote button")
        await expect(theirs).to_have_accessible_name("Support", timeout=PATIENCE)
        await theirs.press("Enter")
        await expect(theirs).to_have_attribute("aria-pressed", "true")
        mine = siti.locator("#entries .vote button")
        await expect(mine).to_have_accessible_name("Dukung 1 dukungan", timeout=PATIENCE)
        await expect(mine).to_have_attribute("aria-pressed", "false")
        await mine.click()
        await expect(theirs).to_have_accessible_name("Support 2 people support this", timeout=PATIENCE)
        await budi.reload()
        await expect(theirs).to_have_attribute("aria-pressed", "true", timeout=PATIENCE)
        await expect(theirs).to_have_accessible_name("Support 2 people support this", timeout=PATIENCE)
        await theirs.press("Space")
        await expect(mine).to_have_accessible_name("Dukung 1 dukungan", timeout=PATIENCE)


async def test_a_refused_vote_says_why_and_shows_the_count_as_it_is(ground: Ground, server: str, browser: Browser) -> None:
    room = await seeded(ground)
    async with somebody(browser, ground, room, 0, server) as (_, siti), Client(server, room.room, room.staff["moderator"]) as moderator:
        await enter(siti, room)
        await moderator.say("Talud RW 05 longsor", kind="aspiration")
        button = siti.locator("#entries .vote button")
        await expect(button).to_be_enabled(timeout=PATIENCE)
        async with Client(server, room.room, room.tokens[0]) as same_person:
            await moderator.mod("mute", same_person.welcome["you"]["id"])
        await button.click()
        await expect(siti.locator("#entries .vote [role=status]")).to_contain_text("dibisukan", timeout=PATIENCE)
        await expect(button).to_have_attribute("aria-pressed", "false")
        await expect(button).to_have_accessible_name("Dukung")
        await moderator.mod("lock", v={"on": True})
        await expect(button).to_be_disabled(timeout=PATIENCE)

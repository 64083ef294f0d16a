"""Fifty messages a second on a slow phone: the page keeps 300, shows all in order, and still answers to a finger."""
# ruff: noqa: F811 - pytest hands fixtures over by the name of the argument

import asyncio

import pytest
from playwright.async_api import Browser, Page

from app.web.ground import Ground
from tests.browser.room_files import browser  # noqa: F401 - a fixture
from tests.browser.room_people import PATIENCE, enter, somebody, texts
from tests.room_client import Client, seeded

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
MESSAGES = 400
AT_MOST = 4000
"""A page that answers to nothing is given up by then."""
SPEED = 50
KEPT = 300
SLOWER = 6
WATCH = """() => {
  const list = document.getElementById("entries");
  const seen = { most: 0, order: true, pressedAt: null, last: 0 };
  const number = (row) => Number(row.querySelector("p.text").firstChild.data.split(" ")[1]);
  new MutationObserver(() => {
    const rows = list.children;
    seen.most = Math.max(seen.most, rows.length);
    seen.last = number(rows[rows.length - 1]);
    if (rows.length > 1 && number(rows[rows.length - 2]) !== seen.last - 1) seen.order = false;
  }).observe(list, { childList: true });
  document.getElementById("text").addEventListener("input", () => { seen.pressedAt ??= seen.last; });
  window.seen = seen;
}"""


async def seen_up_to(page: Page, number: int) -> None:
    """Wait until the message of this number is in the page; its policy allows no conditions as text."""
    async with asyncio.timeout(PATIENCE / 1000):
        while await page.evaluate("() => seen.last") < number:  # noqa: ASYNC110 - a page rings no bell
            await asyncio.sleep(0.1)


async def test_a_flood_leaves_the_page_whole_and_awake(ground: Ground, server: str, browser: Browser) -> None:
    room = await seeded(ground)
    async with somebody(browser, ground, room, 0, server) as (context, page), Client(server, room.room, room.tokens[1]) as other:
        await enter(page, room)
        slowed = await context.new_cdp_session(page)
        await slowed.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        await page.evaluate(WATCH)

        pressed = asyncio.Event()

        async def flood() -> int:
            """At least so many messages, and for a second after the key was pressed, however slow the machine; how many they were."""
            loop = asyncio.get_running_loop()
            began = loop.time()
            answers: list[asyncio.Task[object]] = []
            enough = AT_MOST
            while len(answers) < enough:
                if pressed.is_set() and enough == AT_MOST:
                    enough = max(MESSAGES, len(answers) + SPEED)
                answers.append(asyncio.create_task(other.say(f"pesan {len(answers)}")))
                await asyncio.sleep(max(0, began + len(answers) / SPEED - loop.time()))
            await asyncio.gather(*answers)
            return len(answers)

        flooding = asyncio.create_task(flood())
        await seen_up_to(page, 51)
        await page.press("#text", "a")
        pressed.set()
        said = await flooding
        await seen_up_to(page, said - 1)
        seen = await page.evaluate("() => seen")
        assert (seen["most"], seen["order"]) == (KEPT, True)
        assert 50 < seen["pressedAt"] < said - 1
        assert await texts(page) == [f"pesan {n}" for n in range(said - KEPT, said)]
        assert await page.input_value("#text") == "a"

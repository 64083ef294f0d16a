"""People of a real room in a real browser: each a context with the cookie of a seat, or of staff by bearer."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import Browser, BrowserContext, Page, expect

from app.invitations.join import open_device
from app.invitations.links import resolve
from app.invitations.models import Seat
from app.web.csrf import SEAT_COOKIE
from app.web.ground import Ground
from tests.room_client import Seeded

PHONE = {"width": 390, "height": 844}
PATIENCE = 60_000
"""Milliseconds that a test waits for something to appear on a busy machine."""


async def seat_cookie(ground: Ground, token: str) -> str:
    """The secret that the personal link of this token leaves in a browser."""
    now = ground.clock.now()
    async with ground.database.write() as db:
        holder = await resolve(db, ground.vault, token, now)
        assert holder is not None
        seat = await db.get(Seat, holder.seat_id)
        assert seat is not None
        return await open_device(db, seat, now)


@asynccontextmanager
async def somebody(
    browser: Browser, ground: Ground, room: Seeded, who: int, address: str, **more: Any
) -> AsyncIterator[tuple[BrowserContext, Page]]:
    """The browser of a seat holder, who has opened their link in it."""
    context = await browser.new_context(**{"locale": "id-ID", "viewport": PHONE, "base_url": address, **more})
    context.set_default_timeout(PATIENCE)
    await context.add_cookies([{"name": SEAT_COOKIE, "value": await seat_cookie(ground, room.tokens[who]), "url": address}])
    try:
        yield context, await context.new_page()
    finally:
        await context.close()


async def enter(page: Page, room: Seeded) -> None:
    """Open the room and wait until it is live."""
    await page.goto(f"/s/{room.slug}/ruang")
    await expect(page.locator("#room-state")).to_have_class("live", timeout=PATIENCE)


async def say(page: Page, text: str, kind: str = "chat") -> None:
    """Write and send."""
    await page.locator(f"input[name=kind][value={kind}]").check(force=True)
    await page.fill("#text", text)
    await page.locator("#composer").evaluate("form => form.requestSubmit()")


async def texts(page: Page) -> list[str]:
    """The words of the messages in the stream, in order."""
    return await page.locator("#entries > li").evaluate_all("rows => rows.map(row => row.querySelector('p.text')?.firstChild?.data ?? '')")

"""`python -m bench.page`: how smoothly the room's page runs while messages flood in, in Chromium with a slowed processor."""

import argparse
import asyncio
import json
import shutil
import statistics
import time

from playwright.async_api import Browser, Page, async_playwright
from websockets.asyncio.client import connect

from bench.machine import noise
from bench.serving import Running, rembuk

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync"]
PHONE = {"width": 390, "height": 844}
WATCH = """() => {
  const seen = { gaps: [], long: 0, longest: 0, most: 0 };
  let last = performance.now();
  (function frame(now) { seen.gaps.push(now - last); last = now; seen.most = Math.max(seen.most, document.getElementById("entries").childElementCount); requestAnimationFrame(frame); })(last);
  new PerformanceObserver((list) => list.getEntries().forEach((e) => { seen.long += 1; seen.longest = Math.max(seen.longest, e.duration); })).observe({ type: "longtask" });
  window.seen = seen;
}"""
TEXT = "Kami di RT 03 mendukung, karena setiap musim hujan saluran ini meluap sampai ke teras rumah warga"


async def flood(running: Running, token: str, rate: float, count: int) -> None:
    """Post so many messages, each fifth an aspiration, at an even pace; returns once all are acknowledged."""
    async with connect(f"ws://127.0.0.1:{running.target.port}{running.target.path}", origin=None, proxy=None, max_size=2**24) as line:
        await line.send(json.dumps({"t": "hello", "v": 1, "token": token}))
        began = time.monotonic()
        acknowledged = 0

        async def post() -> None:
            for n in range(count):
                kind = "chat" if n % 5 else "aspiration"
                await line.send(
                    json.dumps({"t": "send", "i": n, "cid": f"b{began:.3f}-{n}".replace(".", "_"), "kind": kind, "text": f"{TEXT} {n}"})
                )
                await asyncio.sleep(max(0, began + (n + 1) / rate - time.monotonic()))

        posting = asyncio.create_task(post())
        while acknowledged < count:
            acknowledged += json.loads(await line.recv())["t"] == "ack"
        await posting


async def opened(browser: Browser, running: Running, token: str) -> Page:
    """A phone in the room."""
    page = await (await browser.new_context(viewport=PHONE, base_url=f"http://127.0.0.1:{running.target.port}")).new_page()
    await page.goto(f"/j/{token}")
    await page.click("main form button[type=submit]")
    await page.wait_for_url("**/hadir")
    await page.goto(page.url.replace("/hadir", "/ruang"))
    await page.locator("#room-state.live").wait_for()
    return page


async def measure(rate: float, seconds: float, slower: int) -> dict[str, float]:
    """Frame gaps and long tasks while the flood runs, in ms."""
    with rembuk(3) as running:
        reader, speaker, *_ = running.target.tokens.read_text("ascii").split()
        async with async_playwright() as play:
            browser = await play.chromium.launch(executable_path=shutil.which("chromium") or "chromium", args=ARGUMENTS)
            page = await opened(browser, running, reader)
            await flood(running, speaker, 200, 400)
            await page.wait_for_timeout(3000)
            session = await page.context.new_cdp_session(page)
            await session.send("Emulation.setCPUThrottlingRate", {"rate": slower})
            await page.evaluate(WATCH)
            await flood(running, speaker, rate, int(rate * seconds))
            seen = await page.evaluate("() => seen")
            await browser.close()
    gaps = sorted(seen["gaps"][5:])
    cuts = statistics.quantiles(gaps, n=100)
    return {
        "frames": len(gaps),
        "p50": cuts[49],
        "p95": cuts[94],
        "p99": cuts[98],
        "longest": gaps[-1],
        "long tasks": seen["long"],
        "longest task": seen["longest"],
        "rows": seen["most"],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=50.0, help="messages a second")
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--slower", type=int, default=6, help="how many times slower the browser's processor is made")
    given = parser.parse_args()
    print(noise())
    found = asyncio.run(measure(given.rate, given.seconds, given.slower))
    print(", ".join(f"{name} {value:.1f}" if isinstance(value, float) else f"{name} {value}" for name, value in found.items()))


if __name__ == "__main__":
    main()

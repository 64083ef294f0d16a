"""The room's outbox in a real browser: it forgets nothing and mixes up nobody. And the small rules beside it."""
# ruff: noqa: F811 - pytest hands fixtures over by the name of the argument

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from tests.browser.room_files import ARGUMENTS, address, browser, page  # noqa: F401 - fixtures
from tests.conftest import chromium

OUTBOX = """async ({act, who, local}) => {
  const { openDevice } = await import("/room/device.js");
  const { openOutbox } = await import("/room/outbox.js");
  const device = await openDevice(local ? { db: null } : {});
  const box = await openOutbox(device, { room: "r", who });
  const run = new Function("box", `return (async () => { ${act} })()`);
  const answer = await run(box);
  return { answer: answer ?? null, durable: box.durable, items: box.items() };
}"""


async def outbox(page: Page, act: str, *, who: str | None = "warga", local: bool = False) -> dict[str, Any]:
    return dict(await page.evaluate(OUTBOX, {"act": act, "who": who, "local": local}))


WRITE = 'for (const text of ["satu", "dua", "tiga"]) await box.add({ kind: "chat", text });'


def texts(read: dict[str, Any]) -> list[str]:
    return [item["text"] for item in read["items"]]


@pytest.mark.parametrize("local", [False, True], ids=["indexeddb", "localstorage"])
async def test_what_waits_survives_a_reload_in_the_order_of_writing(page: Page, local: bool) -> None:
    before = await outbox(page, WRITE, local=local)
    await page.reload()
    after = await outbox(page, "return (await box.next()).text;", local=local)
    assert after["answer"] == "satu"
    assert texts(after) == ["satu", "dua", "tiga"]
    assert [item["cid"] for item in after["items"]] == [item["cid"] for item in before["items"]]
    assert after["durable"] is True


async def test_what_waits_survives_a_closed_browser(address: str, tmp_path: Path) -> None:
    async with async_playwright() as playwright:

        async def opened() -> tuple[BrowserContext, Page]:
            context = await playwright.chromium.launch_persistent_context(str(tmp_path), executable_path=chromium(), args=ARGUMENTS)
            page = context.pages[0]
            await page.goto(address)
            return context, page

        context, page = await opened()
        written = await outbox(page, WRITE + 'await box.keepDraft({ kind: "aspiration", text: "belum selesai" });')
        await context.close()
        context, page = await opened()
        kept = await outbox(page, "return box.draft();")
        await context.close()
    assert kept["items"] == written["items"]
    assert kept["answer"] == {"kind": "aspiration", "text": "belum selesai"}


async def test_an_answered_message_is_not_sent_again_and_a_refused_one_keeps_its_text(page: Page) -> None:
    read = await outbox(
        page,
        WRITE
        + """const [one, two] = box.items();
        await box.mark(one.cid, { state: "visible", id: "m1", seq: 9 });
        await box.mark(two.cid, { state: "failed", code: "muted" });
        return (await box.next()).text;""",
    )
    assert read["answer"] == "tiga"
    assert [(item["text"], item["state"]) for item in read["items"]] == [("satu", "visible"), ("dua", "failed"), ("tiga", "queued")]


@pytest.mark.parametrize(("code", "same"), [("muted", True), ("conflict", False)])
async def test_trying_again_keeps_the_cid_unless_it_belongs_to_other_words(page: Page, code: str, same: bool) -> None:
    read = await outbox(
        page,
        f"""const item = await box.add({{ kind: "chat", text: "coba" }});
        await box.mark(item.cid, {{ state: "failed", code: {json.dumps(code)} }});
        await box.again(item.cid);
        return [item.cid, (await box.next()).cid];""",
    )
    first, second = read["answer"]
    assert (first == second) is same
    assert [(item["text"], item["state"]) for item in read["items"]] == [("coba", "queued")]


async def test_nobody_sends_or_sees_the_words_of_another_person(page: Page) -> None:
    await outbox(page, WRITE, who="warga")
    other = await outbox(page, "return box.next();", who="tamu")
    assert (other["answer"], other["items"]) == (None, [])


async def test_words_written_before_the_welcome_belong_to_whom_it_names(page: Page) -> None:
    read = await outbox(page, WRITE + 'await box.adopt("warga");', who=None)
    assert {item["who"] for item in read["items"]} == {"warga"}
    assert texts(await outbox(page, "", who="warga")) == ["satu", "dua", "tiga"]


async def test_another_tab_sees_what_was_written_here(browser: Browser, address: str) -> None:
    context = await browser.new_context()
    one, two = await context.new_page(), await context.new_page()
    await one.goto(address)
    await two.goto(address)
    await two.evaluate(
        """async () => {
          const { openDevice } = await import("/room/device.js");
          const { openOutbox } = await import("/room/outbox.js");
          const told = new Promise((resolve) => { window.resolved = resolve; });
          window.box = await openOutbox(await openDevice(), { room: "r", who: "warga", changed: () => window.resolved() });
          window.told = told;
        }"""
    )
    await outbox(one, WRITE)
    seen = await two.evaluate(
        "async () => { await window.told; await window.box.reload(); return window.box.items().map((item) => item.text); }"
    )
    assert seen == ["satu", "dua", "tiga"]
    await context.close()


async def test_what_the_browser_cannot_store_is_at_least_kept_while_the_page_lives(page: Page) -> None:
    read = await page.evaluate(
        """async () => {
          const { openDevice } = await import("/room/device.js");
          const { openOutbox } = await import("/room/outbox.js");
          const device = await openDevice({ db: null, local: null });
          const box = await openOutbox(device, { room: "r", who: "warga" });
          await box.add({ kind: "chat", text: "satu" });
          return [box.durable, (await box.next()).text];
        }"""
    )
    assert read == [False, "satu"]


# --- sending, and small rules ------------------------------------------------------------------------------------------------------


async def test_every_message_is_repeated_with_its_cid_until_it_is_answered(page: Page) -> None:
    read = await page.evaluate(
        """async () => {
          const { openDevice } = await import("/room/device.js");
          const { openOutbox } = await import("/room/outbox.js");
          const { createSending } = await import("/room/sending.js");
          const box = await openOutbox(await openDevice(), { room: "r", who: "warga" });
          for (const text of ["satu", "dua", "tiga"]) await box.add({ kind: "chat", text });
          const asked = [];
          const answers = ["lost", { t: "ack", state: "visible", id: "m1", seq: 1 }, { t: "err", code: "slow_mode", retry: 20 },
            { t: "err", code: "muted" }, { t: "ack", state: "held", id: "m3" }];
          let open = true;
          const line = { ready: () => open, drop() {}, async ask(frame) {
            asked.push([frame.text, frame.cid]);
            const answer = answers.shift();
            if (answer !== "lost") return answer;
            open = false;
            throw new Error("lost");
          } };
          const sending = createSending({ outbox: box, line, name: "uji" });
          await sending.wake();
          open = true;
          await sending.wake();
          return { asked, items: box.items().map((item) => [item.text, item.state, item.cid]) };
        }"""
    )
    assert [text for text, _ in read["asked"]] == ["satu", "satu", "dua", "dua", "tiga"]
    assert len({cid for _, cid in read["asked"]}) == 3
    assert [item[:2] for item in read["items"]] == [["satu", "visible"], ["dua", "failed"], ["tiga", "held"]]


async def test_the_pause_grows_under_full_jitter_and_obeys_the_server(page: Page) -> None:
    read = await page.evaluate(
        """async () => {
          const { pause, staysAway } = await import("/room/line.js");
          const most = [0, 1, 2, 5, 6, 30].map((tries) => pause(tries, undefined, () => 0.999999));
          return { most, least: pause(9, undefined, () => 0), told: pause(9, 3700, () => 0),
            away: [1006, 1012, 4001, 4029, 4499, 4500, 4503, 4510].map(staysAway) };
        }"""
    )
    assert read["most"] == [499, 999, 1999, 15999, 19999, 19999]
    assert (read["least"], read["told"]) == (150, 3700)
    assert read["away"] == [False, False, False, False, False, True, True, True]


async def test_numbers_are_read_as_people_write_them(page: Page) -> None:
    read = await page.evaluate(
        """async () => {
          const { readNumber, readPlaces, readRupiah, writeNumber } = await import("/room/fields.js");
          const { characters } = await import("/room/outbox.js");
          return {
            numbers: ["150", "1.500", "1,5", "2.5", "1.500.000,25", "satu", "1.2.3", ""].map(readNumber),
            rupiah: ["Rp75.000.000", "75 juta", "75jt", "Rp 1,5 miliar", "500 ribu", "banyak", "75 kg"].map(readRupiah),
            places: ["02", "2, 3", "01 dan 02", "3/5", "RT 2", "0"].map(readPlaces),
            written: [150, 1500, 1.5].map(writeNumber),
            characters: ["e\\u0301", "\\u{1f64f}", "a b"].map(characters),
          };
        }"""
    )
    assert read["numbers"] == [150, 1500, 1.5, 2.5, 1500000.25, None, None, None]
    assert read["rupiah"] == [75_000_000, 75_000_000, 75_000_000, 1_500_000_000, 500_000, None, None]
    assert read["places"] == [[2], [2, 3], [1, 2], [3, 5], None, None]
    assert read["written"] == ["150", "1.500", "1,5"]
    assert read["characters"] == [1, 1, 3]


async def test_the_servers_word_on_my_messages_wins_and_other_devices_are_shown(page: Page) -> None:
    read = await page.evaluate(
        """async () => {
          const { gathered } = await import("/room/mine.js");
          const items = [
            { cid: "c1", n: 1, kind: "aspiration", text: "saluran", state: "held" },
            { cid: "c2", n: 2, kind: "chat", text: "setuju", state: "visible" },
            { cid: "c3", n: 3, kind: "chat", text: "halo", state: "queued" },
          ];
          const mine = {
            c1: { cid: "c1", id: "m1", state: "visible", proposal: "PKL-2022-0042" },
            c9: { cid: "c9", id: "m9", state: "held" },
          };
          return gathered(items, mine, () => null).map((item) => [item.cid, item.state, item.proposal ?? null, item.text ?? null]);
        }"""
    )
    assert read == [["c3", "queued", None, "halo"], ["c1", "visible", "PKL-2022-0042", "saluran"], ["c9", "held", None, None]]

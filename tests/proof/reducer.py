"""The page's own reducer (static/room/log.js) in a real browser, fed with the frames that guests of the model got."""

from typing import Any

from playwright.async_api import async_playwright

from tests.browser.room_files import ARGUMENTS
from tests.conftest import chromium
from tests.proof.guest import Guest
from tests.proof.picture import Picture

PLAY = """async (tapes) => {
  const { blank, reduce } = await import("/room/log.js");
  return tapes.map((tape) => {
    const state = tape.reduce(reduce, blank());
    const { title: _title, ...mode } = state.mode;
    const held = [...Object.values(state.aside), ...state.entries.filter((entry) => entry.t === "msg")];
    const messages = held.map((one) => [one.id, { text: one.text ?? null, gone: one.gone ?? null, proposal: one.proposal?.number ?? null }]);
    return { seq: state.seq, floor: state.floor, pinned: state.pinned, mode, messages: Object.fromEntries(messages) };
  });
}"""


async def reduced(address: str, guests: list[Guest]) -> list[dict[str, Any]]:
    """What the page makes of each guest's tape."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        try:
            page = await browser.new_page()
            await page.goto(address)
            found = await page.evaluate(PLAY, [guest.tape for guest in guests])
        finally:
            await browser.close()
    return list(found)


def differences(page: dict[str, Any], picture: Picture) -> list[str]:
    """Where the page computes something else than the protocol says."""
    ours = {"seq": picture.seq, "floor": picture.floor, "pinned": picture.pinned, "mode": picture.mode}
    wrong = [f"{name}: {page[name]} on the page, {value} by the protocol" for name, value in ours.items() if page[name] != value]
    seen = picture.messages
    said = {event["id"] for event in (*picture.events.values(), *picture.shown.values()) if event["t"] == "msg"}
    wrong += [f"{id_} is not on the page" for id_ in sorted(said - set(page["messages"]))]
    for id_, one in page["messages"].items():
        known = seen.get(id_)
        if (
            known is None
            or (known.text, known.gone) != (one["text"], one["gone"])
            or (known.gone is None and None not in {known.proposal, one["proposal"]} and known.proposal != one["proposal"])
        ):
            wrong.append(f"{id_} is {one} on the page, {known} by the protocol")
    return wrong

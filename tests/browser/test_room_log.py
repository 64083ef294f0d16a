"""The log's reducer in a real browser, against a plain replay of what the server keeps."""
# ruff: noqa: F811 - pytest hands fixtures over by the name of the argument

import random
from typing import Any

import pytest
from playwright.async_api import Page

from tests.browser.room_files import address, browser, page  # noqa: F401 - fixtures
from tests.browser.room_history import History

# Plays frames into the reducer as a bad line would: late, twice, out of order, or never; then asks for what is missing, as room.js does.
PLAY = """async ({history, steps, head}) => {
  const { blank, missing, reduce, trim } = await import("/room/log.js");
  const freeze = (value) => {
    if (value === null || typeof value !== "object" || Object.isFrozen(value)) return value;
    Object.freeze(value);
    Object.values(value).forEach(freeze);
    return value;
  };
  let state = freeze(blank());
  const take = (frame) => { state = freeze(reduce(state, freeze(frame))); };
  const batch = (view, from, to) => take({ t: "batch", e: view.slice(from - 1, to), more: false });
  const welcome = (at) => take({ t: "welcome", epoch: "e", head: at, recovered: state.epoch === "e", room: history.modes[at], pinned: history.pins[at] });
  const seqs = [];
  welcome(0);
  for (const [op, at, from, to] of steps) {
    const view = history.views[at];
    if (op === "batch") batch(view, from, to);
    if (op === "one") take(view[from - 1]);
    if (op === "heartbeat") take({ t: "hb", head: at });
    if (op === "sync" && missing(state)) take({ t: "missed", e: view.slice(state.seq) });
    if (op === "resume") { welcome(at); batch(view, state.seq + 1, at); }
    if (op === "snapshot") { welcome(at); take({ t: "snapshot", epoch: "e", head: at, e: history.snapshots[at] }); }
    if (op === "trim") state = freeze(trim(state, 5));
    if (op === "page" && !state.begun && state.floor > 1) {
      take({ t: "past", e: view.slice(Math.max(0, state.floor - 8), state.floor - 1), more: state.floor - 8 > 0 });
    }
    seqs.push(state.seq);
  }
  const last = history.views[head];
  take({ t: "hb", head });
  while (missing(state)) take({ t: "missed", e: last.slice(state.seq, state.seq + 7) });
  while (!state.begun && state.floor > 1) {
    take({ t: "past", e: last.slice(Math.max(0, state.floor - 8), state.floor - 1), more: state.floor - 8 > 0 });
  }
  const messages = state.entries.filter((entry) => entry.t === "msg");
  const rising = state.entries.every((entry, index) => index === 0 || state.entries[index - 1].seq < entry.seq);
  return {
    messages: messages.map((m) => [m.id, m.text ?? null, m.gone ?? null, m.proposal?.number ?? null]),
    seq: state.seq, pinned: state.pinned, mode: state.mode, rising, seqs, waiting: Object.keys(state.ahead).length,
  };
}"""


def bad_line(dice: random.Random, head: int) -> list[list[Any]]:
    """Steps in which the log grows while frames come late, twice, out of order, or never."""
    steps: list[list[Any]] = []
    at = 0
    while at < head:
        at = min(head, at + dice.randrange(1, 6))
        op = dice.choice(["batch", "batch", "batch", "one", "heartbeat", "sync", "resume", "snapshot", "trim", "page"])
        begin = dice.randrange(1, at + 1)
        start = max(1, at - dice.randrange(8)) if dice.random() < 0.8 else begin
        steps.append([op, at, start, min(at, start + dice.randrange(8))])
    return steps


@pytest.mark.parametrize("group", range(4))
async def test_a_log_read_over_a_bad_line_ends_as_one_read_in_one_go(page: Page, group: int) -> None:
    for seed in range(group * 25, group * 25 + 25):
        dice = random.Random(seed)
        history = History(dice, 90)
        told = {"views": history.views, "snapshots": history.snapshots, "modes": history.modes, "pins": history.pins}
        read = await page.evaluate(PLAY, {"history": told, "steps": bad_line(dice, 90), "head": 90})
        messages = [[*message[:3], None if "bare" in history.truth[message[0]] else message[3]] for message in read["messages"]]
        assert messages == history.expected(), seed
        assert (read["seq"], read["waiting"], read["rising"]) == (90, 0, True), seed
        assert sorted(read["pinned"]) == sorted(history.pinned), seed
        assert read["mode"] == history.mode, seed
        assert read["seqs"] == sorted(read["seqs"]), f"{seed}: the position never goes back within an epoch"


async def test_only_the_next_event_is_applied_and_a_jump_waits(page: Page) -> None:
    read = await page.evaluate(
        """async () => {
          const { blank, missing, position, reduce } = await import("/room/log.js");
          const msg = (seq) => ({ t: "msg", seq, id: `m${seq}`, by: {}, kind: "chat", text: String(seq) });
          let state = reduce(blank(), { t: "welcome", epoch: "k", head: 0, recovered: false, room: {}, pinned: [] });
          const seen = [];
          for (const event of [msg(1), msg(3), msg(1), msg(4), msg(2)]) {
            state = reduce(state, event);
            seen.push([state.seq, missing(state), state.entries.map((entry) => entry.seq)]);
          }
          return { seen, position: position(state) };
        }"""
    )
    assert read["seen"] == [
        [1, None, [1]],
        [1, "jump", [1]],
        [1, "jump", [1]],
        [1, "jump", [1]],
        [4, None, [1, 2, 3, 4]],
    ]
    assert read["position"] == ["k", 4]


async def test_what_is_hidden_leaves_no_text_in_memory(page: Page) -> None:
    read = await page.evaluate(
        """async () => {
          const { blank, reduce } = await import("/room/log.js");
          let state = reduce(blank(), { t: "welcome", epoch: "k", head: 0, recovered: false, room: {}, pinned: [] });
          state = reduce(state, { t: "msg", seq: 1, id: "m", by: { name: "Ibu" }, kind: "aspiration", text: "rahasia", fields: { title: "rahasia" } });
          state = reduce(state, { t: "upd", seq: 2, id: "m", op: "edit", v: { text: "rahasia juga" } });
          return JSON.stringify(reduce(state, { t: "upd", seq: 3, id: "m", op: "hide" }));
        }"""
    )
    assert "rahasia" not in read
    assert '"gone":"hidden"' in read


async def test_another_epoch_makes_everything_held_untrue(page: Page) -> None:
    read = await page.evaluate(
        """async () => {
          const { blank, position, reduce } = await import("/room/log.js");
          const told = { head: 1, recovered: false, room: {}, pinned: [] };
          let state = reduce(blank(), { t: "welcome", epoch: "old", ...told });
          state = reduce(state, { t: "msg", seq: 1, id: "m1", by: {}, kind: "chat", text: "lama" });
          state = reduce(state, { t: "welcome", epoch: "new", ...told });
          const between = [position(state), state.entries.length];
          state = reduce(state, { t: "snapshot", epoch: "new", head: 1, e: [{ t: "msg", seq: 1, id: "n1", by: {}, kind: "chat", text: "baru" }] });
          return [between, position(state), state.entries.map((entry) => entry.text)];
        }"""
    )
    assert read == [[["new", 0], 0], ["new", 1], ["baru"]]


async def test_skipped_talk_counts_as_read(page: Page) -> None:
    read = await page.evaluate(
        """async () => {
          const { blank, missing, reduce } = await import("/room/log.js");
          let state = reduce(blank(), { t: "welcome", epoch: "k", head: 0, recovered: false, room: {}, pinned: [] });
          state = reduce(state, { t: "batch", e: [{ t: "skip", from: 1, to: 40 }, { t: "msg", seq: 41, id: "m", by: {}, kind: "chat", text: "a" }] });
          return [state.seq, missing(state)];
        }"""
    )
    assert read == [41, None]


async def test_the_desk_keeps_what_waits_until_it_is_decided(page: Page) -> None:
    read = await page.evaluate(
        """async () => {
          const { blank, reduce } = await import("/room/log.js");
          const held = (seq, t = "held") => ({ t, seq, id: `m${seq}`, by: {}, kind: "chat", text: `kata ${seq}` });
          let state = reduce(blank("desk"), { t: "welcome", epoch: "d", head: 6, recovered: false });
          state = reduce(state, { t: "snapshot", epoch: "d", head: 6, e: [held(1), held(4, "late"), held(5), held(6)] });
          const before = state.queue.map((item) => item.id);
          state = reduce(state, { t: "batch", e: [
            { t: "decided", seq: 7, id: "m5", state: "rejected" }, { t: "act", seq: 8, op: "delete", target: "m6" }, held(9)] });
          return [before, state.queue.map((item) => item.id), state.seq];
        }"""
    )
    assert read == [["m1", "m4", "m5", "m6"], ["m1", "m4", "m9"], 9]

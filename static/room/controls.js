/** The moderator's controls of the room: open, pause, end; slow, lock, moderation beforehand; announcements. */
import { serverNow } from "./clock.js";
import { button, byId, el, fill, setText } from "./dom.js";
import { refusal } from "./menu.js";
import { t } from "./words.js";

const NEXT = { waiting: ["open"], open: ["paused", "ended"], paused: ["open", "ended"], ended: [] };
const KIND = { open: "primary", paused: "", ended: "danger" };
const SIGN = { open: "play", paused: "pause", ended: "stop" };

/** Binds the panel `#controls` of the page. `draw(mode)` shows what is in force, without touching what is being typed. */
export function createControls({ deeds }) {
  const panel = { deeds, mode: {}, asking: false };
  const [slow, lock, before] = ["control-slow", "control-lock", "control-premoderate"].map(byId);
  slow.addEventListener("change", () => run(panel, () => deeds.mod("slow", null, { seconds: Number(slow.value) })));
  lock.addEventListener("change", () => run(panel, () => deeds.mod("lock", null, { on: lock.checked })));
  before.addEventListener("change", () => run(panel, () => deeds.mod("premoderate", null, { on: before.checked })));
  byId("announce-form").addEventListener("submit", (event) => announce(panel, event));
  return {
    draw(mode) {
      const changed = panel.mode.state !== mode.state;
      panel.mode = mode;
      lock.checked = mode.locked === true;
      before.checked = mode.premoderated === true;
      if (document.activeElement !== slow) chosen(slow, mode.slow ?? 0);
      if (changed) states(panel);
    },
  };
}

/** Shows a number of seconds even when the list does not offer it. */
function chosen(slow, seconds) {
  const offered = [...slow.options].some((option) => Number(option.value) === seconds);
  if (!offered) slow.append(el("option", { value: seconds }, t("seconds", { n: seconds })));
  slow.value = String(seconds);
}

function states(panel) {
  const now = panel.mode.state;
  const ways = (NEXT[now] ?? []).map((to) => {
    const word = t(`control_${now === "paused" && to === "open" ? "resume" : to}`);
    const onclick = () => (to === "ended" ? ask(panel) : change(panel, to));
    return button(word, { icon: SIGN[to], class: `button small ${KIND[to]}`, onclick });
  });
  fill(byId("control-states"), ways);
}

function ask(panel) {
  const yes = button(t("control_end_yes"), { class: "button small danger", onclick: () => change(panel, "ended") });
  fill(byId("control-states"), el("p", {}, t("control_end_sure")), yes, button(t("no"), { onclick: () => states(panel) }));
  yes.focus();
}

function change(panel, to) {
  return run(panel, () => panel.deeds.mod("state", null, { to })).then(() => states(panel));
}

async function run(panel, act) {
  said(t("deed_running"));
  try {
    await act();
    said(t("deed_done"));
  } catch (error) {
    said(refusal(error), true);
    chosen(byId("control-slow"), panel.mode.slow ?? 0);
    byId("control-lock").checked = panel.mode.locked === true;
    byId("control-premoderate").checked = panel.mode.premoderated === true;
    return false;
  }
  return true;
}

function said(words, bad = false) {
  const place = byId("control-said");
  place.classList.toggle("bad", bad);
  setText(place, words);
}

async function announce(panel, event) {
  event.preventDefault();
  const [text, minutes] = [byId("announce-text"), Number(byId("announce-minutes").value)];
  if (!text.value.trim()) return text.focus();
  const v = { text: text.value.trim().normalize("NFC") };
  if (minutes > 0) v.until = serverNow() + minutes * 60_000;
  if (await run(panel, () => panel.deeds.mod("announce", null, v))) text.value = "";
}

/** Votes for aspirations: a button with the count under each, mine pressed. What is pressed without a line is said when there is one again. */
import { el, icon, setText } from "./dom.js";
import { refusal } from "./menu.js";
import { t, tn } from "./words.js";

const AGAIN = new Set(["rate_limited", "unavailable"]);
const KEPT = 600;

/** `line` asks; `allowed()` says whether votes are taken now, `counted()` whether their counts are told here. `part(entry)` gives the element under a message, or null. */
export function createVotes({ line, allowed, counted }) {
  const votes = { line, allowed, counted, counts: new Map(), mine: new Set(), wanted: new Map(), shown: new Map(), saying: false };
  return {
    part: (entry) => part(votes, entry),
    heard: (counts) => heard(votes, counts),
    welcome: (voted) => welcome(votes, voted),
    redraw: () => votes.shown.forEach((_, id) => draw(votes, id)),
  };
}

/** Nobody is for what was taken away, and only aspirations ask for it. */
function part(votes, entry) {
  if (entry.t !== "msg" || entry.kind !== "aspiration" || entry.gone || !entry.id) return null;
  const spot = { count: el("span", { class: "num", "aria-hidden": "true" }), words: el("span", { class: "hide-text" }), said: el("span", { class: "soft", role: "status" }) };
  spot.button = el("button", { type: "button", class: "button small", onclick: () => press(votes, entry.id) }, icon("thumb"), t("vote"), spot.count, spot.words);
  spot.place = el("span", { class: "vote" }, spot.button, spot.said);
  forget(votes);
  votes.shown.set(entry.id, spot);
  draw(votes, entry.id);
  return spot.place;
}

/** Buttons that left the page are let go. */
function forget(votes) {
  if (votes.shown.size < KEPT) return;
  for (const [id, { place }] of votes.shown) if (!place.isConnected) votes.shown.delete(id);
}

function isOn(votes, id) {
  return votes.wanted.get(id) ?? votes.mine.has(id);
}

function draw(votes, id) {
  const { button, count, words } = votes.shown.get(id);
  const n = votes.counted() ? (votes.counts.get(id) ?? 0) : 0;
  button.setAttribute("aria-pressed", String(isOn(votes, id)));
  button.disabled = !votes.allowed();
  setText(count, n > 0 ? String(n) : "");
  setText(words, n > 0 ? tn("votes", n) : "");
}

function heard(votes, counts) {
  for (const [id, n] of Object.entries(counts ?? {})) {
    votes.counts.set(id, n);
    if (votes.shown.has(id)) draw(votes, id);
  }
}

/** What the server knows of mine; what was pressed since is said again. */
function welcome(votes, voted) {
  votes.mine = new Set(voted);
  for (const id of votes.shown.keys()) draw(votes, id);
  say(votes);
}

function press(votes, id) {
  const on = !isOn(votes, id);
  change(votes, id, on ? 1 : -1);
  votes.wanted.set(id, on);
  setText(votes.shown.get(id).said, "");
  draw(votes, id);
  say(votes);
}

/** The count as it will be, until the server tells it. */
function change(votes, id, by) {
  votes.counts.set(id, Math.max(0, (votes.counts.get(id) ?? 0) + by));
}

/** One vote after the other, the latest will of each; a vote says the same however often it comes. */
async function say(votes) {
  if (votes.saying) return;
  votes.saying = true;
  while (votes.wanted.size > 0 && votes.line.ready()) {
    const [id, on] = votes.wanted.entries().next().value;
    const answer = await votes.line.ask({ t: "vote", id, on }).catch(() => null);
    if (answer === null) continue;
    if (AGAIN.has(answer.code)) await new Promise((resolve) => setTimeout(resolve, Math.min(answer.retry ?? 1000, 10_000)));
    else settle(votes, id, on, answer);
  }
  votes.saying = false;
}

function settle(votes, id, on, answer) {
  const later = votes.wanted.get(id) !== on;
  if (!later) votes.wanted.delete(id);
  if (answer.t === "ok") votes.mine[on ? "add" : "delete"](id);
  else if (!later && votes.mine.has(id) !== on) {
    change(votes, id, on ? -1 : 1);
    const spot = votes.shown.get(id);
    if (spot) setText(spot.said, refusal(answer));
  }
  if (votes.shown.has(id)) draw(votes, id);
}

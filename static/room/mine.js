/** My messages at the side: every proposal, and whatever has not simply been sent. */
import { becameMark, becameWords } from "./became.js";
import { stamp } from "./clock.js";
import { el, fill } from "./dom.js";
import { proposalLink, statusTag } from "./message.js";
import { t } from "./words.js";

const drawn = new WeakMap();

/**
 * What is shown, newest first: items of the outbox joined with what the server says of them (`mine` of welcome and of later
 * frames, by cid), and what was sent from another device. Pure.
 */
export function gathered(items, mine, find) {
  const own = items.map((item) => ({ ...item, ...said(mine[item.cid]) }));
  const known = new Set(items.map((item) => item.cid));
  const elsewhere = Object.values(mine).filter((one) => !known.has(one.cid)).map((one) => {
    const message = find(one.id);
    const kind = one.kind ?? message?.kind ?? (one.proposal ? "aspiration" : "chat");
    const at = one.at ?? message?.at;
    return { ...one, kind, text: message?.text ?? one.text, at, n: at ?? 0 };
  });
  const all = [...own, ...elsewhere].filter((item) => item.kind === "aspiration" || item.state !== "visible");
  return all.sort((a, b) => b.n - a.n);
}

/** What the server says of an item wins over what this device remembers, except where nothing was sent yet. */
function said(one) {
  if (!one) return {};
  const { cid: _cid, kind: _kind, text: _text, at: _at, ...rest } = one;
  return rest;
}

/**
 * Draws the list into `place` when something in it has changed, so that a button does not go away under a finger.
 * `proposals` holds what is known of numbers: `{status, title}`.
 */
export function drawMine(place, list, scene, proposals, can) {
  const shown = JSON.stringify([scene.line.state, list.map((item) => [item, proposals[item.proposal], becameWords(item, scene)])]);
  if (drawn.get(place) === shown) return;
  drawn.set(place, shown);
  if (list.length === 0) return fill(place, el("p", { class: "soft" }, t("mine_empty")));
  fill(place, el("ul", { class: "rows plain" }, list.map((item) => row(item, scene, proposals, can))));
}

function row(item, scene, proposals, can) {
  const number = item.proposal;
  const known = number ? proposals[number] : undefined;
  const first = number ? proposalLink(number, scene) : el("span", { class: "soft" }, item.at ? stamp(item.at) : t("other_device"));
  const tag = number && known?.status ? statusTag(known.status) : null;
  const text = known?.title ?? item.fields?.title ?? item.text;
  const long = item.state === "failed" || item.state === "rejected";
  return el("li", { "data-cid": item.cid },
    el("div", { class: "between" }, first, long ? null : (tag ?? shortMark(item, scene))),
    text && el("p", { class: "clip" }, text),
    long ? becameMark(item, scene, can) : null);
}

const TAGS = { held: "attention", late: "attention", visible: "good" };

function shortMark(item, scene) {
  const word = item.state === "visible" ? t("sent") : becameWords(item, scene);
  return el("span", { class: `tag ${TAGS[item.state] ?? ""}` }, word);
}

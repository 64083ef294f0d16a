/** What became of a message of mine, in words: the mark beneath it, and what can be done when it did not get through. */
import { secondsUntil, stamp } from "./clock.js";
import { button, el, icon } from "./dom.js";
import { knows, t } from "./words.js";

const SIGNS = { held: ["hourglass", ""], late: ["clock", ""], rejected: ["minus-circle", ""], visible: ["check", ""], failed: ["alert", "bad"] };

/** The words for an item of the outbox. `line`: its status; `paused`: what the server asked to wait for, or null. */
export function becameWords(item, { line, paused }) {
  if (item.state === "queued") return queuedWords(item, line, paused);
  if (item.state === "visible") return `${t("sent")} ${stamp(item.said_at ?? item.at)}`;
  if (item.state === "rejected") return item.reason ? t("rejected_because", { reason: item.reason }) : t("rejected");
  return t(item.state);
}

function queuedWords(item, line, paused) {
  if (paused?.cid === item.cid) return t(`paused_${paused.code}`, { n: secondsUntil(paused.until) });
  if (line.state !== "open") return t("waiting_line");
  return t(paused ? "waiting_turn" : "sending");
}

/** Why a failed item was refused, and that its text is safe. */
export function failedWords(item) {
  const key = `failed_${item.code}`;
  return knows(key) ? t(key) : (item.reason ?? t("failed_other"));
}

/** The mark of an item: icon, words, and for a failed one the ways on. `can`: `{again, edit, copy, remove, understand}` of an item. */
export function becameMark(item, scene, can) {
  const [name, kind] = SIGNS[item.state] ?? ["clock", ""];
  const words = el("span", {}, becameWords(item, scene));
  const sign = el("span", { class: `mark ${kind}` }, icon(name), words);
  if (item.state === "rejected" && !item.understood) return el("span", { class: "became" }, sign, link("understood", () => can.understand(item)));
  if (item.state !== "failed") return el("span", { class: "became" }, sign);
  return el("span", { class: "became" }, sign, el("span", { class: "why" }, failedWords(item)), ways(item, can));
}

/** Try again, change, copy, or remove, which asks once. */
function ways(item, can) {
  const place = el("span", { class: "onward" });
  const copy = link("copy", () => can.copy(item).then((done) => (copy.textContent = t(done ? "copied" : "copy_failed"))));
  const remove = link("remove", () => {
    const yes = link("remove_yes", () => can.remove(item));
    place.replaceChildren(el("b", {}, t("remove_sure")), yes, link("no", back));
    yes.focus();
  });
  const all = [link("again", () => can.again(item)), link("change", () => can.edit(item)), copy, remove];
  function back() {
    place.replaceChildren(...all);
    remove.focus();
  }
  place.append(...all);
  return place;
}

function link(key, act) {
  return button(t(key), { class: "link", onclick: act });
}

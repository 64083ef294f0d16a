/** What staff can do with one message: a panel that opens inside it, with the reason beside the buttons. */
import { button, el, fill, icon } from "./dom.js";
import { knows, t, tn } from "./words.js";

const MUTES = [300, 900, 3600, 0];

/** `actions(entry)` gives the element under a message, or null; an open panel is kept when its message is drawn again. */
export function createMenus({ deeds, may, pinned, reply }) {
  const menus = { deeds, may, pinned, reply, open: null };
  return { actions: (entry) => actions(menus, entry) };
}

function actions(menus, entry) {
  if (entry.t !== "msg" || !offered(menus, entry)) return null;
  if (menus.open?.entry.id === entry.id) {
    menus.open.entry = entry;
    return menus.open.place;
  }
  const spot = { entry, place: el("div", { class: "deeds" }) };
  const name = t("deeds_for", { whom: entry.by?.name ?? t("somebody") });
  const onclick = () => (menus.open === spot ? close(menus) : show(menus, spot));
  spot.toggle = button("", { icon: "more", class: "button small square quiet", "aria-expanded": "false", "aria-label": name, onclick });
  spot.place.append(spot.toggle);
  return spot.place;
}

function offered({ may }, entry) {
  if (entry.gone) return entry.gone === "hidden" && may("unhide");
  return ["hide", "pin", "capture", "respond"].some(may);
}

function show(menus, spot) {
  if (menus.open) close(menus);
  menus.open = spot;
  spot.toggle.setAttribute("aria-expanded", "true");
  const panel = el("div", { class: "deed-panel", role: "group", "aria-label": spot.toggle.getAttribute("aria-label") });
  panel.addEventListener("keydown", (event) => event.key === "Escape" && close(menus));
  spot.place.append(panel);
  first(menus, panel);
  panel.querySelector("button")?.focus({ preventScroll: true });
  panel.scrollIntoView({ block: "nearest" });
}

function close(menus) {
  const { place, toggle } = menus.open;
  menus.open = null;
  place.querySelector(".deed-panel")?.remove();
  toggle.setAttribute("aria-expanded", "false");
  toggle.focus({ preventScroll: true });
}

/** The first row of ways. */
function first(menus, panel) {
  const { entry } = menus.open;
  const { may } = menus;
  const by = entry.by ?? {};
  const person = by.role === "attendee" && by.via !== "hall" && by.via !== "relay";
  const rows = [
    !entry.gone && may("respond") && way("institution", "respond", () => answerTo(menus, entry)),
    !entry.gone && may("pin") && (menus.pinned(entry.id) ? act(menus, panel, "pushpin", "unpin") : act(menus, panel, "pushpin", "pin")),
    may("hide") && !entry.gone && act(menus, panel, "eye-off", "hide", "unhide"),
    entry.gone === "hidden" && act(menus, panel, "eye", "unhide", "hide"),
    !entry.gone && may("mute") && person && way("mic-off", "mute", () => mute(menus, panel)),
    !entry.gone && may("ban") && person && way("log-out", "ban", () => sure(menus, panel, "ban", by.id)),
    !entry.gone && may("delete") && way("trash", "delete", () => sure(menus, panel, "delete", entry.id)),
  ];
  fill(panel, el("div", { class: "buttons" }, rows.filter(Boolean)), !entry.gone && may("capture") && !entry.proposal && capture(menus, panel));
}

function answerTo(menus, entry) {
  close(menus);
  menus.reply(entry.id);
}

function way(name, key, onclick) {
  return button(t(`deed_${key}`), { icon: name, onclick });
}

function act(menus, panel, name, op, undo = null) {
  const { id } = menus.open.entry;
  const back = undo && (() => menus.deeds.mod(undo, id));
  return way(name, op, () => done(menus, panel, op, () => menus.deeds.mod(op, id), back));
}

/** Runs an act and says what came of it, with a way back where there is one. */
async function done(menus, panel, op, run, undo) {
  const said = el("p", { class: "mark", role: "status" }, icon("clock"), t("deed_running"));
  fill(panel, said);
  try {
    const answer = await run();
    const words = op === "capture" ? t("deed_capture_done", { number: answer.proposal }) : t(`deed_${op}_done`);
    const back = undo && button(t("undo"), { class: "link", onclick: () => done(menus, panel, "undo", undo) });
    fill(said, icon("check"), words, " ", back);
  } catch (error) {
    fill(said, icon("alert"), refusal(error));
    said.classList.add("bad");
  }
  if (menus.open) fill(panel, said, button(t("close"), { class: "link", onclick: () => menus.open && close(menus) }));
}

/** The words for a refused act. */
export function refusal(error) {
  const key = `failed_${error?.code}`;
  return knows(key) ? t(key) : (error?.message ?? t("failed_other"));
}

function reasonField() {
  const input = el("input", { class: "input", maxlength: 200, id: "deed-reason" });
  const label = el("label", { class: "label", for: "deed-reason" }, t("reason"), " ", el("span", { class: "optional" }, t("reason_kept")));
  return [input, el("div", { class: "field" }, label, input)];
}

/** Asks once before what cannot be taken back. */
function sure(menus, panel, op, target) {
  const [input, field] = reasonField();
  const run = () => menus.deeds.mod(op, target, op === "ban" ? {} : undefined, input.value.trim());
  const yes = button(t(`deed_${op}_yes`), { class: "button small danger", onclick: () => done(menus, panel, op, run) });
  fill(panel, el("p", {}, t(`deed_${op}_sure`)), field, el("div", { class: "buttons" }, yes, noThanks(menus, panel)));
  input.focus();
}

function noThanks(menus, panel) {
  return button(t("no"), { class: "button small quiet", onclick: () => first(menus, panel) });
}

function mute(menus, panel) {
  const [input, field] = reasonField();
  const person = menus.open.entry.by.id;
  const undo = () => menus.deeds.mod("unmute", person);
  const times = MUTES.map((seconds) => {
    const run = () => menus.deeds.mod("mute", person, seconds > 0 ? { seconds } : {}, input.value.trim());
    return button(seconds > 0 ? tn("minutes", seconds / 60) : t("until_end"), { onclick: () => done(menus, panel, "mute", run, undo) });
  });
  fill(panel, el("p", {}, t("deed_mute_long")), field, el("div", { class: "buttons" }, times, noThanks(menus, panel)));
  input.focus();
}

function capture(menus, panel) {
  const { entry } = menus.open;
  const title = el("input", { class: "input", id: "deed-title", maxlength: 120, value: titleOf(entry.text ?? "") });
  const run = () => menus.deeds.capture(entry.id, { title: title.value.trim() });
  const form = el("form", { class: "deed-capture" });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (title.value.trim()) done(menus, panel, "capture", run);
    else title.focus();
  });
  form.append(el("label", { class: "label", for: "deed-title" }, t("deed_capture_title")), title,
    el("button", { type: "submit", class: "button small second" }, icon("megaphone"), t("deed_capture")));
  return form;
}

/** The first sentence, at most 80 characters, as a title to start from. */
export function titleOf(text) {
  const sentence = text.trim().split(/(?<=[.!?])\s|\n/)[0].replace(/[.!?]+$/, "");
  const letters = [...sentence];
  return letters.length > 80 ? `${letters.slice(0, 79).join("").trimEnd()}…` : sentence;
}

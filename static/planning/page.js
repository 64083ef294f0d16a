/* The plenary list by keyboard and mouse: presses go out one after the other, the list is drawn anew from the answer, and what colleagues do
   appears within a second. Without this module the same page works by forms. */
import { drag } from "./drag.js";
import { dialog } from "./dialog.js";
import { ask, tell } from "./line.js";

const EVERY = 1000;
/* Looks in a row that found nobody: then the page says that the list may be old. */
const MISSED = 3;
const REFUSED = new Set([401, 403]);
const place = document.querySelector("[data-board]");
const run = document.querySelector("#run");
const pick = document.querySelector("#pick");
const said = document.querySelector("[data-said]");
const bulk = document.querySelector("[data-bulk]");
const matter = document.querySelector("[data-line]");
const box = dialog(document.querySelector("[data-box]"), { post, draw: drawn, unopened: (answer) => tell(matter, answer, "-open") });
const queued = new Set();
let current = null;
let tag = "";
let busy = 0;
let line = Promise.resolve();
let round = 0;
let missed = 0;

const rows = () => [...place.querySelectorAll("tr[data-number]")];
const row = () => rows().find((one) => one.dataset.number === current);
const ticked = () => [...place.querySelectorAll("[name=number]:checked")].map((one) => one.value);

function point(one, { focus = true } = {}) {
  rows().forEach((other) => other.classList.toggle("current", other === one));
  current = one?.dataset.number ?? null;
  if (!one || !focus) return;
  one.focus({ preventScroll: true });
  one.scrollIntoView({ block: "nearest" });
}

function draw(html, etag) {
  const ticks = new Set(ticked());
  const held = document.activeElement?.closest?.("tr[data-number]");
  const act = held && document.activeElement.dataset.act;
  const at = rows().indexOf(row());
  place.innerHTML = html;
  if (etag) tag = etag;
  const refused = place.querySelector("[data-refused]");
  if (refused) {
    matter.replaceChildren(...refused.childNodes);
    matter.dataset.line = "refused";
    matter.hidden = false;
    refused.remove();
  }
  for (const one of place.querySelectorAll("[name=number]")) one.checked = ticks.has(one.value);
  const all = rows();
  const again = row() ?? all[Math.min(at, all.length - 1)];
  point(again, { focus: Boolean(held) && !box.open() });
  if (act) again?.querySelector(`[data-act="${act}"]:not([disabled])`)?.focus({ preventScroll: true });
  count();
}

/** What a press or a form was answered with: what was the matter before is over. */
function drawn(html, etag) {
  matter.hidden = true;
  draw(html, etag);
}

function count() {
  const many = ticked().length;
  bulk.hidden = many === 0;
}

/** Sends with the token of whoever is signed in now: after signing in again in another tab the page goes on as it is. */
async function post(address, body) {
  const send = () => {
    body.set("csrf", run.elements.csrf?.value ?? "");
    return ask(address, { method: "POST", body });
  };
  const answer = await send();
  return REFUSED.has(answer.status) && (await renewed()) ? send() : answer;
}

async function renewed() {
  const answer = await ask(place.dataset.board);
  if (answer.part !== "board" || !answer.ok) return false;
  draw(answer.html, answer.etag);
  return true;
}

/** One press after the other, each with what was seen after the one before; the same one twice goes once. After one that failed those behind it are dropped. */
function press(act) {
  if (queued.has(act)) return;
  queued.add(act);
  busy += 1;
  const turn = round;
  line = line
    .then(() => turn === round && send(act))
    .catch((problem) => console.error(problem))
    .finally(() => { busy -= 1; queued.delete(act); });
}

async function send(act) {
  const body = new URLSearchParams(new FormData(run));
  body.set("do", act);
  const answer = await post(run.action, body);
  if (answer.part !== "board") {
    round += 1;
    tell(matter, answer);
    return;
  }
  drawn(answer.html, answer.etag);
  const one = row();
  if (one && answer.ok) said.textContent = `${one.dataset.place}. ${one.querySelector(".plenary-title").textContent}`;
}

async function look() {
  if (busy || box.open() && document.hidden) return;
  const answer = await ask(place.dataset.board, { headers: tag ? { "If-None-Match": tag } : {} });
  missed = answer.problem ? missed + 1 : 0;
  if ((answer.problem === "out" || missed >= MISSED) && matter.hidden) tell(matter, { ...answer, sentence: "" }, "-look");
  if (answer.problem) return;
  if (matter.dataset.line.startsWith("out") || /-(open|look)$/.test(matter.dataset.line)) matter.hidden = true;
  if (answer.part === "board" && !busy && !drag.on) draw(answer.html, answer.etag);
}

async function go() {
  await look().catch(() => {});
  setTimeout(go, document.hidden ? 5 * EVERY : EVERY);
}

function step(by) {
  const all = rows();
  const at = all.findIndex((one) => one.dataset.number === current);
  point(all[at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + by))] ?? null);
}

function click(act) {
  row()?.querySelector(`[data-act="${act}"]:not([disabled])`)?.click();
}

const keys = {
  j: () => step(1),
  k: () => step(-1),
  J: () => click("down"),
  K: () => click("up"),
  a: () => click("a"),
  n: () => decide("belum"),
  e: () => click("e"),
  m: () => click("m"),
  p: () => click("p"),
  s: () => current && press(`show:${current}`),
  x: () => { const one = row()?.querySelector("[name=number]"); if (one) { one.checked = !one.checked; count(); } },
  z: () => place.querySelector("[data-undo]")?.click(),
};

/** Also of one that is decided already: the reason can be changed. */
function decide(name) {
  if (!current) return;
  const address = new URL(run.action);
  address.pathname += `/${name}`;
  address.searchParams.append("number", current);
  box.show(address);
}

document.addEventListener("keydown", (event) => {
  if (box.open() || event.isComposing || event.target.closest("input:not([type=checkbox]),select,textarea")) return;
  const moved = event.altKey && { ArrowUp: "K", ArrowDown: "J" }[event.key];
  if (event.ctrlKey || event.metaKey || (event.altKey && !moved)) return;
  const action = keys[moved || event.key];
  if (!action) return;
  event.preventDefault();
  action();
});
document.addEventListener("submit", (event) => {
  if (event.target === run && event.submitter?.name === "do") {
    event.preventDefault();
    press(event.submitter.value);
  } else if (event.target === pick) {
    event.preventDefault();
    box.show(`${event.submitter.formAction}?${new URLSearchParams(new FormData(pick))}`);
  }
});
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-dialog]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  box.show(link.href);
});
place.addEventListener("focusin", (event) => {
  const one = event.target.closest("tr[data-number]");
  if (one && one.dataset.number !== current) point(one, { focus: false });
});
place.addEventListener("change", count);
drag(place, rows, (number, before) => press(`before:${number}:${before}`));
document.querySelector("[data-keys]").hidden = false;
count();
setTimeout(go, EVERY);

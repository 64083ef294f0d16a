/* The plenary list by keyboard and mouse: presses go out one after the other, the list is drawn anew from the answer, and what colleagues do
   appears within a second. Without this module the same page works by forms. */
import { drag } from "./drag.js";
import { dialog } from "./dialog.js";

const EVERY = 1000;
const LATE = 8000;
const place = document.querySelector("[data-board]");
const run = document.querySelector("#run");
const pick = document.querySelector("#pick");
const said = document.querySelector("[data-said]");
const bulk = document.querySelector("[data-bulk]");
const box = dialog(document.querySelector("[data-box]"), draw);
let current = null;
let tag = "";
let busy = 0;
let line = Promise.resolve();

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
  for (const one of place.querySelectorAll("[name=number]")) one.checked = ticks.has(one.value);
  const all = rows();
  const again = row() ?? all[Math.min(at, all.length - 1)];
  point(again, { focus: Boolean(held) && !box.open() });
  if (act) again?.querySelector(`[data-act="${act}"]:not([disabled])`)?.focus({ preventScroll: true });
  count();
}

function count() {
  const many = ticked().length;
  bulk.hidden = many === 0;
}

async function ask(address, options = {}) {
  return fetch(address, {
    ...options,
    headers: { Accept: "text/html", "X-Part": "1", ...options.headers },
    cache: "no-store",
    signal: AbortSignal.timeout(LATE),
  });
}

/** One press after the other, each with what was seen after the one before. */
function press(act) {
  busy += 1;
  line = line.then(() => send(act)).catch(() => {}).finally(() => { busy -= 1; });
  return line;
}

async function send(act) {
  const body = new FormData(run);
  body.set("do", act);
  const answer = await ask(run.action, { method: "POST", body: new URLSearchParams(body) });
  if (answer.status === 401 || answer.status === 403) return location.reload();
  const html = await answer.text();
  if (html.includes("data-refused") || answer.ok) draw(html, answer.ok ? answer.headers.get("ETag") : "");
  const one = row();
  if (one) said.textContent = `${one.dataset.place}. ${one.querySelector(".plenary-title").textContent}`;
  return undefined;
}

async function look() {
  if (busy || box.open() && document.hidden) return;
  const answer = await ask(place.dataset.board, { headers: tag ? { "If-None-Match": tag } : {} });
  if (answer.status === 200 && !busy && !drag.on) draw(await answer.text(), answer.headers.get("ETag"));
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
  z: () => place.querySelector("[value=undo]")?.click(),
};

/** Also of one that is decided already: the reason can be changed. */
function decide(name) {
  if (current) box.show(`${new URL(run.action).pathname}/${name}?number=${encodeURIComponent(current)}`);
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

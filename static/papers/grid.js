/* The grid of paper forms: each row goes to the server as it is left, under an id of its own, so that sending twice stores once.
   What is not yet there waits in this browser: a reload, a dead line or a power cut lose nothing that was typed. */
import { Drafts } from "./drafts.js";

const PATIENCE = 12000;
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 20000;
const COME_BACK = new Set([408, 425, 429, 500, 502, 503, 504]);
const SIGNS = "abcdefghijklmnopqrstuvwxyz234567";

const form = document.querySelector("[data-grid]");
const body = form.querySelector("[data-rows]");
const sites = form.querySelector("[data-site-of-new]");
const said = form.querySelector("[data-said]");
const drafts = new Drafts(form.dataset.mailbox);
const stored = new Map();
const sending = new Set();
let pause = FIRST_PAUSE;
let timer;

const word = (name) => form.querySelector("[data-words]").content.querySelector(`[data-word=${name}]`).textContent;
const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (n) => SIGNS[n % 32]).join("");
const cells = (row) => [...row.querySelectorAll("[data-cell]")];
const typed = (row) => Object.fromEntries(cells(row).map((cell) => [cell.dataset.cell, cell.value.trim()]));
const isEmpty = (values) => Object.values(values).every((value) => value === "");
const rows = () => [...body.children];

/* --- rows */

function fresh(id = newId()) {
  const row = form.querySelector("[data-fresh]").content.querySelector("tr").cloneNode(true);
  row.dataset.row = id;
  for (const cell of cells(row)) {
    cell.name = `${id}.${cell.dataset.cell}`;
    cell.nextElementSibling.id = `${id}-${cell.dataset.cell}-error`;
  }
  body.append(row);
  return row;
}

function fill(row, values) {
  for (const cell of cells(row)) cell.value = values[cell.dataset.cell] ?? "";
}

function state(row, name, text) {
  row.classList.toggle("wrong", name === "wrong");
  const place = row.querySelector("[data-state]");
  if (row.dataset.proposal) {
    const link = document.createElement("a");
    link.className = "num";
    link.href = form.dataset.list + row.dataset.proposal;
    link.textContent = row.dataset.proposal;
    place.replaceChildren(link);
  } else {
    place.replaceChildren();
  }
  if (name !== "saved") place.append(Object.assign(document.createElement("span"), { className: `paper-mark ${name}`, textContent: text ?? word(name) }));
}

function complain(row, errors) {
  for (const cell of cells(row)) {
    const wrong = errors.find((one) => one.field === cell.dataset.cell || (one.field === "site" && cell.dataset.cell === "number"));
    const note = cell.nextElementSibling;
    note.hidden = !wrong;
    note.textContent = wrong?.message ?? "";
    cell.toggleAttribute("aria-invalid", Boolean(wrong));
    if (wrong) {
      cell.setAttribute("aria-invalid", "true");
      cell.setAttribute("aria-describedby", note.id);
    }
  }
}

/* --- saving */

function noteDraft(row) {
  const values = typed(row);
  if ((isEmpty(values) && !row.dataset.proposal) || same(row, values)) {
    row.classList.remove("practised");
    drafts.drop(row.dataset.row);
    state(row, "saved");
    return;
  }
  keep(row, values);
  if (!practised(row)) state(row, "unsaved");
}

const site = (row) => (row.dataset.proposal ? row.dataset.site : row.dataset.site || sites?.value || "");

/* With the moment of the last change: what was typed in a rehearsal shall be known when it comes later. Until somebody decides, it stays of then;
   afterwards it bears none, whatever the clock of this device says. */
function keep(row, values, { meant = drafts.get(row.dataset.row)?.at === null } = {}) {
  const before = drafts.get(row.dataset.row);
  const same = before && (practised(row) || JSON.stringify(before.values) === JSON.stringify(values));
  const at = same ? before.at : new Date().toISOString();
  drafts.keep(row.dataset.row, { values, place: site(row), seen: row.dataset.seen ?? "", at: meant ? null : at });
}

const practised = (row) => row.classList.contains("practised");
const same = (row, values) => stored.has(row.dataset.row) && JSON.stringify(values) === stored.get(row.dataset.row);

async function leave(row) {
  const values = typed(row);
  if (row.hasAttribute("data-shut") || isEmpty(values) || same(row, values)) return;
  keep(row, values);
  if (practised(row)) return;
  await save(row);
}

async function save(row, again = true) {
  const id = row.dataset.row;
  if (sending.has(id)) return;
  sending.add(id);
  const values = typed(row);
  state(row, "saving");
  let answer;
  let told = {};
  try {
    answer = await fetch(form.dataset.api + id, {
      method: "PUT",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRF-Token": form.elements.csrf.value },
      body: JSON.stringify({ ...values, site: site(row), seen: row.dataset.seen ?? "", at: drafts.get(id)?.at }),
      signal: AbortSignal.timeout?.(PATIENCE),
    });
    told = await answer.json();
  } catch {
    answer = undefined;
  } finally {
    sending.delete(id);
  }
  if (!answer || COME_BACK.has(answer.status)) return later(row);
  if (answer.ok) return done(row, values, told);
  if (told.code === "web.csrf" && again && (await newToken())) return save(row, false);
  if (told.code === "rehearsal.practised") return ask(row);
  if (answer.status === 401) return refuse(row, [], word("sign-in"));
  if (told.version) {
    // A colleague was here in between: the words wait in the row, and go over theirs only when somebody comes back to it.
    row.dataset.seen = told.version;
  }
  return refuse(row, told.errors ?? [], told.errors ? undefined : told.title);
}

function done(row, values, told) {
  pause = FIRST_PAUSE;
  row.dataset.proposal = told.proposal;
  row.dataset.site = told.cells.site;
  row.dataset.seen = told.version;
  complain(row, []);
  const changed = JSON.stringify(typed(row)) !== JSON.stringify(values);
  if (!changed) {
    if (!row.contains(document.activeElement)) fill(row, told.cells);
    stored.set(row.dataset.row, JSON.stringify(typed(row)));
    drafts.drop(row.dataset.row);
    state(row, "saved");
    say(word("saved").replace("{number}", told.proposal));
  } else if (!row.contains(document.activeElement)) {
    return save(row);
  } else {
    state(row, "unsaved");
  }
  return undefined;
}

function refuse(row, errors, sentence) {
  complain(row, errors);
  state(row, "wrong", sentence);
  say(errors.map((one) => one.message).join(" ") || sentence);
}

/* Typed in the rehearsal: nothing of it is stored unless somebody here says so. */
function ask(row) {
  complain(row, []);
  row.classList.add("practised");
  state(row, "practised");
  const buttons = form.querySelector("[data-practised]").content.cloneNode(true);
  buttons.querySelector("[data-anyway]").addEventListener("click", () => {
    row.classList.remove("practised");
    keep(row, typed(row), { meant: true });
    save(row);
  });
  buttons.querySelector("[data-discard]").addEventListener("click", () => discard(row));
  row.querySelector("[data-state]").append(buttons);
  say(word("practised-why"));
}

function discard(row) {
  const before = stored.get(row.dataset.row);
  // First of all: a row that is left is saved as it stands.
  fill(row, before ? JSON.parse(before) : {});
  row.classList.remove("practised");
  drafts.drop(row.dataset.row);
  if (before) {
    state(row, "saved");
  } else {
    (row.nextElementSibling ?? fresh()).querySelector("[data-cell]").focus();
    row.remove();
  }
  say(word("discarded"));
}

function later(row) {
  state(row, "away");
  say(word("waiting"));
  clearTimeout(timer);
  timer = setTimeout(sendWaiting, pause * (0.5 + Math.random() / 2));
  pause = Math.min(pause * 2, LONGEST_PAUSE);
}

async function sendWaiting() {
  for (const row of rows()) {
    if (drafts.has(row.dataset.row) && !row.classList.contains("wrong") && !row.contains(document.activeElement)) await leave(row);
  }
}

async function newToken() {
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const token = page.querySelector("[data-grid] [name=csrf]")?.value;
    if (token) form.elements.csrf.value = token;
    return Boolean(token);
  } catch {
    return false;
  }
}

function say(words) {
  if (words) said.textContent = words;
}

/* --- moving about */

function go(cell, step) {
  const all = [...body.querySelectorAll("[data-cell]")];
  const next = all[all.indexOf(cell) + step] ?? (step > 0 ? cells(fresh())[0] : undefined);
  next?.focus();
  next?.select();
}

function goRow(cell, step) {
  const row = cell.closest("tr");
  const other = step > 0 ? row.nextElementSibling ?? fresh() : row.previousElementSibling;
  const next = other?.querySelector(`[data-cell=${cell.dataset.cell}]`);
  next?.focus();
  next?.select();
}

function fromAbove(cell) {
  const above = cell.closest("tr").previousElementSibling?.querySelector(`[data-cell=${cell.dataset.cell}]`);
  if (!above?.value) return false;
  cell.value = above.value;
  noteDraft(cell.closest("tr"));
  return true;
}

form.addEventListener("keydown", (event) => {
  const cell = event.target.closest("[data-cell]");
  if (!cell || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
  let used = true;
  if (event.key === "Enter") go(cell, event.shiftKey ? -1 : 1);
  else if (event.key === "ArrowDown" || event.key === "ArrowUp") goRow(cell, event.key === "ArrowDown" ? 1 : -1);
  else if (event.key === '"' && cell.value === "") used = fromAbove(cell);
  else used = false;
  if (used) event.preventDefault();
});

form.addEventListener("input", (event) => {
  const row = event.target.closest("[data-row]");
  if (!row || !event.target.matches("[data-cell]")) return;
  noteDraft(row);
  if (row === body.lastElementChild) fresh();
});

body.addEventListener("focusout", (event) => {
  const row = event.target.closest("[data-row]");
  if (row && !row.contains(event.relatedTarget)) leave(row);
});

window.addEventListener("online", () => { pause = FIRST_PAUSE; sendWaiting(); });
form.addEventListener("submit", (event) => {
  event.preventDefault();
  rows().forEach((row) => row.classList.remove("wrong"));
  sendWaiting();
});

/* --- what was there before */

for (const row of rows()) {
  if (row.dataset.proposal) stored.set(row.dataset.row, JSON.stringify(typed(row)));
}
for (const { id, values, place, seen, at } of drafts.all()) {
  let row = rows().find((one) => one.dataset.row === id);
  if (!row) {
    row = fresh(id);
    row.dataset.site = place;
    body.insertBefore(row, rows().find((one) => !one.dataset.proposal && isEmpty(typed(one))) ?? null);
  }
  row.dataset.seen = seen ?? "";
  fill(row, values);
  noteDraft(row);
}
// On a telephone a row fills the screen: one empty row at the end is enough.
const spare = rows().filter((row) => !row.dataset.proposal && isEmpty(typed(row)));
if (matchMedia("(max-width: 719.98px)").matches) spare.slice(1).forEach((row) => row.remove());
(rows().find((one) => isEmpty(typed(one))) ?? fresh()).querySelector("[data-cell]").focus();
form.classList.add("alive");
sendWaiting();

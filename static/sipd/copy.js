/* Copying field by field: C (or Enter in a field) copies the marked one and goes on to the next; after the last comes SIPD's ID. The first copy tells
   colleagues that somebody is at it. Which fields are copied already is remembered in this tab. Without this module the fields can be selected. */
const list = document.querySelector("[data-fields]");
const said = document.querySelector("[data-said]");
const card = document.querySelector("[data-hold]");
const idField = document.querySelector("[data-id]");
const rows = list ? [...list.querySelectorAll("[data-field]")] : [];
const memory = `sipd:${location.pathname}`;
let current = -1;
let holding = false;

const valueOf = (row) => row.querySelector(".input");
const nameOf = (row) => row.querySelector("[data-copy-field]").dataset.name;
const typing = (target) => target.closest("input:not([readonly]),textarea:not([readonly]),select,[contenteditable]");

function remembered() {
  try {
    return new Set(JSON.parse(sessionStorage.getItem(memory) ?? "[]"));
  } catch {
    return new Set();
  }
}

function remember(row) {
  try {
    sessionStorage.setItem(memory, JSON.stringify([...remembered().add(valueOf(row).id)]));
  } catch {
    /* A full or forbidden store only forgets the ticks. */
  }
}

function point(at, { focus = true } = {}) {
  rows.forEach((row, n) => row.classList.toggle("current", n === at));
  current = at;
  if (at < 0 || !focus) return;
  const field = valueOf(rows[at]);
  field.focus({ preventScroll: true });
  field.select();
  rows[at].scrollIntoView({ block: "nearest" });
}

function ticked(row) {
  const button = row.querySelector("[data-copy-field]");
  row.classList.add("copied");
  button.querySelector("[data-label]").textContent = button.dataset.copied;
  button.querySelector("use")?.setAttribute("href", button.querySelector("use").getAttribute("href").replace(/#.*/, "#check"));
}

/** Other machines of an office reach the server without TLS: there the clipboard is only open to the old way. */
async function copied(field) {
  field.focus({ preventScroll: true });
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    return true;
  } catch {
    return document.execCommand("copy");
  }
}

function tell(words, name) {
  return words.replace("{field}", name);
}

async function copy(at) {
  const row = rows[at];
  if (!row) return;
  hold();
  if (!(await copied(valueOf(row)))) {
    said.textContent = said.dataset.failed;
    point(at);
    return;
  }
  ticked(row);
  remember(row);
  const next = rows[at + 1];
  said.textContent = tell(said.dataset.words, nameOf(row)) + (next ? ` ${tell(said.dataset.next, nameOf(next))}` : "");
  if (next) point(at + 1);
  else {
    point(-1);
    idField?.focus();
  }
}

function hold() {
  if (holding || !card) return;
  holding = true;
  const form = new URLSearchParams({ csrf: document.querySelector("[name=csrf]")?.value ?? "", seen: "0" });
  fetch(card.dataset.hold, { method: "POST", body: form, signal: AbortSignal.timeout?.(8000) }).then(
    // A colleague was first: the page as it is now says who, before the same is keyed in twice.
    (answer) => { if (answer.status === 423) location.replace(card.dataset.hold.replace(/\/pegang$/, "") + location.search); },
    () => { holding = false; },
  );
}

function press(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.repeat) return;
  if (event.key === "Escape" && typing(event.target)) {
    event.target.blur();
    return;
  }
  if (typing(event.target)) return;
  const inField = event.target.matches?.("[data-field] .input");
  const key = event.key.toLowerCase();
  if (rows.length && (key === "c" || (key === "enter" && inField))) {
    event.preventDefault();
    copy(Math.max(current, 0));
  } else if (rows.length && (key === "arrowdown" || key === "arrowup") && (inField || event.target === document.body)) {
    event.preventDefault();
    point(Math.min(Math.max(current + (key === "arrowdown" ? 1 : -1), 0), rows.length - 1));
  } else if (key === "e" && idField) {
    event.preventDefault();
    const closed = idField.closest("details:not([open])");
    if (closed) closed.open = true;
    idField.focus();
  } else if (/^[a-z1-9]$/.test(key)) {
    const target = document.querySelector(`[data-key="${key}"]`);
    if (!target) return;
    event.preventDefault();
    target.click();
  }
}

const done = remembered();
rows.forEach((row, n) => {
  const button = row.querySelector("[data-copy-field]");
  button.hidden = false;
  button.addEventListener("click", () => copy(n));
  valueOf(row).addEventListener("focus", () => point(n, { focus: false }));
  if (done.has(valueOf(row).id)) ticked(row);
});
document.querySelector("[data-keys]")?.removeAttribute("hidden");
document.addEventListener("keydown", press);
if (rows.length) point(Math.max(rows.findIndex((row) => !row.classList.contains("copied")), 0), { focus: false });
const queue = document.querySelector(".sipd-queue");
const shown = queue?.querySelector("[aria-current]");
if (shown) queue.scrollTop = shown.offsetTop - queue.offsetTop - 60;

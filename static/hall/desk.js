/* The desk of a hall: check-in, guests, words typed for people; all of it goes on while the line is dead. */
import { Composer } from "./composer.js";
import { fetchParts, keepFresh, renew } from "./fresh.js";
import { Outbox } from "./outbox.js";
import { Roster } from "./roster.js";
import { canScan, scan } from "./scanner.js";

const EVERY = 6000;
const PRACTISED = "rehearsal.practised";
const CSRF = /name="csrf" value="[^"]*"/g;
const find = (name) => document.querySelector(name);
const desk = find("[data-desk]");
const api = desk.dataset.api;
const site = desk.dataset.site;
const part = (name) => find(`[data-part=${name}]`);
const word = (name) => find("[data-words-of]").content.querySelector(`[data-${name}]`).textContent;
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const time = (at) => clock.format(new Date(at)).replace(":", ".");
const fresh = () => crypto.randomUUID?.() ?? Array.from(crypto.getRandomValues(new Uint8Array(16)), (n) => n.toString(16).padStart(2, "0")).join("");

const roster = new Roster(part("roster"), find("[data-search-form] input"), find("[data-nobody]"));
const outbox = new Outbox(`rembuk-hall:${desk.dataset.desk}`, () => find("#undo [name=csrf]").value, draw);
const composer = new Composer(find("[data-say]"), part("speakers"), find("#hadir-nama"), say, recognised);
const last = {};

/* --- what waits */

function draw() {
  const list = find("[data-outbox]");
  const waiting = outbox.entries.filter((one) => !one.failed);
  find("[data-waiting]").hidden = waiting.length === 0;
  find("[data-count]").textContent = waiting.length;
  const lines = outbox.entries.filter((one) => one.what !== "checkin" || one.failed).reverse();
  list.replaceChildren(...lines.map(line));
  roster.mark(outbox.entries.filter((one) => one.what === "checkin" && !one.failed && one.body.participant), find("[data-saved]"), time);
}

function line(entry) {
  const row = find("[data-row]").content.firstElementChild.cloneNode(true);
  row.dataset.key = entry.key;
  row.querySelector("[data-title]").textContent = word(entry.what === "say" ? entry.body.kind : entry.what);
  row.querySelector("[data-words]").textContent = [entry.who, entry.body.text].filter(Boolean).join(": ");
  const practised = entry.failed?.code === PRACTISED;
  for (const name of ["failed", "again", "drop"]) row.querySelector(`[data-${name}]`).hidden = !entry.failed || practised;
  for (const name of ["practised", "anyway", "discard"]) row.querySelector(`[data-${name}]`).hidden = !practised;
  row.querySelector("[data-pending]").hidden = Boolean(entry.failed);
  const why = row.querySelector("[data-why]");
  why.hidden = !entry.failed;
  if (entry.failed) why.textContent = entry.failed.status === 401 || entry.failed.code === "web.csrf" ? word("sign-in") : entry.failed.sentence;
  return row;
}

find("[data-outbox]").addEventListener("click", async (event) => {
  const key = event.target.closest("[data-key]")?.dataset.key;
  if (event.target.closest("[data-again]")) {
    await newToken();
    outbox.again(key);
  }
  // Without a moment: by a wrong clock this one may lie in the rehearsal too.
  if (event.target.closest("[data-anyway]")) outbox.again(key, { sent_at: undefined, at: undefined });
  if (event.target.closest("[data-discard]")) outbox.drop(key);
  const drop = event.target.closest("[data-drop]");
  if (drop && window.confirm(drop.dataset.question)) outbox.drop(key);
});

async function newToken() {
  try {
    const page = new DOMParser().parseFromString(await fetchParts(desk.dataset.desk), "text/html");
    const token = page.querySelector("#undo [name=csrf]")?.value;
    if (token) for (const field of document.querySelectorAll("[name=csrf]")) field.value = token;
  } catch {
    // The line is down: the old token may still be good.
  }
}

outbox.delivered = (entry) => {
  if (entry.what === "checkin") find("[data-asking]").replaceChildren();
  refresh().catch(() => {});
};
outbox.refused = async (entry) => {
  if (entry.failed.code === "web.csrf" && !entry.renewed) {
    entry.renewed = true;
    await newToken();
    outbox.again(entry.key);
  } else if (entry.what === "checkin" && entry.body.ask && entry.failed.status === 409) {
    outbox.drop(entry.key);
    ask(entry);
    refresh().catch(() => {});
  } else if (entry.what === "checkin") {
    refresh().catch(() => {});
  }
};

/* --- check-in */

function checkIn(body, who) {
  const nonce = fresh();
  outbox.add({ key: nonce, what: "checkin", who, address: `${api}/checkins`, body: { ask: true, at: new Date().toISOString(), ...body, site, nonce } });
}

function ask(entry) {
  const note = find("[data-ask]").content.cloneNode(true);
  note.querySelector("[data-sentence]").textContent = entry.failed.sentence;
  note.querySelector("[data-yes]").addEventListener("click", () => {
    find("[data-asking]").replaceChildren();
    // What was meant after a rehearsal stays without a moment.
    const { participant, code, at = undefined } = entry.body;
    checkIn({ participant, code, ask: false, ...(!at && { at }) }, entry.who);
  });
  note.querySelector("[data-no]").addEventListener("click", () => find("[data-asking]").replaceChildren());
  find("[data-asking]").replaceChildren(note);
  find("[data-yes]").focus();
}

function byCode(code) {
  const row = roster.rows().find((one) => one.dataset.code && one.dataset.code === code.toUpperCase());
  checkIn(row ? { participant: row.dataset.person } : { code }, row?.dataset.name ?? code.slice(0, 12));
}

find("#check-in").addEventListener("submit", (event) => {
  event.preventDefault();
  event.stopImmediatePropagation();
  const id = event.submitter?.value;
  if (id) checkIn({ participant: id, ask: !("anyway" in event.submitter.dataset) }, roster.row(id)?.dataset.name);
});

find("#undo").addEventListener("submit", async (event) => {
  const stay = event.submitter?.value;
  event.preventDefault();
  event.stopImmediatePropagation();
  try {
    const address = `${api}/checkins/${stay}?site=${encodeURIComponent(site)}`;
    await fetch(address, { method: "DELETE", headers: { "X-CSRF-Token": find("#undo [name=csrf]").value } });
    await refresh();
  } catch {
    event.submitter?.focus();
  }
});

find("[data-search-form]").addEventListener("submit", (event) => {
  event.preventDefault();
  const typed = roster.search.value.trim();
  const shown = roster.shown();
  if (/^https?:|^[A-Za-z0-9]{4}[- ]?[A-Za-z0-9]{4}$|^[a-z2-7]{32}$/.test(typed) && shown.length !== 1) {
    byCode(typed);
    roster.search.value = "";
    roster.filter();
  } else if (shown.length === 1) {
    shown[0].querySelector("[form=check-in]")?.click();
    roster.search.select();
  }
});

find("[data-code-form]").addEventListener("submit", (event) => {
  event.preventDefault();
  event.stopImmediatePropagation();
  const code = event.target.code.value.trim();
  if (code) byCode(code);
  event.target.reset();
  event.target.code.focus();
});

find("[data-quick-guest]").addEventListener("click", () => {
  const form = find("#guest");
  form.elements.name.value = roster.search.value.trim();
  form.requestSubmit();
  roster.search.value = "";
  roster.filter();
  roster.search.focus();
});
roster.search.addEventListener("input", () => { find("[data-quick-name]").textContent = roster.search.value.trim(); });

find("#guest").addEventListener("submit", (event) => {
  const form = event.target;
  const typed = form.elements.name.value.trim();
  if (!typed) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const nonce = fresh();
  const rest = Object.fromEntries(["capacity", "element"].map((field) => [field, form.elements[field].value.trim()]).filter(([, value]) => value));
  const body = { name: typed, ...rest, site, nonce, at: new Date().toISOString() };
  outbox.add({ key: nonce, what: "guest", who: typed, address: `${api}/participants`, body });
  form.reset();
  form.elements.name.focus();
});

/* --- camera */

const scanner = find("[data-scanner]");
let stop;

function endScan() {
  stop?.();
  stop = undefined;
  scanner.hidden = true;
}

canScan().then((able) => { find("[data-scan]").hidden = !able; });
find("[data-scan]").addEventListener("click", async () => {
  if (stop) {
    endScan();
    return;
  }
  scanner.hidden = false;
  try {
    stop = await scan(scanner.querySelector("video"), byCode);
  } catch {
    endScan();
    find("[data-code-form]").closest("details").open = true;
    find("[data-code-form]").elements.code.focus();
  }
});
find("[data-scan-stop]").addEventListener("click", endScan);

/* --- words */

function say(message, who) {
  const cid = fresh();
  const body = { ...message, cid, via: "hall", sent_at: Date.now() };
  outbox.add({ key: cid, what: "say", who, address: `${api}/sites/${encodeURIComponent(site)}/messages`, body });
}

async function recognised(text) {
  const place = find("[data-read]");
  if (text.length < 12) {
    place.replaceChildren();
    return;
  }
  try {
    const answer = await fetch(`${desk.dataset.desk}/baca`, {
      method: "POST",
      headers: { "Content-Type": "application/x-www-form-urlencoded", "X-CSRF-Token": find("#undo [name=csrf]").value },
      body: new URLSearchParams({ text }),
    });
    if (answer.ok && find("[data-say]").elements.text.value.trim() === text) place.innerHTML = await answer.text();
  } catch {
    place.replaceChildren();
  }
}

/* --- always as it is now */

async function refresh() {
  const page = document.createElement("template");
  page.innerHTML = await fetchParts(`${desk.dataset.desk}/keadaan`);
  for (const one of page.content.querySelectorAll("[data-part]")) {
    const name = one.dataset.part;
    const place = part(name);
    const bare = one.innerHTML.replace(CSRF, "");
    if (bare === last[name] || place.querySelector("details[open]")) continue;
    renew(place, one.innerHTML);
    last[name] = bare;
  }
  roster.filter();
  composer.pressed();
  draw();
}

roster.filter();
draw();
outbox.send();
keepFresh(EVERY, refresh);

/* The door of a hall: a press is kept on the device first, then sent; the page says in words which of the two it is. */
import { Line } from "./door_line.js";
import { People, looksLikeCode } from "./door_people.js";
import { openStore } from "./door_store.js";
import { canScan, scan } from "./scanner.js";

const EVERY = 8000;
const SHOWN = 12;
const find = (name) => document.querySelector(name);
const door = find("[data-door]");
const field = find("#door-wish");
const template = (name) => find(`[data-${name}]`).content.firstElementChild.cloneNode(true);
const word = (name) => find("[data-words-of]").content.querySelector(`[data-${name}]`).textContent;
const format = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: door.dataset.zone });
const time = (at) => format.format(new Date(at)).replace(":", ".");
const nonce = () => crypto.randomUUID?.() ?? Array.from(crypto.getRandomValues(new Uint8Array(16)), (n) => n.toString(16).padStart(2, "0")).join("");

const store = await openStore(`rembuk-door:${door.dataset.door}`);
const people = new People();
const line = new Line(door.dataset.api, door.dataset.door, store, find("[name=csrf]"));
let live = (await store.get("live")) ?? {};
let presses = await store.presses();
people.use((await store.get("people")) ?? [], live.salt ?? "");

/* --- a press */

function here(id) {
  const there = live.present?.find((one) => one.participant === id && one.site === live.here);
  return there?.at ?? presses.find((one) => (one.participant ?? one.guess) === id && counts(one))?.at;
}

/* What the server took counts until it next says who is there: it may have been undone, moved or wiped since. */
function counts(one) {
  if (one.state === "waiting") return true;
  return (one.state === "in" || one.state === "again") && !live.heard?.includes(one.nonce);
}

async function press(what, who) {
  if (what.participant && here(what.participant)) {
    say(`${who}: ${word("already")} ${time(here(what.participant))}`);
    return;
  }
  await store.keep({ nonce: nonce(), at: new Date().toISOString(), state: "waiting", who, ...what });
  presses = await store.presses();
  navigator.vibrate?.(40);
  say(`${who}: ${word(line.up ? "noted" : "kept")}`);
  draw();
  line.send();
}

async function byCode(code) {
  const known = await people.behind(code);
  if (known && here(known.id)) await press({ participant: known.id }, known.name);
  else await press({ code, ...(known && { guess: known.id }) }, known?.name ?? word("unknown"));
}

/* One after the other, and the field is free at once: a hand-held scanner types the next code while this one is being written down. */
let turn = Promise.resolve();

function next(work) {
  field.value = "";
  drawFound();
  field.focus();
  turn = turn.then(work).catch(() => say(word("later")));
}

function say(text) {
  find("[data-said]").textContent = text;
}

find("[data-wish-form]").addEventListener("submit", (event) => {
  event.preventDefault();
  const typed = field.value.trim();
  const found = people.like(typed);
  if (found.length === 1) next(() => press({ participant: found[0].id }, found[0].name));
  else if (looksLikeCode(typed)) next(() => byCode(typed));
});
field.addEventListener("input", drawFound);
find("[data-found]").addEventListener("click", (event) => {
  const id = event.target.closest("button")?.dataset.person;
  const name = field.value.trim();
  if (id) next(() => press({ participant: id }, people.named(id)?.name));
  else if (event.target.closest("button") && name) next(() => press({ name }, name));
});

/* --- what waits for somebody */

find("[data-waiting]").addEventListener("click", async (event) => {
  const button = event.target.closest("button");
  const id = event.target.closest("[data-press]")?.dataset.press;
  if (!button || !id) return;
  const { participant, guest } = button.dataset;
  const waiting = live.waiting.find((one) => one.id === id);
  const who = "ignore" in button.dataset ? undefined : guest ?? people.named(participant)?.name ?? waiting?.name;
  button.setAttribute("aria-busy", "true");
  try {
    await line.call(`/presses/${id}/settle`, { admit: !("ignore" in button.dataset), participant, name: guest });
    if (who) await nowKnown(waiting, who);
  } catch (problem) {
    button.removeAttribute("aria-busy");
    say(word(problem.message === "422" ? "no-name" : "later"));
  }
  await refresh();
});
find("[data-waiting]").addEventListener("input", (event) => drawWho(event.target.closest("[data-press]")));

/* A code that nobody knew belongs to somebody now: this device's own list says so too. */
async function nowKnown(waiting, who) {
  const mine = (await store.presses()).find((one) => one.nonce === waiting?.nonce);
  if (mine) await store.keep({ nonce: mine.nonce, at: mine.at, who, state: "in" });
}

find("[data-recent]").addEventListener("click", async (event) => {
  const button = event.target.closest("[data-drop], [data-anyway], [data-discard]");
  const id = button?.closest("[data-nonce]")?.dataset.nonce;
  if (!id) return;
  // Whoever meant it says so: from then on it bears no moment, which by a wrong clock may lie in the rehearsal.
  if ("anyway" in button.dataset) await store.keep({ ...presses.find((one) => one.nonce === id), state: "waiting", meant: true });
  else await store.drop(id);
  presses = await store.presses();
  draw();
  line.send();
});

/* --- the list and the line */

async function refresh() {
  const heard = (await store.presses()).filter((one) => one.state !== "waiting").map((one) => one.nonce);
  try {
    const fresh = await line.call(`/door?known=${encodeURIComponent(live.version ?? "")}`);
    if (fresh.people) await store.set("people", fresh.people);
    const kept = fresh.people;
    delete fresh.people;
    // By seconds from now: the clock of a borrowed phone may be wrong by any amount.
    live = { ...fresh, heard, pin_ends: Date.now() + fresh.pin_seconds * 1000 };
    await store.set("live", live);
    if (kept) people.use(kept, live.salt);
  } catch {
    if (line.out) {
      // Whoever may not work here any more keeps no names; presses that wait stay until somebody signs in.
      await store.set("people", []);
      people.use([], "");
      live = { ...live, version: "" };
    }
  }
  presses = await store.presses();
  await store.forgetOld(presses);
  draw();
}

/* --- drawing */

function draw() {
  const waiting = presses.filter((one) => one.state === "waiting");
  const present = new Set((live.present ?? []).filter((one) => one.site === live.here).map((one) => one.participant));
  find("[data-here]").textContent = present.size + waiting.filter((one) => !present.has(one.participant ?? one.guess)).length;
  find("[data-seats-now]").textContent = live.seats ?? door.dataset.seats;
  find("[data-up]").hidden = !line.up;
  find("[data-down]").hidden = line.up;
  find("[data-signed-out]").hidden = !line.out;
  find("[data-kept]").hidden = waiting.length === 0;
  find("[data-kept-count]").textContent = waiting.length;
  const fresh = line.up && live.pin_ends > Date.now();
  find("[data-pin]").textContent = fresh ? `${live.pin.slice(0, 3)} ${live.pin.slice(3)}` : "–";
  find("[data-pin-until]").textContent = fresh ? `${word("until")} ${time(live.pin_until)}` : "";
  drawWaiting();
  drawRecent();
  drawFound();
}

/* Rows stay the same elements: whoever is just typing a name into one goes on. */
function drawWaiting() {
  const list = live.waiting ?? [];
  const place = find("[data-waiting]");
  const before = new Map([...place.children].map((row) => [row.dataset.press, row]));
  find("[data-waiting-part]").hidden = list.length === 0;
  for (const [id, row] of before) if (!list.some((one) => one.id === id)) row.remove();
  list.forEach((one, n) => {
    const row = before.get(one.id) ?? template("waiting-row");
    if (place.children[n] !== row) place.insertBefore(row, place.children[n] ?? null);
    row.dataset.press = one.id;
    row.querySelector("[data-who]").textContent = one.name ?? one.hint ?? word("unknown");
    row.querySelector("[data-why]").textContent = one.sentence;
    row.querySelector("[data-times]").textContent = `${word("pressed")} ${time(one.pressed_at)}, ${word("uploaded")} ${time(one.uploaded_at)}`;
    row.querySelector("[data-admit]").hidden = !one.participant;
    row.querySelector("[data-unknown]").hidden = Boolean(one.participant);
    if (!one.participant) drawWho(row);
  });
}

/* Whose code it was: somebody on the list, or a guest by the name that was typed. */
function drawWho(row) {
  const typed = row.querySelector("[data-unknown] input").value.trim();
  const rows = people.like(typed).map((one) => foundRow(one, (button) => { button.dataset.participant = one.id; }));
  if (typed.length > 2) rows.push(guestRow(typed, (button) => { button.dataset.guest = typed; }));
  const fresh = document.createElement("ul");
  fresh.append(...rows);
  const place = row.querySelector("[data-candidates]");
  // Under a finger nothing is exchanged that has not changed.
  if (place.innerHTML !== fresh.innerHTML) place.replaceChildren(...fresh.children);
}

function drawRecent() {
  // What nobody has decided yet stays in sight.
  const list = presses.filter((one, n) => n >= presses.length - SHOWN || one.state === "practice").reverse();
  find("[data-nothing]").hidden = list.length > 0;
  find("[data-recent]").replaceChildren(...list.map((one) => {
    const row = template("recent-row");
    row.dataset.nonce = one.nonce;
    row.querySelector("[data-who]").textContent = one.who;
    row.querySelector("[data-why]").textContent = ["wrong", "practice"].includes(one.state) ? one.sentence : "";
    const shown = one.state === "again" ? "in" : decided(one) ? "decided" : one.state;
    for (const state of ["waiting", "in", "refused", "decided", "wrong", "practice"]) row.querySelector(`[data-${state}]`).hidden = state !== shown;
    row.querySelector("[data-drop]").hidden = one.state !== "wrong";
    row.querySelector("[data-ask]").hidden = one.state !== "practice";
    for (const place of row.querySelectorAll("[data-time]")) place.textContent = time(one.at);
    return row;
  }));
}

/* Waited for an operator, and the server has since said that it does no more: here or on another device. */
function decided(one) {
  return one.state === "refused" && live.heard?.includes(one.nonce) && !live.waiting?.some((other) => other.nonce === one.nonce);
}

function drawFound() {
  const typed = field.value.trim();
  const rows = people.like(typed).map((one) => foundRow(one, (button) => { button.dataset.person = one.id; }));
  if (typed.length > 2 && !looksLikeCode(typed)) rows.push(guestRow(typed));
  find("[data-found]").replaceChildren(...rows);
}

function foundRow(one, meant) {
  const row = template("found-row");
  const at = here(one.id);
  row.querySelector("[data-who]").textContent = one.name;
  const place = one.expected === "other_hall" ? `${word("other-hall")} ${live.halls?.[one.hall] ?? "–"}` : one.expected === "here" ? "" : word(one.expected);
  row.querySelector("[data-what]").textContent = [one.capacity, place].filter(Boolean).join(" · ");
  meant(row.querySelector("button"));
  row.querySelector("button").hidden = Boolean(at);
  row.querySelector("[data-in]").hidden = !at;
  if (at) row.querySelector("[data-time]").textContent = time(at);
  return row;
}

function guestRow(name, meant) {
  const row = template("guest-row");
  row.querySelector("[data-name]").textContent = name;
  meant?.(row.querySelector("button"));
  return row;
}

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
    stop = await scan(scanner.querySelector("video"), (code) => { turn = turn.then(() => byCode(code)); });
  } catch {
    endScan();
    field.focus();
  }
});
find("[data-scan-stop]").addEventListener("click", endScan);

/* --- opened without the line */

async function keepPage() {
  if (!("serviceWorker" in navigator)) return;
  await navigator.serviceWorker.register("/pekerja.js", { scope: door.dataset.door });
  const { active } = await navigator.serviceWorker.ready;
  const files = performance.getEntriesByType("resource").map((one) => one.name.split("#")[0]).filter((name) => new URL(name).pathname.startsWith("/static/"));
  const { port1, port2 } = new MessageChannel();
  const answer = new Promise((done) => { port1.onmessage = (event) => done(event.data); });
  active.postMessage({ page: door.dataset.door, files: [...new Set(files)] }, [port2]);
  if (await answer) find("[data-ready]").hidden = false;
}

/* Until it is kept, every time again: the line may be bad from the first minute on. */
function keepSoon() {
  const ready = !find("[data-ready]").hidden;
  if (!ready && line.up) keepPage().catch(() => {});
}

async function go() {
  if (!document.hidden) await refresh();
  keepSoon();
  setTimeout(go, EVERY);
}

line.changed = draw;
line.delivered = async () => {
  say("");
  await refresh();
};
find("[data-passing]").hidden = !store.passing;
draw();
document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });
await line.send();
await go();

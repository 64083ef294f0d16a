/* One proposal after the other by keyboard. What was chosen or typed is kept in this browser until the server has it. Without this module the page works by forms. */
import { ask, tell } from "./line.js";

const place = document.querySelector("[data-score]");
const matter = document.querySelector("[data-line]");
const said = document.querySelector("[data-said]");
const DROPPED = new Set(["csrf", "seen", "number"]);
const REFUSED = new Set([401, 403]);
let sending = false;

const sheet = () => place.querySelector("[data-sheet]");
const kept = (number) => `nilai:${location.pathname}:${number}`;
const store = {
  get: (key) => { try { return JSON.parse(localStorage.getItem(key) ?? "null"); } catch { return null; } },
  set: (key, value) => { try { localStorage.setItem(key, JSON.stringify(value)); } catch { /* a full or closed store: the form itself still holds it */ } },
  drop: (key) => { try { localStorage.removeItem(key); } catch { /* as above */ } },
};

const typed = (form) => [...new FormData(form)].filter(([name]) => !DROPPED.has(name));

/** With the step that was seen while typing: what a colleague wrote since is not written over unseen, however late this is sent. */
function keep() {
  const form = sheet();
  if (form) store.set(kept(form.elements.number.value), { seen: form.elements.seen.value, typed: typed(form) });
}

/** Puts back what an earlier look at this proposal left unsaved, as it was seen then. */
function restore() {
  const form = sheet();
  const draft = form && store.get(kept(form.elements.number.value));
  if (!Array.isArray(draft?.typed)) return;
  if (JSON.stringify(draft.typed) === JSON.stringify(typed(form))) {
    store.drop(kept(form.elements.number.value));
    return;
  }
  for (const [name, value] of draft.typed) {
    const field = form.elements[name];
    if (field) field.value = value;
  }
  form.elements.seen.value = draft.seen;
  tell(matter, { problem: "restored" });
}

/** After a refusal the form itself holds what was typed, beside what stands. */
function begin(refused = false) {
  if (refused) keep();
  else restore();
  const first = [...place.querySelectorAll("[data-criterion]")].find((one) => !one.querySelector(":checked")?.value && !one.querySelector(".input")?.value);
  (place.querySelector(".wrong input") ?? first?.querySelector("input") ?? sheet()?.querySelector(".primary"))?.focus({ preventScroll: true });
  said.textContent = place.querySelector("#what")?.textContent ?? "";
}

/** Sends with the token of whoever is signed in now: after signing in again in another tab the page goes on as it is. */
async function post(form) {
  const go = () => ask(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
  const answer = await go();
  return REFUSED.has(answer.status) && (await renewed(form)) ? go() : answer;
}

async function renewed(form) {
  const answer = await ask(`${form.action}?number=${encodeURIComponent(form.elements.number.value)}`);
  const token = answer.ok && answer.part === "score" && new DOMParser().parseFromString(answer.html, "text/html").querySelector("[name=csrf]")?.value;
  if (token) form.elements.csrf.value = token;
  return Boolean(token);
}

async function send(form) {
  sending = true;
  form.querySelector(".primary").setAttribute("aria-busy", "true");
  const number = form.elements.number.value;
  keep();
  const answer = await post(form);
  sending = false;
  form.querySelector(".primary").removeAttribute("aria-busy");
  if (answer.part !== "score") return tell(matter, answer, "-form");
  matter.hidden = true;
  if (answer.ok) store.drop(kept(number));
  place.innerHTML = answer.html;
  if (answer.ok) history.pushState(null, "", place.firstElementChild.dataset.address);
  begin(!answer.ok);
  window.scrollTo(0, 0);
  return undefined;
}

/** A digit gives the criterion in hand its point and goes to the next; 0 stands for 10 where there is no 0. */
function digit(key) {
  const all = [...place.querySelectorAll("[data-criterion]")];
  const at = Math.max(0, all.findIndex((one) => one.contains(document.activeElement)));
  const radios = all[at]?.querySelectorAll("[type=radio]") ?? [];
  const wanted = [...radios].find((one) => one.value === key) ?? (key === "0" ? [...radios].find((one) => one.value === "10") : undefined);
  if (!wanted) return;
  wanted.checked = true;
  keep();
  (all[at + 1]?.querySelector("input:checked,input") ?? sheet().querySelector(".primary")).focus();
}

document.addEventListener("keydown", (event) => {
  if (sending || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.target.closest("input:not([type=radio]),select,textarea")) return;
  if (/^\d$/.test(event.key)) {
    event.preventDefault();
    digit(event.key);
  } else if (["j", "k", "z"].includes(event.key)) {
    place.querySelector(`[data-key="${event.key}"]`)?.click();
  }
});
place.addEventListener("input", keep);
place.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-sheet]")) return;
  event.preventDefault();
  if (!sending) send(event.target);
});
window.addEventListener("popstate", () => location.reload());
if (document.querySelector("[data-keys]")) document.querySelector("[data-keys]").hidden = false;
begin();

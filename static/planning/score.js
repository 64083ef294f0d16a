/* One proposal after the other by keyboard. What was chosen or typed is kept in this browser until the server has it. Without this module the page works by forms. */
import { ask, tell } from "./line.js";

const place = document.querySelector("[data-score]");
const matter = document.querySelector("[data-line]");
const said = document.querySelector("[data-said]");
const DROPPED = new Set(["csrf", "seen", "number"]);
let sending = false;

const sheet = () => place.querySelector("[data-sheet]");
const kept = (number) => `nilai:${location.pathname}:${number}`;
const store = {
  get: (key) => { try { return JSON.parse(localStorage.getItem(key) ?? "null"); } catch { return null; } },
  set: (key, value) => { try { localStorage.setItem(key, JSON.stringify(value)); } catch { /* a full or closed store: the form itself still holds it */ } },
  drop: (key) => { try { localStorage.removeItem(key); } catch { /* as above */ } },
};

const typed = (form) => [...new FormData(form)].filter(([name]) => !DROPPED.has(name));

function keep() {
  const form = sheet();
  if (form) store.set(kept(form.elements.number.value), typed(form));
}

/** Puts back what an earlier look at this proposal left unsaved. */
function restore() {
  const form = sheet();
  const draft = form && store.get(kept(form.elements.number.value));
  if (!draft) return;
  if (JSON.stringify(draft) === JSON.stringify(typed(form))) {
    store.drop(kept(form.elements.number.value));
    return;
  }
  for (const [name, value] of draft) {
    const field = form.elements[name];
    if (field) field.value = value;
  }
  tell(matter, { problem: "restored" });
}

function begin() {
  restore();
  const first = [...place.querySelectorAll("[data-criterion]")].find((one) => !one.querySelector(":checked") && !one.querySelector(".input")?.value);
  (place.querySelector(".wrong input") ?? first?.querySelector("input") ?? sheet()?.querySelector(".primary"))?.focus({ preventScroll: true });
  said.textContent = place.querySelector("#what")?.textContent ?? "";
}

async function send(form) {
  sending = true;
  form.querySelector(".primary").setAttribute("aria-busy", "true");
  const number = form.elements.number.value;
  keep();
  const answer = await ask(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
  sending = false;
  form.querySelector(".primary").removeAttribute("aria-busy");
  if (answer.part !== "score") return tell(matter, answer, "-form");
  matter.hidden = true;
  if (answer.ok) store.drop(kept(number));
  place.innerHTML = answer.html;
  if (answer.ok) history.pushState(null, "", place.firstElementChild.dataset.address);
  begin();
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

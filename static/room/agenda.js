/** The agenda at the side and in the head: which item is being dealt with, as the room's log says. */
import { clockTime } from "./clock.js";
import { byId, fill, icon, setText } from "./dom.js";
import { t } from "./words.js";

/**
 * Marks `agenda.item` in the list `place` as now, those before it as done, and names it in the head. An event without an item
 * means that nothing is being dealt with yet; before the first word of the server the list stays as it was drawn.
 */
export function drawAgenda(place, agenda) {
  const items = [...place.querySelectorAll("[data-item]")];
  if (agenda === null || agenda === undefined) return drawHead(items.find((item) => item.className === "now")?.dataset.title);
  const now = items.findIndex((item) => item.dataset.item === agenda.item);
  drawHead(agenda.title);
  if (items.every((item, index) => item.className === stateOf(index, now))) return;
  items.forEach((item, index) => {
    item.className = stateOf(index, now);
    if (index === now) item.setAttribute("aria-current", "step");
    else item.removeAttribute("aria-current");
    fill(item.querySelector(".step-dot"), index < now ? icon("check") : index === now ? icon("mic") : null);
    if (index === now) setText(item.querySelector("[data-note]"), note(item, agenda.at));
    else if (index > now) setText(item.querySelector("[data-note]"), item.dataset.planned ?? "");
  });
}

function stateOf(index, now) {
  return index < now ? "done" : index === now ? "now" : "next";
}

function note(item, at) {
  return [item.dataset.planned, at && t("agenda_since", { at: clockTime(at) })].filter(Boolean).join(" · ");
}

function drawHead(title) {
  const place = byId("agenda-now");
  place.hidden = !title;
  setText(place.querySelector("span"), title ?? "");
}

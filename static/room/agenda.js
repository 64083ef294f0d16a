/** The agenda at the side: which item is being dealt with, as the room's log says. */
import { fill, icon } from "./dom.js";

/** Marks `agenda.item` in the list `place` as now, those before it as done; without an item the list stays as the server drew it. */
export function drawAgenda(place, agenda) {
  const items = [...place.querySelectorAll("[data-item]")];
  const now = items.findIndex((item) => item.dataset.item === agenda?.item);
  if (now < 0 || items[now].className === "now") return;
  items.forEach((item, index) => {
    item.className = index < now ? "done" : index === now ? "now" : "next";
    item.toggleAttribute("aria-current", index === now);
    if (index === now) item.setAttribute("aria-current", "step");
    fill(item.querySelector(".step-dot"), index < now ? icon("check") : index === now ? icon("mic") : null);
  });
}

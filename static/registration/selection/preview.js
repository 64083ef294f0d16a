/* What ticked people would do to seats and quotas, hatched on the meters before anything is decided. */
import { make, words } from "./words.js";

/** Draws on each meter how many of those `coming` it would take. */
export function preview(meters, coming) {
  meters.querySelectorAll("[data-meter]").forEach((slot) => draw(slot, coming));
}

function draw(slot, coming) {
  slot.querySelectorAll("[data-made]").forEach((one) => one.remove());
  const [kind, key] = slot.dataset.meter.split(/:(.*)/s);
  const plus = coming.filter((one) => (kind === "seats" ? one.pool === key : one.quotas.split(" ").includes(key))).length;
  if (!plus) return;
  const value = Number(slot.dataset.value);
  const full = Number(slot.dataset.full);
  const limit = "limit" in slot.dataset ? Number(slot.dataset.limit) : Infinity;
  slot.querySelector(".meter-state").after(make("b", ` +${plus}`, { "data-made": "" }));
  if (value + plus > limit) slot.querySelector(".meter-words > span").append(make("b", ` ${words.over}`, { "data-made": "", class: "bad-text" }));
  const from = Math.min(100, (value * 100) / full);
  const to = Math.min(100, ((value + plus) * 100) / full);
  slot.querySelector(".meter-bar").append(hatched(from, Math.max(to - from, 0.8)));
}

function hatched(from, width) {
  const part = shape("svg", { x: `${from}%`, y: 3, width: `${width}%`, height: 10, overflow: "hidden", "data-made": "" });
  part.append(
    shape("rect", { class: "meter-plus", width: "100%", height: 10, rx: 3 }),
    shape("line", { class: "meter-hatch", x1: -20, x2: 2000, y1: 5, y2: 5, transform: "skewX(-40)" }),
  );
  return part;
}

function shape(tag, attributes) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

/** The staff's side of the room: the queue of held messages, who decides them and why, and the door to menus and controls. */
import { stamp } from "./clock.js";
import { createControls } from "./controls.js";
import { createDeeds, RIGHTS } from "./deeds.js";
import { button, byId, el, fill, icon, setText } from "./dom.js";
import { createMenus, refusal } from "./menu.js";
import { t, tn } from "./words.js";

/** What somebody may do besides reading and writing. `responds` opens answers to messages; `draw({desk, mode})` follows each change. */
export function createModeration({ line, role, responds, pinned, reply }) {
  const may = (what) => (what === "respond" ? responds : RIGHTS[role]?.has(what) === true);
  const deeds = createDeeds(line);
  const menus = createMenus({ deeds, may, pinned, reply });
  const controls = may("room") && document.getElementById("controls") ? createControls({ deeds }) : null;
  const rows = new Map();
  return {
    actions: menus.actions,
    draw({ desk, mode }) {
      controls?.draw(mode);
      if (document.getElementById("queue")) drawQueue(desk.queue, { deeds, may, rows });
    },
  };
}

/** Rows are kept while their message waits, so that a reason that is being typed stays. */
function drawQueue(queue, desk) {
  setText(byId("queue-title"), queue.length > 0 ? tn("queue", queue.length) : t("queue_none"));
  byId("queue-hint").hidden = queue.length > 0;
  for (const [id, row] of desk.rows) {
    if (queue.some((item) => item.id === id)) continue;
    const focused = row.contains(document.activeElement);
    row.remove();
    desk.rows.delete(id);
    if (focused) (byId("queue").querySelector("button") ?? byId("queue-title")).focus();
  }
  for (const item of queue) {
    if (desk.rows.has(item.id)) continue;
    const row = waiting(item, desk);
    desk.rows.set(item.id, row);
    byId("queue").append(row);
  }
}

function waiting(item, desk) {
  const place = el("div", { class: "buttons" });
  const by = item.by ?? {};
  const row = el("li", { "data-id": item.id },
    el("div", { class: "between" }, el("b", {}, by.name ?? t("somebody")), el("span", { class: "soft num" }, stamp(item.sent_at ?? item.at))),
    el("p", { class: "soft" }, [t(`kind_${item.kind}`), item.t === "late" ? t("came_late") : null, by.capacity].filter(Boolean).join(" · ")),
    el("p", { class: item.kind === "chat" ? "text" : "text said" }, item.text ?? ""), place);
  decide(place, item, desk);
  return row;
}

function decide(place, item, desk) {
  if (!desk.may("approve")) return;
  fill(place, button(t("approve"), { icon: "check", class: "button small second", onclick: () => decided(place, item, desk, "approve") }),
    button(t("reject"), { icon: "minus-circle", onclick: () => why(place, item, desk) }));
}

function why(place, item, desk) {
  const id = `reason-${item.id}`;
  const input = el("input", { class: "input", id, maxlength: 200 });
  input.addEventListener("keydown", (event) => event.key === "Enter" && decided(place, item, desk, "reject", input.value.trim()));
  const label = el("label", { class: "label", for: id }, t("reject_why"), " ", el("span", { class: "optional" }, t("reject_why_hint")));
  fill(place, el("div", { class: "field" }, label, input),
    button(t("reject_yes"), { class: "button small danger", onclick: () => decided(place, item, desk, "reject", input.value.trim()) }),
    button(t("no"), { onclick: () => decide(place, item, desk) }));
  input.focus();
}

async function decided(place, item, desk, op, reason) {
  fill(place, el("p", { class: "mark", role: "status" }, icon("clock"), t("deed_running")));
  try {
    await desk.deeds.mod(op, item.id, undefined, reason);
  } catch (error) {
    decide(place, item, desk);
    place.append(el("p", { class: "mark bad", role: "alert" }, icon("alert"), refusal(error)));
  }
}

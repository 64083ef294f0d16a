/** The chair's buttons beside the agenda: on, back, to any item, and back again while it was only a slip. What is shown follows the room's log. */
import { clockTime } from "./clock.js";
import { button, byId, setText } from "./dom.js";
import { t, tn } from "./words.js";

const LOOK = 20_000;

/** Binds `#chair`, when the page has it. `moved(item)` follows each change of the agenda; `csrf` goes with every press. */
export function createChair(csrf) {
  const place = document.getElementById("chair");
  if (!place) return { moved() {} };
  const chair = { door: place.dataset.door, csrf, current: undefined, busy: false };
  byId("chair-next").addEventListener("click", () => press(chair, "next"));
  byId("chair-previous").addEventListener("click", () => press(chair, "previous"));
  byId("chair-undo").addEventListener("click", () => press(chair, "undo"));
  for (const item of document.querySelectorAll("#agenda [data-item]")) {
    const name = t("agenda_go", { title: item.dataset.title });
    const go = button("", { icon: "play", class: "button small square quiet go", "aria-label": name, title: name, onclick: () => press(chair, item.dataset.item) });
    item.append(go);
  }
  look(chair);
  setInterval(() => document.hidden || chair.busy || look(chair), LOOK);
  return { moved: (item) => item !== chair.current && chair.current !== undefined && !chair.busy && look(chair) };
}

async function press(chair, to) {
  if (chair.busy) return;
  chair.busy = true;
  setText(byId("chair-said"), t("deed_running"));
  try {
    const body = JSON.stringify({ to, ...(to !== "undo" && { seen: chair.current ?? "" }) });
    const headers = { "Content-Type": "application/json", "X-CSRF-Token": chair.csrf ?? "" };
    const answer = await fetch(chair.door, { method: "POST", headers, body, signal: AbortSignal.timeout?.(10_000) });
    const said = await answer.json();
    if (answer.ok) draw(chair, said);
    setText(byId("chair-said"), answer.ok ? "" : (said.title ?? t("failed_other")));
    if (!answer.ok) await look(chair);
  } catch {
    setText(byId("chair-said"), t("agenda_gone"));
  } finally {
    chair.busy = false;
  }
}

async function look(chair) {
  try {
    const answer = await fetch(chair.door, { cache: "no-store", signal: AbortSignal.timeout?.(10_000) });
    if (answer.ok) draw(chair, await answer.json());
  } catch {
    // The line is down: the next look tries again.
  }
}

function draw(chair, { current, behind, undoable, items }) {
  chair.current = current ?? "";
  const place = items.findIndex((item) => item.id === current);
  byId("chair-next").disabled = place + 1 >= items.length;
  byId("chair-previous").disabled = place < 1;
  byId("chair-undo").hidden = !undoable;
  byId("chair-pace").hidden = false;
  byId("chair-pace").className = `mark${behind > 4 ? " attention" : ""}`;
  setText(byId("chair-pace"), pace(current, behind));
  for (const item of items) {
    const row = document.querySelector(`#agenda [data-item="${CSS.escape(item.id)}"]`);
    if (!row) continue;
    const real = [item.started_at, item.ended_at].filter(Boolean).map((at) => clockTime(Date.parse(at)));
    const since = real.length > 1 ? t("agenda_real", { span: real.join("–") }) : real.length ? t("agenda_since", { at: real[0] }) : null;
    setText(row.querySelector("[data-note]"), [row.dataset.planned, since].filter(Boolean).join(" · "));
  }
}

function pace(current, behind) {
  if (!current) return t("agenda_none");
  if (behind === null || behind === undefined) return "";
  if (behind === 0) return t("agenda_on_time");
  return behind > 0 ? tn("agenda_late", behind) : tn("agenda_early", -behind);
}

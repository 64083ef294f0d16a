/* What the page tells above the table: what was done, what was refused, who is new. */
import { make, words } from "./words.js";

const news = document.querySelector("[data-news]");

/** Calls `undo(run)` when somebody takes a press back, also one that the server itself offered. */
export function onUndo(undo) {
  news.addEventListener("submit", (event) => {
    const run = event.target.elements.run?.value;
    if (!run) return;
    event.preventDefault();
    undo(run);
  });
}

/** Shows one box in the place of the last. */
export function tell(element) {
  const pane = make("div", "", { class: "pane" });
  pane.append(element);
  news.replaceChildren(pane);
  pane.scrollIntoView({ block: "nearest" });
}

/** What went wrong, with lines about each applicant concerned. */
export function complain(title, lines = []) {
  const box = make("div", "", { class: "notice bad", role: "alert" });
  const inside = make("div");
  inside.append(make("p", title, { class: "notice-title" }), ...lines);
  box.append(inside);
  tell(box);
}

/** What was done; with `undo` a button that takes it back. */
export function toast(text, undo = null) {
  const box = make("div", "", { class: "undo", role: "status" });
  box.append(make("span", text));
  if (undo) {
    const button = make("button", words.undo, { type: "button" });
    button.addEventListener("click", undo);
    box.append(button);
  }
  tell(box);
}

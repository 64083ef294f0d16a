/* The row that the keyboard stands on, the keys, and one applicant beside the table. */
import { make, words } from "./words.js";

/** `table` of table.js; `ticked()` after a box was changed by a key, `decide(decision)` for the keys of the buttons. */
export function listenToKeys(form, table, { all, filters, ticked, decide }) {
  const aside = document.querySelector("[data-applicant]");
  let current = null;

  function point(one) {
    current?.row.classList.remove("current");
    current = one;
    if (!one) return;
    one.row.classList.add("current");
    one.row.hidden = false;
    one.row.scrollIntoView({ block: "nearest" });
  }

  function step(by) {
    const visible = table.visible();
    const at = visible.indexOf(current);
    point(visible[at < 0 ? 0 : Math.min(visible.length - 1, Math.max(0, at + by))] ?? null);
    current?.box.focus({ preventScroll: true });
  }

  function tick() {
    if (!current || current.box.disabled) return;
    current.box.checked = !current.box.checked;
    ticked();
  }

  function close() {
    aside.hidden = true;
    aside.replaceChildren();
  }

  async function open(link) {
    if (!matchMedia("(min-width:1024px)").matches) return location.assign(link.href);
    const answer = await fetch(`${link.href}?panel=1`).catch(() => null);
    if (!answer?.ok) return location.assign(link.href);
    aside.innerHTML = await answer.text();
    const button = make("button", words.close, { type: "button", class: "button small" });
    button.addEventListener("click", close);
    aside.append(button);
    aside.hidden = false;
    aside.closest(".side").scrollTop = 0;
    return undefined;
  }

  const keys = {
    j: () => step(1),
    k: () => step(-1),
    x: tick,
    a: () => all.click(),
    "/": () => filters.elements.q.focus(),
    Escape: close,
  };

  form.querySelector("tbody").addEventListener("click", (event) => {
    const link = event.target.closest("[data-open]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    point(table.byId.get(link.closest("tr").dataset.id));
    open(link);
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches("input:not([type=checkbox]),select,textarea")) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    if (event.key === "Enter" && current && event.target === current.box) {
      event.preventDefault();
      open(current.row.querySelector("[data-open]"));
      return;
    }
    const button = document.querySelector(`.bulk [data-key="${CSS.escape(event.key)}"]:not([hidden])`);
    const action = keys[event.key] ?? (button && (() => decide(button.value)));
    if (!action) return;
    event.preventDefault();
    action();
  });

  /** Nobody is pointed at who is not shown any more. */
  return () => { if (current && !current.shown) point(null); };
}

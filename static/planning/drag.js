/* Rows are moved by the mouse: dropped on the upper half of a row it goes before it, on the lower half after it. */

export function drag(place, rows, move) {
  let held = null;

  const mark = (target, below) => {
    for (const one of rows()) {
      one.classList.toggle("drop-before", one === target && !below);
      one.classList.toggle("drop-after", one === target && below);
    }
  };
  const spot = (event) => {
    const target = event.target.closest("tr[data-number]");
    if (!target) return [null, false];
    const { top, height } = target.getBoundingClientRect();
    return [target, event.clientY > top + height / 2];
  };

  place.addEventListener("dragstart", (event) => {
    held = event.target.closest?.("tr[data-number]") ?? null;
    if (!held) return;
    drag.on = true;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", held.dataset.number);
  });
  place.addEventListener("dragover", (event) => {
    const [target, below] = spot(event);
    if (!held || !target) return;
    event.preventDefault();
    mark(target, below);
  });
  place.addEventListener("drop", (event) => {
    const [target, below] = spot(event);
    if (!held || !target) return;
    event.preventDefault();
    if (target !== held) move(held.dataset.number, below ? target.dataset.after : target.dataset.number);
  });
  place.addEventListener("dragend", () => {
    held = null;
    drag.on = false;
    mark(null, false);
  });
}
drag.on = false;

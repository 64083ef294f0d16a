/* Counts [data-countdown] on, in words; the server's clock rules (data-now), not the phone's. Seconds only on the last day. */
const UNITS = [["days", 86400], ["hours", 3600], ["minutes", 60], ["seconds", 1]];

function partsLeft(seconds) {
  const shown = seconds >= 86400 ? UNITS.slice(0, 3) : UNITS;
  let rest = seconds;
  const parts = shown.map(([unit, size]) => {
    const amount = Math.floor(rest / size);
    rest -= amount * size;
    return [unit, amount];
  });
  while (parts.length > 1 && parts[0][1] === 0) parts.shift();
  return parts;
}

function draw(box, seconds) {
  const nodes = partsLeft(seconds).map(([unit, amount]) => {
    const [one, many] = box.dataset[unit].split("|");
    const part = document.createElement("span");
    const figure = document.createElement("b");
    figure.textContent = String(amount);
    part.append(figure, ` ${amount === 1 ? one : many}`);
    return part;
  });
  box.replaceChildren(...nodes.flatMap((node) => [node, " "]));
}

function start(box) {
  const until = Date.parse(box.dataset.countdown);
  const ahead = Date.parse(box.dataset.now) - Date.now();
  if (Number.isNaN(until)) return;
  const tick = () => {
    const seconds = Math.max(0, Math.ceil((until - Date.now() - (ahead || 0)) / 1000));
    if (seconds > 0) {
      draw(box, seconds);
      setTimeout(tick, seconds > 86400 ? 15000 : 1000);
      return;
    }
    box.textContent = box.dataset.done || "";
    box.dispatchEvent(new CustomEvent("countdown:done", { bubbles: true }));
  };
  tick();
}

document.querySelectorAll("[data-countdown]").forEach(start);

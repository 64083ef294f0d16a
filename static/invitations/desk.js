/* Keys for the rows in an officer's hand: J and K move, O opens WhatsApp, T marks as sent. The buttons do the same without script. */

const rows = [...document.querySelectorAll("[data-hand]")];
let at = 0;

function move(step) {
  at = Math.min(Math.max(at + step, 0), rows.length - 1);
  rows[at].focus();
}

document.addEventListener("keydown", (event) => {
  if (!rows.length || event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input,select,textarea")) return;
  const inside = rows.findIndex((row) => row.contains(document.activeElement));
  if (inside >= 0) at = inside;
  const key = event.key.toLowerCase();
  if (key === "j") move(1);
  else if (key === "k") move(-1);
  else if (key === "o" || key === "t") rows[at].querySelector(`[data-key="${key}"]`)?.click();
  else return;
  event.preventDefault();
});

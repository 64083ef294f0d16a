/* The numbers refresh themselves: only a part that has changed is drawn anew, an open table stays open, nothing moves while it is being read. */
const EVERY = 5000;
const place = document.getElementById("figures");
let tag = place ? `"${place.dataset.version}"` : "";

function renew(html) {
  const fresh = document.createElement("template");
  fresh.innerHTML = html;
  for (const part of fresh.content.querySelectorAll("[data-part]")) {
    const old = place.querySelector(`[data-part="${CSS.escape(part.dataset.part)}"]`);
    if (!old) continue;
    const opened = old.querySelector("details")?.open === true;
    const now = old.cloneNode(true);
    now.querySelector("details")?.removeAttribute("open");
    if (now.innerHTML === part.innerHTML) continue;
    const focused = old.contains(document.activeElement);
    old.replaceChildren(...part.childNodes);
    const table = old.querySelector("details");
    if (table && opened) table.open = true;
    if (focused) table?.querySelector("summary")?.focus();
  }
}

function stamped(at) {
  const stamp = document.getElementById("figures-at");
  const parts = new Intl.DateTimeFormat("en-GB", { timeZone: stamp.dataset.zone, hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }).format(at);
  stamp.textContent = parts.replaceAll(":", ".");
}

async function look() {
  const answer = await fetch(place.dataset.source, { headers: { "If-None-Match": tag }, cache: "no-store", signal: AbortSignal.timeout?.(8000) });
  if (answer.status === 200) {
    renew(await answer.text());
    tag = answer.headers.get("ETag") ?? "";
  }
  if (answer.ok || answer.status === 304) stamped(new Date(answer.headers.get("Date") ?? Date.now()));
}

async function go() {
  if (!document.hidden) await look().catch(() => {});
  setTimeout(go, EVERY);
}

if (place) {
  setTimeout(go, EVERY);
  document.addEventListener("visibilitychange", () => document.hidden || look().catch(() => {}));
}

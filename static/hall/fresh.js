/* Fetches the moving parts of a page again, and changes only what has changed, so that focus and reading stay where they are. */

export async function fetchParts(address) {
  const answer = await fetch(address, { headers: { Accept: "text/html" }, cache: "no-store", signal: AbortSignal.timeout?.(8000) });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.text();
}

export function renew(place, html) {
  const fresh = document.createElement("template");
  fresh.innerHTML = html;
  const focused = document.activeElement;
  const key = place.contains(focused) ? focused.closest("[data-key]")?.dataset.key : undefined;
  place.replaceChildren(fresh.content);
  if (key) place.querySelector(`[data-key="${CSS.escape(key)}"] button`)?.focus();
}

export function keepFresh(every, work) {
  const go = async () => {
    if (!document.hidden) {
      try {
        await work();
      } catch {
        // The line is down: what is there stays, the next round tries again.
      }
    }
    setTimeout(go, every);
  };
  setTimeout(go, every);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) work().catch(() => {}); });
}

/* Keeps the line about what the forum is dealing with true on pages that otherwise stand still: asked for once or twice a minute, only while somebody looks. */

const SOONEST = 30_000;
const LATEST = 60_000;
const place = document.querySelector("[data-agenda-now]");
let asked = Date.now();
let waiting = 0;

async function ask() {
  asked = Date.now();
  try {
    const answer = await fetch(place.dataset.agendaNow, { headers: { Accept: "text/html" }, signal: AbortSignal.timeout?.(8000) });
    if (answer.status === 204) place.replaceChildren();
    // Over, or refused: nothing will come of asking again.
    if (answer.status === 204 || (answer.status >= 400 && answer.status < 500 && answer.status !== 429)) return;
    if (answer.ok) show(await answer.text());
  } catch {
    // The line is down: what is there stays, the next round tries again.
  }
  plan(SOONEST + Math.random() * (LATEST - SOONEST));
}

function show(html) {
  const fresh = document.createElement("template");
  fresh.innerHTML = html.trim();
  if (fresh.content.textContent !== place.textContent) place.replaceChildren(fresh.content);
}

function plan(after) {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    waiting = 0;
    if (!document.hidden) ask();
  }, after);
}

if (place) {
  plan(SOONEST + Math.random() * (LATEST - SOONEST));
  // Whoever comes back to the page after a while reads what is so now; whoever comes and goes asks no more often than others.
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && !waiting) plan(Math.max(0, SOONEST - (Date.now() - asked)));
  });
}

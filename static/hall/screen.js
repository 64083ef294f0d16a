/* Keeps the big screen as it should be now: asks every two seconds (every second while the plenary decides), keeps the last picture when the line is down and says so. */

const EVERY = 2000;
const QUICK = 1000;
const LATE = 5000;
const place = document.querySelector("[data-screen]");
const lost = document.querySelector("[data-lost]");
const clock = document.querySelector("[data-clock]");
const ahead = Number(clock.dataset.now) - Date.now();
let version = `"${place.dataset.version}"`;
let heard = Date.now();
let quick = "quick" in place.dataset;

function draw(text) {
  const fresh = new DOMParser().parseFromString(text, "text/html").querySelector("[data-theme]");
  document.querySelector(".screen-main").innerHTML = fresh.querySelector("[data-part=main]").innerHTML;
  document.querySelector(".screen-side").innerHTML = fresh.querySelector("[data-part=side]").innerHTML;
  document.documentElement.dataset.theme = fresh.dataset.theme;
  quick = "quick" in fresh.dataset;
  document.querySelector("[data-rehearsal]").hidden = !("practice" in fresh.dataset);
}

async function ask() {
  try {
    const answer = await fetch(place.dataset.screen, {
      headers: { "If-None-Match": version, Accept: "text/html" },
      cache: "no-store",
      signal: AbortSignal.timeout?.(LATE),
    });
    if (answer.status === 404) return location.reload();
    if (answer.ok) {
      draw(await answer.text());
      version = answer.headers.get("ETag");
    }
    if (answer.ok || answer.status === 304) heard = Date.now();
  } catch {
    // The line is down: the last picture stays.
  }
  lost.hidden = Date.now() - heard < LATE;
  return undefined;
}

async function go() {
  await ask();
  setTimeout(go, quick ? QUICK : EVERY);
}

function tick() {
  const time = new Intl.DateTimeFormat("en-GB", { timeZone: clock.dataset.clock, hour: "2-digit", minute: "2-digit" });
  clock.querySelector("b").textContent = time.format(new Date(Date.now() + ahead)).replace(":", ".");
}

go();
setInterval(tick, 1000);

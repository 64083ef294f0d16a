/* Lets the page at a hall's door open while the line is down: keeps that page and the files it needs, nothing else. Names are not in it. */

const KEPT = "rembuk-pintu";
const PATIENCE = 6000;
const ANYHOW = { ignoreSearch: true, ignoreVary: true };

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("message", (event) => event.waitUntil(keep(event.data).then(
  (kept) => event.ports[0]?.postMessage(kept),
  () => event.ports[0]?.postMessage(false),
)));
self.addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  if (event.request.method !== "GET" || address.origin !== self.location.origin) return;
  if (event.request.mode === "navigate") event.respondWith(page(event.request));
  else if (address.pathname.startsWith("/static/")) event.respondWith(file(event.request));
});

async function keep({ page: address, files }) {
  const cache = await caches.open(KEPT);
  const there = new Set((await cache.keys()).map((one) => one.url));
  const missing = files.filter((one) => !there.has(new URL(one, self.location.href).href));
  await cache.addAll(missing);
  const answer = await fetch(address, { headers: { Accept: "text/html" } });
  const kept = answer.ok && !answer.redirected;
  if (kept) await cache.put(address, answer);
  return kept;
}

async function page(request) {
  const cache = await caches.open(KEPT);
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout?.(PATIENCE) });
    if (answer.status < 500) {
      if (answer.ok && !answer.redirected) await cache.put(request.url.split("?")[0], answer.clone());
      return answer;
    }
    return (await cache.match(request, ANYHOW)) ?? answer;
  } catch {
    return (await cache.match(request, ANYHOW)) ?? Response.error();
  }
}

async function file(request) {
  const cache = await caches.open(KEPT);
  return (await cache.match(request)) ?? fetch(request);
}

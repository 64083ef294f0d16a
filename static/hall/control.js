/* New messages appear on the page from which the big screen is run. */
import { fetchParts, keepFresh, renew } from "./fresh.js";

const place = document.querySelector("[data-fresh]");
let last = "";

keepFresh(3000, async () => {
  const html = await fetchParts(place.dataset.fresh);
  if (html !== last) renew(place, html);
  last = html;
});

/* Compares this device's clock with the server's, as the page was made and as it came: the way of the answer is no difference. */
const ALLOWED = 5;
const place = document.querySelector("[data-device-clock]");
const [navigation] = performance.getEntriesByType("navigation");

if (place) {
  const arrived = performance.timeOrigin + (navigation?.responseStart ?? performance.now());
  const seconds = Math.round((arrived - Number(place.dataset.deviceClock)) / 1000);
  const right = Math.abs(seconds) <= ALLOWED;
  place.querySelector("[data-right-tag]").hidden = !right;
  place.querySelector("[data-wrong-tag]").hidden = right;
  place.querySelector("[data-words]").textContent = right ? place.dataset.right : place.dataset.wrong.replace("{n}", Math.abs(seconds));
  place.hidden = false;
}

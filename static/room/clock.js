/** The server's clock as this device can tell it, and times as the forum's zone writes them. */
let ahead = 0;
let zone = "Asia/Jakarta";

/** Times are written in `name` (an IANA zone) from now on. */
export function setZone(name) {
  zone = name;
}

/** Notes that the server's clock says `now` (ms UTC). */
export function heardTime(now) {
  if (Number.isFinite(now)) ahead = now - Date.now();
}

/** The moment on the server's clock, ms UTC. */
export function serverNow() {
  return Date.now() + ahead;
}

/** A moment as `19.36` in the forum's zone. */
export function clockTime(at) {
  const parts = part(at, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  return `${parts.hour}.${parts.minute}`;
}

/** A moment as `19.36`, or `10 April 19.36` when it is not of today, in the language of the page. */
export function stamp(at) {
  const day = { year: "numeric", month: "2-digit", day: "2-digit" };
  const [then, today] = [part(at, day), part(serverNow(), day)];
  if (then.day === today.day && then.month === today.month && then.year === today.year) return clockTime(at);
  const language = document.documentElement.lang || "id";
  return `${new Intl.DateTimeFormat(language, { timeZone: zone, day: "numeric", month: "long" }).format(at)} ${clockTime(at)}`;
}

/** Whole seconds until a moment of this device's clock, never less than one. */
export function secondsUntil(at) {
  return Math.max(1, Math.ceil((at - Date.now()) / 1000));
}

/** Making a format costs a hundred times more than using it. */
const formats = new Map();

function part(at, options) {
  const key = `${zone} ${Object.keys(options)}`;
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat("en-GB", { timeZone: zone, ...options }));
  const parts = formats.get(key).formatToParts(at);
  return Object.fromEntries(parts.map(({ type, value }) => [type, value]));
}

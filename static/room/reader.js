/** Reading the logs: frames go through the pure reducer; what is missing is asked for; the public log is kept on the device. */
import { blank, missing, position, reduce, trim } from "./log.js";

const BEHIND = 3000;
const KEEP_EVERY = 2000;
const KEPT = 100;
const FOLLOWING = 300;
const PAGE = 100;

/** How many messages a reader who scrolls up may gather; older ones are on the plain page. */
export const MEMORY = 1500;

/** `changed()` follows every frame that was read; `fresh(entries)` gets public messages that came live, `counted(votes)` those of a page of history. */
export function createReader({ device, room, who, changed, fresh, following, counted }) {
  const reader = { device, key: `log:${room}:${who ?? ""}`, changed, fresh, following, counted, line: null, keeping: 0, welcomeHead: 0 };
  reader.logs = { public: blank("public"), desk: blank("desk") };
  reader.asking = { public: false, desk: false };
  reader.behind = { public: 0, desk: 0 };
  return {
    use: (line) => (reader.line = line),
    log: (name) => reader.logs[name],
    restore: () => restore(reader),
    resume: () => resume(reader),
    welcome: (frame) => welcome(reader, frame),
    read: (frame) => read(reader, frame),
    earlier: () => earlier(reader),
    own: (events) => events.length > 0 && apply(reader, "public", { t: "own", e: events }),
    forget: () => forget(reader),
    keepNow: () => keep(reader),
  };
}

async function restore(reader) {
  const kept = await reader.device.get("kept", reader.key).catch(() => undefined);
  if (kept?.state?.log === "public" && kept.version === 1) reader.logs.public = { ...blank("public"), ...kept.state, ahead: {} };
}

function resume(reader) {
  const places = Object.entries(reader.logs).map(([name, log]) => [name, position(log)]);
  const known = places.filter(([, place]) => place !== null);
  return known.length > 0 ? Object.fromEntries(known) : undefined;
}

function welcome(reader, frame) {
  reader.welcomeHead = frame.head;
  apply(reader, "public", frame);
  if (frame.desk) apply(reader, "desk", { t: "welcome", ...frame.desk });
}

/** A frame with events, of either log, or a heartbeat, which speaks of both. */
function read(reader, frame) {
  if (frame.t === "hb") {
    apply(reader, "public", frame);
    if (Number.isInteger(frame.desk)) apply(reader, "desk", frame);
    return;
  }
  const name = frame.log === "desk" ? "desk" : "public";
  const before = reader.logs[name].seq;
  apply(reader, name, frame);
  if (name === "public" && frame.t !== "snapshot") tell(reader, before);
}

function apply(reader, name, frame) {
  const next = reduce(reader.logs[name], frame);
  reader.logs[name] = trim(next, reader.following() ? FOLLOWING : MEMORY);
  check(reader, name);
  if (name === "public") later(reader);
  reader.changed();
}

function tell(reader, before) {
  const from = Math.max(before, reader.welcomeHead);
  const entries = reader.logs.public.entries.filter((entry) => entry.t === "msg" && entry.seq > from && !entry.gone);
  if (entries.length > 0) reader.fresh(entries);
}

/** A jump is asked for at once, a head that stays ahead after three seconds. */
function check(reader, name) {
  const how = missing(reader.logs[name]);
  if (how === "jump") sync(reader, name);
  if (how !== "behind") {
    clearTimeout(reader.behind[name]);
    reader.behind[name] = 0;
  } else if (!reader.behind[name]) {
    reader.behind[name] = setTimeout(() => {
      reader.behind[name] = 0;
      if (missing(reader.logs[name])) sync(reader, name);
    }, BEHIND);
  }
}

async function sync(reader, name) {
  if (reader.asking[name] || !reader.line.ready()) return;
  reader.asking[name] = true;
  let more = true;
  try {
    while (more) {
      const after = reader.logs[name].seq;
      const answer = await reader.line.ask({ t: "sync", after, ...of(name) });
      if (answer.t !== "ok") break;
      const next = reduce(reader.logs[name], { t: "missed", e: answer.e });
      more = answer.more === true && next.seq > after;
      apply(reader, name, { t: "missed", e: answer.e });
    }
  } catch {
    // The line went; its next welcome says what is missing.
  }
  reader.asking[name] = false;
  if (missing(reader.logs[name]) === "jump") setTimeout(() => check(reader, name), BEHIND);
}

const of = (name) => (name === "desk" ? { log: "desk" } : {});

/** Nothing has been read of the public log: its next welcome brings a picture. */
function forget(reader) {
  const { mode, pinned, notice, agenda } = reader.logs.public;
  reader.logs.public = { ...blank("public"), mode, pinned, notice, agenda };
}

/** One page of history of the public log, unless one is under way or there is none. */
async function earlier(reader) {
  const log = reader.logs.public;
  if (log.begun || log.floor <= 1 || reader.paging || !reader.line.ready() || log.entries.length >= MEMORY) return;
  reader.paging = true;
  try {
    const answer = await reader.line.ask({ t: "history", before: log.floor, n: PAGE });
    if (answer.t === "ok") {
      reader.counted(answer.votes);
      apply(reader, "public", { t: "past", e: answer.e, more: answer.more });
    }
  } catch {
    // The line went; scrolling asks again.
  }
  reader.paging = false;
}

function later(reader) {
  reader.keeping ||= setTimeout(() => keep(reader), KEEP_EVERY);
}

function keep(reader) {
  clearTimeout(reader.keeping);
  reader.keeping = 0;
  const { ahead: _ahead, ...state } = trim(reader.logs.public, KEPT);
  return reader.device.put("kept", { key: reader.key, version: 1, state }).catch(() => {});
}

/**
 * The line to the room: opens a way, says hello, notices silence, comes back after a pause or stays away when told so.
 * `open(on)` opens one way and returns `{send(text), close()}`; it calls `on.opened`, `on.text(text)`, `on.closed(code)`.
 * Status: `{state: "connecting"|"open"|"waiting"|"away", tries, retryAt?, code?}`; times in ms of this device's clock.
 */
const OPENING = 10_000;
const SILENCE = 10_000;
const ANSWER = 20_000;
const STEADY = 10_000;
const SLOWEST = 20_000;

/** Close codes from 4500 on say: do not come back by yourself. */
export function staysAway(code) {
  return code >= 4500 && code <= 4999;
}

/** The pause before try number `tries` in ms: what the server asked for, else full jitter under 0.5 → 20 s. */
export function pause(tries, retry, random = Math.random) {
  if (Number.isFinite(retry)) return Math.max(0, retry) + Math.floor(random() * 250);
  return Math.max(150, Math.floor(random() * Math.min(SLOWEST, 500 * 2 ** tries)));
}

/** A line that is not started yet. `hello()` gives the first frame, `heard(frame)` gets every frame but answers. */
export function createLine({ open, hello, heard, changed, random = Math.random }) {
  const line = { open, hello, heard, changed, random, way: null, status: { state: "idle", tries: 0 }, tries: 0 };
  Object.assign(line, { asked: new Map(), number: 0, timer: 0, watch: 0, hb: 25_000, bye: null, welcomedAt: 0 });
  return {
    start: () => connect(line),
    ready: () => line.status.state === "open",
    status: () => line.status,
    ask: (frame, wait = ANSWER) => ask(line, frame, wait),
    again: () => ["waiting", "away"].includes(line.status.state) && connect(line),
    drop: () => line.way && closed(line, line.way, 1006),
    change: (way) => change(line, way),
    /** Says hello anew on a way of the same kind. */
    renew: () => line.way && (closed(line, line.way, 1006), line.status.state === "waiting" && connect(line)),
    stop: () => stop(line),
  };
}

function set(line, status) {
  line.status = { tries: line.tries, ...status };
  line.changed(line.status);
}

function connect(line) {
  clearTimeout(line.timer);
  line.bye = null;
  set(line, { state: "connecting" });
  const way = { live: null };
  line.way = way;
  listen(line, OPENING);
  way.live = line.open({
    opened: () => line.way === way && say(line, line.hello()),
    text: (text) => line.way === way && hear(line, way, text),
    closed: (code) => closed(line, way, code),
  });
}

/** Opens another way beside an open one and goes over to it once it has said welcome; whether it has. Nothing is shown meanwhile. */
function change(line, open) {
  return new Promise((resolve) => {
    const way = { live: null };
    const old = line.way;
    const timer = setTimeout(() => done(false), OPENING);
    function done(changed) {
      clearTimeout(timer);
      if (!changed) way.live?.close();
      resolve(changed);
    }
    way.live = open({
      opened: () => way.live.send(JSON.stringify(line.hello())),
      text(text) {
        if (line.way === way) return hear(line, way, text);
        if (!text.startsWith('{"t":"welcome"')) return undefined;
        if (line.way !== old || line.status.state !== "open") return done(false);
        line.way = way;
        old.live.close();
        lose(line);
        hear(line, way, text);
        return done(true);
      },
      closed: (code) => (line.way === way ? closed(line, way, code) : done(false)),
    });
  });
}

/** Whatever was asked on a way that is gone has no answer: it is asked again. */
function lose(line) {
  for (const waiting of line.asked.values()) {
    clearTimeout(waiting.timer);
    waiting.reject(new Error("lost"));
  }
  line.asked.clear();
}

/** Silence for `ms` is a dead line, whatever the browser believes of it. */
function listen(line, ms) {
  clearTimeout(line.watch);
  const way = line.way;
  line.watch = setTimeout(() => closed(line, way, 1006), ms);
}

function say(line, frame) {
  line.way.live.send(JSON.stringify(frame));
}

function hear(line, way, text) {
  let frame;
  try {
    frame = JSON.parse(text);
  } catch {
    return;
  }
  if (frame === null || typeof frame !== "object") return;
  if (frame.t === "welcome") {
    line.hb = Number.isFinite(frame.hb) ? frame.hb * 1000 : line.hb;
    line.welcomedAt = Date.now();
  }
  if (line.welcomedAt > 0) listen(line, line.hb + SILENCE);
  if (frame.t === "bye") line.bye = frame;
  if (answers(line, frame)) return;
  line.heard(frame);
  if (frame.t === "welcome" && line.way === way) set(line, { state: "open" });
}

function answers(line, frame) {
  const waiting = frame.i === undefined ? null : line.asked.get(frame.i);
  if (!waiting) return false;
  line.asked.delete(frame.i);
  clearTimeout(waiting.timer);
  waiting.resolve(frame);
  return true;
}

/** Sends a frame and gives its one answer (`ack`, `ok`, `err`); rejects with "lost" when the line goes, "late" after `wait` ms. */
function ask(line, frame, wait) {
  if (line.status.state !== "open") return Promise.reject(new Error("lost"));
  line.number += 1;
  const i = line.number;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      line.asked.delete(i);
      reject(new Error("late"));
    }, wait);
    line.asked.set(i, { resolve, reject, timer });
    say(line, { ...frame, i });
  });
}

function closed(line, way, code) {
  if (line.way !== way) return;
  line.way = null;
  clearTimeout(line.watch);
  way.live?.close();
  lose(line);
  const steady = line.welcomedAt > 0 && Date.now() - line.welcomedAt > STEADY;
  line.tries = steady ? 0 : line.tries + 1;
  line.welcomedAt = 0;
  const reason = line.bye?.code ?? code;
  if (staysAway(reason)) return set(line, { state: "away", code: reason });
  const ms = pause(line.tries, line.bye?.retry, line.random);
  line.timer = setTimeout(() => connect(line), ms);
  set(line, { state: "waiting", code: reason, retryAt: Date.now() + ms });
}

function stop(line) {
  clearTimeout(line.timer);
  clearTimeout(line.watch);
  const way = line.way;
  line.way = null;
  way?.live?.close();
}

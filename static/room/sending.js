/**
 * Sending what waits in the outbox: one after the other, in the order of writing, each with its cid until it is answered.
 * Only one tab sends at a time where the browser has locks; elsewhere the cid makes a repeated send harmless.
 */
const AGAIN = new Set(["slow_mode", "rate_limited", "unavailable"]);
const BODY = ["cid", "kind", "text", "re", "photos", "for", "via", "source", "on_behalf", "fields"];
const LOCK_WAIT = 10_000;
const LONGEST = 300_000;

/** The frame of an item; a resent one is the same but for `i`, so that its body stays the one that the server knows. */
export function frameOf(item) {
  const body = Object.fromEntries(BODY.filter((name) => item[name] !== undefined).map((name) => [name, item[name]]));
  return { t: "send", ...body, sent_at: item.at };
}

/** `wake()` sends while there is something to send and the line is open. `changed()` follows every change of `pausedUntil()`. */
export function createSending({ outbox, line, locks = globalThis.navigator?.locks, name, changed = () => {}, answered = () => {} }) {
  const work = { outbox, line, changed, answered, running: false, again: false, paused: null, rouse: null, late: 0 };

  async function wake() {
    work.rouse?.();
    if (work.running) {
      work.again = true;
      return;
    }
    work.running = true;
    try {
      do {
        work.again = false;
        await alone(locks, name, () => flush(work));
      } while (work.again && line.ready());
    } finally {
      work.running = false;
    }
  }
  return { wake, paused: () => work.paused };
}

/** Runs `act` while no other tab does. A tab that the system froze with the lock in its hand must not silence this one. */
async function alone(locks, name, act) {
  if (!locks) return act();
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), LOCK_WAIT);
  try {
    return await locks.request(name, { signal: patience.signal }, () => {
      clearTimeout(timer);
      return act();
    });
  } catch (error) {
    if (error.name !== "AbortError") throw error;
    return act();
  } finally {
    clearTimeout(timer);
  }
}

async function flush(work) {
  while (work.line.ready()) {
    const item = await work.outbox.next();
    if (!item) return;
    let answer;
    try {
      answer = await work.line.ask(frameOf(item));
      work.late = 0;
    } catch (error) {
      if (error.message === "late" && (work.late += 1) > 1) work.line.drop();
      continue;
    }
    await settle(work, item, answer);
  }
}

async function settle(work, item, answer) {
  if (answer.t === "ack") {
    const { id, seq, at: said_at, proposal } = answer;
    await work.outbox.mark(item.cid, { state: answer.state, id, seq, said_at, proposal });
    work.answered(item, answer);
  } else if (answer.t === "err" && AGAIN.has(answer.code)) {
    await rest(work, item.cid, answer);
  } else {
    await work.outbox.mark(item.cid, { state: "failed", code: answer.code ?? "bad_request", reason: answer.message });
    work.answered(item, answer);
  }
}

/** Waits as long as the server asked, or until the line goes. */
async function rest(work, cid, { code, retry }) {
  const ms = Math.min(LONGEST, Number.isFinite(retry) ? Math.max(0, retry) : 3000);
  const until = Date.now() + ms;
  work.paused = { cid, code, until };
  work.changed();
  while (Date.now() < until && work.line.ready()) {
    await new Promise((resolve) => {
      const timer = setTimeout(resolve, until - Date.now());
      work.rouse = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
  work.rouse = null;
  work.paused = null;
  work.changed();
}

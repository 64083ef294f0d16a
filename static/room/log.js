/**
 * One log of a room as the reader holds it: where it stands and what it has read so far.
 * Everything here is pure: `reduce(state, frame)` returns the next state and touches nothing else.
 * Frames are those of the protocol, plus two answers renamed by the caller: `missed` (to sync) and `past` (to history), and `own`: one's own
 * messages that were skipped.
 */
import * as desk from "./desk.js";
import * as record from "./record.js";

const RULES = { public: record, desk };

/** How many events may wait for a missing one before they are let go and asked for again. */
export const AHEAD = 500;

/** A log of which nothing has been read; `log` is "public" or "desk". */
export function blank(log = "public") {
  return { log, epoch: null, seq: 0, head: 0, ahead: {}, ...RULES[log].blank() };
}

/** What `hello.resume` says of this log, or null while there is no position. */
export function position(state) {
  return state.epoch === null ? null : [state.epoch, state.seq];
}

/** Whether a seq was skipped (ask at once) or the head is known to be further on (ask after a while). */
export function missing(state) {
  if (Object.keys(state.ahead).length > 0) return "jump";
  return state.head > state.seq ? "behind" : null;
}

/** The next state after one frame of this log; what it does not know it leaves alone. */
export function reduce(state, frame) {
  switch (frame.t) {
    case "welcome":
      return welcomed(state, frame);
    case "snapshot":
      return replaced(state, frame);
    case "batch":
    case "missed":
      return list(frame.e).reduce(take, state);
    case "own":
      return RULES[state.log].own(state, list(frame.e));
    case "past":
      return RULES[state.log].past(state, list(frame.e), frame.more === true);
    case "hb":
      return raised(state, state.log === "desk" ? frame.desk : frame.head);
    default:
      return Number.isInteger(frame.seq) || frame.t === "skip" ? take(state, frame) : state;
  }
}

/** Keeps only the newest `keep` entries; what is let go can be read again from the log. */
export function trim(state, keep) {
  return RULES[state.log].trim(state, keep);
}

/** `frame` carries epoch, head and recovered of this log. Another epoch means that nothing held is true any more. */
function welcomed(state, frame) {
  const same = frame.epoch === state.epoch;
  const next = same ? { ...state, ahead: {}, head: frame.head } : { ...blank(state.log), epoch: frame.epoch, head: frame.head };
  return RULES[state.log].welcomed(next, frame);
}

function replaced(state, frame) {
  const fresh = { ...blank(state.log), epoch: frame.epoch, seq: frame.head, head: Math.max(frame.head, state.head) };
  if (frame.epoch !== state.epoch) fresh.head = frame.head;
  const next = RULES[state.log].replaced(fresh, list(frame.e), state);
  return settle({ ...next, ahead: frame.epoch === state.epoch ? state.ahead : {} });
}

function raised(state, head) {
  return Number.isInteger(head) && head > state.head ? { ...state, head } : state;
}

/** Applies an event that is exactly next, ignores what is had, and keeps what is too early until the gap is closed. */
function take(state, event) {
  const [from, to] = span(event);
  if (!Number.isInteger(from) || !Number.isInteger(to) || to <= state.seq) return state;
  if (from > state.seq + 1) {
    const known = Object.keys(state.ahead).length;
    const ahead = known < AHEAD ? { ...state.ahead, [from]: event } : state.ahead;
    return { ...state, ahead, head: Math.max(state.head, to) };
  }
  return settle(step(state, event, to));
}

function step(state, event, to) {
  const next = event.t === "skip" ? state : RULES[state.log].apply(state, event);
  return { ...next, seq: to, head: Math.max(next.head, to) };
}

/** Applies what waited as far as it now follows on, and drops what has been overtaken. */
function settle(state) {
  let waiting = Object.values(state.ahead);
  if (waiting.length === 0) return state;
  let next = state;
  waiting.sort((a, b) => span(a)[0] - span(b)[0]);
  for (const event of waiting) {
    const [from, to] = span(event);
    if (from <= next.seq + 1 && to > next.seq) next = step(next, event, to);
  }
  waiting = waiting.filter((event) => span(event)[1] > next.seq);
  return { ...next, ahead: Object.fromEntries(waiting.map((event) => [span(event)[0], event])) };
}

function span(event) {
  return event.t === "skip" ? [event.from, event.to] : [event.seq, event.seq];
}

function list(events) {
  return Array.isArray(events) ? events : [];
}

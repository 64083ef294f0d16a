/**
 * What the desk log says: messages that wait for a decision, and who did what. Pure; shapes as in record.js.
 * `held` and `late` carry the message as `msg` does; `decided` names its `id` and the state it went to.
 */
const ACTS = 30;

/** The desk part of a log of which nothing has been read. */
export function blank() {
  return { queue: [], decided: {}, acts: [], floor: 1, begun: true };
}

export function welcomed(state) {
  return state;
}

/** Starts from a snapshot; what was held before its first event is read from history down to the beginning. */
export function replaced(fresh, events) {
  const state = { ...fresh, floor: fresh.seq + 1, begun: fresh.seq === 0 };
  return [...events].sort((a, b) => a.seq - b.seq).reduce(apply, state);
}

/** The next event: into the queue, out of it, or onto the list of acts. */
export function apply(state, event) {
  switch (event.t) {
    case "held":
    case "late":
      return queued(state, event);
    case "msg":
      return event.gone ? removed(state, event.id) : state;
    case "decided":
      return removed(state, event.id);
    case "act":
    case "task":
      return { ...state, acts: [...state.acts, event].slice(-ACTS) };
    default:
      return state;
  }
}

/** A page of history below `floor`, ascending: what was decided later never comes back into the queue. */
export function past(state, events, more) {
  let next = state;
  for (const event of events) {
    if (event.t === "decided" || event.gone) next = removed(next, event.id);
  }
  for (const event of events) {
    if (event.t === "held" || event.t === "late") next = queued(next, event);
  }
  const floor = events.length > 0 ? Math.min(state.floor, events[0].seq) : state.floor;
  return { ...next, floor, begun: !more };
}

/** The queue is short and must stay whole: nothing is let go. */
export function trim(state) {
  return state;
}

function queued(state, event) {
  if (event.gone || state.decided[event.id] || state.queue.some((one) => one.id === event.id)) return state;
  const queue = [...state.queue, { ...event, key: event.id }].sort((a, b) => a.seq - b.seq);
  return { ...state, queue };
}

function removed(state, id) {
  return { ...state, decided: { ...state.decided, [id]: true }, queue: state.queue.filter((one) => one.id !== id) };
}

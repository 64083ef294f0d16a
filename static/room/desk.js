/**
 * What the desk log says: messages that wait for a decision, and who did what. Pure; shapes as in record.js.
 * `held` and `late` carry the message as `msg` does; `decided` names its `id` and the state it went to.
 */
const ACTS = 30;

/** The desk part of a log of which nothing has been read. */
export function blank() {
  return { queue: [], decided: {}, acts: [] };
}

export function welcomed(state) {
  return state;
}

/** Starts from a snapshot, which holds everything that is still to be decided. */
export function replaced(fresh, events) {
  return [...events].sort((a, b) => a.seq - b.seq).reduce(apply, fresh);
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
    case "task": {
      const next = event.op === "delete" ? removed(state, event.target) : state;
      return { ...next, acts: [...next.acts, event].slice(-ACTS) };
    }
    default:
      return state;
  }
}

/** The desk has no use for history: its queue is whole. */
export function past(state) {
  return state;
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

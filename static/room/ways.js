/**
 * Which way the line takes: the best first; after two openings without a welcome the next one, after the last the best again.
 * Whoever is on a lower way tries the better ones now and then, and changes over once one of them has said welcome.
 */
const FAILED = 2;
const SOON = 5_000;
const LATER = 60_000;

/** `ways`: from the best to the last, each as `socketWay`. `changed(level)` is called when the line stands on another way. */
export function createWays(ways, { changed = () => {}, online = () => navigator.onLine } = {}) {
  const state = { ways, changed, online, level: 0, failed: 0, welcomed: true, line: null, timer: 0, climbing: false };
  return {
    use: (line) => (state.line = line),
    open: (on) => open(state, on),
    level: () => state.level,
    /** Tries the better ways now. */
    climb: () => climb(state),
  };
}

function open(state, on) {
  if (!state.welcomed && state.online()) state.failed += 1;
  if (state.failed >= FAILED) stand(state, (state.level + 1) % state.ways.length);
  state.welcomed = false;
  clearTimeout(state.timer);
  return watched(state.ways[state.level], on, () => {
    state.welcomed = true;
    state.failed = 0;
    if (state.level > 0) later(state, SOON);
  });
}

function stand(state, level) {
  state.failed = 0;
  if (level === state.level) return;
  state.level = level;
  state.changed(level);
}

/** One way, and a call at its first welcome. */
function watched(way, on, welcomed) {
  let heard = false;
  const text = (data) => {
    if (!heard && data.startsWith('{"t":"welcome"')) {
      heard = true;
      welcomed();
    }
    on.text(data);
  };
  return way({ ...on, text });
}

function later(state, ms) {
  clearTimeout(state.timer);
  state.timer = setTimeout(() => climb(state), ms);
}

async function climb(state) {
  if (state.level === 0 || state.climbing || !state.line.ready()) return;
  state.climbing = true;
  for (let level = 0; level < state.level && state.line.ready(); level += 1) {
    const welcomed = () => {
      state.welcomed = true;
      stand(state, level);
    };
    if (await state.line.change((on) => watched(state.ways[level], on, welcomed))) break;
  }
  state.climbing = false;
  if (state.level > 0) later(state, LATER);
}

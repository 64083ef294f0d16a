/**
 * What the public log says: messages as they now stand, notices between them, pins and the mode of the room. Pure.
 * An entry is a message (`t` "msg") or a notice (`t` "room"); `seq` is its place, `rev` the seq as of which it is true.
 * `floor` is the lowest seq from which on nothing of the log is unread; below it `later` keeps changes to messages not held.
 */
const MODE = { slow: "seconds", lock: "on", premoderate: "on", state: "to" };
const FIELD = { slow: "slow", lock: "locked", premoderate: "premoderated", state: "state" };
const DEEDS = { hidden: "hide", deleted: "delete", erased: "erase" };
const LATER = 1000;
/** What is taken away is no longer pinned either, and stays unpinned when it is shown again. */
const PINNING = new Set(["pin", "unpin", "hide", "delete"]);

/** The public part of a log of which nothing has been read. */
export function blank() {
  return { entries: [], later: {}, floor: 1, begun: true, pinned: [], aside: {}, mode: {}, told: 0, notice: null, agenda: null };
}

/** Takes over what the welcome says of the room; older events of the mode no longer count. */
export function welcomed(state, frame) {
  const { announcement, agenda, ...mode } = frame.room ?? state.mode;
  const same = announcement !== undefined && announcement.id === state.notice?.id;
  const notice = announcement === undefined ? null : same ? state.notice : { ...announcement, seq: frame.head };
  return { ...state, mode, notice, agenda: agenda ?? (state.agenda && {}), pinned: frame.pinned ?? state.pinned, told: frame.head };
}

/** Starts from the messages of a snapshot, each as of the head. A pinned one from long ago stands aside. */
export function replaced(fresh, events, old) {
  const kept = { ...fresh, mode: old.mode, pinned: old.pinned, told: old.told, notice: old.notice, agenda: old.agenda };
  const messages = events.filter((event) => event.t === "msg").sort((a, b) => a.seq - b.seq);
  const first = messages.findIndex((event) => !old.pinned.includes(event.id));
  const far = messages.slice(0, Math.max(first, 0)).map((event) => entry(event, fresh.seq));
  const near = messages.slice(Math.max(first, 0)).map((event) => entry(event, fresh.seq));
  const aside = Object.fromEntries(far.map((one) => [one.id, one]));
  const state = { ...kept, entries: near, aside, floor: fresh.seq + 1, begun: fresh.seq === 0 };
  return events.filter((event) => event.t === "room").reduce(roomEvent, state);
}

/** The next event of the log, already known to be exactly next. */
export function apply(state, event) {
  if (event.t === "msg") return entered(state, event);
  if (event.t === "upd") return repinned(updated(state, event), event);
  return event.t === "room" ? roomEvent(state, event) : state;
}

/** One's own messages where they belong, among events that were read or skipped. */
export function own(state, events) {
  return events.filter((event) => event.seq <= state.seq && event.seq >= state.floor).reduce(entered, state);
}

/** A page of history below `floor`, ascending. Changes first, so that a message enters as it stands; pins and modes are long decided. */
export function past(state, events, more) {
  let next = events.filter((event) => event.t === "upd").reduce(updated, state);
  for (const event of events) {
    if (event.t === "msg") next = entered(next, event);
    else if (event.t === "room" && shown(event)) next = inserted(next, notice(event));
  }
  const floor = events.length > 0 ? Math.min(state.floor, events[0].seq ?? events[0].from) : state.floor;
  return { ...next, floor, begun: !more };
}

/** Lets go of the oldest entries beyond `keep`; those that were changed since are remembered as they stood. */
export function trim(state, keep) {
  const over = state.entries.length - keep;
  if (over <= 0) return state;
  let later = state.later;
  for (const one of state.entries.slice(0, over)) {
    if (one.t === "msg" && one.rev > one.seq) later = { ...later, [one.id]: [{ op: "whole", seq: one.rev, v: one }] };
  }
  const entries = state.entries.slice(over);
  return { ...state, entries, later: bounded(later), floor: Math.max(state.floor, entries[0].seq), begun: false };
}

/** The message with this id as far as it is held, pinned ones from long ago included. */
export function find(state, id) {
  for (let i = state.entries.length - 1; i >= 0; i -= 1) {
    if (state.entries[i].t === "msg" && state.entries[i].id === id) return state.entries[i];
  }
  return state.aside[id] ?? null;
}

function entry(event, rev) {
  return { ...numbered(event), key: event.id, rev };
}

/** A message names its proposal by the number alone. */
function numbered(event) {
  return typeof event.proposal === "string" ? { ...event, proposal: { number: event.proposal } } : event;
}

function notice(event) {
  return { ...event, key: `r${event.seq}`, rev: event.seq };
}

function shown(event) {
  return event.op === "announce" || event.op === "state";
}

/** Enters a message, or what is left of one. An edit that was taken away is a tombstone under the same id. */
function entered(state, event) {
  const held = state.entries.findIndex((one) => one.t === "msg" && one.id === event.id);
  if (held >= 0) return merged(state, held, event);
  const next = event.gone && !event.by ? recorded(state, { id: event.id, op: DEEDS[event.gone], seq: event.seq }) : state;
  const aside = state.aside[event.id];
  const one = aside && aside.rev > event.seq ? { ...aside, seq: event.seq } : entry(event, event.seq);
  return inserted(next, withLater(next, one));
}

/** The same id again: a taken edit further on, or the message itself where only its tombstone was known. */
function merged(state, index, event) {
  const held = state.entries[index];
  if (event.gone && event.seq > held.rev) return put(state, index, taken(held, event.gone, event.seq));
  if (event.seq > held.seq || (event.seq === held.seq && (held.by || !event.by))) return state;
  const entries = state.entries.filter((_, i) => i !== index);
  return inserted({ ...state, entries }, withLater(state, entry(event, event.seq)));
}

function withLater(state, one) {
  return (state.later[one.id] ?? []).filter((change) => change.seq > one.rev).reduce(changed, one);
}

/** Remembers a change to a message that is not (wholly) held. */
function recorded(state, change) {
  const known = state.later[change.id] ?? [];
  if (known.some((one) => one.seq === change.seq)) return state;
  const changes = [...known, change].sort((a, b) => a.seq - b.seq);
  return { ...state, later: bounded({ ...state.later, [change.id]: changes }) };
}

function inserted(state, one) {
  const entries = state.entries;
  if (entries.some((other) => other.key === one.key)) return state;
  if (entries.length === 0 || entries[entries.length - 1].seq < one.seq) return { ...state, entries: [...entries, one] };
  const at = entries.findIndex((other) => other.seq > one.seq);
  return { ...state, entries: [...entries.slice(0, at), one, ...entries.slice(at)] };
}

function put(state, index, one) {
  const entries = state.entries.slice();
  entries[index] = one;
  return { ...state, entries };
}

function updated(state, upd) {
  const index = state.entries.findIndex((one) => one.t === "msg" && one.id === upd.id);
  const aside = state.aside[upd.id];
  let next = state;
  if (aside && upd.seq > aside.rev) next = { ...next, aside: { ...next.aside, [upd.id]: changed(aside, upd) } };
  if (index < 0 || upd.id in state.later) next = recorded(next, upd);
  return index >= 0 && upd.seq > state.entries[index].rev ? put(next, index, changed(state.entries[index], upd)) : next;
}

function bounded(later) {
  const ids = Object.keys(later);
  if (ids.length <= LATER) return later;
  return Object.fromEntries(ids.slice(ids.length - LATER).map((id) => [id, later[id]]));
}

/** One message after one change. What was taken away leaves no text behind, here as on the server. */
function changed(one, upd) {
  const v = upd.v ?? {};
  switch (upd.op) {
    case "whole":
      return { ...v, seq: one.seq };
    case "edit":
      return one.gone ? { ...one, rev: upd.seq } : { ...one, text: v.text, edited: true, rev: upd.seq };
    case "hide":
      return taken(one, "hidden", upd.seq);
    case "delete":
      return taken(one, "deleted", upd.seq);
    case "erase":
      return taken(one, "erased", upd.seq);
    case "unhide": {
      const { gone: _, ...rest } = one;
      const again = numbered(v);
      return { ...rest, ...again, ...(again.proposal && { proposal: { ...one.proposal, ...again.proposal } }), rev: upd.seq };
    }
    case "proposal":
      return { ...one, proposal: { ...one.proposal, ...v }, rev: upd.seq };
    default:
      return { ...one, rev: upd.seq };
  }
}

function taken(one, gone, seq) {
  const { text: _text, fields: _fields, photos: _photos, ...rest } = one;
  return { ...rest, gone, rev: seq };
}

/** The latest pin comes first, as in the welcome. */
function repinned(state, upd) {
  if (!PINNING.has(upd.op)) return state;
  const others = state.pinned.filter((id) => id !== upd.id);
  return { ...state, pinned: upd.op === "pin" ? [upd.id, ...others] : others };
}

/** As in the welcome: `practice` stands there in a rehearsal only. */
function practised({ practice: _, ...mode }, on) {
  return on ? { ...mode, practice: true } : mode;
}

function roomEvent(state, event) {
  const v = event.v ?? {};
  let next = state;
  if (event.op in MODE && event.seq > state.told) {
    next = { ...next, mode: { ...next.mode, [FIELD[event.op]]: v[MODE[event.op]] } };
    if (event.op === "state") next = { ...next, mode: practised(next.mode, v.practice === true) };
  }
  if (event.op === "announce") next = { ...next, notice: { ...v, seq: event.seq } };
  if (event.op === "agenda") next = { ...next, agenda: v };
  return shown(event) ? inserted(next, notice(event)) : next;
}

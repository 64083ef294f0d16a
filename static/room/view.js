/**
 * The stream on the page. It draws once per animation frame, keeps at most 300 messages in the page, and never moves what is
 * being read: who has scrolled up stays there and gets a button with the number of new messages.
 */
import { setText } from "./dom.js";
import { tn } from "./words.js";

const MOST = 300;
const STEP = 100;
const NEAR = 60;

/**
 * `parts`: the elements `{stream, entries, tail, newer, start}`. `node(entry)` makes an element; `earlier()` asks for older ones.
 * `show(entries, tail)` takes both lists (tail: `{key, rev, node()}`); an entry that is the same object is not drawn again.
 */
export function createView({ parts, node, earlier, own }) {
  const view = { parts, node, earlier, own, entries: [], tail: [], drawn: new Map(), from: null, following: true, seen: 0, due: false };
  view.stale = false;
  parts.stream.addEventListener("scroll", () => scrolled(view), { passive: true });
  parts.newer.addEventListener("click", () => {
    parts.stream.focus({ preventScroll: true });
    follow(view);
  });
  const grown = new ResizeObserver(() => view.following && toEnd(view));
  grown.observe(parts.stream);
  grown.observe(parts.entries);
  return {
    show(entries, tail) {
      view.entries = entries;
      view.tail = tail;
      later(view);
    },
    redraw() {
      view.stale = true;
      later(view);
    },
    follow: () => follow(view),
    following: () => view.following,
  };
}

function later(view) {
  if (view.due) return;
  view.due = true;
  requestAnimationFrame(() => {
    view.due = false;
    draw(view);
  });
}

/** The entries that are in the page: the newest while following, else from where the reader is. */
function windowOf(view) {
  const { entries } = view;
  if (view.following || view.from === null) return entries.slice(-MOST);
  let start = entries.findIndex((entry) => entry.seq >= view.from);
  if (start < 0) start = Math.max(0, entries.length - MOST);
  return entries.slice(start, start + MOST);
}

function draw(view) {
  const { stream, entries: list, tail } = view.parts;
  const shown = windowOf(view);
  // Who follows sees the end only: what is far above need not be laid out until somebody scrolls.
  stream.toggleAttribute("data-following", view.following);
  const anchor = view.following ? null : anchorOf(view);
  if (view.stale) view.drawn.clear();
  view.stale = false;
  const lists = [[list, shown.map((entry) => ({ key: entry.key, made: entry, node: () => view.node(entry) }))],
    [tail, view.tail.map((item) => ({ key: item.key, made: item.rev, node: item.node }))]];
  // What goes, goes first: else every element that stays would have to be moved in front of it.
  const wanted = new Set(lists.flatMap(([, items]) => items.map(({ key }) => key)));
  for (const [key, { element }] of view.drawn) {
    if (wanted.has(key)) continue;
    element.remove();
    view.drawn.delete(key);
  }
  for (const [parent, items] of lists) place(view, parent, items);
  view.from = shown[0]?.seq ?? null;
  if (view.following) toEnd(view);
  else if (anchor) stay(view, anchor);
  count(view, shown);
}

/** Makes the children of `parent` exactly `items`, touching only what changed. Focus inside an unchanged element is kept. */
function place(view, parent, items) {
  let after = null;
  for (const { key, made, node } of items) {
    let known = view.drawn.get(key);
    if (!known || known.made !== made || known.element.parentNode !== parent) {
      known = { element: redrawn(known?.element, node()), made };
      view.drawn.set(key, known);
    }
    const right = after ? after.nextSibling : parent.firstChild;
    if (known.element !== right) parent.insertBefore(known.element, right);
    after = known.element;
  }
  while (after ? after.nextSibling : parent.firstChild) (after ? after.nextSibling : parent.firstChild).remove();
}

function redrawn(old, element) {
  const focused = old?.contains(document.activeElement);
  old?.replaceWith(element);
  if (focused) element.querySelector("button, a, input")?.focus({ preventScroll: true });
  return element;
}

/** The first element that is in sight, and where it stands. */
function anchorOf(view) {
  const edge = view.parts.stream.getBoundingClientRect().top;
  for (const element of view.parts.entries.children) {
    const box = element.getBoundingClientRect();
    if (box.bottom > edge) return { key: element.dataset.key, top: box.top };
  }
  return null;
}

/** Puts what was in sight back to where it stood, whatever came or went above it. */
function stay(view, anchor) {
  const element = view.drawn.get(anchor.key)?.element;
  if (element) view.parts.stream.scrollTop += element.getBoundingClientRect().top - anchor.top;
}

function toEnd(view) {
  view.parts.stream.scrollTop = view.parts.stream.scrollHeight;
}

function scrolled(view) {
  const { stream } = view.parts;
  const below = stream.scrollHeight - stream.clientHeight - stream.scrollTop;
  const last = lastShown(view);
  const atEnd = below < NEAR && last === (view.entries.at(-1)?.seq ?? null);
  if (atEnd !== view.following) {
    view.following = atEnd;
    later(view);
  }
  if (view.following) return;
  count(view, windowOf(view));
  if (stream.scrollTop < NEAR * 5) upwards(view);
  else if (below < NEAR * 5 && last !== view.entries.at(-1)?.seq) downwards(view);
}

function lastShown(view) {
  return windowOf(view).at(-1)?.seq ?? null;
}

function upwards(view) {
  const start = view.entries.findIndex((entry) => entry.seq >= view.from);
  if (start > 0) {
    view.from = view.entries[Math.max(0, start - STEP)].seq;
    later(view);
  } else {
    view.from = 0;
    view.earlier();
  }
}

function downwards(view) {
  const start = view.entries.findIndex((entry) => entry.seq >= view.from);
  view.from = view.entries[Math.min(view.entries.length - 1, start + STEP)].seq;
  later(view);
}

function follow(view) {
  view.following = true;
  later(view);
}

/** What has come since the reader left the end; one's own words do not count as new. */
function count(view, shown) {
  const newest = view.entries.at(-1)?.seq ?? 0;
  if (view.following) view.seen = newest;
  const fresh = view.following ? 0 : view.entries.filter((entry) => entry.seq > view.seen && entry.t === "msg" && !view.own(entry)).length;
  const { newer, stream } = view.parts;
  const far = stream.scrollHeight - stream.scrollTop > stream.clientHeight * 2.5;
  newer.hidden = view.following || (fresh === 0 && !far);
  if (!newer.hidden) setText(newer.querySelector("span"), fresh > 0 ? tn("new_messages", fresh) : newer.dataset.end);
  view.parts.start.hidden = shown.length === 0 || view.from > (view.entries[0]?.seq ?? 0);
}

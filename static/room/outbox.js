/**
 * The outbox: what this person wrote in this room, kept until the server has said what became of it, and the draft.
 * An item: `{cid, room, who, n, kind, text, state, …}`; `n` is the order of writing, `who` the author's id (null until known).
 * What is written in a rehearsal bears `practice`, and is never sent into the real session.
 * `state`: queued → visible | held | late | rejected, or failed with `code`. Nothing is removed but by its author or by age.
 */
const SETTLED = new Set(["visible", "held", "late", "rejected"]);
const DAY = 86_400_000;

/** An outbox over `device` for one room and person; `changed()` is called after every change, other tabs' included. */
export async function openOutbox(device, { room, who = null, changed = () => {}, now = Date.now, channel = broadcast(room) }) {
  const box = { device, room, who, changed, now, channel, items: [], last: 0, practice: null };
  if (channel) channel.onmessage = () => reload(box).then(changed);
  await reload(box);
  await purge(box);
  return {
    get durable() {
      return device.durable;
    },
    items: () => box.items,
    add: (body) => add(box, body),
    next: () => next(box),
    mark: (cid, patch) => mark(box, cid, patch),
    remove: (cid) => drop(box, cid),
    again: (cid) => again(box, cid),
    adopt: (person) => adopt(box, person),
    practise: (on) => practise(box, on),
    reload: () => reload(box),
    draft: async () => (await device.get("kept", draftKey(box)))?.draft ?? null,
    keepDraft: (draft) => device.put("kept", { key: draftKey(box), draft, at: now() }),
  };
}

function broadcast(room) {
  return typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(`rembuk-outbox-${room}`);
}

/** A fresh cid: 24 characters that the protocol allows, from the system's random source. */
export function newCid() {
  const bytes = crypto.getRandomValues(new Uint8Array(18));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_");
}

/** A text as the server takes it: NFC, line breaks as one sign, without signs that no keyboard types and halves of others. */
export function plain(text) {
  const unsafe = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]|\p{Surrogate}/gu;
  return text.replace(/\r\n?/g, "\n").replace(unsafe, "").normalize("NFC");
}

/** Characters as the server counts them: code points after NFC. */
export function characters(text) {
  return [...text.normalize("NFC")].length;
}

async function reload(box) {
  const all = await box.device.all("outbox");
  const ours = all.filter((item) => item.room === box.room && item.who === box.who);
  box.items = ours.sort((a, b) => a.n - b.n || (a.cid < b.cid ? -1 : 1));
  box.last = Math.max(box.last, ...box.items.map((item) => item.n));
}

/** What is settled stays a day, so that the author can read what became of it; another person's unsent words stay a month. */
async function purge(box) {
  for (const item of await box.device.all("outbox")) {
    const age = box.now() - (item.settled_at ?? item.at);
    const old = SETTLED.has(item.state) ? age > DAY && item.state !== "held" : item.who !== box.who && age > 30 * DAY;
    if (old || age > 60 * DAY) await box.device.remove("outbox", item.cid);
  }
  await reload(box);
}

async function add(box, body) {
  box.last = Math.max(box.now(), box.last + 1);
  const text = plain(body.text);
  const item = { cid: newCid(), room: box.room, who: box.who, n: box.last, at: box.now(), state: "queued", ...(box.practice && { practice: true }), ...body, text };
  await box.device.put("outbox", item);
  await told(box);
  return item;
}

/** The oldest item that is still to be sent, read from the device: another tab may have sent one. */
async function next(box) {
  await reload(box);
  return box.items.find((item) => item.state === "queued" && (!item.practice || box.practice)) ?? null;
}

/** Says whether the room is a rehearsal. After its end what was sent in it is forgotten, and what was not stays with its author. */
async function practise(box, on) {
  if (box.practice === on) return;
  box.practice = on;
  const over = on ? [] : box.items.filter((item) => item.practice);
  for (const item of over) {
    if (SETTLED.has(item.state)) await box.device.remove("outbox", item.cid);
    else await box.device.update("outbox", item.cid, ({ practice: _, ...rest }) => ({ ...rest, state: "failed", code: "practice" }));
  }
  if (over.length > 0) await told(box);
}

/** Notes what became of an item; nothing happens where there is no such item, or nothing new to note. */
async function mark(box, cid, patch) {
  const known = box.items.find((item) => item.cid === cid);
  if (!known || Object.entries(patch).every(([name, value]) => known[name] === value)) return;
  await box.device.update("outbox", cid, (item) => {
    const settled = SETTLED.has(patch.state) && !SETTLED.has(item.state) ? { settled_at: box.now() } : {};
    return { ...item, ...patch, ...settled };
  });
  await told(box);
}

async function drop(box, cid) {
  await box.device.remove("outbox", cid);
  await told(box);
}

/** Queues a failed item once more, behind what waits. After a `conflict` the cid is somebody else's: it gets a new one. */
async function again(box, cid) {
  const item = await box.device.get("outbox", cid);
  if (item?.state !== "failed") return;
  box.last = Math.max(box.now(), box.last + 1);
  const { code, reason: _reason, ...rest } = item;
  const fresh = code === "conflict" ? newCid() : cid;
  await box.device.put("outbox", { ...rest, cid: fresh, n: box.last, state: "queued" });
  if (fresh !== cid) await box.device.remove("outbox", cid);
  await told(box);
}

/** Says whose outbox this is, once the server has said so; what was written before belongs to them. */
async function adopt(box, person) {
  if (box.who === person) return;
  const before = box.who;
  if (before === null) {
    for (const item of box.items) await box.device.put("outbox", { ...item, who: person });
  }
  box.who = person;
  await reload(box);
  box.changed();
}

async function told(box) {
  await reload(box);
  box.channel?.postMessage("changed");
  box.changed();
}

function draftKey(box) {
  return `draft:${box.room}:${box.who ?? ""}`;
}

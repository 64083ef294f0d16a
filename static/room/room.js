/** The room: joins the device's memory, the line, the logs and the page. Everything that is shown follows from `model`. */
import { drawAgenda } from "./agenda.js";
import { createAnnouncer } from "./announce.js";
import { drawBars } from "./bars.js";
import { becameMark } from "./became.js";
import { createChair } from "./chair.js";
import { heardTime, setZone } from "./clock.js";
import { createComposer } from "./composer.js";
import { openDevice } from "./device.js";
import { byId, setText } from "./dom.js";
import { createLine } from "./line.js";
import { aloud, messageNode } from "./message.js";
import { drawMine, gathered } from "./mine.js";
import { createModeration } from "./moderate.js";
import { openOutbox } from "./outbox.js";
import { pollWay } from "./poll.js";
import { createReader, MEMORY } from "./reader.js";
import { find } from "./record.js";
import { createSaving } from "./saving.js";
import { createSending } from "./sending.js";
import { socketWay } from "./socket.js";
import { streamWay } from "./stream.js";
import { createView } from "./view.js";
import { createVotes } from "./votes.js";
import { createWays } from "./ways.js";
import { learn, t, tn } from "./words.js";

const config = JSON.parse(byId("room-config").content.textContent);
learn(JSON.parse(byId("room-words").content.textContent));
setZone(config.zone);

let due = false;
let ready = false;
const model = { you: config.you ?? null, welcomed: false, status: { state: "idle", tries: 0 }, presence: null, dismissed: 0, mine: {}, proposals: {} };
const who = config.you?.id ?? null;
const device = await openDevice();
const outbox = await openOutbox(device, { room: config.room, who, changed });
const announcer = createAnnouncer(byId("announcer"));
const reader = createReader({ device, room: config.room, who, changed, fresh, following: () => view.following(), counted: (counts) => votes.heard(counts) });
const saving = createSaving(byId("saving"), { changed: savingChanged });
const calls = `/api/v1/rooms/${encodeURIComponent(config.room)}`;
const ways = createWays([socketWay(config.ws), streamWay(calls, config.csrf), pollWay(calls, config.csrf)], { changed });
const line = createLine({ open: ways.open, hello, heard, changed: lineChanged });
const sending = createSending({ outbox, line, name: `rembuk-send-${config.room}-${who ?? ""}`, changed });
reader.use(line);
ways.use(line);
const votes = createVotes({ line, allowed: () => votable(), counted: () => !saving.on() });

const scene = {
  get me() {
    return model.you?.id ?? null;
  },
  get line() {
    return model.status;
  },
  get paused() {
    return sending.paused();
  },
  find: (id) => find(reader.log("public"), id),
  vote: (entry) => votes.part(entry),
  actions: (entry) => model.staff?.actions(entry) ?? null,
  sites: config.sites ?? {},
  proposalUrl: config.links?.proposal ?? "/u/{number}",
};
const can = {
  again: (item) => outbox.again(item.cid).then(sending.wake),
  remove: (item) => outbox.remove(item.cid),
  understand: (item) => outbox.mark(item.cid, { understood: true }),
  edit,
  copy,
};
const view = createView({
  parts: { stream: byId("stream"), entries: byId("entries"), tail: byId("tail"), newer: byId("newer"), start: byId("start") },
  node: (entry) => messageNode(entry, scene),
  earlier: () => reader.earlier(),
  own: (entry) => entry.by?.id === scene.me,
});
const composer = createComposer({
  send,
  keep: (draft) => outbox.keepDraft(draft),
  readingUrl: `${calls}/reading`,
  csrf: config.csrf,
  quoted: scene.find,
});

const chair = createChair(config.csrf);

await reader.restore();
await outbox.draft().then((draft) => draft && composer.restore(draft), () => {});
if (config.you) staffed(config.you.role);
listen();
ready = true;
changed();
line.start();

function hello() {
  return { t: "hello", v: 1, mode: saving.on() ? "lite" : "full", resume: reader.resume() };
}

function heard(frame) {
  if (frame.t === "welcome") return welcomed(frame);
  if (frame.t === "mine") return mineChanged(frame.e);
  if (frame.t === "votes") return votes.heard(frame.e);
  if (frame.t === "presence") model.presence = frame.n;
  if (frame.t === "hb") heardTime(frame.now);
  for (const event of Array.isArray(frame.e) ? frame.e : [frame]) {
    if (event.t === "upd" && event.op === "proposal" && event.v?.number) model.proposals[event.v.number] = event.v;
  }
  reader.read(frame);
  outbox.practise(reader.log("public").mode.practice === true);
  if (saving.on()) reader.own(skipped());
  changed();
}

/** My own talk that was skipped to save data: shown from what this device sent and the server acknowledged. */
function skipped() {
  const log = reader.log("public");
  const there = new Set(log.entries.map((entry) => entry.cid));
  const mine = outbox.items().filter((item) => item.state === "visible" && item.seq <= log.seq && item.seq >= log.floor && !there.has(item.cid));
  const by = { id: scene.me, name: model.you?.name, role: model.you?.role, via: "online" };
  return mine.map(({ cid, id, seq, kind, text, said_at, re }) => ({ t: "msg", cid, id, seq, kind, text, at: said_at, by, ...(re && { re }) }));
}

/** Asks for more or for less from now on. What was skipped comes with a new picture. */
function savingChanged() {
  model.presence = null;
  if (!saving.on()) reader.forget();
  votes.redraw();
  line.renew();
  changed();
}

function welcomed(frame) {
  heardTime(frame.now);
  if (model.welcomed && model.you?.role !== frame.you.role) return location.reload();
  const practice = frame.room?.practice === true;
  const over = model.practice && !practice;
  model.practice = practice;
  const swept = outbox.practise(practice);
  // What was practised is gone from the server: nothing of it may stay on the page.
  if (over) return swept.then(() => location.reload());
  if (model.you?.id !== frame.you.id) view.redraw();
  model.you = frame.you;
  model.welcomed = true;
  composer.limits(frame.limits);
  staffed(frame.you.role);
  reader.welcome(frame);
  swept.then(() => outbox.adopt(frame.you.id)).then(sending.wake);
  mineChanged(frame.mine ?? []);
  model.voted = frame.you.voted ?? [];
}

/** Votes are taken while the forum goes on; the server has the last word. */
function votable() {
  const { mode } = reader.log("public");
  if (!model.welcomed || mode.state === "ended") return false;
  return model.you?.role !== "attendee" || (mode.state === "open" && !mode.locked);
}

/** The server's word on my messages, for the outbox and for those of other devices. */
function mineChanged(entries) {
  for (const entry of entries) {
    model.mine[entry.cid] = { ...model.mine[entry.cid], ...entry };
    const { id, state, seq, proposal, reason } = entry;
    const known = Object.fromEntries(Object.entries({ id, state, seq, proposal, reason }).filter(([, value]) => value !== undefined));
    outbox.mark(entry.cid, known);
  }
  changed();
}

/** Menus and controls of a role; for an attendee there are none. */
function staffed(role) {
  if (model.staff) return;
  const pinned = (id) => reader.log("public").pinned.includes(id);
  model.staff = createModeration({ line, role, responds: composer.offers("response"), pinned, reply: (id) => composer.reply(id) });
}

function lineChanged(status) {
  model.status = status;
  if (status.state === "open") {
    sending.wake();
    votes.welcome(model.voted);
  }
  changed();
}

function fresh(entries) {
  for (const entry of entries) if (entry.by?.id !== scene.me) announcer.say(aloud(entry));
}

async function send(body) {
  await outbox.add(body);
  view.follow();
  sending.wake();
}

function edit(item) {
  if (composer.take(item)) outbox.remove(item.cid);
  else composer.say(t("finish_first"), true);
}

async function copy(item) {
  try {
    await navigator.clipboard.writeText(item.text);
    return true;
  } catch {
    return false;
  }
}

/** Asks for one drawing in the next frame, however much changes until then. */
function changed() {
  if (due || !ready) return;
  due = true;
  requestAnimationFrame(() => {
    due = false;
    draw();
  });
}

function draw() {
  const log = reader.log("public");
  view.show(log.entries, tail(log));
  const notice = log.notice?.seq > model.dismissed ? log.notice : null;
  const pinned = log.pinned.map(scene.find).filter((entry) => entry && !entry.gone);
  const { status, you, welcomed } = model;
  const bars = { status, durable: outbox.durable, mode: log.mode, you, welcomed, pinned, notice, saving: saving.on(), links: config.links ?? {} };
  drawBars(bars, { again: line.again, here: line.again });
  drawHead(log.mode);
  drawMine(byId("mine"), gathered(outbox.items(), model.mine, scene.find), scene, { ...model.proposals, ...proposalsOf(log) }, can);
  drawAgenda(byId("agenda"), log.agenda);
  if (log.agenda) chair.moved(log.agenda.item ?? "");
  if (model.votable !== (model.votable = votable())) votes.redraw();
  model.staff?.draw({ desk: reader.log("desk"), mode: log.mode });
  if (model.welcomed) composer.only(log.mode.state === "ended" ? "aspiration" : null);
  composer.after(t(log.mode.state === "ended" ? "after_late" : log.mode.premoderated ? "after_held" : "after_number"));
  byId("earlier").hidden = log.begun || log.entries.length >= MEMORY;
  byId("earlier-plain").hidden = log.begun || log.entries.length < MEMORY;
  byId("stream-empty").hidden = !model.welcomed || log.entries.length > 0 || !log.begun || byId("tail").childElementCount > 0;
  if (status.state === "open" && !log.begun && log.entries.length < 100 && byId("stream").scrollHeight <= byId("stream").clientHeight + 50) reader.earlier();
}

function proposalsOf(log) {
  const known = log.entries.filter((entry) => entry.proposal?.status).map(({ proposal }) => [proposal.number, proposal]);
  return Object.fromEntries(known);
}

/** My messages that are not (yet) in the log, at the end of the stream. */
function tail(log) {
  const there = new Set(log.entries.filter((entry) => entry.by?.id === scene.me).map((entry) => entry.cid));
  const open = (item) => (item.state === "visible" ? item.seq > log.seq : !item.understood);
  const items = outbox.items().filter((item) => !there.has(item.cid) && open(item));
  return items.map((item) => {
    const paused = scene.paused?.cid === item.cid ? Math.ceil((scene.paused.until - Date.now()) / 1000) : "";
    const entry = { ...item, t: "msg", key: `mine-${item.cid}`, by: { id: scene.me, name: model.you?.name, via: item.via ?? "online" } };
    const rev = [item.state, item.code, item.proposal, item.state === "queued" && model.status.state, paused, scene.paused !== null].join();
    if (item.proposal) entry.proposal = { number: item.proposal };
    return { key: entry.key, rev, node: () => messageNode(entry, scene, becameMark(item, scene, can)) };
  });
}

function drawHead(mode) {
  const place = byId("room-state");
  place.className = model.welcomed && mode.state === "open" ? "live" : "not-live";
  setText(place, t(model.welcomed ? `room_${mode.state}` : "connecting"));
  setText(byId("way"), ways.level() > 0 && model.status.state === "open" ? t("way_other") : "");
  setText(byId("presence"), model.presence === null ? "" : tn("present", model.presence));
}

function listen() {
  const again = () => line.status().state === "waiting" && line.again();
  addEventListener("online", () => again() || ways.climb());
  addEventListener("offline", () => line.drop());
  document.addEventListener("visibilitychange", () => (document.hidden ? reader.keepNow() : again()));
  addEventListener("pagehide", () => reader.keepNow());
  setInterval(() => (model.status.state === "waiting" || sending.paused()) && changed(), 1000);
  byId("earlier").addEventListener("click", () => reader.earlier());
  byId("notice-close").addEventListener("click", () => {
    model.dismissed = reader.log("public").notice?.seq ?? 0;
    changed();
    byId("stream").focus();
  });
  const menu = byId("menu");
  menu.addEventListener("click", () => {
    const open = document.body.toggleAttribute("data-menu");
    menu.setAttribute("aria-expanded", String(open));
  });
}

/**
 * The composer: what is being written, as talk, proposal, question or response. It hands a finished text to the outbox and
 * keeps the unfinished one as a draft; nothing but its author ever empties it.
 */
import { button, byId, el, fill, icon, setText } from "./dom.js";
import { createFields } from "./fields.js";
import { characters } from "./outbox.js";
import { createReading } from "./reading.js";
import { grouped, t } from "./words.js";

const KEEP_AFTER = 250;
const CROWDED = 0.8;
const NARROW = "(max-width: 719.98px), (max-height: 499.98px)";
const PARTS = ["composer", "text", "count", "note", "chips", "replying", "fields", "draft-state", "composer-title", "after"];

/** `send(body)` stores a finished text and rejects when it could not; `keep(draft)` stores the unfinished one. */
export function createComposer({ send, keep, readingUrl, csrf, quoted }) {
  const parts = Object.fromEntries(PARTS.map((id) => [id, byId(id)]));
  const choices = [...parts.composer.querySelectorAll("[name=kind]")];
  const pen = { parts, choices, send, keep, quoted, kind: "chat", lone: null, re: null, limits: { text: 1000, aspiration: 2000 }, timer: 0 };
  pen.fields = createFields(parts.fields, { changed: () => written(pen, false), mark: fieldMark });
  pen.reading = createReading({ url: readingUrl, csrf, found: (reading) => found(pen, reading) });
  listen(pen);
  setKind(pen, choices.find((choice) => choice.checked).value);
  return {
    limits(limits) {
      pen.limits = { ...pen.limits, ...limits };
      counted(pen);
    },
    restore: (draft) => restore(pen, draft),
    take: (item) => take(pen, item),
    offers: (kind) => choices.some((choice) => choice.value === kind),
    reply: (id) => reply(pen, id),
    /** A sentence above the box (why sending is not possible now), or "" for none. */
    say: (sentence, bad = false) => say(pen, sentence, bad),
    after: (sentence) => setText(parts.after, sentence),
    /** Leaves one kind to choose (after the end), or with null every one; what is written stays in the box. */
    only: (kind) => only(pen, kind),
    draftNow: () => kept(pen),
  };
}

function listen(pen) {
  const { composer, text } = pen.parts;
  composer.addEventListener("submit", (event) => {
    event.preventDefault();
    submit(pen);
  });
  composer.addEventListener("change", (event) => event.target.name === "kind" && setKind(pen, event.target.value));
  text.addEventListener("input", () => written(pen, true));
  text.addEventListener("focus", () => pen.kind === "aspiration" && matchMedia(NARROW).matches && open(pen, true));
  text.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || event.shiftKey || !matchMedia("(pointer: fine)").matches) return;
    if (pen.kind === "aspiration" && !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    submit(pen);
  });
  composer.addEventListener("keydown", (event) => event.key === "Escape" && isOpen(pen) && open(pen, false, true));
  byId("composer-close").addEventListener("click", () => open(pen, false, true));
  byId("details").addEventListener("click", () => open(pen, !isOpen(pen)));
  for (const moment of ["pagehide", "visibilitychange"]) addEventListener(moment, () => pen.timer && kept(pen));
}

function setKind(pen, kind) {
  const { composer, text } = pen.parts;
  pen.kind = kind;
  composer.dataset.kind = kind;
  const choice = pen.choices.find((one) => one.value === kind);
  choice.checked = true;
  text.placeholder = choice.dataset.placeholder;
  setText(pen.parts["composer-title"], choice.dataset.title);
  if (kind !== "response") pen.re = null;
  if (kind !== "aspiration") open(pen, false);
  else pen.reading.read(text.value);
  counted(pen);
  replying(pen);
  later(pen);
}

function only(pen, kind) {
  if (pen.lone === kind) return;
  pen.lone = kind;
  byId("kinds").hidden = kind !== null || pen.choices.length === 1;
  if (kind === null || pen.kind === kind || !pen.choices.some((one) => one.value === kind)) return;
  setKind(pen, kind);
  if (pen.parts.text.value.trim() !== "") say(pen, t("late_only"));
}

const isOpen = (pen) => pen.parts.composer.hasAttribute("data-open");

function open(pen, is, refocus = false) {
  pen.parts.composer.toggleAttribute("data-open", is);
  document.body.toggleAttribute("data-writing", is);
  byId("details").setAttribute("aria-expanded", String(is));
  grow(pen);
  if (refocus) byId(is ? "text" : "details").focus();
  if (refocus && !is) pen.parts.text.blur();
}

function written(pen, inText) {
  if (inText && pen.kind === "aspiration") pen.reading.read(pen.parts.text.value);
  say(pen, "");
  counted(pen);
  chips(pen);
  later(pen);
}

function found(pen, reading) {
  if (pen.kind !== "aspiration") return;
  pen.fields.fill(reading);
  chips(pen);
  later(pen);
}

const limitOf = (pen) => (pen.kind === "aspiration" || pen.kind === "spoken" ? pen.limits.aspiration : pen.limits.text);

function counted(pen) {
  const [n, most] = [characters(pen.parts.text.value), limitOf(pen)];
  const always = pen.kind === "aspiration";
  pen.parts.count.classList.toggle("bad-text", n > most);
  pen.parts.count.hidden = !always && n < most * CROWDED;
  setText(pen.parts.count, t("count", { n: grouped(n), most: grouped(most) }));
  grow(pen);
}

/** The box grows with its text up to six lines; opened it has the height that the style sheet gives it. */
function grow(pen) {
  const { text } = pen.parts;
  text.style.height = "";
  if (!isOpen(pen) || !matchMedia(NARROW).matches) {
    text.style.height = `${Math.min(text.scrollHeight + 2, 190)}px`;
  }
}

/** What was captured, in short, beside the closed box; pressing it opens the fields. */
function chips(pen) {
  const of = pen.fields.text;
  const place = [of("village"), of("rt") && `RT ${of("rt")}`, of("rw") && `RW ${of("rw")}`].filter(Boolean).join(" ");
  const amount = [of("quantity"), of("unit")].filter(Boolean).join(" ");
  const all = [["pin", place], ["box", amount], ["money", of("budget")]].filter(([, word]) => word);
  pen.parts.composer.toggleAttribute("data-caught", all.length > 0);
  fill(pen.parts.chips, all.map(([name, word]) => el("span", { class: "tag accent" }, icon(name), word)));
  grow(pen);
}

function fieldMark(place, origin) {
  if (!place) return;
  const marks = { filled: ["check", "accent", "filled"], unsure: ["help", "attention", "unsure"] };
  const [name, kind, word] = marks[origin] ?? [];
  fill(place, name && el("span", { class: `mark ${kind}` }, icon(name), t(word)));
}

function say(pen, sentence, bad = false) {
  pen.parts.note.hidden = sentence === "";
  pen.parts.note.classList.toggle("bad", bad);
  setText(pen.parts.note.querySelector("span"), sentence);
  pen.parts.text.setAttribute("aria-invalid", String(bad));
}

async function submit(pen) {
  const { text } = pen.parts;
  const written = text.value.trim();
  if (!written) return text.focus();
  const over = characters(written) - limitOf(pen);
  if (over > 0) {
    say(pen, t("too_long", { n: grouped(over) }), true);
    return text.focus();
  }
  const body = { kind: pen.kind, text: written };
  if (pen.re) body.re = pen.re;
  const whose = pen.kind === "response" ? answering() : null;
  if (whose) body.for = whose;
  if (pen.kind === "aspiration") {
    const { values, first } = pen.fields.take();
    if (first) {
      open(pen, true);
      say(pen, t("field_wrong"), true);
      return first.focus();
    }
    if (Object.keys(values).length > 0) body.fields = values;
  }
  await handOver(pen, body);
}

/** For whom staff types an answer: a name, or the agency alone; nobody when they answer themselves. */
function answering() {
  const [name, agency] = ["answer-name", "answer-agency"].map((id) => document.getElementById(id)?.value.trim().normalize("NFC") ?? "");
  return name || agency ? { name: name || agency, ...(name && agency && { capacity: agency }) } : null;
}

/** The box is free at once for the next words; the kept draft gives these up only when they are safe in the outbox. */
async function handOver(pen, body) {
  const draft = draftOf(pen);
  restore(pen, { kind: pen.kind });
  clearTimeout(pen.timer);
  open(pen, false);
  if (pen.kind === "aspiration" && matchMedia(NARROW).matches) pen.parts.text.blur();
  else pen.parts.text.focus({ preventScroll: true });
  try {
    await pen.send(body);
  } catch {
    const since = pen.parts.text.value;
    restore(pen, { ...draft, text: since ? `${draft.text}\n${since}` : draft.text });
    say(pen, t("not_kept"), true);
  }
  await kept(pen);
}

function draftOf(pen) {
  return { kind: pen.kind, text: pen.parts.text.value, fields: pen.fields.keep(), re: pen.re };
}

function later(pen) {
  clearTimeout(pen.timer);
  pen.parts["draft-state"].hidden = true;
  pen.timer = setTimeout(() => kept(pen), KEEP_AFTER);
}

async function kept(pen) {
  clearTimeout(pen.timer);
  pen.timer = 0;
  const draft = draftOf(pen);
  try {
    await pen.keep(draft);
    pen.parts["draft-state"].hidden = draft.text === "";
  } catch {
    pen.parts["draft-state"].hidden = true;
  }
}

function restore(pen, draft) {
  pen.parts.text.value = draft?.text ?? "";
  pen.fields.restore(draft?.fields);
  pen.reading.forget();
  pen.re = draft?.re ?? null;
  setKind(pen, pen.lone ?? (pen.choices.some((choice) => choice.value === draft?.kind) ? draft.kind : pen.kind));
  say(pen, "");
  chips(pen);
}

/** Puts a refused message back into the box to be changed; false when something else is being written there. */
function take(pen, item) {
  if (pen.parts.text.value.trim() !== "") return false;
  const fields = Object.fromEntries(Object.entries(item.fields ?? {}).map(([name, value]) => [name, [[value].flat().join(", "), "own"]]));
  restore(pen, { kind: item.kind, text: item.text, re: item.re, fields });
  pen.parts.text.focus();
  return true;
}

function reply(pen, id) {
  pen.re = id;
  setKind(pen, "response");
  pen.parts.text.focus();
}

function replying(pen) {
  const to = pen.re === null ? null : pen.quoted(pen.re);
  pen.parts.replying.hidden = to === null;
  if (to === null) return;
  const onclick = () => {
    pen.re = null;
    replying(pen);
    later(pen);
  };
  const stop = button("", { icon: "cross", class: "button small square quiet", "aria-label": t("reply_stop"), onclick });
  fill(pen.parts.replying, el("p", { class: "quote" }, t("replying", { whom: to.by?.name ?? "" }), " ", (to.text ?? "").slice(0, 90)), stop);
}

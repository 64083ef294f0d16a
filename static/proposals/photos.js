/* Bringing a photo over a bad line: made small here before it leaves, sent again by itself some times until it arrived, under one mark so that it is kept once.
   Without this module the form sends the file as it is, and the server makes it small. Nothing here is younger than a phone of 2020: AbortSignal.timeout,
   submitter and options of createImageBitmap are. */
import { bindPane, redraw } from "./photo_pane.js";

/* Long side and quality; the next one when a try took too long, so that at last it comes through within the server's minute. */
const SIZES = [[1600, 0.82], [1280, 0.72], [960, 0.62]];
const SLOW = 40_000;
/* Seconds before the next try; after the last one nothing is sent any more by itself. */
const PAUSES = [2, 4, 8, 15, 30];
/* Below the minute that the server gives a request. */
const SECONDS = 55;
/* Somebody who is asked to come back later than that presses again by themselves. */
const PATIENCE = 90;
const AGAIN = new Set([408, 425, 429, 502, 503, 504]);
/* What the server takes (app/pictures/arriving.py). */
const MOST_BYTES = 7 * 1024 * 1024;
const READ = /^image\/(jpeg|png|webp)$/;

const after = (seconds) => new Promise((done) => { setTimeout(done, seconds * 1000); });
const online = () => (navigator.onLine ? null : new Promise((done) => { addEventListener("online", done, { once: true }); }));
const mark = () => [...crypto.getRandomValues(new Uint8Array(16))].map((one) => one.toString(16).padStart(2, "0")).join("");

/** The picture upright on a canvas, at most so long; null where this browser cannot read it (the server then says what to do). */
async function drawn(file, side) {
  try {
    // Browsers that do not know the option turn the picture without it.
    const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" }).catch(() => createImageBitmap(file));
    const scale = Math.min(1, side / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(bitmap.width * scale));
    canvas.height = Math.max(1, Math.round(bitmap.height * scale));
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    bitmap.close();
    return canvas;
  } catch {
    return null;
  }
}

const packed = (canvas, quality) => new Promise((done) => { canvas.toBlob(done, "image/jpeg", quality); });

/** Posts within so many seconds; null when the line died or is too slow. */
async function posted(address, body, seconds) {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), seconds * 1000);
  const how = { method: "POST", body, headers: { Accept: "application/json" }, signal: late.signal };
  try {
    return await fetch(address, how);
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}

/** The server's sentences about a refusal. */
async function said(answer, otherwise) {
  const problem = await answer.json().catch(() => ({}));
  const sentences = (problem.errors ?? []).map((one) => one.message);
  return sentences.length ? sentences.join(" ") : problem.title ?? otherwise;
}

function bind(form) {
  const input = form.querySelector("input[type=file]");
  const preview = form.querySelector("[data-preview]");
  const told = form.querySelector("[data-told]");
  const button = form.querySelector("button");
  const typed = [...form.elements].filter((one) => one.type !== "hidden" && one !== button);
  let small = null;
  let hopeless = "";
  let chosen = Promise.resolve();
  let going = false;
  let done = false;
  let step = 0;

  const tell = (words, size) => {
    told.textContent = (words ?? "").replace("{size}", size ?? "");
    told.hidden = !words;
  };

  /** Why this file need not leave: the server could only refuse it, and the resident pays for the way. */
  function refusable(file, readable) {
    if (!readable && (/^image\/hei[cf]/.test(file.type) || /\.hei[cf]$/i.test(file.name))) return form.dataset.heic;
    if (!readable && file.type && !file.type.startsWith("image/")) return form.dataset.other;
    return (small ?? file).size > MOST_BYTES ? form.dataset.large : "";
  }

  function bad(words) {
    tell(words);
    told.classList.add("bad-text");
  }

  async function choose(nextStep = 0) {
    small = null;
    hopeless = "";
    step = nextStep;
    preview.hidden = true;
    const file = input.files[0];
    if (!file) return tell("");
    tell(form.dataset.shrinking);
    const [side, quality] = SIZES[step];
    const canvas = await drawn(file, side);
    if (file !== input.files[0]) return undefined;
    const made = canvas && (await packed(canvas, quality));
    if (file !== input.files[0]) return undefined;
    // A picture that was small already may only have grown.
    small = made && (made.size < file.size || !READ.test(file.type)) ? made : null;
    hopeless = refusable(file, canvas);
    if (hopeless) return bad(hopeless);
    if (!canvas) return tell("");
    preview.width = canvas.width;
    preview.height = canvas.height;
    preview.getContext("2d").drawImage(canvas, 0, 0);
    preview.hidden = false;
    return tell(form.dataset.ready, Math.max(1, Math.round((small ?? file).size / 1024)));
  }

  /** What the server answered in the end; null when nobody answered after all tries. The same mark makes it safe to repeat. */
  async function send(body) {
    for (let tried = 0; ; tried += 1) {
      const file = input.files[0];
      // However small it is made for the line, it stays the photo that was chosen.
      body.set("chosen", `${file.size} ${file.lastModified} ${file.name}`);
      body.set("file", small ?? file, small ? "foto.jpg" : file.name);
      tell(form.dataset.sending);
      const began = performance.now();
      const answer = await posted(form.action, body, SECONDS);
      if (answer && !AGAIN.has(answer.status)) return answer;
      const asked = Number(answer?.headers.get("Retry-After")) || 0;
      if (tried >= PAUSES.length || asked > PATIENCE) return answer;
      if (small && navigator.onLine && performance.now() - began > SLOW && step < SIZES.length - 1) await choose(step + 1);
      tell(answer ? form.dataset.busy : form.dataset.waiting);
      await online();
      await after(Math.max(asked, PAUSES[tried]));
    }
  }

  function hold(held) {
    going = held;
    typed.forEach((one) => { one.disabled = held; });
    if (held) button.setAttribute("aria-busy", "true");
    else button.removeAttribute("aria-busy");
  }

  async function submit(event) {
    event.preventDefault();
    if (going) return;
    if (!input.files.length) {
      tell(form.dataset.none);
      input.focus();
      return;
    }
    // What is typed goes as it is now; nothing of it changes on the way.
    const body = new FormData(form);
    told.classList.remove("bad-text");
    hold(true);
    await chosen;
    const answer = hopeless ? null : await send(body);
    if (answer?.ok) {
      done = true;
      if (await redraw(form, answer)) return;
      const to = new URL(answer.url);
      if (to.href.split("#")[0] === location.href.split("#")[0]) location.reload();
      else location.assign(to);
      return;
    }
    hold(false);
    bad(hopeless || (answer ? await said(answer, form.dataset.refused) : form.dataset.gaveUp));
    input.focus();
  }

  function another() {
    told.classList.remove("bad-text");
    // Another photo is another press, also when the one before may have arrived.
    form.elements.nonce.value = mark();
    chosen = choose();
  }

  input.addEventListener("change", another);
  form.addEventListener("submit", submit);
  addEventListener("pageshow", (event) => {
    // Back to a page whose photo has arrived: the next one is another.
    if (!event.persisted || !done) return;
    done = false;
    hold(false);
    form.reset();
    another();
  });
  // What a browser kept over a reload.
  if (input.files.length) another();
}

bindPane(bind);
document.querySelectorAll("form[data-photo]").forEach(bind);

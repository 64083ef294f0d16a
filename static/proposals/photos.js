/* Bringing a photo over a bad line: made small here before it leaves, sent again by itself until it arrived, under one mark so that it is kept once.
   Without this module the form sends the file as it is, and the server makes it small. */
/* Long side and quality; the next one when a try took too long, so that at last it comes through within the server's minute. */
const SIZES = [[1600, 0.82], [1280, 0.72], [960, 0.62]];
const SLOW = 40_000;
const PAUSES = [2, 4, 8, 15, 30];
const SECONDS = 120;
const AGAIN = new Set([408, 502, 503, 504]);

const after = (seconds) => new Promise((done) => { setTimeout(done, seconds * 1000); });
const online = () => (navigator.onLine ? null : new Promise((done) => { addEventListener("online", done, { once: true }); }));

/** The picture upright on a canvas, at most so long; null where this browser cannot read it (the server then says what to do). */
async function drawn(file, side) {
  try {
    const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
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

function bind(form) {
  const input = form.querySelector("input[type=file]");
  const preview = form.querySelector("[data-preview]");
  const told = form.querySelector("[data-told]");
  const button = form.querySelector("button");
  let small = null;
  let chosen = Promise.resolve();
  let going = false;
  let step = 0;

  const tell = (words, size) => {
    told.textContent = (words ?? "").replace("{size}", size ?? "");
    told.hidden = !words;
  };

  async function choose(nextStep = 0) {
    small = null;
    step = nextStep;
    preview.hidden = true;
    const file = input.files[0];
    if (!file) return tell("");
    tell(form.dataset.shrinking);
    const [side, quality] = SIZES[step];
    const canvas = await drawn(file, side);
    if (file !== input.files[0]) return undefined;
    if (!canvas) return tell("");
    const made = await packed(canvas, quality);
    if (file !== input.files[0]) return undefined;
    // A picture that was small already may only have grown.
    small = made && (made.size < file.size || !/^image\/(jpeg|png|webp)$/.test(file.type)) ? made : null;
    preview.width = canvas.width;
    preview.height = canvas.height;
    preview.getContext("2d").drawImage(canvas, 0, 0);
    preview.hidden = false;
    return tell(form.dataset.ready, Math.max(1, Math.round((small ?? file).size / 1024)));
  }

  /** What the server answered; null when the line died (then nobody knows whether it arrived, and the same mark makes it safe to repeat), or when it asks to come again. */
  async function once() {
    const body = new FormData(form);
    if (small) body.set("file", small, "foto.jpg");
    try {
      const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" }, signal: AbortSignal.timeout(SECONDS * 1000) });
      return AGAIN.has(answer.status) ? null : answer;
    } catch {
      return null;
    }
  }

  async function send() {
    for (let tried = 0; ; tried += 1) {
      tell(form.dataset.sending);
      const began = performance.now();
      const answer = await once();
      if (answer) return answer;
      if (small && navigator.onLine && performance.now() - began > SLOW && step < SIZES.length - 1) await choose(step + 1);
      tell(form.dataset.waiting);
      await online();
      await after(PAUSES[Math.min(tried, PAUSES.length - 1)]);
    }
  }

  async function refused(answer) {
    const said = await answer.json().catch(() => ({}));
    const sentences = (said.errors ?? []).map((one) => one.message);
    tell(sentences.length ? sentences.join(" ") : said.title ?? form.dataset.refused);
    told.classList.add("bad-text");
    input.focus();
  }

  input.addEventListener("change", () => {
    told.classList.remove("bad-text");
    // Another photo is another press, also when the one before may have arrived.
    form.elements.nonce.value = [...crypto.getRandomValues(new Uint8Array(16))].map((one) => one.toString(16).padStart(2, "0")).join("");
    chosen = choose();
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (going) return;
    if (!input.files.length) {
      tell(form.dataset.none);
      input.focus();
      return;
    }
    going = true;
    button.setAttribute("aria-busy", "true");
    told.classList.remove("bad-text");
    await chosen;
    const answer = await send();
    if (answer.ok) {
      const to = new URL(answer.url);
      if (to.href.split("#")[0] === location.href.split("#")[0]) location.reload();
      else location.assign(to);
      return;
    }
    await refused(answer);
    going = false;
    button.removeAttribute("aria-busy");
  });
}

document.querySelectorAll("form[data-photo]").forEach(bind);

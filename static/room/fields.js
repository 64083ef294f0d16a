/**
 * The fields beside a proposal's text. What the server reads in the text fills those that the person has not touched;
 * `marks` say *terisi* or *kurang yakin*. Numbers are read and written as Indonesians do: 1.500 and 1,5.
 */
const SURE = 0.6;
const TIMES = { rb: 1e3, ribu: 1e3, k: 1e3, jt: 1e6, juta: 1e6, m: 1e9, milyar: 1e9, miliar: 1e9 };

/** A number as people write it, or null: dots before three digits are thousands, a comma begins decimals. */
export function readNumber(text) {
  const bare = text.trim().replace(/\.(?=\d{3}(\D|$))/g, "").replace(",", ".");
  return /^\d{1,12}(\.\d{1,3})?$/.test(bare) ? Number(bare) : null;
}

/** Whole rupiah: `Rp75.000.000`, `75 juta`, `75jt`, `1,5 miliar`; null when it is no amount. */
export function readRupiah(text) {
  const [, digits, word] = text.trim().toLowerCase().match(/^(?:rp\.?\s*)?([\d.,]+)\s*([a-z]*)$/) ?? [];
  const number = digits === undefined ? null : readNumber(digits);
  if (number === null || (word && !(word in TIMES))) return null;
  return Math.round(number * (word ? TIMES[word] : 1));
}

/** Numbers of RT or RW: `02`, `2, 3`, `01 dan 02`; null when something else stands there. */
export function readPlaces(text) {
  const parts = text.split(/[\s,;/&]+|dan|s\.?d\.?/i).filter(Boolean);
  const numbers = parts.map((part) => (/^\d{1,3}$/.test(part) ? Number(part) : 0));
  return numbers.length > 0 && numbers.every((n) => n > 0) ? [...new Set(numbers)] : null;
}

/** A number with dots for thousands and a comma for decimals. */
export function writeNumber(n) {
  const [whole, part] = String(n).split(".");
  return whole.replace(/\B(?=(\d{3})+$)/g, ".") + (part ? `,${part}` : "");
}

const WORD = { read: (text) => text.trim(), write: String };
const PLACES = { read: readPlaces, write: (list) => [list].flat().map((n) => String(n).padStart(2, "0")).join(", ") };
const KINDS = {
  title: WORD, village: WORD, unit: WORD, sector: WORD, rt: PLACES, rw: PLACES,
  quantity: { read: readNumber, write: writeNumber },
  budget: { read: readRupiah, write: (n) => `Rp${writeNumber(n)}` },
};

/** Binds the inputs inside `root` (each with `data-field`, beside a `[data-mark]` and a `[data-wrong]` of the same name). */
export function createFields(root, { changed, mark }) {
  const inputs = new Map([...root.querySelectorAll("[data-field]")].map((input) => [input.dataset.field, input]));
  const origin = new Map();

  function remark() {
    for (const [name, input] of inputs) mark(root.querySelector(`[data-mark="${name}"]`), input.value ? origin.get(name) : undefined);
  }

  for (const [name, input] of inputs) {
    input.addEventListener("input", () => {
      origin.set(name, "own");
      wrong(name, false);
      remark();
      changed();
    });
  }

  function wrong(name, is) {
    const input = inputs.get(name);
    const sentence = root.querySelector(`[data-wrong="${name}"]`);
    if (sentence) sentence.hidden = !is;
    input.closest(".field")?.classList.toggle("wrong", is);
    if (is) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  }

  return {
    /** Puts in what was read; what the person wrote or emptied stays theirs. */
    fill({ fields = {}, confidence = 1 }) {
      for (const [name, input] of inputs) {
        if (origin.get(name) === "own") continue;
        const value = fields[name];
        const text = value === undefined || value === null ? "" : KINDS[name].write(value);
        if (input.tagName === "SELECT" && text && ![...input.options].some((option) => option.value === text)) continue;
        input.value = text;
        origin.set(name, confidence >= SURE ? "filled" : "unsure");
      }
      remark();
    },
    /** `{values, first}`: what is to be sent, and the first input that cannot be understood (null when all can). */
    take() {
      const values = {};
      let first = null;
      for (const [name, input] of inputs) {
        if (!input.value.trim()) continue;
        const value = KINDS[name].read(input.value);
        wrong(name, value === null);
        if (value === null) first ??= input;
        else values[name] = value;
      }
      return { values, first };
    },
    /** The value of a field as it is written, "" while it is empty or cannot be understood. */
    text(name) {
      const value = inputs.get(name)?.value.trim() ?? "";
      return value && KINDS[name].read(value) !== null ? value : "";
    },
    keep() {
      const used = [...inputs].filter(([name, input]) => input.value || origin.has(name));
      return Object.fromEntries(used.map(([name, input]) => [name, [input.value, origin.get(name)]]));
    },
    restore(kept = {}) {
      for (const [name, input] of inputs) {
        const [value, from] = kept[name] ?? ["", undefined];
        input.value = value;
        if (from) origin.set(name, from);
        else origin.delete(name);
        wrong(name, false);
      }
      remark();
    },
  };
}

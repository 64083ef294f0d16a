/** The words of the page, which the server puts there in the reader's language. */
let words = {};

/** Takes over the dictionary from the page: an object of sentences with `{facts}` in braces. */
export function learn(dictionary) {
  words = dictionary;
}

/** The sentence `key` with its facts filled in; a missing sentence shows its key, so that it is noticed. */
export function t(key, facts = {}) {
  const sentence = words[key] ?? key;
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => (name in facts ? String(facts[name]) : whole));
}

/** The sentence for a number: `key_one` for exactly one where the language has it, else `key`. */
export function tn(key, n, facts = {}) {
  const one = `${key}_one`;
  return t(n === 1 && one in words ? one : key, { n: grouped(n), ...facts });
}

/** What was announced: in the page's language where the server says it by itself, else as somebody wrote it. */
export function announced(said) {
  return said?.texts?.[document.documentElement.lang] ?? said?.text ?? "";
}

/** Whether there is such a sentence. */
export function knows(key) {
  return key in words;
}

/** A whole number with dots between thousands, as Indonesians write it (commas where the page says so). */
export function grouped(n) {
  return String(n).replace(/\B(?=(\d{3})+$)/g, words.thousands ?? ".");
}

/* The sentences of the page, and small pieces of it made of them. */

export const words = document.querySelector("#kata")?.dataset;

/** A sentence of the page with its facts put in. */
export const say = (key, facts = {}) => words[key].replace(/\{(\w+)\}/g, (_, name) => facts[name] ?? "");

/** An element with text and attributes. */
export function make(tag, text, attributes = {}) {
  const element = document.createElement(tag);
  if (text) element.textContent = text;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

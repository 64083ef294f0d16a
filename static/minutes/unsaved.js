/* Asks before a page with words that were not saved is left. */

const form = document.querySelector("form[data-unsaved]");

if (form) {
  const { text, note, was } = form.elements;
  let leaving = false;
  const changed = () => text.value !== was.value || (note?.value ?? "") !== "";
  form.addEventListener("submit", () => { leaving = true; });
  addEventListener("pageshow", () => { leaving = false; });
  addEventListener("beforeunload", (event) => {
    if (!leaving && changed()) event.preventDefault();
  });
}

/* The forms beside the list in a dialog: fetched when they are opened, sent without leaving the page. What was typed stays until the list has it. */
import { ask, tell } from "./line.js";

/** `post(address, body)` sends, `draw(html, etag)` shows the list as an answer gives it, `unopened(answer)` says why a form did not come. */
export function dialog(element, { post, draw, unopened }) {
  let back = null;
  let sending = false;

  function fill(html) {
    element.innerHTML = html;
    element.setAttribute("aria-labelledby", "plenary-form-title");
    if (!element.open) element.showModal();
    const first = element.querySelector("[aria-invalid],.field.wrong :is(input,select,textarea),[autofocus],input:not([type=hidden]),select,textarea,button,a");
    first?.focus();
  }

  async function show(address) {
    const answer = await ask(address);
    if (answer.part !== "form") return unopened(answer);
    back = document.activeElement;
    return fill(answer.html);
  }

  function unsaved(answer) {
    const line = element.querySelector("[data-line]") ?? Object.assign(document.createElement("div"), { hidden: true });
    element.prepend(line);
    tell(line, answer, "-form");
  }

  async function send(form, submitter) {
    const body = new URLSearchParams(new FormData(form));
    if (submitter?.name) body.set(submitter.name, submitter.value);
    const answer = await post(form.action, body);
    if (answer.part === "form") return fill(answer.html);
    if (answer.part !== "board") return unsaved(answer);
    element.close();
    return draw(answer.html, answer.etag);
  }

  element.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (sending) return;
    sending = true;
    event.submitter?.setAttribute("aria-busy", "true");
    await send(event.target, event.submitter).finally(() => { sending = false; });
    event.submitter?.removeAttribute("aria-busy");
  });
  element.addEventListener("cancel", (event) => {
    if (sending) event.preventDefault();
  });
  element.addEventListener("click", (event) => {
    if (!event.target.closest("[data-close]")) return;
    event.preventDefault();
    if (!sending) element.close();
  });
  element.addEventListener("close", () => {
    element.replaceChildren();
    if (back?.isConnected) back.focus({ preventScroll: true });
  });

  return { show, open: () => element.open };
}

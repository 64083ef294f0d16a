/* The forms beside the list in a dialog: fetched when they are opened, sent without leaving the page; what was typed stays when it is refused. */

/** `draw(html, etag)` shows the list as the answer gives it. */
export function dialog(element, draw) {
  let back = null;

  async function fetched(address, options = {}) {
    return fetch(address, { ...options, headers: { Accept: "text/html", "X-Part": "1" }, cache: "no-store", signal: AbortSignal.timeout(8000) });
  }

  function fill(html) {
    element.innerHTML = html;
    element.setAttribute("aria-labelledby", "plenary-form-title");
    const first = element.querySelector("[aria-invalid],.field.wrong :is(input,select,textarea),[autofocus],input:not([type=hidden]),select,textarea,button,a");
    first?.focus();
  }

  async function show(address) {
    const answer = await fetched(address).catch(() => null);
    if (!answer?.ok) return location.assign(address);
    back = document.activeElement;
    if (!element.open) element.showModal();
    fill(await answer.text());
    return undefined;
  }

  element.addEventListener("submit", async (event) => {
    event.preventDefault();
    const form = event.target;
    const body = new URLSearchParams(new FormData(form));
    if (event.submitter?.name) body.set(event.submitter.name, event.submitter.value);
    const answer = await fetched(form.action, { method: "POST", body }).catch(() => null);
    delete form.dataset.sent;
    event.submitter?.removeAttribute("aria-busy");
    if (!answer) return;
    const html = await answer.text();
    if (!answer.ok) return fill(html);
    element.close();
    draw(html, answer.headers.get("ETag"));
  });
  element.addEventListener("click", (event) => {
    if (!event.target.closest("[data-close]")) return;
    event.preventDefault();
    element.close();
  });
  element.addEventListener("close", () => {
    element.replaceChildren();
    if (back?.isConnected) back.focus({ preventScroll: true });
  });

  return { show, open: () => element.open };
}

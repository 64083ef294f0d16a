/* The desk's pane of photos draws itself anew after each of its forms, and leaves the rest of the page, where somebody is typing, alone.
   The page names the pane `#foto`; without this module its forms fetch the whole page. */
let bind = () => {};

/** Draws the pane around a form anew from the page that the server answered with; whether there is one. */
export async function redraw(form, answer) {
  const pane = form.closest("#foto");
  if (!pane) return false;
  const page = new DOMParser().parseFromString(await answer.text().catch(() => ""), "text/html");
  const next = page.getElementById("foto");
  if (!next) return false;
  keep(pane, next, form);
  pane.replaceWith(document.adoptNode(next));
  next.querySelectorAll("form[data-photo]").forEach(bind);
  const head = next.querySelector("h2");
  head.tabIndex = -1;
  head.focus();
  return true;
}

/** Words that were typed beside other photos stay. */
function keep(pane, next, sent) {
  pane.querySelectorAll("input[type=text]").forEach((one) => {
    const same = one.id && next.querySelector(`#${CSS.escape(one.id)}`);
    if (same && one.form !== sent && one.value !== one.defaultValue) same.value = one.value;
  });
}

/** Posts a form of the pane; if that does not come through the browser does as it would have. */
async function post(form, button) {
  const body = new FormData(form);
  if (button?.name) body.set(button.name, button.value);
  const answer = await fetch(form.action, { method: "POST", body }).catch(() => null);
  if (answer?.ok && (await redraw(form, answer))) return;
  if (button?.name) {
    const act = Object.assign(document.createElement("input"), { type: "hidden", name: button.name, value: button.value });
    form.append(act);
  }
  form.submit();
}

/** Lets the pane's forms post by themselves; `bindPhoto` is done to each form for a new photo. */
export function bindPane(bindPhoto) {
  bind = bindPhoto;
  let pressed = null;
  document.addEventListener("click", (event) => { pressed = event.target.closest("button"); });
  // On the window: site.js, on the document, has asked by then and stopped a second press.
  addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || !form.closest("#foto") || "photo" in form.dataset) return;
    event.preventDefault();
    post(form, event.submitter ?? (form.contains(pressed) ? pressed : null));
  });
}

/* Small comforts for every page; each page works without them.
   data-copy="text" or data-copy-from="#id" copies (data-copied: the word shown after) · data-confirm="question" asks once before a submit
   form[data-once] goes out once · data-theme-switch changes light and dark · data-focus takes the focus on load · data-submit sends a filter at a change
   data-print prints · data-check-all="name" ticks all boxes of that name · data-reload="5" fetches the page again */

function copy(button) {
  const source = button.dataset.copyFrom && document.querySelector(button.dataset.copyFrom);
  const words = source ? (source.value ?? source.textContent).trim() : button.dataset.copy;
  navigator.clipboard.writeText(words).then(() => {
    const label = button.querySelector("[data-label]") || button;
    const before = label.textContent;
    if (!button.dataset.copied || label.dataset.busy) return;
    label.dataset.busy = "1";
    label.textContent = button.dataset.copied;
    setTimeout(() => { label.textContent = before; delete label.dataset.busy; }, 2500);
  }, () => source && window.getSelection().selectAllChildren(source));
}

function nextTheme() {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  document.cookie = `theme=${root.dataset.theme};path=/;max-age=31536000;samesite=lax`;
}

function sendOnce(event) {
  if (event.defaultPrevented) return;
  const form = event.target;
  const button = event.submitter;
  const question = button?.dataset.confirm ?? form.dataset.confirm;
  if (question && !window.confirm(question)) {
    event.preventDefault();
    return;
  }
  if (!("once" in form.dataset)) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  button?.setAttribute("aria-busy", "true");
}

function allowAgain() {
  document.querySelectorAll("form[data-sent]").forEach((form) => {
    delete form.dataset.sent;
    form.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
  });
}

function tickAll(box) {
  const boxes = document.querySelectorAll(`input[type=checkbox][name="${CSS.escape(box.dataset.checkAll)}"]:not(:disabled)`);
  boxes.forEach((one) => { one.checked = box.checked; });
  boxes[0]?.dispatchEvent(new Event("change", { bubbles: true }));
}

document.addEventListener("click", (event) => {
  const target = event.target.closest("[data-copy],[data-copy-from],[data-theme-switch],[data-print]");
  if (!target) return;
  if ("themeSwitch" in target.dataset) nextTheme();
  else if ("print" in target.dataset) window.print();
  else copy(target);
});
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-check-all]")) tickAll(event.target);
  if (event.target.matches("[data-submit]")) event.target.form?.requestSubmit();
});
document.addEventListener("submit", sendOnce);
window.addEventListener("pageshow", allowAgain);
document.querySelector("[data-focus]")?.focus();
const reload = Number(document.querySelector("[data-reload]")?.dataset.reload);
if (reload > 0) setTimeout(() => location.reload(), reload * 1000);

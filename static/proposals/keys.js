/* The keyboard of the triage: a letter presses what carries it in data-key, unless somebody is typing. Everything works without. */
const typing = (target) => target.closest("input,textarea,select,[contenteditable]");

function press(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.repeat) return;
  if (event.key === "Escape" && typing(event.target)) {
    event.target.blur();
    return;
  }
  if (typing(event.target) || !/^[a-z]$/i.test(event.key)) return;
  const target = document.querySelector(`[data-key="${event.key.toLowerCase()}"]`);
  if (!target) return;
  event.preventDefault();
  const closed = target.closest("details:not([open])");
  if (closed && target.localName !== "summary") closed.open = true;
  target.click();
  if (target.localName === "summary" && closed) closed.querySelector("select,textarea,input")?.focus();
}

document.addEventListener("keydown", press);
document.querySelector("[data-keys]")?.removeAttribute("hidden");
document.querySelector(".triage-queue [aria-current]")?.scrollIntoView({ block: "nearest" });

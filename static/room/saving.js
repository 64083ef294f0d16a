/** Saving data: by choice, remembered on this device, else where the browser says that its line is dear or very slow. */
const KEY = "rembuk-save-data";
const SLOW = new Set(["slow-2g", "2g"]);

/** Binds the switch `button`. `on()` says whether little is asked for; `changed()` follows a press. */
export function createSaving(button, { changed, local = safely(), connection = globalThis.navigator?.connection }) {
  const saving = { on: chosen(local) ?? (connection?.saveData === true || SLOW.has(connection?.effectiveType)) };
  const show = () => button.setAttribute("aria-pressed", String(saving.on));
  button.addEventListener("click", () => {
    saving.on = !saving.on;
    remember(local, saving.on);
    show();
    changed();
  });
  show();
  return { on: () => saving.on };
}

/** Reading the property alone throws where a browser forbids storage. */
function safely() {
  try {
    return globalThis.localStorage ?? null;
  } catch {
    return null;
  }
}

function chosen(local) {
  try {
    const value = local?.getItem(KEY);
    return value === "on" || value === "off" ? value === "on" : null;
  } catch {
    return null;
  }
}

function remember(local, on) {
  // For pages of the server: they then leave pictures out until somebody asks for them.
  if (globalThis.document) document.cookie = `hemat=${on ? "on" : "off"};path=/;max-age=31536000;samesite=lax`;
  try {
    local?.setItem(KEY, on ? "on" : "off");
  } catch {
    // Then it is forgotten with the page.
  }
}

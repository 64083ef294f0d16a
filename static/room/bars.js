/** The bars above the stream: a lost line, the state of the room, what is pinned, the last announcement. Never a dialog. */
import { secondsUntil, serverNow } from "./clock.js";
import { button, byId, el, fill, icon, setText } from "./dom.js";
import { announced, knows, t, tn } from "./words.js";

const LONG = 70;

/** Draws all bars. `model`: `{status, durable, waiting, mode, you, pinned, notice, saving, links}`; `act`: `{again, here}`. */
export function drawBars(model, act) {
  drawLine(byId("line-bar"), model, act);
  if (model.welcomed) byId("practice-bar").hidden = model.mode.practice !== true;
  drawState(byId("state-bar"), model);
  drawPinned(byId("pinned-bar"), model.pinned);
  drawNotice(byId("notice-bar"), model.notice);
}

function drawLine(bar, { status, durable, links, welcomed }, act) {
  const lost = status.state === "away" || (status.state !== "open" && (welcomed || status.tries > 0));
  bar.hidden = !lost;
  bar.classList.toggle("bad", status.state === "away");
  if (!lost) return bar.replaceChildren();
  if (status.state === "away") return drawAway(bar, status.code, links, act);
  if (!bar.querySelector("[data-when]")) {
    fill(bar, icon("wifi-off"), el("div", {},
      el("p", { class: "notice-title" }, t("line_lost"), " ", el("span", { "data-when": true, "aria-hidden": "true" })),
      el("p", {}, t(durable ? "line_safe" : "line_safe_here"), " ", button(t("line_now"), { class: "link", onclick: act.again }))));
  }
  const when = status.state === "waiting" ? tn("line_when", secondsUntil(status.retryAt)) : t("line_trying");
  setText(bar.querySelector("[data-when]"), when);
}

/** Told to stay away: why, what is safe, and the one thing to do. */
function drawAway(bar, code, links, act) {
  if (bar.dataset.code === String(code) && bar.childElementCount > 0) return;
  bar.dataset.code = code;
  const key = knows(`away_${code}`) ? code : 4500;
  const onward = { 4501: links.join, 4503: links.home ?? "/", 4504: links.home ?? "/" }[key];
  const way = onward
    ? el("a", { href: onward }, t(`away_${key}_do`))
    : button(t(`away_${key}_do`), { class: "link", onclick: key === 4509 ? act.here : () => location.reload() });
  fill(bar, icon("alert"), el("div", {}, el("p", { class: "notice-title" }, t(`away_${key}`)), el("p", {}, t("away_safe"), " ", way)));
}

function drawState(bar, { mode, you, welcomed, saving }) {
  const words = [];
  if (["waiting", "paused", "ended"].includes(mode.state)) words.push(t(`state_${mode.state}`));
  if (you?.muted_until > serverNow()) words.push(t("muted_now"));
  if (mode.state === "open" && mode.locked) words.push(t("locked_now"));
  if (mode.state === "open" && mode.premoderated) words.push(t("premoderated_now"));
  if (mode.state === "open" && mode.slow > 0) words.push(tn("slow_now", mode.slow));
  if (saving) words.push(t("saving_now"));
  const sentence = welcomed ? words.join(" ") : "";
  bar.hidden = sentence === "";
  setText(bar.querySelector("span"), sentence);
}

function drawPinned(bar, pinned) {
  bar.hidden = pinned.length === 0;
  if (pinned.length === 0) return bar.replaceChildren();
  const known = pinned.map((one) => `${one.id} ${one.rev}`).join();
  if (bar.dataset.known === known) return;
  bar.dataset.known = known;
  const [last, ...others] = pinned;
  fill(bar, icon("pushpin"), el("div", {}, others.length > 0 || last.text.length > LONG ? folded(last, others) : el("p", {}, pin(last))));
}

function pin(one) {
  return one.kind === "chat" || !one.by ? [one.text] : [el("b", {}, `${one.by.name}: `), one.text];
}

/** A long pin, or several, in a fold: two lines until somebody opens it. */
function folded(last, others) {
  const more = others.length > 0 && el("span", { class: "hide-text" }, tn("more_pinned", others.length));
  return el("details", { class: others.length > 0 ? "" : "single" }, el("summary", {}, el("span", {}, pin(last)), more, icon("chevron-down")), others.map((one) => el("p", {}, pin(one))));
}

function drawNotice(bar, notice) {
  const over = !notice?.text || (Number.isFinite(notice.until) && notice.until < serverNow());
  bar.hidden = over;
  if (!over) setText(bar.querySelector("span"), announced(notice));
}

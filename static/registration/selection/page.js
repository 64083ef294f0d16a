/* The moderators' table: filters at once over the rows that are there, shows what ticked people would do to seats and quotas, decides without
   leaving the page, and learns every few seconds what colleagues decided. Without this module the same page works as plain forms. */
import { listenToKeys } from "./keys.js";
import { complain, onUndo, tell, toast } from "./news.js";
import { preview } from "./preview.js";
import { openTable } from "./table.js";
import { make, say, words } from "./words.js";

const EVERY = 4000;
const TABS = { submitted: "undecided", selected: "selected", reserve: "reserve", declined: "not_selected", withdrawn: "withdrawn", late: "late" };

const form = document.querySelector("#putusan");
if (form) start();

function start() {
  const filters = document.querySelector("[data-filters]");
  const meters = document.querySelector("[data-meters]");
  const all = form.querySelector("[data-check-all]");
  let stamp = form.dataset.stamp;
  let published = "published" in form.dataset;
  let busy = false;
  let settled = Promise.resolve();
  let forget = () => {};

  document.querySelectorAll("[data-plain]").forEach((one) => { one.hidden = true; });
  document.querySelectorAll("[data-keys],.bulk kbd").forEach((one) => { one.hidden = false; });

  const table = openTable(form, filters, () => {
    forget();
    tickedChanged();
  });
  const { rows, byId, paged } = table;

  /* --- ticks and their preview */

  const ticked = () => rows.filter((one) => one.box.checked);

  function tickedChanged() {
    const chosen = ticked();
    // What a moderator saw when ticking is what they decide on: a colleague's decision that came meanwhile is told first, never overwritten.
    rows.forEach((one) => { one.agreed = one.box.checked ? one.agreed ?? one.version : null; });
    const visible = table.visible().filter((one) => !one.box.disabled);
    const on = visible.filter((one) => one.box.checked).length;
    all.checked = on > 0 && on === visible.length;
    all.indeterminate = on > 0 && on < visible.length;
    const counter = document.querySelector("[data-ticked]");
    if (counter) counter.textContent = say("people", { n: chosen.length });
    const coming = chosen.filter((one) => one.tab !== "selected");
    document.querySelector("[data-preview]").textContent = coming.length ? say("preview", { n: coming.length }) : words.plain;
    preview(meters, coming);
  }

  form.querySelector("tbody").addEventListener("change", tickedChanged);
  // Only what is seen is ticked: the general rule of the site would tick hidden rows too.
  all.removeAttribute("data-check-all");
  all.addEventListener("change", () => {
    rows.forEach((one) => { if (one.shown && !one.box.disabled) one.box.checked = all.checked; });
    tickedChanged();
  });

  /* --- decisions */

  async function call(path, options = {}) {
    const headers = { Accept: "application/json", "X-CSRF-Token": form.elements.csrf?.value ?? "" };
    if (options.body) headers["Content-Type"] = "application/json";
    const answer = await fetch(path, { ...options, headers });
    return { ok: answer.ok, body: await answer.json() };
  }

  async function act(path, content, done) {
    if (busy) return;
    busy = true;
    try {
      const answer = await call(path, { method: "POST", body: JSON.stringify(content) });
      if (answer.ok) done(answer.body);
      else {
        complain(answer.body.errors?.[0]?.message ?? answer.body.title, (answer.body.items ?? []).slice(0, 8).map(line));
        rows.forEach((one) => { one.agreed = null; });
      }
    } catch {
      complain(words.dead);
    } finally {
      busy = false;
    }
    settled = learn().then(tickedChanged);
    await settled;
  }

  async function decide(decision) {
    // Pressed again right after a refusal: what the colleague decided is learnt first, or the answer would be refused as stale once more.
    await settled;
    const chosen = ticked();
    const reason = document.querySelector("#alasan");
    if (!chosen.length) return complain(words.nobody);
    const items = chosen.map((one) => ({ id: one.id, version: Number(one.agreed) }));
    return act(form.dataset.calls, { items, decision, reason: reason.value }, (body) => {
      chosen.forEach((one) => { one.box.checked = false; });
      reason.value = "";
      toast(say(decision, { n: body.changed.length }), body.changed.length ? () => undo(body.run) : null);
    });
  }

  function undo(run) {
    return act(`${form.dataset.calls}/undo`, { run }, (body) => toast(say("undone", { n: body.changed.length })));
  }

  function line(item) {
    const element = make("p");
    if ("seats" in item) {
      element.textContent = say("seats", { ...item, name: item.name ?? words.online });
      return element;
    }
    const name = byId.get(item.id)?.row.querySelector("th a").textContent ?? "";
    element.textContent = item.decided_by ? `${say("faster", { who: item.decided_by, name })} ` : `${name} `;
    element.append(make("a", words.look, { href: `${form.dataset.here}/orang/${item.id}` }));
    return element;
  }

  form.addEventListener("submit", (event) => {
    const decision = event.submitter?.value;
    if (!decision || event.submitter.name !== "decision") return;
    event.preventDefault();
    decide(decision);
  });
  onUndo(undo);

  /* --- what colleagues did */

  async function learn() {
    let fresh;
    try {
      const answer = await call(`${form.dataset.calls}/changes?stamp=${encodeURIComponent(stamp)}`);
      if (!answer.ok) return;
      fresh = answer.body;
    } catch {
      return;
    }
    if (fresh.published && !published) {
      published = true;
      complain(words.published);
      document.querySelector(".bulk")?.remove();
    }
    if (fresh.stamp === stamp) return;
    stamp = fresh.stamp;
    fresh.items.forEach(redraw);
    count(fresh.items);
    const unknown = fresh.items.filter((item) => !byId.has(item.id)).length;
    if (unknown && !paged) offerReload(unknown);
    if (!paged) table.sift();
    const answer = await fetch(`${form.dataset.here}/meter`).catch(() => null);
    if (answer?.ok) meters.innerHTML = await answer.text();
    tickedChanged();
  }

  function redraw(item) {
    const one = byId.get(item.id);
    if (!one || one.version === String(item.version)) return;
    one.version = String(item.version);
    one.tab = TABS[item.state];
    one.row.dataset.tab = one.tab;
    one.box.value = `${one.id}:${item.version}`;
    one.box.disabled = one.tab === "withdrawn";
    const word = one.tab === "reserve" ? words.reserved : words[one.tab];
    one.row.querySelector("[data-decided]").textContent = one.tab === "undecided" ? "" : [word, item.decided_by].filter(Boolean).join(" · ");
  }

  setInterval(() => { if (!document.hidden && !busy) learn(); }, EVERY);

  forget = listenToKeys(form, table, { all, filters, ticked: tickedChanged, decide });
  if (!paged) table.sift();
  rows.forEach((one) => one.row.classList.remove("later"));
  tickedChanged();
}

function count(items) {
  const found = { all: items.length };
  items.forEach((item) => { found[TABS[item.state]] = (found[TABS[item.state]] ?? 0) + 1; });
  document.querySelectorAll(".chip[data-tab]").forEach((chip) => {
    chip.querySelector("b").textContent = (found[chip.dataset.tab] ?? 0).toLocaleString("id");
  });
}

function offerReload(unknown) {
  const box = make("div", "", { class: "notice", role: "status" });
  const inside = make("div", `${say("fresh", { n: unknown })} `);
  inside.append(make("a", words.reload, { href: "" }));
  box.append(inside);
  tell(box);
}

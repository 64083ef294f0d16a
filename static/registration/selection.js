/* The moderators' table: filters at once over the rows that are there, shows what ticked people would do to seats and quotas, decides without
   leaving the page, and learns every few seconds what colleagues decided. Without this module the same page works as plain forms. */

const form = document.querySelector("#putusan");
const words = document.querySelector("#kata")?.dataset;
const EVERY = 4000;
/* Rows drawn at first; more appear while one scrolls, so that filtering thousands stays instant. */
const DRAWN = 150;

const say = (key, facts = {}) => words[key].replace(/\{(\w+)\}/g, (_, name) => facts[name] ?? "");
const make = (tag, text, attributes = {}) => {
  const element = document.createElement(tag);
  if (text) element.textContent = text;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
};

if (form) start();

function start() {
  const body = form.querySelector("tbody");
  const rows = [...body.rows].map((row) => ({ row, ...row.dataset, box: row.querySelector("input[type=checkbox]"), shown: !row.hidden }));
  const byId = new Map(rows.map((one) => [one.id, one]));
  const filters = document.querySelector("[data-filters]");
  const paged = "paged" in filters.dataset;
  const news = document.querySelector("[data-news]");
  const aside = document.querySelector("[data-applicant]");
  const meters = document.querySelector("[data-meters]");
  const all = form.querySelector("[data-check-all]");
  let stamp = form.dataset.stamp;
  let current = null;
  let published = "published" in form.dataset;

  document.querySelectorAll("[data-plain]").forEach((one) => { one.hidden = true; });
  document.querySelectorAll("[data-keys],.bulk kbd").forEach((one) => { one.hidden = false; });

  /* --- filters */

  const held = () => Object.fromEntries(new FormData(filters));

  function matches(one, f, wanted, place) {
    return (f.state === "all" || one.tab === f.state)
      && (!f.element || one.element === f.element)
      && (!f.village || one.village === f.village)
      && (!f.way || one.way === f.way)
      && (!f.quota || one.quotas.split(" ").includes(place))
      && wanted.every((word) => one.find.includes(word));
  }

  function sift() {
    const f = held();
    const wanted = f.q.toLocaleLowerCase("id").split(/\s+/).filter(Boolean);
    const place = f.quota ? String([...filters.elements.quota.options].findIndex((o) => o.value === f.quota) - 1) : "";
    for (const one of rows) one.shown = matches(one, f, wanted, place);
    drawn = DRAWN;
    const count = draw();
    document.querySelector("[data-nobody]").hidden = count > 0;
    document.querySelectorAll("[data-tab].chip").forEach((chip) => {
      if (chip.dataset.tab === f.state) chip.setAttribute("aria-current", "page");
      else chip.removeAttribute("aria-current");
    });
    if (current && !current.shown) point(null);
    const note = document.querySelector("[data-late-note]");
    if (note) note.hidden = f.state !== "late";
    remember(f);
    tickedChanged();
  }

  let drawn = DRAWN;
  function draw() {
    let count = 0;
    for (const one of rows) {
      const hidden = !one.shown || ++count > drawn;
      if (one.row.hidden !== hidden) one.row.hidden = hidden;
    }
    end.hidden = count <= drawn;
    return count;
  }

  const end = make("p", "\u00a0");
  form.append(end);
  new IntersectionObserver((seen) => {
    if (!seen.some((one) => one.isIntersecting)) return;
    drawn += DRAWN;
    draw();
  }, { rootMargin: "600px" }).observe(end);

  function remember(f) {
    const usual = { state: "undecided", sort: "order" };
    const query = new URLSearchParams(Object.entries(f).filter(([name, value]) => value && value !== usual[name])).toString();
    history.replaceState(null, "", query ? `?${query}` : location.pathname);
    form.querySelectorAll("thead a").forEach((link) => {
      const sort = new URL(link.href).searchParams.get("sort");
      link.search = new URLSearchParams({ ...Object.fromEntries(new URLSearchParams(query)), sort }).toString();
    });
    form.action = query ? `${form.dataset.here}?${query}` : form.dataset.here;
  }

  function setTab(tab) {
    filters.elements.state.value = tab;
    if (paged) filters.submit();
    else sift();
  }

  if (paged) {
    filters.addEventListener("change", () => filters.submit());
  } else {
    filters.addEventListener("input", sift);
    filters.addEventListener("submit", (event) => { event.preventDefault(); sift(); });
    document.querySelectorAll(".chip[data-tab]").forEach((chip) => chip.addEventListener("click", (event) => {
      event.preventDefault();
      setTab(chip.dataset.tab);
    }));
    meters.addEventListener("click", (event) => {
      const link = event.target.closest("[data-quota]");
      if (!link) return;
      event.preventDefault();
      for (const name of ["q", "element", "village", "way"]) filters.elements[name].value = "";
      filters.elements.quota.value = link.dataset.quota;
      setTab("undecided");
      if (!rows.some((one) => one.shown)) setTab("all");
    });
  }

  /* --- ticks and their preview */

  const ticked = () => rows.filter((one) => one.box.checked);

  function tickedChanged() {
    const chosen = ticked();
    // What a moderator saw when ticking is what they decide on: a colleague's decision that came meanwhile is told first, never overwritten.
    rows.forEach((one) => { one.agreed = one.box.checked ? one.agreed ?? one.version : null; });
    const visible = rows.filter((one) => one.shown && !one.box.disabled);
    const on = visible.filter((one) => one.box.checked).length;
    all.checked = on > 0 && on === visible.length;
    all.indeterminate = on > 0 && on < visible.length;
    const counter = document.querySelector("[data-ticked]");
    if (counter) counter.textContent = say("people", { n: chosen.length });
    const coming = chosen.filter((one) => one.tab !== "selected");
    document.querySelector("[data-preview]").textContent = coming.length ? say("preview", { n: coming.length }) : words.plain;
    meters.querySelectorAll("[data-meter]").forEach((slot) => preview(slot, coming));
  }

  function preview(slot, coming) {
    slot.querySelectorAll("[data-made]").forEach((one) => one.remove());
    const [kind, key] = slot.dataset.meter.split(/:(.*)/s);
    const plus = coming.filter((one) => (kind === "seats" ? one.pool === key : one.quotas.split(" ").includes(key))).length;
    if (!plus) return;
    const value = Number(slot.dataset.value);
    const full = Number(slot.dataset.full);
    const limit = "limit" in slot.dataset ? Number(slot.dataset.limit) : Infinity;
    const over = value + plus > limit;
    slot.querySelector(".meter-state").after(make("b", ` +${plus}`, { "data-made": "" }));
    if (over) slot.querySelector(".meter-words > span").append(make("b", ` ${words.over}`, { "data-made": "", class: "bad-text" }));
    const from = Math.min(100, (value * 100) / full);
    const to = Math.min(100, ((value + plus) * 100) / full);
    slot.querySelector(".meter-bar").append(hatched(from, Math.max(to - from, 0.8)));
  }

  function hatched(from, width) {
    const draw = (tag, attributes) => {
      const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
      for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
      return element;
    };
    const part = draw("svg", { x: `${from}%`, y: 3, width: `${width}%`, height: 10, overflow: "hidden", "data-made": "" });
    part.append(
      draw("rect", { class: "meter-plus", width: "100%", height: 10, rx: 3 }),
      draw("line", { class: "meter-hatch", x1: -20, x2: 2000, y1: 5, y2: 5, transform: "skewX(-40)" }),
    );
    return part;
  }

  body.addEventListener("change", tickedChanged);
  // Only what is seen is ticked: the general rule of the site would tick hidden rows too.
  all.removeAttribute("data-check-all");
  all.addEventListener("change", () => {
    rows.forEach((one) => { if (one.shown && !one.box.disabled) one.box.checked = all.checked; });
    tickedChanged();
  });

  /* --- calls */

  async function call(path, options = {}) {
    const headers = { Accept: "application/json", "X-CSRF-Token": form.elements.csrf?.value ?? "" };
    if (options.body) headers["Content-Type"] = "application/json";
    const answer = await fetch(path, { ...options, headers });
    return { ok: answer.ok, status: answer.status, body: await answer.json() };
  }

  function tell(element) {
    const pane = make("div", "", { class: "pane" });
    pane.append(element);
    news.replaceChildren(pane);
    pane.scrollIntoView({ block: "nearest" });
  }

  function complain(title, lines = []) {
    const box = make("div", "", { class: "notice bad", role: "alert" });
    const inside = make("div");
    inside.append(make("p", title, { class: "notice-title" }));
    lines.forEach((line) => inside.append(line));
    box.append(inside);
    tell(box);
  }

  function toast(text, run) {
    const box = make("div", "", { class: "undo", role: "status" });
    box.append(make("span", text));
    if (run) {
      const button = make("button", words.undo, { type: "button" });
      button.addEventListener("click", () => undo(run));
      box.append(button);
    }
    tell(box);
  }

  function line(item) {
    const element = make("p");
    if ("seats" in item) {
      element.textContent = say("seats", { ...item, name: item.name ?? words.online });
      return element;
    }
    const name = byId.get(item.id)?.row.querySelector("th a").textContent ?? "";
    element.textContent = item.decided_by ? `${say("faster", { who: item.decided_by, name })} ` : `${name} `;
    const link = make("a", words.look, { href: `${form.dataset.here}/orang/${item.id}` });
    element.append(link);
    return element;
  }

  let busy = false;
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
    await learn();
    tickedChanged();
  }

  function decide(decision) {
    const chosen = ticked();
    const reason = document.querySelector("#alasan");
    if (!chosen.length) return complain(words.nobody);
    const items = chosen.map((one) => ({ id: one.id, version: Number(one.agreed) }));
    return act(form.dataset.calls, { items, decision, reason: reason.value }, (body) => {
      chosen.forEach((one) => { one.box.checked = false; });
      reason.value = "";
      toast(say(decision, { n: body.changed.length }), body.changed.length ? body.run : null);
    });
  }

  function undo(run) {
    return act(`${form.dataset.calls}/undo`, { run }, (body) => toast(say("undone", { n: body.changed.length }), null));
  }

  form.addEventListener("submit", (event) => {
    const decision = event.submitter?.value;
    if (!decision || event.submitter.name !== "decision") return;
    event.preventDefault();
    decide(decision);
  });
  news.addEventListener("submit", (event) => {
    const run = event.target.elements.run?.value;
    if (!run) return;
    event.preventDefault();
    undo(run);
  });

  /* --- what colleagues did */

  const TABS = { submitted: "undecided", selected: "selected", reserve: "reserve", declined: "not_selected", withdrawn: "withdrawn", late: "late" };

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
    if (!paged) sift();
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
    const decided = one.row.querySelector("[data-decided]");
    decided.textContent = one.tab === "undecided" ? "" : [word, item.decided_by].filter(Boolean).join(" · ");
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

  setInterval(() => { if (!document.hidden && !busy) learn(); }, EVERY);

  /* --- one applicant beside the table */

  async function open(link) {
    if (!matchMedia("(min-width:1024px)").matches) return location.assign(link.href);
    const answer = await fetch(`${link.href}?panel=1`).catch(() => null);
    if (!answer?.ok) return location.assign(link.href);
    aside.innerHTML = await answer.text();
    const close = make("button", words.close, { type: "button", class: "button small" });
    close.addEventListener("click", KEYS.Escape);
    aside.append(close);
    aside.hidden = false;
    aside.closest(".side").scrollTop = 0;
    return undefined;
  }

  body.addEventListener("click", (event) => {
    const link = event.target.closest("[data-open]");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      point(byId.get(link.closest("tr").dataset.id));
      open(link);
    }
  });

  /* --- keys */

  function point(one) {
    current?.row.classList.remove("current");
    current = one;
    if (!one) return;
    one.row.classList.add("current");
    one.row.hidden = false;
    one.row.scrollIntoView({ block: "nearest" });
  }

  function step(by) {
    const visible = rows.filter((one) => one.shown);
    const at = visible.indexOf(current);
    point(visible[at < 0 ? 0 : Math.min(visible.length - 1, Math.max(0, at + by))] ?? null);
    current?.box.focus({ preventScroll: true });
  }

  const KEYS = {
    j: () => step(1),
    k: () => step(-1),
    x: () => { if (current && !current.box.disabled) { current.box.checked = !current.box.checked; tickedChanged(); } },
    a: () => all.click(),
    "/": () => filters.elements.q.focus(),
    Escape: () => { aside.hidden = true; aside.replaceChildren(); },
  };

  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches("input:not([type=checkbox]),select,textarea");
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (typing) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    if (event.key === "Enter" && current && event.target === current.box) {
      event.preventDefault();
      open(current.row.querySelector("[data-open]"));
      return;
    }
    const button = document.querySelector(`.bulk [data-key="${CSS.escape(event.key)}"]`);
    const action = KEYS[event.key] ?? (button && (() => decide(button.value)));
    if (!action) return;
    event.preventDefault();
    action();
  });

  if (!paged) sift();
  rows.forEach((one) => one.row.classList.remove("later"));
  tickedChanged();
}

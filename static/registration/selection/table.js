/* The rows that are there, filtered at once; the address of the page follows the filters. */
import { make } from "./words.js";

/* Rows drawn at first; more appear while one scrolls, so that filtering thousands stays instant. */
const DRAWN = 150;
const USUAL = { state: "undecided", sort: "order" };

/**
 * The table of the page: `rows` with their data, box and whether they are `shown`; `byId`; `paged` when the server filters.
 * `sifted()` is called after every change of what is shown.
 */
export function openTable(form, filters, sifted) {
  const rows = [...form.querySelector("tbody").rows].map((row) => ({
    row, ...row.dataset, box: row.querySelector("input[type=checkbox]"), shown: !row.hidden,
  }));
  const table = { form, filters, sifted, rows, byId: new Map(rows.map((one) => [one.id, one])), paged: "paged" in filters.dataset, drawn: DRAWN, end: make("p", "\u00a0") };
  form.append(table.end);
  drawMore(table);
  if (table.paged) filters.addEventListener("change", () => filters.submit());
  else listen(table);
  return {
    rows,
    byId: table.byId,
    paged: table.paged,
    sift: () => sift(table),
    visible: () => rows.filter((one) => one.shown),
  };
}

function listen(table) {
  const { filters, rows } = table;
  filters.addEventListener("input", () => sift(table));
  filters.addEventListener("submit", (event) => { event.preventDefault(); sift(table); });
  document.querySelectorAll(".chip[data-tab]").forEach((chip) => chip.addEventListener("click", (event) => {
    event.preventDefault();
    setTab(table, chip.dataset.tab);
  }));
  document.querySelector("[data-meters]").addEventListener("click", (event) => {
    const link = event.target.closest("[data-quota]");
    if (!link) return;
    event.preventDefault();
    for (const name of ["q", "element", "village", "way"]) filters.elements[name].value = "";
    filters.elements.quota.value = link.dataset.quota;
    setTab(table, "undecided");
    if (!rows.some((one) => one.shown)) setTab(table, "all");
  });
}

function setTab(table, tab) {
  table.filters.elements.state.value = tab;
  sift(table);
}

function sift(table) {
  const { filters, rows } = table;
  const f = Object.fromEntries(new FormData(filters));
  const wanted = f.q.toLocaleLowerCase("id").split(/\s+/).filter(Boolean);
  const place = f.quota ? String([...filters.elements.quota.options].findIndex((o) => o.value === f.quota) - 1) : "";
  for (const one of rows) one.shown = matches(one, f, wanted, place);
  table.drawn = DRAWN;
  document.querySelector("[data-nobody]").hidden = draw(table) > 0;
  document.querySelectorAll("[data-tab].chip").forEach((chip) => {
    if (chip.dataset.tab === f.state) chip.setAttribute("aria-current", "page");
    else chip.removeAttribute("aria-current");
  });
  const note = document.querySelector("[data-late-note]");
  if (note) note.hidden = f.state !== "late";
  document.querySelectorAll(".bulk [data-when]").forEach((one) => {
    one.hidden = one.dataset.when === "late" ? !["late", "all"].includes(f.state) : f.state === "late";
  });
  remember(table, f);
  table.sifted();
}

function matches(one, f, wanted, place) {
  return (f.state === "all" || one.tab === f.state)
    && (!f.element || one.element === f.element)
    && (!f.village || one.village === f.village)
    && (!f.way || one.way === f.way)
    && (!f.quota || one.quotas.split(" ").includes(place))
    && wanted.every((word) => one.find.includes(word));
}

function draw(table) {
  let count = 0;
  for (const one of table.rows) {
    const hidden = !one.shown || ++count > table.drawn;
    if (one.row.hidden !== hidden) one.row.hidden = hidden;
  }
  table.end.hidden = count <= table.drawn;
  return count;
}

function drawMore(table) {
  new IntersectionObserver((seen) => {
    if (!seen.some((one) => one.isIntersecting)) return;
    table.drawn += DRAWN;
    draw(table);
  }, { rootMargin: "600px" }).observe(table.end);
}

function remember({ form }, f) {
  const query = new URLSearchParams(Object.entries(f).filter(([name, value]) => value && value !== USUAL[name])).toString();
  history.replaceState(null, "", query ? `?${query}` : location.pathname);
  form.querySelectorAll("thead a").forEach((link) => {
    const sort = new URL(link.href).searchParams.get("sort");
    link.search = new URLSearchParams({ ...Object.fromEntries(new URLSearchParams(query)), sort }).toString();
  });
  form.action = query ? `${form.dataset.here}?${query}` : form.dataset.here;
}

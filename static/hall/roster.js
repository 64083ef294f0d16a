/* The list of guests: found while typing, without the server; a press shows at once, and says so while it waits for the line. */

const FOLD = /[\u0300-\u036f]/g;

export function fold(text) {
  return text.normalize("NFKD").replace(FOLD, "").toLowerCase();
}

export class Roster {
  constructor(place, search, nobody) {
    this.place = place;
    this.search = search;
    this.nobody = nobody;
    search.addEventListener("input", () => this.filter());
  }

  rows() {
    return [...this.place.querySelectorAll("[data-person]")];
  }

  filter() {
    const words = fold(this.search.value).split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of this.rows()) {
      const text = (row.searchText ??= fold(row.dataset.search));
      const hit = words.length ? words.every((word) => text.includes(word)) : !("far" in row.dataset);
      row.hidden = !hit;
      shown += hit ? 1 : 0;
    }
    this.nobody.hidden = shown > 0 || words.length === 0;
  }

  shown() {
    return this.rows().filter((row) => !row.hidden);
  }

  row(id) {
    return this.rows().find((row) => row.dataset.person === id);
  }

  mark(waiting, template, time) {
    for (const entry of waiting) {
      const place = this.row(entry.body.participant)?.querySelector("[data-place]");
      if (!place) continue;
      const tag = template.content.cloneNode(true);
      tag.querySelector("[data-time]").textContent = time(entry.body.at ?? Date.now());
      place.replaceChildren(tag);
    }
  }
}

/* Rows that are not yet with the server, kept in this browser under their ids until they are. */

export class Drafts {
  constructor(name) {
    this.name = name;
    this.rows = new Map(this.read());
  }

  read() {
    try {
      return JSON.parse(localStorage.getItem(this.name)) ?? [];
    } catch {
      return [];
    }
  }

  write() {
    try {
      if (this.rows.size) localStorage.setItem(this.name, JSON.stringify([...this.rows]));
      else localStorage.removeItem(this.name);
    } catch {
      // No room on the device: the row lives as long as the page does.
    }
  }

  keep(id, row) {
    this.rows.set(id, row);
    this.write();
  }

  drop(id) {
    if (this.rows.delete(id)) this.write();
  }

  get(id) {
    return this.rows.get(id);
  }

  has(id) {
    return this.rows.has(id);
  }

  all() {
    return [...this.rows].map(([id, row]) => ({ id, ...row }));
  }
}

/* What was typed or pressed and is not yet with the server. It survives reloads and dead lines, goes out in order, and each entry carries a word
   (cid or nonce) by which the server knows it again: sending twice does nothing twice. */

const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 20000;
const PATIENCE = 12000;
const COME_BACK = new Set([408, 425, 429, 500, 502, 503, 504]);

export class Outbox {
  constructor(name, token, changed) {
    this.name = name;
    this.token = token;
    this.changed = changed;
    this.entries = this.stored();
    this.pause = FIRST_PAUSE;
    this.busy = false;
    window.addEventListener("online", () => this.send());
    window.addEventListener("storage", (event) => {
      if (event.key !== this.name) return;
      this.entries = this.stored();
      this.changed();
    });
  }

  stored() {
    try {
      return JSON.parse(localStorage.getItem(this.name)) ?? [];
    } catch {
      return [];
    }
  }

  keep() {
    try {
      localStorage.setItem(this.name, JSON.stringify(this.entries));
    } catch {
      // No room on the device: the entry lives as long as the page does.
    }
    this.changed();
  }

  add(entry) {
    this.entries.push(entry);
    this.keep();
    return this.send();
  }

  /* `changes` are what somebody has decided about it meanwhile, as parts of its body. */
  again(key, changes = {}) {
    const entry = this.entries.find((one) => one.key === key);
    if (entry) {
      delete entry.failed;
      Object.assign(entry.body, changes);
    }
    this.keep();
    return this.send();
  }

  drop(key) {
    this.entries = this.entries.filter((one) => one.key !== key);
    this.keep();
  }

  async send() {
    if (this.busy) return;
    this.busy = true;
    clearTimeout(this.timer);
    try {
      let entry = this.next();
      while (entry) {
        if (!(await this.deliver(entry))) {
          this.timer = setTimeout(() => this.send(), this.pause * (0.5 + Math.random() / 2));
          this.pause = Math.min(this.pause * 2, LONGEST_PAUSE);
          break;
        }
        this.pause = FIRST_PAUSE;
        entry = this.next();
      }
    } finally {
      this.busy = false;
    }
  }

  next() {
    return this.entries.find((one) => !one.failed);
  }

  async deliver(entry) {
    let answer;
    try {
      answer = await fetch(entry.address, {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRF-Token": this.token() },
        body: JSON.stringify(entry.body),
        signal: AbortSignal.timeout?.(PATIENCE),
      });
    } catch {
      return false;
    }
    if (COME_BACK.has(answer.status)) return false;
    const said = await answer.json().catch(() => ({}));
    if (answer.ok) {
      this.drop(entry.key);
      entry.done = said;
      this.delivered?.(entry);
      return true;
    }
    entry.failed = { status: answer.status, code: said.code, sentence: said.errors?.[0]?.message ?? said.title ?? String(answer.status) };
    this.keep();
    this.refused?.(entry);
    return true;
  }
}

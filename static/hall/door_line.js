/* The way from the door to the server: presses go out in order, a few at a time, and are known again by their nonce; a dead line changes nothing. */

const AT_ONCE = 20;
const FIRST_PAUSE = 1500;
const LONGEST_PAUSE = 20000;
const PATIENCE = 12000;

export class Line {
  constructor(api, page, store, token) {
    Object.assign(this, { api, page, store, token, pause: FIRST_PAUSE, up: navigator.onLine, out: false, busy: false });
    window.addEventListener("online", () => this.send());
    window.addEventListener("offline", () => this.heard(false));
  }

  heard(up) {
    this.up = up;
    this.changed?.();
  }

  async call(path, body) {
    const headers = { Accept: "application/json", ...(body && { "Content-Type": "application/json", "X-CSRF-Token": this.token.value }) };
    let answer;
    try {
      answer = await fetch(`${this.api}${path}`, {
        method: body ? "POST" : "GET",
        headers,
        body: body && JSON.stringify(body),
        cache: "no-store",
        signal: AbortSignal.timeout?.(PATIENCE),
      });
    } catch {
      this.heard(false);
      throw new Error("line");
    }
    this.heard(answer.status < 500);
    if (answer.status === 401 || answer.status === 403) await this.refused(answer);
    if (!answer.ok) throw new Error(String(answer.status));
    this.out = false;
    return answer.status === 204 ? undefined : answer.json();
  }

  async refused(answer) {
    const said = await answer.json().catch(() => ({}));
    if (said.code === "web.csrf" && (await this.renew())) return;
    this.out = said.code !== "web.csrf";
    this.changed?.();
  }

  async renew() {
    const answer = await fetch(this.page, { headers: { Accept: "text/html" }, cache: "no-store" }).catch(() => undefined);
    if (!answer?.ok || answer.redirected) return false;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[name=csrf]")?.value;
    if (fresh) this.token.value = fresh;
    return Boolean(fresh);
  }

  async send() {
    if (this.busy) return;
    this.busy = true;
    clearTimeout(this.timer);
    try {
      for (;;) {
        const waiting = (await this.store.presses()).filter((one) => one.state === "waiting").slice(0, AT_ONCE);
        if (!waiting.length) break;
        const presses = waiting.map(({ nonce, at, participant, code, name, meant }) => ({ nonce, at: meant ? undefined : at, participant, code, name }));
        const { items } = await this.call("/presses", { presses });
        for (const item of items) await this.arrived(waiting.find((one) => one.nonce === item.nonce), item);
        this.pause = FIRST_PAUSE;
        await this.delivered?.();
      }
    } catch {
      this.timer = setTimeout(() => this.send(), this.pause * (0.5 + Math.random() / 2));
      this.pause = Math.min(this.pause * 2, LONGEST_PAUSE);
    } finally {
      this.busy = false;
      this.changed?.();
    }
  }

  arrived(press, item) {
    const { nonce, at, who } = press;
    // Somebody has still to say whether it was meant.
    if (item.state === "practice") return this.store.keep({ ...press, state: item.state, sentence: item.sentence });
    return this.store.keep({ nonce, at, who: item.name ?? who, state: item.state, sentence: item.sentence, participant: item.participant });
  }
}

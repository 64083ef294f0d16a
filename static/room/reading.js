/** Asks the server what it reads in a text while it is being written. It is a help, never a condition: without it people write on. */
const PAUSE = 700;

/** `read(text)` asks after a pause in writing; `found(reading)` gets the answer to the newest text only. */
export function createReading({ url, csrf, found, fetcher = globalThis.fetch?.bind(globalThis) }) {
  let timer = 0;
  let number = 0;
  let last = "";
  let off = false;

  async function ask(text, mine) {
    try {
      const answer = await fetcher(url, {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRF-Token": csrf ?? "" },
        body: JSON.stringify({ text }),
      });
      if (answer.status === 404 || answer.status === 405) off = true;
      if (!answer.ok) return;
      const reading = await answer.json();
      if (mine === number && reading && typeof reading === "object") found(reading);
    } catch {
      last = "";
    }
  }

  return {
    read(text) {
      clearTimeout(timer);
      number += 1;
      const mine = number;
      const trimmed = text.trim();
      if (off || trimmed === last || trimmed.length < 8) return;
      timer = setTimeout(() => {
        last = trimmed;
        ask(trimmed, mine);
      }, PAUSE);
    },
    forget() {
      clearTimeout(timer);
      number += 1;
      last = "";
    },
  };
}

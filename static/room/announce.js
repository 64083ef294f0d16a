/** Reading new messages aloud through `role="log"` at a pace that a listener can follow. */
import { el } from "./dom.js";
import { tn } from "./words.js";

const PACE = 4000;
const AT_ONCE = 2;

/** `log` is the hidden element; `say(line)` queues one line, and what comes too fast is summed up in a number. */
export function createAnnouncer(log, pace = PACE) {
  let waiting = [];
  let timer = 0;

  function speak() {
    timer = 0;
    if (waiting.length === 0) return;
    const lines = waiting.length > AT_ONCE ? [tn("new_messages", waiting.length - 1), waiting.at(-1)] : waiting;
    waiting = [];
    log.append(...lines.map((line) => el("p", {}, line)));
    while (log.childElementCount > 10) log.firstElementChild.remove();
    timer = setTimeout(speak, pace);
  }

  return {
    say(line) {
      waiting.push(line);
      if (!timer) timer = setTimeout(speak, 300);
    },
  };
}

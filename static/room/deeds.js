/** Acts of staff: each has a cid of its own, so that one that was lost on the way is said again and still done once. */
import { newCid } from "./outbox.js";

const AGAIN = new Set(["slow_mode", "rate_limited", "unavailable"]);
const PATIENCE = 60_000;

/** What a role may do here; the server decides, this only leaves out buttons that would be refused. */
export const RIGHTS = {
  moderator: new Set(["approve", "reject", "hide", "unhide", "delete", "pin", "unpin", "mute", "unmute", "ban", "room", "capture"]),
  secretariat: new Set(["approve", "reject", "pin", "unpin", "capture"]),
  operator: new Set(["capture"]),
};

/** `do(frame)` resolves with `ok` or rejects with the `err` frame (code `lost` when no answer came within a minute). */
export function createDeeds(line) {
  return {
    async do(frame) {
      const deed = { ...frame, cid: newCid() };
      const end = Date.now() + PATIENCE;
      while (Date.now() < end) {
        const answer = await line.ask(deed, 10_000).catch(() => null);
        if (answer?.t === "ok" || answer?.t === "ack") return answer;
        if (answer && !AGAIN.has(answer.code)) throw answer;
        await new Promise((resolve) => setTimeout(resolve, Math.min(answer?.retry ?? 1000, 10_000)));
      }
      throw { t: "err", code: "lost" };
    },
    mod(op, target, v, reason) {
      const frame = { t: "mod", op };
      if (target) frame.target = target;
      if (v) frame.v = v;
      if (reason) frame.reason = reason;
      return this.do(frame);
    },
    capture: (message, proposal) => createDeeds(line).do({ t: "capture", messages: [message], proposal }),
  };
}

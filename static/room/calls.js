/** Calls of the room for ways without a websocket: one frame out, its answer back, and what a refusal means for a line. */

/** Who reads the desk's log as well. */
const DESK = new Set(["operator", "secretariat", "moderator"]);
const CLOSES = { 401: 4501, 403: 4504, 404: 4504, 409: 4509 };
const LATER = 1013;

/** The logs that somebody of this role reads. */
export function logsOf(role) {
  return DESK.has(role) ? ["public", "desk"] : ["public"];
}

/** A way over `base` (the room's address under /api) that ends once: `tell(frame)` hands a frame to the line, `ended(code)` closes it. */
export function createWay(base, csrf, on) {
  const stop = new AbortController();
  const way = {
    base,
    csrf,
    signal: stop.signal,
    get over() {
      return stop.signal.aborted;
    },
    tell: (frame) => way.over || on.text(typeof frame === "string" ? frame : JSON.stringify(frame)),
    ended(code) {
      if (way.over) return;
      stop.abort();
      on.closed(code);
    },
    close: () => stop.abort(),
  };
  setTimeout(() => way.over || on.opened());
  return way;
}

/** Asks a door: `body` is posted as JSON, without one it is a GET. Resolves with the response, whatever its status; a dead line ends the way. */
export async function ask(way, door, body) {
  const headers = body ? { "Content-Type": "application/json", "X-CSRF-Token": way.csrf ?? "" } : {};
  const options = { method: body ? "POST" : "GET", headers, body: body && JSON.stringify(body), signal: way.signal, cache: "no-store" };
  try {
    return await fetch(`${way.base}/${door}`, options);
  } catch {
    way.ended(1006);
    return null;
  }
}

/** A frame out as a call; its answer comes like any frame. What is refused before it is a frame is told as `err`. */
export async function sendFrame(way, frame) {
  const response = await ask(way, "frames", frame);
  if (response === null) return;
  if (response.ok) return way.tell(await response.text().catch(() => way.ended(1006)));
  const { code, title, retry } = await refusal(response);
  if (!code) return way.ended(1006);
  return way.tell({ t: "err", i: frame.i, code: code.split(".").at(-1), message: title, retry });
}

/** Ends the way as a refused opening says: come back later, or stay away. */
export async function refused(way, response) {
  const { code, retry } = await refusal(response);
  if (retry !== undefined) way.tell({ t: "bye", code: LATER, retry });
  way.ended(code === "chat.banned" ? 4503 : ((code && CLOSES[response.status]) || 1006));
}

/** What the server says of its refusal; without a code it was somebody else on the way who answered. */
async function refusal(response) {
  const problem = await response.json().catch(() => ({}));
  const seconds = Number(response.headers.get("Retry-After"));
  return { code: problem.code ?? "", title: problem.title, retry: seconds > 0 ? seconds * 1000 : undefined };
}

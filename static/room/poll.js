/** The last way: the next events are asked for again and again, each call waiting at the server until there are some. */
import { ask, createWay, refused, sendFrame } from "./calls.js";

const WAIT = 25;
const RENEW = 60_000;
const LEAST = 1000;

/** The same shape as a socket's: `open(on)` gives `{send(text), close()}`. */
export function pollWay(base, csrf) {
  return (on) => {
    const way = createWay(base, csrf, on);
    return { send: (text) => said(way, JSON.parse(text)), close: way.close };
  };
}

async function said(way, frame) {
  if (frame.t !== "hello") return sendFrame(way, frame);
  const frames = await welcomed(way, frame);
  if (frames === null) return undefined;
  const [welcome] = frames;
  const at = { public: place(welcome, frame, "public"), ...(welcome.desk && { desk: place(welcome.desk, frame, "desk") }) };
  frames.forEach(way.tell);
  const poll = { hello: frame, at, renewed: Date.now() };
  return Promise.all(Object.keys(at).map((log) => follow(way, poll, log)));
}

async function welcomed(way, hello) {
  const response = await ask(way, "hello", hello);
  if (response === null) return null;
  const answer = response.ok ? await response.json().catch(() => null) : null;
  if (answer === null) await refused(way, response);
  return way.over ? null : answer.e;
}

/** Where one reads on: from the own position, or from the head that a picture stands for. */
function place({ epoch, head, recovered }, hello, log) {
  return { epoch, after: recovered ? hello.resume[log][1] : head };
}

async function follow(way, poll, log) {
  while (!way.over) {
    const asked = Date.now();
    if (log === "public" && asked - poll.renewed > RENEW) await renew(way, poll);
    const response = await ask(way, `events?${new URLSearchParams({ ...poll.at[log], log, wait: WAIT })}`);
    if (response === null) return;
    const answer = response.ok ? await response.json().catch(() => null) : null;
    if (answer === null) return refused(way, response);
    take(way, poll, log, answer);
    // A proxy that answers in the server's place must not be asked a thousand times a second.
    if (answer.e.length === 0 && Date.now() - asked < LEAST) await new Promise((resolve) => setTimeout(resolve, LEAST));
  }
}

function take(way, poll, log, { epoch, head, e, more, snapshot, other }) {
  const named = log === "desk" ? { log } : {};
  if (snapshot) {
    poll.at[log] = { epoch, after: head };
    way.tell({ t: "snapshot", ...named, epoch, head, e });
  } else if (e.length > 0) {
    poll.at[log] = { epoch, after: e.at(-1).seq };
    way.tell({ t: "batch", ...named, e, more });
  }
  other?.forEach(way.tell);
  way.tell(log === "desk" ? { t: "hb", desk: head } : { t: "hb", head });
}

/** What became of my messages between two calls is told by a new welcome. */
async function renew(way, poll) {
  poll.renewed = Date.now();
  const resume = Object.fromEntries(Object.entries(poll.at).map(([log, { epoch, after }]) => [log, [epoch, after]]));
  const frames = await welcomed(way, { ...poll.hello, resume });
  if (frames !== null) way.tell({ t: "mine", e: frames[0].mine ?? [] });
}

/** A way without websockets: frames come as server-sent events, one stream per log, and go out as calls. */
import { ask, createWay, logsOf, refused, sendFrame } from "./calls.js";

/** The same shape as a socket's: `open(on)` gives `{send(text), close()}`. */
export function streamWay(base, csrf) {
  return (on) => {
    const way = createWay(base, csrf, on);
    return { send: (text) => said(way, JSON.parse(text)), close: way.close };
  };
}

function said(way, frame) {
  if (frame.t !== "hello") return sendFrame(way, frame);
  const start = { hello: frame, welcomes: {}, held: [], open: false };
  return read(way, start, "public");
}

async function read(way, start, log) {
  const [epoch, after] = start.hello.resume?.[log] ?? ["", 0];
  const asked = new URLSearchParams({ log, epoch, after, mode: start.hello.mode ?? "full" });
  const response = await ask(way, `stream?${asked}`);
  if (response === null) return;
  if (!response.ok) return refused(way, response);
  try {
    for await (const data of events(response.body.getReader())) heard(way, start, log, data);
  } catch {
    // A line that breaks and a server that ends are the same from here.
  }
  way.ended(1006);
}

/** The data of each event of a stream, which is one JSON text a line. */
async function* events(source) {
  const decoder = new TextDecoder();
  let rest = "";
  for (;;) {
    const { done, value } = await source.read();
    if (done) return;
    const lines = (rest + decoder.decode(value, { stream: true })).split("\n");
    rest = lines.pop();
    for (const line of lines) if (line.startsWith("data: ")) yield line.slice(6);
  }
}

/** Until every log has welcomed, frames wait: the line is open once the joined welcome has been told. */
function heard(way, start, log, data) {
  if (start.open || data.startsWith('{"t":"bye"')) return way.tell(data);
  if (!data.startsWith('{"t":"welcome"')) return start.held.push(data);
  const welcome = JSON.parse(data);
  start.welcomes[log] = welcome;
  const logs = logsOf(welcome.you.role);
  if (log === "public" && logs.length > 1) read(way, start, "desk");
  if (logs.some((name) => !(name in start.welcomes))) return undefined;
  start.open = true;
  const { public: first, desk } = start.welcomes;
  way.tell(desk ? { ...first, desk: desk.desk } : first);
  return start.held.splice(0).forEach((frame) => way.tell(frame));
}

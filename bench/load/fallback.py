"""The load client for machines without a compiler: the same words and answers as main.c, on picows; slower, which its own core share shows."""

import argparse
import asyncio
import json
import random
import resource
import sys
import time
from collections import Counter
from pathlib import Path

import uvloop
from fallback_socket import Socket, Tally, told
from picows import WSMsgType, ws_connect

GROUPS = ("attendees", "herd", "slow")


class Sender:
    """Somebody who posts."""

    def __init__(self, socket: Socket, number: int) -> None:
        self.socket, self.number = socket, number
        self.waiting = self.posted = self.before = self.open = 0
        self.sent_at: dict[int, int] = {}


class Loader:
    """Obeys connect, wait, run and quit."""

    def __init__(self, given: argparse.Namespace) -> None:
        self.given, self.rembuk = given, given.dialect == "rembuk"
        self.tokens = Path(given.tokens).read_text("ascii").split() if given.tokens else []
        self.sockets: list[Socket] = []
        self.senders: list[Sender] = []
        self.tally, self.measuring, self.pace, self.highest, self.allowed, self.posted_ever = Tally(), False, 0, 0, 0.0, False
        self.tasks: set[asyncio.Task[None]] = set()

    async def come(self, group: int, gate: asyncio.Semaphore | None) -> None:
        socket = Socket(self, len(self.sockets), group)
        self.sockets.append(socket)
        given = self.given
        async with gate or asyncio.Semaphore():
            socket.began = time.monotonic_ns()
            try:
                address = f"ws://127.0.0.1:{given.port}{given.path}"
                await ws_connect(lambda: socket, address, extra_headers=[("Origin", given.origin)], websocket_handshake_timeout=120)
                await asyncio.wait_for(socket.welcomed.wait(), 120)
            except (OSError, TimeoutError, RuntimeError):
                socket.state = "closed"

    async def connect(self, words: dict[str, float]) -> dict[str, object]:
        self.tally, began = Tally(), time.monotonic()
        gate, n = asyncio.Semaphore(int(words.get("concurrency", 16))), int(words.get("n", 1))
        await asyncio.gather(*(self.come(int(words.get("group", 0)), gate) for _ in range(n)))
        came = len(self.tally.welcome)
        return {
            "event": "connected",
            "n": came,
            "failed": n - came,
            "seconds": time.monotonic() - began,
            "welcome": told(self.tally.welcome),
            "codes": self.codes(),
        }

    async def wait(self, words: dict[str, float]) -> dict[str, object]:
        await asyncio.sleep(words.get("seconds", 1))
        return {"event": "waited"}

    def post(self, sender: Sender) -> None:
        count, given = self.tally.count, self.given
        if sender.socket.state != "ready" or count["posts"] >= self.allowed:
            return
        stamp = sender.waiting = max(time.monotonic_ns(), sender.waiting + 1)
        self.posted_ever = True
        sender.posted += 1
        count["posts"] += 1
        count["posts_in_window"] += self.measuring
        if self.rembuk:
            sender.open += 1
            sender.sent_at[sender.posted] = stamp
            text = f"b~{stamp:019}~".ljust(given.text_bytes, "x")
            cid = f"{given.nonce:05x}{sender.number:03x}{sender.posted:x}"
            sender.socket.say({"t": "send", "i": sender.posted, "cid": cid, "kind": "chat", "text": text})
            return
        event = f'{{"t":"msg","from":"{sender.number:03}","seq":{sender.posted},"text":"b~{stamp:019}~'
        event += "x" * (given.event_bytes - len(event) - 2) + '"}'
        framed = {"socketio": f'42["m",{event}]', "nats": f"PUB room {len(event)}\r\n{event}\r\n"}.get(given.dialect, event)
        sender.socket.transport.send(WSMsgType.BINARY if given.dialect == "nats" else WSMsgType.TEXT, framed.encode())

    def acknowledged(self, socket: Socket, frame: dict[str, object], now: int) -> None:
        if socket.sender < 0:
            return
        sender = self.senders[socket.sender]
        sender.open -= 1
        self.tally.count["acks"] += 1
        self.highest = max(self.highest, int(frame.get("seq", 0)))
        if self.measuring:
            self.tally.ack.append(now - sender.sent_at.pop(int(frame["i"]), now))
        if self.pace == 2:
            self.post(sender)

    def begin(self) -> None:
        self.tally = Tally()
        ready = [socket for socket in self.sockets if socket.state == "ready" and socket.group == 0]
        if not self.senders:
            for n in range(min(self.given.senders, len(ready))):
                socket = ready[n * len(ready) // self.given.senders]
                socket.sender = n
                self.senders.append(Sender(socket, n))
        for socket in self.sockets:
            socket.taken = 0
            for line in socket.lines.values():
                line.holes.clear()
            if socket.state == "ready" and self.rembuk:
                socket.base = socket.lines[0].next - 1
        for sender in self.senders:
            sender.before, sender.open, sender.waiting = sender.posted, 0, 0

    async def run(self, words: dict[str, float]) -> dict[str, object]:
        self.begin()
        self.pace, self.allowed = int(words.get("closed", 0)), words.get("posts", float("inf"))
        now = time.monotonic()
        begin, due, turns, opened, pause = now + words.get("warm", 1), now, 0, 0.0, words.get("pause", 0.0)
        end, patience, before = begin + words.get("seconds", 5), words.get("drain", 10), resource.getrusage(resource.RUSAGE_SELF)
        for sender in self.senders if self.pace else ():
            for _ in range(int(words.get("window", 1))):
                self.post(sender)
        coming: list[asyncio.Task[None]] = []
        while ((now := time.monotonic()) < end or (now < end + patience and not all(task.done() for task in coming))) and self.tally.count[
            "posts"
        ] < self.allowed:
            if not opened and now >= begin:
                before, opened = resource.getrusage(resource.RUSAGE_SELF), now
                answer({"event": "begin"})
                self.measuring = True
                self.reading(2, paused=pause > 0)
                coming = [asyncio.create_task(self.come(1, None)) for _ in range(int(words.get("herd", 0)))]
            if pause and now >= begin + pause:
                pause = 0
                self.reading(2, paused=False)
            while not self.pace and due <= now and self.senders:
                self.post(self.senders[turns % len(self.senders)])
                turns, due = turns + 1, due + 1 / words.get("rate", 20)
            await asyncio.sleep(0.001)
        after, self.measuring, self.pace = resource.getrusage(resource.RUSAGE_SELF), False, 0
        answer({"event": "end"})
        self.reading(2, paused=False)
        until = time.monotonic() + patience
        while time.monotonic() < until and not (self.settled() and all(task.done() for task in coming)):  # noqa: ASYNC110 - a look at every socket
            await asyncio.sleep(0.02)
        return self.report(now - opened if opened else 0.0, after.ru_utime - before.ru_utime, after.ru_stime - before.ru_stime)

    def reading(self, group: int, *, paused: bool) -> None:
        for socket in self.sockets:
            if socket.group == group and socket.state == "ready":
                transport = socket.transport.underlying_transport
                transport.pause_reading() if paused else transport.resume_reading()

    def behind(self, socket: Socket) -> int:
        if self.rembuk:
            return max(0, self.highest + 1 - socket.lines[0].next)
        return sum(max(0, s.posted + 1 - socket.lines[s.number].next) for s in self.senders if socket.lines[s.number].next)

    def settled(self) -> bool:
        waits = self.rembuk and any(s.open for s in self.senders if s.socket.state == "ready")
        return not waits and not any(self.behind(socket) for socket in self.sockets if socket.state == "ready")

    def expected(self, socket: Socket) -> int:
        if self.rembuk:
            return max(0, self.highest - socket.base)
        return sum(s.posted - s.before for s in self.senders if socket.lines[s.number].next)

    def codes(self) -> dict[str, int]:
        return dict(Counter(str(socket.code) for socket in self.sockets if socket.state == "closed"))

    def report(self, window: float, user: float, system: float) -> dict[str, object]:
        tally, found = self.tally, {}
        for group, name in enumerate(GROUPS):
            here = [socket for socket in self.sockets if socket.group == group]
            ready = [socket for socket in here if socket.state == "ready"]
            sums = {
                "expected": sum(map(self.expected, ready)),
                "taken": sum(s.taken for s in ready),
                "undelivered": sum(map(self.behind, ready)),
            }
            closed = sum(socket.state == "closed" for socket in here)
            found[name] = {"open": len(ready), "closed": closed, **sums, "latency": told(tally.latency[group])}
        names = (
            "posts",
            "posts_in_window",
            "deliveries",
            "deliveries_in_window",
            "acks",
            "lost",
            "doubled",
            "reordered",
            "bad_frames",
            "frames",
            "bytes",
            "errors",
        )
        failed = sum(socket.group == 1 and socket.state != "ready" for socket in self.sockets)
        counted = {
            "window": window,
            **{name: tally.count[name] for name in names},
            "herd_failed": failed,
            "first_error": tally.first_error[:190],
        }
        own = {"user": user, "system": system, "core_share": (user + system) / window if window else 0}
        return {
            "event": "report",
            **counted,
            "ack": told(tally.ack),
            "welcome": told(tally.welcome),
            **found,
            "codes": self.codes(),
            "client": own,
        }


def answer(given: dict[str, object]) -> None:
    print(json.dumps(given), flush=True)


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name, otherwise in (("path", "/"), ("origin", ""), ("dialect", "rembuk"), ("tokens", "")):
        parser.add_argument(f"--{name}", default=otherwise)
    for name, number in (
        ("port", 0),
        ("most", 1000),
        ("senders", 20),
        ("text-bytes", 40),
        ("event-bytes", 250),
        ("nonce", random.randrange(2**20)),
    ):
        parser.add_argument(f"--{name}", type=int, default=number)
    load = Loader(parser.parse_args())
    verbs = {"connect": load.connect, "wait": load.wait, "run": load.run}
    while line := await asyncio.to_thread(sys.stdin.readline):
        verb, *words = line.split()
        if verb == "quit":
            return
        answer(await verbs[verb]({name: float(value) for name, _, value in (word.partition("=") for word in words)}))


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())

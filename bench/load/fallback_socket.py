"""One socket of the load client in Python: what it hears, in each dialect, and the order in which it hears it."""

import asyncio
import json
import time
from collections import Counter
from typing import TYPE_CHECKING

from picows import WSFrame, WSListener, WSMsgType, WSTransport

if TYPE_CHECKING:
    from fallback import Loader


def told(values: list[int]) -> dict[str, float]:
    """Nanoseconds as the percentiles of report.c, in ms."""
    values = sorted(values)
    if not values:
        return {"n": 0}
    shares = {"p50": 0.5, "p99": 0.99, "p999": 0.999, "max": 1.0}
    return {"n": len(values), **{name: values[max(0, int(len(values) * share) - 1)] / 1e6 for name, share in shares.items()}}


class Tally:
    """What one run has seen."""

    def __init__(self) -> None:
        self.count: Counter[str] = Counter()
        self.latency: list[list[int]] = [[], [], []]
        self.ack: list[int] = []
        self.welcome: list[int] = []
        self.first_error = ""


class Line:
    """The order of one numbered stream."""

    def __init__(self, following: int = 0) -> None:
        self.next = following
        self.holes: set[int] = set()

    def take(self, seq: int, count: "Counter[str]") -> bool:
        """Whether this is a delivery and no repetition."""
        if not self.next or seq >= self.next:
            if self.next:
                self.holes |= set(range(self.next, seq))
                count["lost"] += seq - self.next
            self.next = seq + 1
        elif seq in self.holes:
            self.holes.discard(seq)
            count["lost"] -= 1
            count["reordered"] += 1
        else:
            count["doubled"] += 1
            return False
        return True


class Socket(WSListener):
    """One attendee; a slow reader is paused through its transport."""

    def __init__(self, load: "Loader", number: int, group: int) -> None:
        self.load, self.number, self.group = load, number, group
        self.state, self.code, self.sender, self.base, self.taken = "greeting", 0, -1, 0, 0
        self.lines: dict[int, Line] = {}
        self.began = time.monotonic_ns()
        self.welcomed = asyncio.Event()
        self.stream = b""

    def on_ws_connected(self, transport: WSTransport) -> None:
        self.transport = transport
        given = self.load.given
        if given.dialect == "rembuk":
            tokens = self.load.tokens
            self.say({"t": "hello", "v": 1, "mode": "full", "token": tokens[self.number % len(tokens)]})
        elif given.dialect == "plain":
            self.ready()
        elif given.dialect == "nats":
            transport.send(
                WSMsgType.BINARY,
                b'CONNECT {"verbose":false,"pedantic":false,"lang":"py","version":"1","protocol":1}\r\nSUB room 1\r\nPING\r\n',
            )

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self.state = "closed"
        self.code = self.code or 1006
        self.welcomed.set()

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        now, payload, tally = time.monotonic_ns(), frame.get_payload_as_bytes(), self.load.tally
        tally.count["frames"] += 1
        tally.count["bytes"] += len(payload) + 4
        if frame.msg_type == WSMsgType.CLOSE:
            self.code = int(frame.get_close_code())
            transport.send_close(frame.get_close_code())
            transport.disconnect()
        elif frame.msg_type not in {WSMsgType.TEXT, WSMsgType.BINARY}:
            return
        elif self.load.given.dialect == "rembuk":
            self.room_frame(json.loads(payload), now)
        elif self.load.given.dialect == "plain":
            self.peer_event(json.loads(payload), now)
        elif self.load.given.dialect == "socketio":
            self.socketio(payload, now)
        else:
            self.nats(payload, now)

    def say(self, frame: dict[str, object]) -> None:
        self.transport.send(WSMsgType.TEXT, json.dumps(frame, separators=(",", ":")).encode())

    def ready(self) -> None:
        if self.state == "greeting":
            self.state = "ready"
            self.load.tally.welcome.append(time.monotonic_ns() - self.began)
            for n in range(1 if self.load.rembuk else self.load.given.senders):
                self.lines[n] = Line(0 if self.load.posted_ever else 1)
            self.welcomed.set()

    def room_frame(self, frame: dict[str, object], now: int) -> None:
        load, count = self.load, self.load.tally.count
        kind = frame["t"]
        if kind in {"msg", "upd", "room"}:
            self.event(0, frame, now)
        elif kind == "batch":
            for event in frame["e"]:
                self.event(0, event, now)
        elif kind == "ack":
            load.acknowledged(self, frame, now)
        elif kind in {"welcome", "snapshot"}:
            self.ready()
            self.base = int(frame["head"])
            self.lines[0].next = self.base + 1
            load.highest = max(load.highest, self.base)
        elif kind == "err":
            count["errors"] += 1
            load.tally.first_error = load.tally.first_error or json.dumps(frame)
            if self.sender >= 0:
                load.senders[self.sender].open -= 1
        elif kind == "bye":
            self.code = int(frame["code"])
        elif kind not in {"ok", "presence", "hb", "votes", "mine"}:
            count["bad_frames"] += 1

    def peer_event(self, event: dict[str, object], now: int) -> None:
        self.event(int(event["from"]), event, now)

    def socketio(self, payload: bytes, now: int) -> None:
        if payload.startswith(b"42"):
            self.peer_event(json.loads(payload[2:])[1], now)
        elif payload.startswith(b"40"):
            self.ready()
        else:
            self.transport.send(WSMsgType.TEXT, {b"0": b"40", b"2": b"3"}[payload[:1]])

    def nats(self, payload: bytes, now: int) -> None:
        self.stream += payload
        while (end := self.stream.find(b"\r\n")) >= 0:
            line, whole = self.stream[:end], end + 2
            if line.startswith(b"MSG "):
                size = int(line.split()[-1])
                if len(self.stream) < whole + size + 2:
                    return
                self.peer_event(json.loads(self.stream[whole : whole + size]), now)
                whole += size + 2
            elif line == b"PING":
                self.transport.send(WSMsgType.BINARY, b"PONG\r\n")
            elif line == b"PONG":
                self.ready()
            self.stream = self.stream[whole:]

    def event(self, which: int, event: dict[str, object], now: int) -> None:
        load, seq = self.load, int(event["seq"])
        if not self.lines[which].take(seq, load.tally.count):
            return
        if load.rembuk:
            load.highest = max(load.highest, seq)
        self.taken += 1
        load.tally.count["deliveries"] += 1
        load.tally.count["deliveries_in_window"] += load.measuring
        text = str(event.get("text", ""))
        if text.startswith("b~"):
            sent = int(text[2:21])
            if load.measuring:
                load.tally.latency[self.group].append(now - sent)
            if self.sender >= 0 and load.senders[self.sender].waiting == sent and load.pace == 1:
                load.post(load.senders[self.sender])

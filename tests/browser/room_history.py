"""A room's log as the server keeps it, made up at random: the truth that a reader must end with."""

import random
from typing import Any

Event = dict[str, Any]

MODES = {"slow": ("slow", "seconds"), "lock": ("locked", "on"), "state": ("state", "to")}


class History:
    """A room's log as the server keeps it: events by seq, payloads as they stand at any head, and what is true in the end."""

    def __init__(self, dice: random.Random, length: int) -> None:
        self.dice = dice
        self.restores = dice.random() < 0.5
        self.events: list[Event] = []
        self.views: list[list[Event]] = [[]]
        self.truth: dict[str, Event] = {}
        self.pinned: list[str] = []
        self.mode: Event = {"state": "waiting", "slow": 0, "locked": False, "premoderated": False}
        self.snapshots: list[list[Event]] = [[]]
        self.modes = [dict(self.mode)]
        self.pins: list[list[str]] = [[]]
        for _ in range(length):
            self._append(self._next())

    def _next(self) -> Event:
        dice, ids = self.dice, list(self.truth)
        kind = dice.choice(["msg"] * 5 + ["edit", "hide", "unhide", "delete", "pin", "unpin", "proposal", "slow", "lock", "state"])
        seq = len(self.events) + 1
        if kind in ("slow", "lock", "state"):
            value = {"slow": dice.randrange(60), "lock": dice.random() < 0.5, "state": dice.choice(["open", "paused"])}[kind]
            return {"t": "room", "seq": seq, "op": kind, "v": {MODES[kind][1]: value}}
        if kind == "msg" or not ids:
            by = {"id": dice.choice("abc"), "name": "Warga", "role": "attendee", "via": "online"}
            return {"t": "msg", "seq": seq, "id": f"m{seq}", "cid": f"c{seq}", "by": by, "kind": "chat", "text": f"kata {seq}", "at": seq}
        event: Event = {"t": "upd", "seq": seq, "id": dice.choice(ids), "op": kind}
        if kind == "edit":
            event["v"] = {"text": f"ubah {seq}"}
        if kind == "proposal":
            event["v"] = {"number": f"PKL-2022-{seq:04d}", "status": "new", "title": f"usul {seq}"}
        if kind == "unhide":
            event["v"] = {"text": self.truth[event["id"]]["kept"]}
        return event

    def _append(self, event: Event) -> None:
        """Take up an event that makes sense; one that does not becomes an announcement."""
        gone = self.truth[event["id"]].get("gone") if event["t"] == "upd" else None
        fits = {None: event.get("op") != "unhide", "hidden": event.get("op") in ("unhide", "delete"), "deleted": False}[gone]
        if event["t"] == "upd" and not fits:
            event = {"t": "room", "seq": event["seq"], "op": "announce", "v": {"id": f"n{event['seq']}", "text": "Mohon tertib"}}
        view = [*self.views[-1], event]
        self._act(event, view)
        self.events.append(event)
        self.views.append(view)
        messages = [e for e in view if e["t"] == "msg" and e["seq"] == self.truth[e["id"]]["seq"]]
        near = messages[-4:]
        far = [e for e in messages[:-4] if e["id"] in self.pinned]
        self.snapshots.append([self._now(e) for e in far + near])
        self.modes.append(dict(self.mode))
        self.pins.append(list(self.pinned))

    def _act(self, event: Event, view: list[Event]) -> None:
        if event["t"] == "msg":
            self.truth[event["id"]] = {"seq": event["seq"], "text": event["text"], "kept": event["text"]}
            return
        if event["t"] == "room":
            self.mode.update({MODES[event["op"]][0]: event["v"][MODES[event["op"]][1]]} if event["op"] in MODES else {})
            return
        message, op = self.truth[event["id"]], event["op"]
        if op in ("edit", "unhide"):
            message.update(text=event["v"]["text"], kept=event["v"]["text"])
            message.pop("gone", None)
            if op == "unhide" and self.restores:
                view[message["seq"] - 1] = {**self.events[message["seq"] - 1], "text": message["text"]}
        elif op in ("hide", "delete"):
            message["gone"] = {"hide": "hidden", "delete": "deleted"}[op]
            message["bare"] = True
            self.pinned = [pinned for pinned in self.pinned if pinned != event["id"]]
            message.pop("text", None)
            for index, other in enumerate(view[:-1]):
                if other.get("id") == event["id"] and (other["t"] == "msg" or other.get("op") in ("edit", "unhide")):
                    view[index] = {"t": "msg", "seq": other["seq"], "id": event["id"], "gone": message["gone"]}
        elif op == "proposal":
            message["proposal"] = event["v"]["number"]
        elif op == "pin" and event["id"] not in self.pinned:
            self.pinned.append(event["id"])
        elif op == "unpin" and event["id"] in self.pinned:
            self.pinned.remove(event["id"])

    def _now(self, event: Event) -> Event:
        message = self.truth[event["id"]]
        if "gone" in message:
            return {"t": "msg", "seq": event["seq"], "id": event["id"], "gone": message["gone"]}
        whole = {**self.events[event["seq"] - 1]} if event["seq"] <= len(self.events) else {**event}
        whole["text"] = message["text"]
        return {**whole, "proposal": message["proposal"]} if "proposal" in message else whole

    def expected(self) -> list[list[Any]]:
        """Every message in order: id, text, gone, number of its proposal (which a tombstone does not carry: then it is left out)."""
        ordered = sorted(self.truth.items(), key=lambda item: item[1]["seq"])
        return [[m, t.get("text"), t.get("gone"), None if "bare" in t else t.get("proposal")] for m, t in ordered]

"""A room of the model: its guests, what they said, what staff did, and the truth that the database holds."""

import asyncio
import json
from collections.abc import Coroutine
from typing import Any

import httpx
from sqlalchemy import text

from app.commands.seed import load
from app.journal.service import PUBLIC, Entry, store, take
from tests.proof.guest import Guest
from tests.proof.inside import PATIENCE, Frame, Program
from tests.proof.memory import holds
from tests.proof.picture import Picture
from tests.proof.truth import Truth, differences

FINAL = {"room_locked", "room_closed", "slow_mode", "forbidden", "not_found", "conflict", "muted"}
"""Refusals that store nothing and are not tried again here."""


class World:
    """Made by `made`. What is asked runs on by itself until `quiet`; `programs` are one or two processes' worth on one database."""

    def __init__(self, programs: list[Program]) -> None:
        self.programs = programs
        self.said: dict[str, Frame] = {}
        self.answers: dict[str, Frame] = {}
        self.ids: list[str] = []
        self.words: dict[str, list[str]] = {}
        """By message: every word that it was ever known by."""
        self.under_way: set[asyncio.Task[None]] = set()
        self.number = 0
        self.guests: dict[str, Guest] = {}
        self.wrong: list[str] = []

    async def open(self) -> None:
        made = await load(self.programs[0].ground, 5, 0, unlimited=True)
        self.room, self.slug, self.staff = made["room"], made["session"], made["staff"]
        tokens = {f"seat{n}": token for n, token in enumerate(made["tokens"])} | {
            role: made["staff"][role] for role in ("moderator", "operator")
        }
        for n, (name, token) in enumerate(tokens.items()):
            self.guests[name] = Guest(name, self.programs[n % len(self.programs)], self.room, token, lite=name == "seat4")
        await asyncio.gather(*(guest.come() for guest in self.guests.values()))

    async def close(self) -> None:
        for task in self.under_way:
            task.cancel()
        await asyncio.gather(*self.under_way, return_exceptions=True)
        for guest in self.guests.values():
            await guest.leave()

    # --- what people do; each begins and goes on by itself

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self.under_way.add(task)

    def say(self, name: str, kind: str, words: str) -> None:
        """Something new, with a word in it that nothing else has."""
        self.number += 1
        cid = f"{name}-{self.number}"
        self.said[cid] = {"kind": kind, "text": f"{words} kata{self.number}x"}
        self.begin(self._send(name, cid))

    def repeat(self, cid: str) -> None:
        """The same once more, as after a lost acknowledgement."""
        self.begin(self._send(cid.split("-", maxsplit=1)[0], cid))

    def moderate(self, op: str, target: str | None = None, **value: Any) -> None:
        self.number += 1
        frame = {"t": "mod", "cid": f"mod{self.number}", "op": op, "target": target, "v": value or None, "reason": "tertib"}
        self.begin(self._act("moderator", {name: one for name, one in frame.items() if one is not None}))

    def capture(self, ids: list[str]) -> None:
        self.number += 1
        frame = {"t": "capture", "cid": f"cap{self.number}", "messages": ids, "proposal": {"title": f"Usulan {self.number}"}}
        self.begin(self._act("operator", frame))

    def edit(self, message: str) -> None:
        self.number += 1
        self.words[message].append(f"kata{self.number}x")
        self.begin(self._edit(message, f"diperbaiki kata{self.number}x"))

    async def elsewhere(self, count: int) -> None:
        """Another part of the program appends to the log, in a transaction of its own that no hub hears of."""
        ground = self.programs[0].ground
        entries = [Entry({"t": "room", "op": "agenda", "v": {"item": str(n), "title": f"Acara {n}"}}) for n in range(count)]
        async with ground.database.write() as db:
            await store(db, self.room, PUBLIC, await take(db, self.room, PUBLIC, count), entries, ground.clock.now())

    async def page(self, name: str) -> None:
        """A page of history from the floor of what a guest holds."""
        guest = self.guests[name]
        if guest.here and guest.picture.floor > 1 and not guest.lite:
            floor = guest.picture.floor
            answer = await guest.ask(t="history", before=floor, n=40)
            assert answer["t"] == "ok", answer
            if guest.picture.floor == floor:
                guest.take_page(answer)

    async def _send(self, name: str, cid: str) -> None:
        answer = await self.guests[name].ask(t="send", cid=cid, **self.said[cid])
        if answer["t"] == "err":
            assert answer["code"] in FINAL, answer
            self.answers.setdefault(cid, answer)
            return
        first = self.answers.get(cid)
        if first is None or first["t"] == "err":
            self.answers[cid] = answer
            self.ids.append(answer["id"])
            self.words[answer["id"]] = [self.said[cid]["text"].rsplit(" ", 1)[1]]
        elif (first["id"], True) != (answer["id"], answer["dup"]) and (first["id"], True) != (answer["id"], first["dup"]):
            self.wrong.append(f"{cid} was answered first as {first}, then as {answer}")

    async def _act(self, name: str, frame: Frame) -> None:
        answer = await self.guests[name].ask(**frame)
        assert answer["t"] == "ok" or answer["code"] in FINAL, (frame, answer)

    async def _edit(self, message: str, words: str) -> None:
        program = self.programs[self.number % len(self.programs)]
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=program.app), base_url=program.settings.public_url) as calls:
            url = f"/api/v1/rooms/{self.room}/messages/{message}"
            body = {"text": words, "reason": "salah ketik"}
            while True:
                found = await calls.patch(url, json=body, headers={"Authorization": f"Bearer {self.staff['moderator']}"})
                if found.status_code != 503:
                    break
        assert found.status_code in {200, 409}, found.text

    # --- quiet, and what must then be true

    async def quiet(self) -> None:
        """Everybody is back and reads, everything that was begun has its answer, and all stand at the heads of the logs."""
        for guest in self.guests.values():
            guest.read(on=True)
        async with asyncio.timeout(PATIENCE):
            while self.under_way:
                done, self.under_way = await asyncio.wait(self.under_way, return_when=asyncio.ALL_COMPLETED)
                for task in done:
                    task.result()
        for program in self.programs:
            program.app.house.hub.ring()
        heads = await self._heads()
        async with asyncio.timeout(PATIENCE):
            for guest in self.guests.values():
                await guest.come()
                while guest.picture.seq < heads["public"] or (guest.desk["epoch"] and guest.desk["seq"] < heads["desk"]):
                    # Who was left something out never gets there.
                    assert not guest.wrong, f"{guest.name}: {guest.wrong[:3]}"
                    await asyncio.sleep(0.005)
                    await guest.come()

    async def check(self) -> None:
        """State as each client computes it = state in the database; nothing taken away is left anywhere."""
        truth = await Truth.read(self.programs[0], self.room)
        fresh = Guest("fresh", self.programs[-1], self.room, self.staff["secretariat"])
        await fresh.come()
        called = await self._called()
        wrong = list(self.wrong)
        for guest in (*self.guests.values(), fresh):
            wrong += [f"{guest.name}: {what}" for what in (*guest.wrong, *differences(guest.picture, truth))]
            if guest.desk["epoch"] and set(guest.queue) != truth.undecided:
                wrong.append(f"{guest.name}: the desk's queue is {sorted(guest.queue)}, undecided are {sorted(truth.undecided)}")
        wrong += [f"called: {what}" for what in differences(called, truth)]
        wrong += self._answered(truth)
        wrong += await self._left_over(truth, called, fresh)
        await fresh.leave()
        assert not wrong, "\n".join(wrong[:20])

    def _answered(self, truth: Truth) -> list[str]:
        wrong = []
        for cid, answer in self.answers.items():
            stored = truth.by_cid.get(cid)
            if answer["t"] == "err" and stored is not None:
                wrong.append(f"{cid} was refused with {answer['code']} and is stored")
            if answer["t"] == "ack" and stored != answer["id"]:
                wrong.append(f"{cid} was acknowledged as {answer['id']}, stored is {stored}")
        return wrong + [f"{cid} is stored and was never answered" for cid in truth.by_cid if cid not in self.answers]

    async def _left_over(self, truth: Truth, called: Picture, fresh: Guest) -> list[str]:
        """Words of hidden and deleted messages that can still be found in what is shown to anybody, or in memory."""
        taken = [word for id_ in truth.taken for word in self.words.get(id_, ())]
        wrong = []
        pages = json.dumps([called.events, await self._log("desk"), fresh.tape, fresh.queue])
        wrong += [f"{word!r} was taken away and is in an answer" for word in taken if word in pages]
        for program in self.programs:
            wrong += [f"{word!r} was taken away and is in memory" for word in holds(program.app.house.hub, taken)]
        return wrong

    async def _called(self) -> Picture:
        """The log from its beginning by calls, as a picture without pins and mode: those are told by a welcome."""
        picture = Picture()
        for event in await self._log("public"):
            assert picture.take(event) is None, event
        return picture

    async def _log(self, log: str) -> list[Frame]:
        program = self.programs[-1]
        headers = {"Authorization": f"Bearer {self.staff['operator']}"}
        found: list[Frame] = []
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=program.app), base_url=program.settings.public_url) as calls:
            more = True
            while more:
                asked = {"after": found[-1]["seq"] if found else 0, "log": log}
                page = (await calls.get(f"/api/v1/rooms/{self.room}/events", params=asked, headers=headers)).raise_for_status().json()
                found += page["e"]
                more = page["more"]
        return found

    async def _heads(self) -> dict[str, int]:
        async with self.programs[0].ground.database.reader.connect() as db:
            rows = await db.execute(text("SELECT log, head FROM journal_logs WHERE room = :room"), {"room": self.room})
            return {row.log: row.head for row in rows}

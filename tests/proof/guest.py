"""A guest in the model's room: a client with a picture of the log, whose line may be cut or not read, and a tape of what it got."""

import asyncio
from typing import Any

from tests.proof.inside import PATIENCE, Frame, Program, Socket
from tests.proof.picture import Picture

AGAIN = {"unavailable"}


class Guest:
    """Somebody with a token; `tape` holds the frames of the public log as the page's own reducer would get them."""

    def __init__(self, name: str, program: Program, room: str, token: str, *, lite: bool = False) -> None:
        self.name = name
        self.program = program
        self.room = room
        self.token = token
        self.lite = lite
        self.picture = Picture()
        self.desk: dict[str, Any] = {"epoch": None, "seq": 0}
        self.queue: dict[str, str] = {}
        """Held and late messages of the desk, for those who read it: id to text."""
        self.tape: list[Frame] = []
        self.texts: list[str] = []
        """Every frame since the last welcome, as text: nothing taken away may be in a page that is read afterwards."""
        self.wrong: list[str] = []
        self._socket: Socket | None = None
        self._number = 0
        self._asked: dict[int, asyncio.Future[Frame]] = {}
        self._welcome = asyncio.Event()
        self._door = asyncio.Lock()

    @property
    def here(self) -> bool:
        return self._socket is not None and not self._socket.over.is_set() and self._welcome.is_set()

    async def come(self) -> None:
        """Open a line and say hello from the position that is held, unless it is open."""
        async with self._door:
            while not self.here:
                await self._leave()
                hello: Frame = {
                    "t": "hello",
                    "v": 1,
                    "token": self.token,
                    "mode": "lite" if self.lite else "full",
                    "resume": self._resume(),
                }
                self._socket = Socket(self.program, self.room, self._hear)
                self._socket.send({name: value for name, value in hello.items() if value})
                waiting = [asyncio.create_task(event.wait()) for event in (self._welcome, self._socket.over)]
                await asyncio.wait(waiting, timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED)
                for task in waiting:
                    task.cancel()

    async def leave(self) -> None:
        """The line breaks, whatever is under way."""
        async with self._door:
            await self._leave()

    async def _leave(self) -> None:
        self._welcome.clear()
        if self._socket is not None:
            await self._socket.cut()
        self._socket = None
        self._asked.clear()

    def forget(self) -> None:
        """As if the page had been opened on another device."""
        self.picture, self.tape = Picture(), []
        self.desk, self.queue = {"epoch": None, "seq": 0}, {}

    def read(self, *, on: bool) -> None:
        """Stop reading, or go on."""
        if self._socket is not None:
            (self._socket.reading.set if on else self._socket.reading.clear)()

    async def ask(self, **frame: Any) -> Frame:
        """The final answer, over as many lines as it takes."""
        while True:
            await self.come()
            self._number += 1
            answer = self._asked[self._number] = asyncio.get_running_loop().create_future()
            assert self._socket is not None
            self._socket.send({**frame, "i": self._number})
            found = await self._answer(answer, self._socket)
            if found is None:
                continue
            if found["t"] != "err" or found["code"] not in AGAIN:
                return found
            await asyncio.sleep(0.05)

    async def _answer(self, answer: "asyncio.Future[Frame]", socket: Socket) -> Frame | None:
        """None when the line is over before the answer has come."""
        over = asyncio.create_task(socket.over.wait())
        try:
            await asyncio.wait({answer, over}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            over.cancel()
        return answer.result() if answer.done() else None

    def _resume(self) -> Frame | None:
        if self.picture.epoch is None:
            return None
        desk = {"desk": [self.desk["epoch"], self.desk["seq"]]} if self.desk["epoch"] else {}
        return {"public": [self.picture.epoch, self.picture.seq], **desk}

    def _hear(self, frame: Frame) -> None:
        answer = self._asked.pop(frame["i"], None) if "i" in frame else None
        if answer is not None:
            if not answer.done():
                answer.set_result(frame)
            return
        if frame.get("log") == "desk":
            self._hear_desk(frame)
            return
        match frame["t"]:
            case "welcome":
                self.tape.append(frame)
                self.picture.welcome(frame)
                self._welcome_desk(frame.get("desk"))
                self._welcome.set()
            case "snapshot":
                self.tape.append(frame)
                self.picture.snapshot(frame)
            case "batch":
                self.tape.append(frame)
                for event in frame["e"]:
                    self._take(event)
            case "skip":
                self.tape.append(frame)
                self._take(frame)
            case _ if "seq" in frame:
                self.tape.append(frame)
                self._take(frame)

    def _take(self, event: Frame) -> None:
        wrong = self.picture.take(event)
        if wrong:
            self.wrong.append(wrong)
        if event["t"] == "skip" and not self.lite:
            self.wrong.append(f"{event} for somebody who asked for everything")

    def take_page(self, answer: Frame) -> None:
        """The answer to `history`, asked from the floor."""
        self.tape.append({"t": "past", "e": answer["e"], "more": answer["more"]})
        self.picture.past(answer["e"])

    # --- the desk

    def _welcome_desk(self, told: Frame | None) -> None:
        if told is not None and not told["recovered"]:
            self.queue = {}
            self.desk = {"epoch": told["epoch"], "seq": told["head"]}

    def _hear_desk(self, frame: Frame) -> None:
        if frame["t"] == "snapshot":
            self.queue = {event["id"]: event["text"] for event in frame["e"] if "gone" not in event}
            return
        for event in frame["e"] if frame["t"] == "batch" else [frame]:
            if event["seq"] != self.desk["seq"] + 1:
                self.wrong.append(f"desk event {event['seq']} came after {self.desk['seq']}")
            self.desk["seq"] = event["seq"]
            self._take_desk(event)

    def _take_desk(self, event: Frame) -> None:
        match event["t"]:
            case "held" | "late":
                self.queue[event["id"]] = event["text"]
            case "decided":
                self.queue.pop(event["id"], None)
            case "act" if event["op"] == "delete":
                self.queue.pop(event["target"], None)
            case "msg" if "gone" in event:
                self.queue.pop(event["id"], None)

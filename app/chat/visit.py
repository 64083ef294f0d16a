"""One connection's frames: each gets exactly one answer; messages go straight to the room's writer, all else waits its turn in a task."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from functools import partial

import anyio
import structlog

from app.chat import answers, frames, history, values
from app.chat.acts import act
from app.chat.batch import Given, Receipt
from app.chat.conduct import DESK_PARTS
from app.chat.house import House
from app.chat.people import Key, Person, enter
from app.chat.refusals import BadFrame, BadRequest, frame_code, later
from app.chat.requests import Capture, History, Moderate, Request, Send, Sync, Vote
from app.errors import ForumError, NotAllowed
from app.i18n import Translator
from app.journal.service import DESK
from app.live.reader import Reader

BAD_IN_A_ROW = 10
FRAME_BURST = 100
FRAMES_PER_SECOND = 20
WAITING = 16
"""Frames of one connection that may wait for their turn; then nothing more is read from it."""
PROTOCOL, RATE = 4500, 4029

log = structlog.get_logger()


class Visit:
    """Somebody's connection in a room; `on_text` and `on_over` are given to the line."""

    __slots__ = ("_bad", "_busy", "_full_at", "_house", "_key", "_later", "_person", "_reader", "_words")

    def __init__(self, house: House, reader: Reader, person: Person, key: Key, words: Translator) -> None:
        self._house = house
        self._reader = reader
        self._person = person
        self._key = key
        self._words = words
        self._bad = 0
        self._full_at = 0.0
        self._busy = False
        self._later: deque[str | None] | None = None

    def on_text(self, raw: str | None) -> None:
        """Take one frame, in order; never raises for anything that a client can do."""
        if not self._in_time():
            self._house.hub.dismiss(self._reader, RATE, 5000)
            return
        if self._busy:
            self._wait(raw)
            return
        request = self._understood(raw)
        if request is not None:
            self._busy = True
            self._house.hub.start(self._work, request)

    def on_over(self) -> None:
        """The connection has ended; what was begun is carried through."""
        self._later = None
        self._house.go(self._reader)

    def _wait(self, raw: str | None) -> None:
        if self._later is None:
            self._later = deque()
        self._later.append(raw)
        if len(self._later) >= WAITING:
            self._reader.line.hold()

    def _understood(self, raw: str | None) -> Request | None:
        """The request that must wait for the database; what need not wait is done or refused here."""
        i: int | None = None
        try:
            frame = values.read_object(raw)
            i = values.number_of(frame)
            if i is None and frame["t"] not in KNOWN:
                return None
            request = frames.parse(frame)
        except BadFrame as refusal:
            self._refuse_bad(refusal)
            return None
        except ForumError as refusal:
            self._refuse(i, refusal)
            return None
        self._bad = 0
        if isinstance(request, Send) and not self._person.on_staff:
            # A seat is looked at by the writer itself, in its transaction.
            self._submit(self._person, request)
            return None
        return request

    async def _work(self, request: Request) -> None:
        waiting: Request | None = request
        while waiting is not None:
            await self._done(waiting)
            waiting = None
            while self._later and waiting is None:
                waiting = self._understood(self._later.popleft())
        self._busy = False
        self._reader.line.go_on()

    async def _done(self, request: Request) -> None:
        try:
            await self._answer(request)
        except ForumError as refusal:
            self._refuse(request.i, refusal)
        except Exception:
            log.exception("chat.frame_failed")
            self._refuse(request.i, later("unavailable", 3))

    async def _answer(self, request: Request) -> None:
        match request:
            case Send() as message:
                self._submit(await self._present_person(), message)
            case History() as asked:
                await self._page(asked.i, asked.log, partial(history.before, seq=asked.before, count=asked.n))
            case Sync() as asked:
                await self._page(asked.i, asked.log, partial(history.after, seq=asked.after))
            case Vote() as asked:
                person = await self._present_person() if self._person.on_staff else self._person
                await self._house.vote(person, asked.message, on=asked.on)
                self._reader.line.write(answers.ok(asked.i, {}))
            case Moderate() | Capture() as asked:
                # Once begun, an act is carried through even when the server ends meanwhile.
                with anyio.CancelScope(shield=True):
                    answer = await act(self._house.ground, self._person.room, self._key, asked)
                self._reader.line.write(answers.ok(asked.i, answer))
            case _:
                raise BadRequest("chat.bad_request", field="t")

    def _submit(self, person: Person, message: Send) -> None:
        answer = self._house.writers.submit(Given(person, message, limits=self._house.ground.settings.limits))
        answer.add_done_callback(partial(self._acknowledge, message.i))

    def _acknowledge(self, i: int | None, answer: "asyncio.Future[Receipt]") -> None:
        if answer.cancelled():
            return
        refusal = answer.exception()
        if isinstance(refusal, ForumError):
            self._refuse(i, refusal)
        else:
            self._reader.line.write(answers.ack(i, answer.result()))

    async def _present_person(self) -> Person:
        """Staff may have lost a right since they came in."""
        ground = self._house.ground
        async with ground.database.read() as db:
            return await enter(db, ground.vault, self._person.room, self._key, ground.clock.now())

    async def _page(self, i: int | None, name: str, read: Callable[..., object]) -> None:
        if name == DESK and self._person.part not in DESK_PARTS:
            raise NotAllowed("chat.forbidden")
        async with self._house.ground.database.read() as db:
            page = await read(db, self._person.room, name)  # type: ignore[misc]  # a partial with its keywords given
        votes = self._house.tallies.of(self._person.room, page.messages)
        self._reader.line.write(answers.page(i, name, page.events, more=page.more, votes=votes))

    def _refuse(self, i: int | None, refusal: ForumError) -> None:
        self._house.refused[frame_code(refusal)] += 1
        self._reader.line.write(answers.err(i, refusal, self._words))

    def _refuse_bad(self, refusal: BadFrame) -> None:
        self._bad += 1
        self._refuse(None, refusal)
        if self._bad >= BAD_IN_A_ROW:
            self._house.hub.dismiss(self._reader, PROTOCOL)

    def _in_time(self) -> bool:
        """Whether this connection sends no more frames than a person could; load tests' rooms and installations without limits are free."""
        if not self._house.ground.settings.limits or self._house.unlimited(self._person.room):
            return True
        now = time.monotonic()
        self._full_at = max(self._full_at, now) + 1 / FRAMES_PER_SECOND
        return self._full_at - now <= FRAME_BURST / FRAMES_PER_SECOND


KNOWN = {"send", "history", "sync", "vote", "mod", "capture"}

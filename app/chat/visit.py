"""One socket's frames: each gets exactly one answer; messages go to the room's writer, acts are done in transactions of their own."""

import asyncio
import time
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
from app.chat.refusals import BadFrame, BadRequest, later
from app.chat.requests import Capture, History, Moderate, Send, Sync
from app.errors import ForumError, NotAllowed
from app.i18n import Translator
from app.journal.service import DESK
from app.live.hub import Reader
from app.live.line import PARK

BAD_IN_A_ROW = 10
FRAME_BURST = 100
FRAMES_PER_SECOND = 20
PROTOCOL, RATE = 4500, 4029

log = structlog.get_logger()


class Visit:
    """Somebody's socket in a room; `on_text` is given to the line."""

    def __init__(self, house: House, reader: Reader, person: Person, key: Key, words: Translator) -> None:
        self._house = house
        self._ground = house.ground
        self._reader = reader
        self._line = reader.line
        self._person = person
        self._key = key
        self._words = words
        self._bad = 0
        self._full_at = 0.0

    async def on_text(self, raw: str | None) -> None:
        """Answer one frame; never raises for anything that a client can do."""
        if self._line.unsent > PARK:
            # Who does not read is not heard either: answers would pile up.
            await self._line.drained()
        if not self._in_time():
            self._house.hub.dismiss(self._reader, RATE, 5000)
            return
        i: int | None = None
        try:
            frame = values.read_object(raw)
            i = values.number_of(frame)
            if i is None and frame["t"] not in KNOWN:
                return
            await self._answer(frame, i)
            self._bad = 0
        except BadFrame as refusal:
            self._refuse_bad(refusal)
        except ForumError as refusal:
            self._line.write(answers.err(i, refusal, self._words))
        except Exception:
            log.exception("chat.frame_failed")
            self._line.write(answers.err(i, later("unavailable", 3), self._words))

    async def _answer(self, frame: dict[str, object], i: int | None) -> None:
        match frames.parse(frame):
            case Send() as message:
                await self._send(message)
            case History() as asked:
                await self._page(asked.i, asked.log, partial(history.before, seq=asked.before, count=asked.n))
            case Sync() as asked:
                await self._page(asked.i, asked.log, partial(history.after, seq=asked.after))
            case Moderate() | Capture() as asked:
                # Once begun, an act is carried through even when the socket ends meanwhile.
                with anyio.CancelScope(shield=True):
                    answer = await act(self._ground, self._person.room, self._key, asked)
                self._line.write(answers.ok(asked.i, answer))
            case _:
                raise BadRequest("chat.bad_request", field="t")

    async def _send(self, message: Send) -> None:
        person = await self._present_person()
        answer = self._house.writers.submit(Given(person, message, limits=self._ground.settings.limits))
        answer.add_done_callback(partial(self._acknowledge, message.i))

    def _acknowledge(self, i: int | None, answer: "asyncio.Future[Receipt]") -> None:
        if answer.cancelled():
            return
        refusal = answer.exception()
        if isinstance(refusal, ForumError):
            self._line.write(answers.err(i, refusal, self._words))
        else:
            self._line.write(answers.ack(i, answer.result()))

    async def _present_person(self) -> Person:
        """Staff may have lost a right since they came in; a seat is looked at by the writer itself."""
        if not self._person.on_staff:
            return self._person
        async with self._ground.database.read() as db:
            return await enter(db, self._ground.vault, self._person.room, self._key, self._ground.clock.now())

    async def _page(self, i: int | None, name: str, read: Callable[..., object]) -> None:
        if name == DESK and self._person.part not in DESK_PARTS:
            raise NotAllowed("chat.forbidden")
        async with self._ground.database.read() as db:
            page = await read(db, self._person.room, name)  # type: ignore[misc]
        self._line.write(answers.page(i, name, page.events, more=page.more))

    def _refuse_bad(self, refusal: BadFrame) -> None:
        self._bad += 1
        self._line.write(answers.err(None, refusal, self._words))
        if self._bad >= BAD_IN_A_ROW:
            self._house.hub.dismiss(self._reader, PROTOCOL)

    def _in_time(self) -> bool:
        """Whether this socket sends no more frames than a person could; load tests' rooms and installations without limits are free."""
        if not self._ground.settings.limits or self._house.unlimited(self._person.room):
            return True
        now = time.monotonic()
        self._full_at = max(self._full_at, now) + 1 / FRAMES_PER_SECOND
        return self._full_at - now <= FRAME_BURST / FRAMES_PER_SECOND


KNOWN = {"send", "history", "sync", "mod", "capture"}

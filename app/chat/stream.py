"""The room without websockets: its events as server-sent events, and the frames of a client as calls."""

import json
import random
import time
from dataclasses import dataclass
from typing import Annotated, Any

import anyio
from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import Response
from starlette.types import Receive, Scope, Send

from app.chat import frames, values
from app.chat.calls import FrameBody, HelloBody, RoomId, key_of
from app.chat.conduct import DESK_PARTS
from app.chat.house import House, house_of
from app.chat.people import Key, Person, enter
from app.chat.refusals import BadRequest, later
from app.chat.requests import Hello
from app.chat.visit import Visit
from app.chat.welcome import Welcome, logs_of, refuse_banned, welcome
from app.errors import NotAllowed
from app.journal.service import DESK, PUBLIC
from app.live.reader import Reader
from app.live.streamed import QuestionLine, StreamLine
from app.web.csrf import check
from app.web.ground import ground
from app.web.pages import translator

ANSWER_SECONDS = 30.0
ASKED = {"send", "history", "sync", "vote", "mod", "capture"}

calls = APIRouter(prefix="/api/v1/rooms/{room}", tags=["rooms"])
LogName = Annotated[str, Query(pattern="^(public|desk)$")]


@dataclass(frozen=True)
class Entering:
    """Somebody at the door, and since when (monotonic) their rights are being looked at."""

    person: Person
    key: Key
    since: float


async def entering(request: Request, room: RoomId) -> Entering:
    """Who comes in, by bearer or cookie; Unavailable while the process ends."""
    since = time.monotonic()
    parts, house, key = ground(request), house_of(request), key_of(request)
    async with parts.database.read() as db:
        person = await enter(db, parts.vault, room, key, parts.clock.now())
        await refuse_banned(db, person, parts.clock.now())
    if key.token is None:
        await check(request)
    if house.draining or not house.hub.running:
        raise later("unavailable", random.uniform(1, 5))  # noqa: S311 - spread, not secrecy
    return Entering(person, key, since)


AtDoor = Annotated[Entering, Depends(entering)]


@calls.get("/stream")
async def stream(
    request: Request,
    at: AtDoor,
    log: LogName = PUBLIC,
    epoch: Annotated[str, Query(max_length=64)] = "",
    after: Annotated[int, Query(ge=0, le=values.SAFE_INT)] = 0,
    mode: Annotated[str, Query(pattern="^(full|lite)$")] = "full",
    last_event_id: Annotated[str, Header(max_length=100)] = "",
) -> Response:
    """One log as server-sent events: the welcome, what was missed or the picture in its place, then what happens. `Last-Event-ID` wins over `epoch` and `after`."""
    if log == DESK and at.person.part not in DESK_PARTS:
        raise NotAllowed("chat.forbidden")
    known = _position(last_event_id) or (epoch, after)
    hello = Hello(resume={log: known} if known[0] else {}, lite=mode == "lite")
    house = house_of(request)
    given = await _welcome(house, at.person, hello, (log,))
    return EventStream(house, at, given, log, lite=hello.lite)


@calls.post("/hello", response_model=HelloBody)
async def hello(request: Request, at: AtDoor, body: FrameBody) -> Response:
    """The answer to the frame `hello`, for those who then read by long poll: the welcome, and a picture of each log that cannot be resumed."""
    asked = frames.hello(body.frame())
    given = await _welcome(house_of(request), at.person, asked, logs_of(at.person))
    return Response(b'{"e":[' + b",".join(given.frames) + b"]}", media_type="application/json")


@calls.post("/frames")
async def ask(request: Request, at: AtDoor, body: FrameBody) -> dict[str, Any]:
    """One frame of a client, and its one answer, `ack`, `ok` or `err`, as on a socket."""
    frame = body.frame()
    if frame.get("t") not in ASKED:
        raise BadRequest("chat.bad_request", field="t")
    house, line = house_of(request), QuestionLine()
    reader = Reader(line, at.person.id, at.person.room, ())
    Visit(house, reader, at.person, at.key, translator(request)).on_text(json.dumps({**frame, "i": values.number_of(frame) or 0}))
    with anyio.move_on_after(ANSWER_SECONDS):
        answer: dict[str, Any] = json.loads(await line.answer)
        return answer
    raise later("unavailable", 3)


async def _welcome(house: House, person: Person, hello: Hello, logs: tuple[str, ...]) -> Welcome:
    now = house.ground.clock.now()
    async with house.door:
        return await house.ground.database.look(lambda db: welcome(db, person, hello, now, house.pictures, logs))


def _position(last_event_id: str) -> tuple[str, int] | None:
    """The position that an `id` names; None for what is none of ours."""
    epoch, _, seq = last_event_id.rpartition(":")
    return (epoch, int(seq)) if epoch and len(seq) <= 16 and seq.isascii() and seq.isdecimal() else None


class EventStream(Response):
    """An answer that goes on: the reader is in the room while it lasts."""

    def __init__(self, house: House, at: Entering, given: Welcome, log: str, *, lite: bool) -> None:
        headers = {"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        super().__init__(headers=headers)
        del self.headers["content-length"]
        self._house = house
        self._at = at
        self._given = given
        self._log = log
        self._lite = lite

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        person, given = self._at.person, self._given
        line = StreamLine(given.epochs[self._log])
        *first, last = given.frames
        for frame in first:
            line.write(frame)
        line.stand(last, given.at[self._log])
        reader = Reader(line, person.id, person.room, (self._log,), lite=self._lite)
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        self._house.come(reader, person, given, self._at.since)
        try:
            await line.carry(receive, send)
        finally:
            self._house.go(reader)

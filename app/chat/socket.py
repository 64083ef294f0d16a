"""The door of sockets: exact Origin before the upgrade, hello in time, then welcome and the room."""

import random
import time
from collections.abc import Mapping
from datetime import datetime
from functools import partial

import structlog
from fastapi import APIRouter, Response, WebSocket, WebSocketDisconnect
from sqlalchemy.ext.asyncio import AsyncSession

from app.chat import answers, frames, values
from app.chat.house import House, house_of
from app.chat.people import Key, Person, enter
from app.chat.requests import Hello
from app.chat.visit import PROTOCOL, Visit
from app.chat.welcome import Welcome, welcome
from app.errors import ForumError, NotAllowed, SignInNeeded, Unavailable
from app.i18n import Translator, choose_language
from app.live.frames import farewell
from app.live.hub import DRAINING
from app.live.line import Line
from app.live.reader import Reader
from app.live.wire import taken
from app.web.csrf import SEAT_COOKIE, STAFF_COOKIE

HELLO_SECONDS = 10.0
STRANGERS = 6000
"""Sockets that may wait to say who they are; more are asked to come later."""
UNAUTHENTICATED, BANNED, NO_ROOM, AWAY = 4501, 4503, 4504, 1011

router = APIRouter()
log = structlog.get_logger()


@router.websocket("/ws/v1/rooms/{room}")
async def room_socket(socket: WebSocket, room: str) -> None:
    """A socket of the room protocol (docs/protocol.md); this task ends once somebody is in the room, the connection goes on."""
    house = house_of(socket)
    origin = socket.headers.get("origin")
    if origin is not None and origin not in house.ground.settings.public_urls:
        await socket.close()
        return
    if house.strangers >= STRANGERS:
        await socket.send_denial_response(Response(status_code=503, headers={"Retry-After": str(random.randint(2, 10))}))  # noqa: S311 - spread
        return
    try:
        await socket.accept()
    except WebSocketDisconnect:
        return
    line: Line = taken(socket.scope) or house.relayed(socket)
    house.strangers += 1
    try:
        await _let_in(house, line, socket, room, trusted=origin is not None)
    finally:
        house.strangers -= 1
    await line.stay()


async def _let_in(house: House, line: Line, socket: WebSocket, room: str, *, trusted: bool) -> None:
    """Hear who it is; they are in the room afterwards, or the line is closing."""
    if house.draining:
        line.close(DRAINING, farewell(DRAINING, house.return_in()))
        return
    words = _words(house, socket)
    hello = await _hello(line, words)
    if hello is None:
        return
    since = time.monotonic()
    key = _key(socket, hello, trusted=trusted)
    async with house.door:
        entered = await _enter(house, line, room, hello, key)
    if entered is None or not line.open:
        return
    person, given = entered
    for frame in given.frames:
        line.write(frame)
    reader = Reader(line, person.id, person.room, tuple(given.at), lite=hello.lite)
    visit = Visit(house, reader, person, key, words)
    house.come(reader, person, given, since)
    line.listen(visit.on_text, visit.on_over)


async def _hello(line: Line, words: Translator) -> Hello | None:
    """The first frame, or None after saying what was wrong with it."""
    raw = await line.first(HELLO_SECONDS)
    if raw is None:
        line.close(PROTOCOL, farewell(PROTOCOL))
        return None
    try:
        return frames.hello(values.read_object(raw))
    except ForumError as refusal:
        line.write(answers.err(None, refusal, words))
        line.close(PROTOCOL, farewell(PROTOCOL))
        return None


def _key(socket: WebSocket, hello: Hello, *, trusted: bool) -> Key:
    """What speaks for this socket: the token, else the cookies, which count only when the browser said whose page it is."""
    if hello.token or not trusted:
        return Key(token=hello.token)
    cookies: Mapping[str, str] = socket.cookies
    return Key(staff_cookie=cookies.get(STAFF_COOKIE), seat_cookie=cookies.get(SEAT_COOKIE))


async def _enter(house: House, line: Line, room: str, hello: Hello, key: Key) -> tuple[Person, Welcome] | None:
    ground = house.ground
    now = ground.clock.now()
    try:
        return await ground.database.look(partial(_look_up, house, room, hello, key, now))
    except SignInNeeded:
        line.close(UNAUTHENTICATED, farewell(UNAUTHENTICATED))
    except NotAllowed as refusal:
        code = BANNED if refusal.code == "chat.banned" else NO_ROOM
        line.close(code, farewell(code))
    except Unavailable:
        line.close(AWAY, farewell(AWAY, 5000))
    except ForumError:
        line.close(NO_ROOM, farewell(NO_ROOM))
    return None


async def _look_up(house: House, room: str, hello: Hello, key: Key, now: datetime, db: AsyncSession) -> tuple[Person, Welcome]:
    person = await enter(db, house.ground.vault, room, key, now)
    return person, await welcome(db, person, hello, now, house.pictures)


def _words(house: House, socket: WebSocket) -> Translator:
    catalogues = house.ground.catalogues
    asked = (None, socket.cookies.get("lang"), socket.headers.get("accept-language"))
    return catalogues.translator(choose_language(*asked, catalogues.languages))

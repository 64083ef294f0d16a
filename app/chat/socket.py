"""The door of sockets: exact Origin before the upgrade, hello in time, then welcome and the room."""

import time
from collections.abc import Mapping

import structlog
from fastapi import APIRouter, WebSocket

from app.chat import answers, frames, values
from app.chat.house import House, house_of
from app.chat.people import Key, Person, enter
from app.chat.requests import Hello
from app.chat.visit import PROTOCOL, Visit
from app.chat.welcome import Welcome, welcome
from app.errors import ForumError, NotAllowed, SignInNeeded, Unavailable
from app.i18n import Translator, choose_language
from app.live.frames import farewell
from app.live.hub import DRAINING, Reader
from app.live.line import Line
from app.web.csrf import SEAT_COOKIE, STAFF_COOKIE

HELLO_SECONDS = 10.0
UNAUTHENTICATED, BANNED, NO_ROOM, AWAY = 4501, 4503, 4504, 1011

router = APIRouter()
log = structlog.get_logger()


@router.websocket("/ws/v1/rooms/{room}")
async def room_socket(socket: WebSocket, room: str) -> None:
    """A socket of the room protocol (docs/protocol.md)."""
    house = house_of(socket)
    origin = socket.headers.get("origin")
    if origin is not None and origin not in house.ground.settings.public_urls:
        await socket.close()
        return
    await socket.accept()
    line = Line(socket)
    if house.draining:
        line.close(DRAINING, farewell(DRAINING, 2000))
        await line.finish()
        return
    words = _words(house, socket)
    hello = await _hello(line, words)
    since = time.monotonic()
    key = None if hello is None else _key(socket, hello, trusted=origin is not None)
    entered = None if hello is None or key is None else await _enter(house, line, room, hello, key)
    if entered is None or key is None:
        await line.finish()
        return
    await _stay(house, line, entered, key, words, since)


async def _stay(house: House, line: Line, entered: tuple[Person, Welcome], key: Key, words: Translator, since: float) -> None:
    person, given = entered
    for frame in given.frames:
        line.write(frame)
    reader = Reader(line, person.id, person.room, dict(given.at))
    house.come(reader, person, given.heads, given.rules, since)
    try:
        await line.run(Visit(house, reader, person, key, words).on_text)
    finally:
        house.go(reader)


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
        async with ground.database.read() as db:
            person = await enter(db, ground.vault, room, key, now)
            return person, await welcome(db, person, hello, now)
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


def _words(house: House, socket: WebSocket) -> Translator:
    catalogues = house.ground.catalogues
    asked = (None, socket.cookies.get("lang"), socket.headers.get("accept-language"))
    return catalogues.translator(choose_language(*asked, catalogues.languages))

"""The long poll: what is there is answered at once, else the caller waits in the hub like any other reader, without a session or a question to the database."""

from collections.abc import Sequence
from typing import Annotated, Any

import anyio
from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from starlette.types import Receive

from app.chat import answers, history, standing, values
from app.chat.calls import EventsBody
from app.chat.conduct import DESK_PARTS, Rules
from app.chat.history import Page
from app.chat.house import House, house_of
from app.chat.refusals import later
from app.chat.stream import AtDoor, Entering, LogName
from app.chat.welcome import Welcome
from app.errors import Conflict, NotAllowed
from app.journal.service import DESK, PUBLIC, Position, positions
from app.live.hub import CHANGED, DRAINING, REPLACED
from app.live.reader import Reader
from app.live.ring import Item
from app.live.streamed import PollLine, cancel_when_gone

PAGE = 500
LONGEST = 60
TOGETHER = 0.05
"""Seconds for which an answer gathers what comes with the first event."""

calls = APIRouter(prefix="/api/v1/rooms/{room}", tags=["rooms"])


@calls.get("/events", response_model=EventsBody)
async def events(
    request: Request,
    at: AtDoor,
    epoch: Annotated[str | None, Query(max_length=64)] = None,
    after: Annotated[int, Query(ge=0, le=values.SAFE_INT)] = 0,
    wait: Annotated[int, Query(ge=0, le=LONGEST)] = 0,
    log: LogName = PUBLIC,
) -> Response:
    """The next events of a log, after at most `wait` seconds. Another epoch gets the last messages as they now are instead. `other` holds frames that are no events."""
    if log == DESK and at.person.part not in DESK_PARTS:
        raise NotAllowed("chat.forbidden")
    house = house_of(request)
    async with house.ground.database.read() as db:
        stands = await positions(db, at.person.room)
        rules = await standing.rules_of(db, at.person.room)
        here = stands[log]
        known = after <= here.head and (epoch is None or epoch == here.epoch)
        page = await history.after(db, at.person.room, log, after, PAGE) if known else None
        picture = [] if page else await history.snapshot(db, at.person.room, log)
    if page is None:
        return _answer(here, Page(picture, more=False), snapshot=True)
    if page.events or not wait:
        return _answer(here, page)
    return await _waited(house, at, _given(stands, log, after, rules), log, wait, request.receive)


def _given(stands: dict[str, Position], log: str, after: int, rules: Rules) -> Welcome:
    heads = {name: stand.head for name, stand in stands.items()}
    return Welcome([], {log: after}, heads, rules, {name: stand.epoch for name, stand in stands.items()})


async def _waited(house: House, at: Entering, given: Welcome, log: str, wait: int, receive: Receive) -> Response:
    line = PollLine()
    reader = Reader(line, at.person.id, at.person.room, (log,))
    house.come(reader, at.person, given, at.since)
    try:
        async with anyio.create_task_group() as group:
            group.start_soon(cancel_when_gone, receive, group.cancel_scope)
            with anyio.move_on_after(wait):
                await line.ready.wait()
                if line.open:
                    await anyio.sleep(TOGETHER)
            group.cancel_scope.cancel()
    finally:
        line.over = True
        house.go(reader)
    if line.code is not None:
        raise _refusal(line.code)
    kept = _fitting(line.events)
    head = max(given.heads[log], line.events[-1].seq if line.events else 0)
    page = Page([item.payload for item in kept], more=len(kept) < len(line.events))
    return _answer(Position(given.epochs[log], head), page, line.other)


def _refusal(code: int) -> Exception:
    """What the end of a line means for a call."""
    match code:
        case 4503:
            return NotAllowed("chat.banned")
        case _ if code == REPLACED:
            return Conflict("chat.conflict")
        case _ if code in {DRAINING, CHANGED}:
            return later("unavailable", 2)
    return NotAllowed("chat.forbidden")


def _fitting(events: Sequence[Item]) -> Sequence[Item]:
    return events[: len(answers.fitting(events[:PAGE]))]


def _answer(stands: Position, page: Page, other: Sequence[bytes] = (), **more: Any) -> Response:
    rest = answers.spliced({"epoch": stands.epoch, "head": stands.head}, page.events, more=page.more, **more)
    if other:
        rest = rest[:-1] + b',"other":[' + b",".join(other) + b"]}"
    return Response(rest, media_type="application/json")

"""Rooms without a socket: who calls, and the bodies of calls and answers as the OpenAPI document shows them."""

import json
from typing import Annotated, Any

from fastapi import Depends, Path, Request
from pydantic import BaseModel, ConfigDict, Field

from app.access.models import Role
from app.chat import values
from app.chat.people import Key, Person, enter
from app.chat.welcome import refuse_banned
from app.errors import NotAllowed
from app.web.csrf import SEAT_COOKIE, STAFF_COOKIE, check
from app.web.ground import ground
from app.web.guards import bearer

RoomId = Annotated[str, Path(max_length=64)]
MessageId = Annotated[str, Path(max_length=64)]


class MessageBody(BaseModel):
    """A message as in the frame `send`; its bounds are those of the room protocol."""

    model_config = ConfigDict(populate_by_name=True)

    cid: Any = Field(description="1–64 of A–Z a–z 0–9 _ -; the same cid never says anything twice")
    kind: Any = Field(description="chat, aspiration, question, response or spoken")
    text: Any = Field(description="up to 1,000 characters; 2,000 of aspiration or spoken")
    re: Any = None
    speaks_for: Any = Field(None, alias="for", description="a participant's id or {name, capacity}; operators and above")
    via: Any = None
    source: Any = None
    on_behalf: Any = None
    sent_at: Any = None
    fields: Any = None
    photos: Any = None

    def frame(self) -> dict[str, Any]:
        """The same as a frame."""
        return {"t": "send", **self.model_dump(by_alias=True, exclude_none=True)}


class ReceiptBody(BaseModel):
    """The acknowledgement: committed. `seq` is absent while held or late."""

    cid: str
    id: str
    at: int
    state: str
    dup: bool
    seq: int | None = None
    proposal: str | None = None
    gone: str | None = None


class EditBody(BaseModel):
    """New words for a message, and why."""

    text: str = Field(min_length=1, max_length=4000)
    reason: str = Field(min_length=1, max_length=500)


class EditedBody(BaseModel):
    """The message as it now stands and the seq of the change."""

    id: str
    seq: int
    text: str


class EventsBody(BaseModel):
    """A page of a log; `snapshot` is true when the epoch was another one and these are the last messages instead."""

    epoch: str
    head: int
    e: list[dict[str, Any]]
    more: bool
    snapshot: bool = False
    other: list[dict[str, Any]] = []


class VoteBody(BaseModel):
    """For a message, or no longer."""

    on: bool


class VotedBody(BaseModel):
    """How it now is: committed."""

    id: str
    on: bool


class FrameBody(BaseModel):
    """A frame of the room protocol, as on a socket."""

    model_config = ConfigDict(extra="allow")

    t: str = Field(max_length=20)

    def frame(self) -> dict[str, Any]:
        """The frame, within the bounds of a socket's."""
        return values.read_object(json.dumps({"t": self.t, **(self.model_extra or {})}, ensure_ascii=False))


class HelloBody(BaseModel):
    """The frames that a socket is sent first."""

    e: list[dict[str, Any]]


class TextBody(BaseModel):
    """A text to be read."""

    text: str = Field(min_length=1, max_length=2000)


class ReadingBody(BaseModel):
    """What the text is, how sure that is (0 to 1), and the fields of a proposal that it names."""

    kind: str
    confidence: float
    fields: dict[str, Any]


def key_of(request: Request) -> Key:
    """What speaks for a call: a bearer, else cookies."""
    secret = bearer(request)
    if secret is not None:
        return Key(token=secret)
    return Key(staff_cookie=request.cookies.get(STAFF_COOKIE), seat_cookie=request.cookies.get(SEAT_COOKIE))


async def in_room(request: Request, room: RoomId) -> Person:
    """The person who calls, with a part in this room; acting by cookie needs the CSRF token."""
    parts = ground(request)
    key = key_of(request)
    async with parts.database.read() as db:
        person = await enter(db, parts.vault, room, key, parts.clock.now())
        await refuse_banned(db, person, parts.clock.now())
    if key.token is None:
        await check(request)
    return person


InRoom = Annotated[Person, Depends(in_room)]


async def editor(person: InRoom) -> Person:
    """Staff who may correct messages."""
    if not person.may(Role.MODERATOR, Role.SECRETARIAT, Role.OPERATOR):
        raise NotAllowed("chat.forbidden")
    return person


Editor = Annotated[Person, Depends(editor)]

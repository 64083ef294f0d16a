"""Doors of rooms: the socket, and the calls for those who have none."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response

from app.chat import answers, frames, oneshot, pages, poll, stream
from app.chat.batch import Given
from app.chat.calls import (
    EditBody,
    EditedBody,
    Editor,
    InRoom,
    MessageBody,
    MessageId,
    ReadingBody,
    ReceiptBody,
    TextBody,
    VoteBody,
    VotedBody,
)
from app.chat.edits import edit
from app.chat.house import house_of
from app.proposals.reading import as_json, read
from app.web.ground import Ground, ground

router = APIRouter()
router.include_router(pages.router)
router.include_router(oneshot.router)
calls = APIRouter(prefix="/api/v1/rooms/{room}", tags=["rooms"])
Parts = Annotated[Ground, Depends(ground)]


@calls.post("/messages", response_model=ReceiptBody, status_code=201, responses={200: {"model": ReceiptBody}})
async def post_message(request: Request, parts: Parts, person: InRoom, body: MessageBody) -> Response:
    """Say something; answered after the commit, 201 the first time and 200 for a repeated cid."""
    message = frames.send(body.frame())
    found = await house_of(request).writers.submit(Given(person, message, limits=parts.settings.limits))
    return JSONResponse(answers.receipt(found), 200 if found.dup else 201)


@calls.patch("/messages/{message}")
async def edit_message(parts: Parts, person: Editor, message: MessageId, body: EditBody) -> EditedBody:
    """Correct a message; staff only, the reason is kept."""
    async with parts.database.write() as db:
        text, seq = await edit(db, parts.vault, person, message, body.text, body.reason, parts.clock.now())
    return EditedBody(id=message, seq=seq, text=text)


@calls.put("/messages/{message}/vote")
async def vote(request: Request, person: InRoom, message: MessageId, body: VoteBody) -> VotedBody:
    """Be for an aspiration, or no longer; saying it twice changes nothing."""
    await house_of(request).vote(person, message, on=body.on)
    return VotedBody(id=message, on=body.on)


@calls.post("/reading")
async def reading(person: InRoom, body: TextBody) -> ReadingBody:
    """What a text seems to be and which fields it names, to offer while somebody writes."""
    return ReadingBody.model_validate(as_json(read(body.text)))


router.include_router(calls)
router.include_router(stream.calls)
router.include_router(poll.calls)

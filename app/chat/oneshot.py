"""*Kirim usulan* for a seat's holder: one form, without script and without an open room.

While the room takes words they go into it; before it opens and while it is paused or locked they go straight to the secretariat's list with a
number; after the end the room takes them as late. Each press has a `cid`, so that a second one finds what the first one did.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.chat import frames
from app.chat.batch import Given
from app.chat.calls import key_of
from app.chat.house import house_of
from app.chat.models import Message
from app.chat.people import Person, enter
from app.chat.requests import Kind, Send
from app.chat.standing import rules_of
from app.chat.welcome import refuse_banned
from app.database.tables import new_id
from app.errors import FieldError, ForumError, Invalid, SignInNeeded
from app.invitations.guards import Attendee
from app.invitations.links import ends
from app.proposals.handing import Sheet, hand_in, handed_in, own
from app.proposals.models import Proposal
from app.sessions.guards import PublicSession
from app.sessions.models import ForumSession, SessionState
from app.web.forms import Typed, typed
from app.web.ground import Ground, ground, received_at
from app.web.pages import page, translator
from app.web.problems import status_of

router = APIRouter(prefix="/s/{slug}/hadir/usulan", include_in_schema=False)
Parts = Annotated[Ground, Depends(ground)]
MOST = 30
SHUT = {"chat.room_closed", "chat.room_locked"}


@dataclass(frozen=True)
class Own:
    """Something that this person proposed: `state` as in the room, or `visible` for what the desk has; `status` of its proposal."""

    text: str
    at: datetime
    state: str
    reason: str | None
    number: str | None
    status: str | None


async def visitor(request: Request, session: PublicSession, holder: Attendee) -> Person:
    """The seat's holder as somebody of the room."""
    if holder.session_id != session.id:
        raise SignInNeeded("invitations.link_needed")
    parts = ground(request)
    async with parts.database.read() as db:
        person = await enter(db, parts.vault, session.room, key_of(request), parts.clock.now())
        await refuse_banned(db, person, parts.clock.now())
    if person.seat_id is None:
        raise SignInNeeded("invitations.link_needed")
    return person


Visiting = Annotated[Person, Depends(visitor)]


@router.get("")
async def form_page(request: Request, parts: Parts, session: PublicSession, person: Visiting) -> Response:
    """The form, and what became of what was sent before."""
    return await _page(request, parts, session, person, Typed())


@router.post("")
async def send(request: Request, parts: Parts, session: PublicSession, person: Visiting) -> Response:
    """Take the words wherever they may go now; a refusal keeps them."""
    form = await typed(request)
    try:
        message = frames.send({"t": "send", "cid": form.get("cid"), "kind": Kind.ASPIRATION.value, "text": form.get("text")})
        await _take(request, parts, session, person, message)
    except ForumError as refused:
        wrong = refused if isinstance(refused, Invalid) else Invalid(FieldError("text", refused.code, refused.facts), code=refused.code)
        kept = form.with_errors(wrong, translator(request))
        return await _page(request, parts, session, person, kept, status=status_of(refused))
    return RedirectResponse(f"{request.url.path}?terkirim=1", 303)


async def _take(request: Request, parts: Ground, session: ForumSession, person: Person, message: Send) -> None:
    async with parts.database.read() as db:
        if await handed_in(db, session.id, _nonce(person, message)) is not None:
            return
    try:
        await house_of(request).writers.submit(Given(person, message, limits=parts.settings.limits))
    except ForumError as shut:
        async with parts.database.read() as db:
            state = await db.scalar(select(ForumSession.state).where(ForumSession.id == session.id))
        if shut.code not in SHUT or state in {SessionState.ENDED, SessionState.CANCELLED, SessionState.DRAFT}:
            raise
        sheet = Sheet(_nonce(person, message), message.text, person.name, person.capacity, participant_id=person.id, proven=True)
        async with parts.database.write() as db:
            await hand_in(db, parts.vault, session.id, sheet, received_at=received_at(request), now=parts.clock.now())


def _nonce(person: Person, message: Send) -> str:
    """One form of one person; nobody can use up another's."""
    return f"{person.id}-{message.cid}"[:64]


async def _page(request: Request, parts: Ground, session: ForumSession, person: Person, form: Typed, *, status: int = 200) -> Response:
    async with parts.database.read() as db:
        rules = await rules_of(db, session.room)
        mine = await _own(db, session, person)
    facts: dict[str, Any] = {"rules": rules, "late_until": rules.late_until or ends(session), "mine": mine}
    return page(
        request,
        "room/oneshot.html",
        status=status,
        headers={"X-Robots-Tag": "noindex"},
        session=session,
        form=form,
        cid=form.get("cid") or new_id(),
        sent=request.query_params.get("terkirim") == "1" and not form.errors,
        **facts,
    )


async def _own(db: AsyncSession, session: ForumSession, person: Person) -> list[Own]:
    rows = await db.execute(
        select(Message, Proposal.status)
        .outerjoin(Proposal, (Proposal.session_id == session.id) & (Proposal.number == Message.proposal))
        .where(Message.room == session.room, Message.sender == person.id, Message.kind == Kind.ASPIRATION)
        .order_by(Message.received_at.desc())
        .limit(MOST)
    )
    found = [Own(one.text, one.received_at, one.state.value, one.reason, one.proposal, status) for one, status in rows]
    taken = [Own(one.title, row.received_at, "visible", None, one.number, one.status) for row, one in await own(db, session.id, person.id)]
    return sorted([*found, *taken], key=lambda one: one.at, reverse=True)

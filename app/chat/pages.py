"""The room as pages: the live one for attendees and staff, and a plain one that reads and posts without script."""

from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import select

from app.access.models import Role
from app.chat import frames
from app.chat.batch import Given
from app.chat.calls import key_of
from app.chat.conduct import RoomState, may_say
from app.chat.house import house_of
from app.chat.people import Person, enter
from app.chat.plain import read_page
from app.chat.requests import Kind
from app.chat.standing import rules_of
from app.chat.welcome import refuse_banned
from app.database.tables import new_id
from app.errors import FieldError, ForumError, Invalid
from app.invitations.links import ends
from app.proposals.sectors import Sector
from app.regions import villages_of
from app.sessions.agenda import steps_shown
from app.sessions.guards import Desk, PublicSession, desk
from app.sessions.models import ForumSession, SessionState, Site
from app.sessions.progress import Step
from app.web.csrf import check, token_for
from app.web.forms import Typed, typed
from app.web.ground import Ground, ground
from app.web.pages import page, translator

router = APIRouter(include_in_schema=False)
Parts = Annotated[Ground, Depends(ground)]
AtDesk = Annotated[Desk, Depends(desk(Role.MODERATOR, Role.OPERATOR, Role.SECRETARIAT, Role.RESPONDER))]
TYPED = (Kind.CHAT, Kind.ASPIRATION, Kind.QUESTION, Kind.RESPONSE)
"""What the composers offer; running notes are typed at the desk of a hall."""
Seq = Annotated[int | None, Query(ge=0, le=2**53)]


@dataclass(frozen=True)
class Visitor:
    """Somebody in the room of a session."""

    session: ForumSession
    person: Person


async def visitor(request: Request, session: PublicSession) -> Visitor:
    """The person who looks, by cookie or bearer; SignInNeeded for nobody."""
    parts = ground(request)
    key = key_of(request)
    async with parts.database.read() as db:
        person = await enter(db, parts.vault, session.room, key, parts.clock.now())
        await refuse_banned(db, person, parts.clock.now())
    if key.token is None:
        await check(request)
    return Visitor(session, person)


Visiting = Annotated[Visitor, Depends(visitor)]


@router.get("/s/{slug}/ruang")
async def room_page(request: Request, parts: Parts, at: Visiting) -> Response:
    """The live room."""
    return await _room(request, parts, at)


@router.get("/meja/{slug}/ruang")
async def desk_room(request: Request, parts: Parts, at: AtDesk) -> Response:
    """The same room for staff, with what they may do in it."""
    return await _room(request, parts, await visitor(request, at.session))


@router.get("/s/{slug}/ruang/polos")
async def plain_page(request: Request, parts: Parts, at: Visiting, before: Seq = None, after: Seq = None) -> Response:
    """The room without script, a page at a time."""
    return await _plain(request, parts, at, before=before, after=after)


@router.post("/s/{slug}/ruang/polos")
async def plain_post(request: Request, parts: Parts, at: Visiting) -> Response:
    """Say something without script; the same form posted twice says it once."""
    form = await typed(request)
    try:
        message = frames.send({"t": "send", "cid": form.get("cid"), "kind": form.get("kind"), "text": form.get("text")})
        found = await house_of(request).writers.submit(Given(at.person, message, limits=parts.settings.limits))
    except ForumError as refusal:
        wrong = Invalid(FieldError("text", refusal.code, refusal.facts), code=refusal.code)
        return await _plain(request, parts, at, form=form.with_errors(wrong, translator(request)))
    told = f"kabar={found.state}" + (f"&usulan={found.proposal}" if found.proposal else "")
    return RedirectResponse(f"/s/{at.session.slug}/ruang/polos?{told}#tulis", 303)


@router.post("/s/{slug}/ruang/polos/dukungan")
async def plain_vote(request: Request, at: Visiting) -> Response:
    """Be for an aspiration, or no longer, without script; back to where it stood."""
    form = await typed(request)
    message = form.get("message")
    await house_of(request).vote(at.person, message, on=form.get("on") == "1")
    place = "".join(f"{name}={form.get(name)}" for name in ("before", "after") if form.get(name).isdecimal())
    return RedirectResponse(f"/s/{at.session.slug}/ruang/polos{'?' + place if place else ''}#p-{quote(message)}", 303)


async def _room(request: Request, parts: Ground, at: Visitor) -> Response:
    words = translator(request)
    return page(
        request,
        "room/room.html",
        session=at.session,
        room_config=_config(request, at, words.language, await _sites(parts, at.session)),
        agenda=await _agenda(parts, at.session),
        villages=[village.name for village in villages_of(at.session.region_code)],
        late_until=ends(at.session) if at.session.state is SessionState.ENDED else None,
        sectors=[(sector.value, words.label("sector", sector.value)) for sector in Sector],
    )


async def _plain(
    request: Request, parts: Ground, at: Visitor, *, before: int | None = None, after: int | None = None, form: Typed | None = None
) -> Response:
    async with parts.database.read() as db:
        reading = await read_page(db, at.session.room, at.person.id, before=before, after=after)
        rules = await rules_of(db, at.session.room)
    state = rules.state
    address = f"/s/{at.session.slug}/ruang/polos"
    return page(
        request,
        "room/room_plain.html",
        status=422 if form else 200,
        session=at.session,
        state=state.value,
        late_until=rules.late_until,
        late_over=state is RoomState.ENDED and (rules.late_until is None or rules.late_until < parts.clock.now()),
        messages=reading.messages,
        sites=await _sites(parts, at.session),
        older_url=f"{address}?before={reading.first}" if reading.older else None,
        newer_url=f"{address}?after={reading.last}" if reading.newer else None,
        room_url=f"/s/{at.session.slug}/ruang",
        plain_url=address,
        links=_links(at),
        votes_open=state is RoomState.OPEN,
        here={"before": before, "after": after},
        form=_form(address, at.person, form) if state is not RoomState.WAITING else None,
        sent=_sent(request),
    )


def _form(address: str, person: Person, form: Typed | None) -> dict[str, Any]:
    return {
        "action": address,
        "cid": (form.get("cid") if form else "") or new_id(),
        "kinds": _kinds(person),
        "values": {"kind": form.get("kind") if form else "", "text": form.get("text") if form else ""},
        "errors": form.errors if form else {},
        "limit": frames.LONG_TEXT,
    }


def _sent(request: Request) -> dict[str, str] | None:
    state = request.query_params.get("kabar", "")
    if state not in {"visible", "held", "late"}:
        return None
    return {"state": state, "proposal": request.query_params.get("usulan", "")[:30]}


def _config(request: Request, at: Visitor, lang: str, sites: dict[str, str]) -> dict[str, Any]:
    session, person = at.session, at.person
    return {
        "room": session.room,
        "ws": f"/ws/v1/rooms/{session.room}",
        "lang": lang,
        "zone": session.zone,
        "csrf": token_for(request),
        "session": {"slug": session.slug, "title": session.title},
        "you": {"id": person.id, "name": person.name, "role": person.part.value},
        "kinds": _kinds(person),
        "sites": sites,
        "links": _links(at),
    }


def _kinds(person: Person) -> list[str]:
    return [kind.value for kind in TYPED if may_say(person.part, person.element, kind)]


def _links(at: Visitor) -> dict[str, str]:
    session = f"/s/{at.session.slug}"
    own = (
        {"join": f"{session}/hadir", "meeting": f"{session}/hadir"}
        if at.person.seat_id
        else {"join": f"/meja/{at.session.slug}", "meeting": ""}
    )
    return {**own, "home": session, "proposals": f"{session}/usulan", "plain": f"{session}/ruang/polos", "proposal": "/u/{number}"}


async def _sites(parts: Ground, session: ForumSession) -> dict[str, str]:
    """The names of the halls by the code that messages carry."""
    async with parts.database.read() as db:
        found = await db.execute(select(Site.code, Site.name).where(Site.session_id == session.id).order_by(Site.position))
        return {row.code: row.name for row in found}


async def _agenda(parts: Ground, session: ForumSession) -> list[Step]:
    async with parts.database.read() as db:
        return await steps_shown(db, session)

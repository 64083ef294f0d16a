"""The page on which lines from Zoom, YouTube, WhatsApp or the telephone are pasted, looked at and relayed; plain forms, nothing is kept in between."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from app.chat import frames
from app.chat.batch import Given
from app.chat.conduct import RoomState
from app.chat.house import house_of
from app.chat.standing import rules_of
from app.errors import ForumError
from app.hall import relaying
from app.hall.guards import AnyHall
from app.hall.pasted import MOST_NAME, Outside, Source, read_pasted
from app.hall.pasted_lines import Pasted
from app.hall.relaying import Speaker
from app.regions import finds_personal
from app.sessions.guards import Desk
from app.sessions.navigation import desk_items
from app.web.forms import Typed, typed
from app.web.ground import Ground, ground
from app.web.pages import page, translator

router = APIRouter(include_in_schema=False, prefix="/meja/{slug}/terusan")
Parts = Annotated[Ground, Depends(ground)]
KINDS = ("aspiration", "question", "chat")


@dataclass
class Sent:
    """What one press did: how many are relayed now, and the lines that were refused with the reason."""

    done: int = 0
    late: int = 0
    refused: list[tuple[Outside, str]] | None = None


@router.get("")
async def paste_page(request: Request, parts: Parts, desk: AnyHall) -> Response:
    """The empty field."""
    return await _page(request, parts, desk, Typed())


@router.post("")
async def relay(request: Request, parts: Parts, desk: AnyHall) -> Response:
    """Look at what was pasted (`step` look), or relay the ticked lines one by one (`send`); pressing twice relays once."""
    form = await typed(request)
    sent = await _send(request, parts, desk, form) if form.get("step") == "send" else None
    return await _page(request, parts, desk, form, sent)


async def _send(request: Request, parts: Ground, desk: Desk, form: Typed) -> Sent:
    words = translator(request)
    anybody = words.gettext("Warga")
    source = _source(form)
    ticked = set(form.many.get("pick", []))
    chosen = [one for one in read_pasted(form.get("text"), source)[1] if one.cid in ticked][: relaying.AT_ONCE]
    if not chosen:
        return Sent(refused=[])
    async with parts.database.read() as db:
        already = await relaying.relayed(db, desk.session.room, [one.cid for one in chosen])
    fresh = [one for one in chosen if one.cid not in already]
    speakers = {one.cid: Speaker(_called(one, form) or anybody, one.phone) for one in fresh}
    async with parts.database.write() as db:
        known = await relaying.people(db, parts.vault, desk.session.id, list(speakers.values()), now=parts.clock.now())
    person = relaying.relayer(desk.staff, desk.session)
    found = Sent(done=len(already), refused=[])
    for one in fresh:
        try:
            message = frames.send(_frame(one, form.get(f"kind.{one.cid}"), source, known[speakers[one.cid]]))
            receipt = await house_of(request).writers.submit(Given(person, message, limits=False))
        except ForumError as refusal:
            assert found.refused is not None
            found.refused.append((one, words.error(refusal.code, **refusal.facts)))
        else:
            found.done += 1
            found.late += receipt.state == "late"
    return found


def _called(one: Outside, form: Typed) -> str:
    """The name that the operator gave, else the one that stood there; a number is no name."""
    typed_name = " ".join(form.get(f"who.{one.cid}", one.name).split())[:MOST_NAME]
    return "" if finds_personal(typed_name) else typed_name


def _frame(one: Outside, kind: str, source: Source, participant: str) -> dict[str, Any]:
    kind = kind if kind in KINDS else relaying.likely_kind(one.line.text)
    return {"t": "send", "cid": one.cid, "kind": kind, "text": one.line.text, "for": participant, "via": "relay", "source": source.value}


async def _page(request: Request, parts: Ground, desk: Desk, form: Typed, sent: Sent | None = None) -> Response:
    source = _source(form)
    pasted, lines = read_pasted(form.get("text"), source) if form.get("text") else (Pasted(()), [])
    async with parts.database.read() as db:
        already = await relaying.relayed(db, desk.session.room, [one.cid for one in lines])
        rules = await rules_of(db, desk.session.room)
    left = [one for one in lines if one.cid not in already]
    shown = left[: relaying.AT_ONCE]
    kinds = {one.cid: form.get(f"kind.{one.cid}") or relaying.likely_kind(one.line.text) for one in shown}
    ended = rules.state is RoomState.ENDED
    return page(
        request,
        "hall/relay.html",
        session=desk.session,
        form=form,
        source=source.value,
        sources=[one.value for one in Source],
        kinds=KINDS,
        kind_of=kinds,
        name_of={one.cid: _called(one, form) for one in shown},
        ticked={one.cid for one in shown if one.line.doubt is None and not (ended and kinds[one.cid] != "aspiration")},
        pasted=pasted,
        lines=shown,
        more=max(0, len(left) - relaying.AT_ONCE),
        already=len(lines) - len(left),
        read=bool(form.get("text")),
        sent=sent,
        rules=rules,
        desk_items=desk_items(desk.session, desk.staff, "terusan", translator(request)),
    )


def _source(form: Typed) -> Source:
    return Source(form.get("source")) if form.get("source") in set(Source) else Source.ZOOM

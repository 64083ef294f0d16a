"""The desk of corrections: until when the draft is open, what was objected, the answers, and objections of people without a phone."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field

from app.errors import Conflict, ForumError, Invalid, NotAllowed
from app.participants.models import Participant
from app.record.correction_forms import MOST_TEXT, AnswerFields, closing_in, objection_in
from app.record.corrections import OWN_ROW, Opening, is_final, objections_in, opened_words, standing_of
from app.record.desk_pages import Parts, Writer
from app.record.final import prepare, show_draft
from app.record.models import ObjectionSubject, ObjectionVerdict, RecordObjection
from app.record.objecting import answer, names_of, object_to_draft, reachable, rows_shown, those_called
from app.record.own import held_since
from app.record.telling import reach_of
from app.sessions.guards import Desk
from app.sessions.models import SessionState
from app.sessions.navigation import desk_items
from app.sessions.typed import local
from app.web.forms import Typed, parse, typed
from app.web.ground import Ground, received_at
from app.web.pages import page, translator
from app.web.problems import status_of

router = APIRouter(include_in_schema=False, prefix="/meja/{slug}/berita-acara/koreksi")
DONE = {Opening.OPENED: "dibuka", Opening.PROLONGED: "diperpanjang", Opening.SAME: "tetap"}
"""What a press for a closing moment did, as the page after it is asked for."""
ObjectionId = Annotated[str, Path(max_length=40)]


class For(BaseModel):
    """For whom staff write an objection down."""

    participant: str = Field(max_length=40)


@router.get("")
async def corrections_page(request: Request, parts: Parts, at: Writer) -> Response:
    """How corrections stand; with `nama` also who attended under this name."""
    return await _desk(request, parts, at)


@router.post("")
async def open_or_prolong(request: Request, parts: Parts, at: Writer) -> Response:
    """Open the draft to those who attended until a moment, or for longer."""
    form, words = await typed(request), parts.catalogues.translator("id")
    try:
        closes_at = closing_in(form, at.session)
        async with parts.database.read() as db:
            prepared = await prepare(db, parts.vault, parts.settings, words, at.session, annex=False)
        async with parts.database.write() as db:
            _, done = await show_draft(db, parts.vault, at.session, prepared, closes_at, actor=at.staff.actor, now=parts.clock.now())
    except (Invalid, Conflict) as refused:
        return await _desk(request, parts, at, form=form, wrong=refused)
    return RedirectResponse(f"{_base(at)}?{DONE[done]}=1", 303)


@router.post("/catat")
async def file_for_somebody(request: Request, parts: Parts, at: Writer) -> Response:
    """Write down what somebody who attended objects to, who has no phone of their own."""
    form, stamp = await typed(request), received_at(request)
    try:
        whom, wanted = parse(For, form).participant, objection_in(form)
        async with parts.database.write() as db:
            now = parts.clock.now()
            await object_to_draft(db, parts.vault, at.session, whom, wanted, actor=at.staff.actor, received_at=stamp, now=now)
    except (Invalid, Conflict, NotAllowed) as refused:
        return await _desk(request, parts, at, form=form, wrong=refused)
    return RedirectResponse(f"{_base(at)}?dicatat=1", 303)


@router.post("/{objection}/jawab")
async def give_answer(request: Request, parts: Parts, at: Writer, objection: ObjectionId) -> Response:
    """Answer one objection."""
    form = await typed(request)
    try:
        said = parse(AnswerFields, form)
        async with parts.database.write() as db:
            now = parts.clock.now()
            await answer(db, parts.vault, at.session, objection, said.verdict, said.answer, actor=at.staff.actor, now=now)
    except (Invalid, Conflict) as refused:
        return await _desk(request, parts, at, form=form, wrong=refused, answering=objection)
    return RedirectResponse(f"{_base(at)}?dijawab=1#k-{objection}", 303)


def _called(subject: ObjectionSubject) -> str:
    return OWN_ROW if subject is ObjectionSubject.ATTENDANCE else subject.value


def _base(at: Desk) -> str:
    return f"/meja/{at.session.slug}/berita-acara/koreksi"


async def _desk(
    request: Request, parts: Ground, at: Desk, *, form: Typed | None = None, wrong: ForumError | None = None, answering: str = ""
) -> Response:
    """The page, with what was typed when something was wrong with it; `answering` is the objection whose answer it was."""
    words, now = translator(request), parts.clock.now()
    name = (form.get("nama") if form else "") or request.query_params.get("nama", "")[:120]
    async with parts.database.read() as db:
        standing = await standing_of(db, at.session.id)
        final = await is_final(db, at.session.id)
        objections = await objections_in(db, RecordObjection.session_id == at.session.id)
        people = await names_of(db, objections)
        since = await held_since(db, people)
        reach = await reach_of(db, standing.window) if standing.window else None
        found: list[Participant] = await those_called(db, at.session.id, name) if name else []
    if form is not None and isinstance(wrong, Invalid):
        form = form.with_errors(wrong, words)
    shown = form or Typed()
    window = standing.window
    return page(
        request,
        "record/corrections.html",
        status=status_of(wrong) if wrong else 200,
        session=at.session,
        desk_items=desk_items(at.session, at.staff, "berita-acara", words),
        standing=standing,
        window=window,
        reach=reach,
        runs=standing.runs(now) and not final,
        final=final,
        ended=at.session.state == SessionState.ENDED,
        closes_at=shown.get("closes_at") or (local(window.closes_at, at.session.zone) if window and standing.runs(now) else ""),
        earlier={one.id for one in objections if one.participant_id in since and one.received_at <= since[one.participant_id]},
        objections=[
            (one, people[one.participant_id], *(opened_words(parts.vault, one, name) for name in ("text", "answer"))) for one in objections
        ],
        tells={one.id: reachable(one) for one in people.values()},
        verdicts=[(one.value, words.label("objection_verdict", one.value)) for one in ObjectionVerdict],
        subjects=[(one.value, words.label("objection_subject", _called(one))) for one in ObjectionSubject],
        called={one: _called(one) for one in ObjectionSubject},
        rows=[row for rows in rows_shown(window).values() for row in rows] if window else [],
        name=name,
        found=found,
        form=shown,
        answering=answering,
        refused=words.error(wrong.code, **wrong.facts) if wrong and not isinstance(wrong, Invalid) else None,
        told=next((one for one in (*DONE.values(), "dicatat", "dijawab") if one in request.query_params), ""),
        most=MOST_TEXT,
    )

"""Doors of the minutes: the desk's page, what is written on it, and notes that are taken back."""

import re
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from app.access.models import Role
from app.errors import Conflict, Invalid, NotFound
from app.minutes import texts, view
from app.minutes.gather import frame_of
from app.sessions.guards import Desk, desk
from app.web.forms import Typed, typed
from app.web.ground import Ground, ground

router = APIRouter(prefix="/meja/{slug}/notulen", include_in_schema=False)
Parts = Annotated[Ground, Depends(ground)]
At = Annotated[Desk, Depends(desk(Role.SECRETARIAT, Role.MODERATOR))]
_ID = re.compile(r"[a-z2-7]{16}")


@router.get("")
async def minutes_page(request: Request, parts: Parts, at: At) -> Response:
    """The sections, and one of them: `?bagian=` its key, `?isi=` what the editor begins with."""
    return await view.drawn(request, parts, at)


@router.post("")
async def save(request: Request, parts: Parts, at: At) -> Response:
    """Keep a running note and the text of a section, whichever of them was typed; what is refused stays typed, and the other is kept."""
    form, noted = await typed(request), False
    try:
        noted = await _note(parts, at, form)
        form = Typed({name: value for name, value in form.values.items() if name not in {"note", "note_id"}}, form.many)
        await _text(parts, at, form)
    except (Conflict, Invalid, NotFound) as refused:
        return await view.drawn(request, parts, at, form=form, refused=refused, noted=noted)
    return RedirectResponse(f"/meja/{at.session.slug}/notulen?bagian={form.get('section')}&tersimpan=1", 303)


@router.post("/catatan/{note_id}/tarik")
async def take_back(parts: Parts, at: At, note_id: str, request: Request) -> Response:
    """Take a running note back."""
    section = (await typed(request)).get("section")
    async with parts.database.write() as db:
        await texts.take_back(db, parts.vault, at.session, note_id, actor=at.staff.actor, now=parts.clock.now())
    return RedirectResponse(f"/meja/{at.session.slug}/notulen?bagian={section}&tersimpan=1", 303)


async def _note(parts: Ground, at: Desk, form: Typed) -> bool:
    """Keep the note, if one was typed; whether there is one."""
    words, note_id = form.get("note"), form.get("note_id")
    if not words or not _ID.fullmatch(note_id):
        return False
    async with parts.database.write() as db:
        await texts.note(db, parts.vault, at.session, note_id, words, actor=at.staff.actor, now=parts.clock.now())
    return True


async def _text(parts: Ground, at: Desk, form: Typed) -> None:
    """The text only where somebody typed in it: a note alone never touches what a colleague writes."""
    if form.get("text").replace("\r\n", "\n") == form.get("was").replace("\r\n", "\n"):
        return
    async with parts.database.write() as db:
        known = (await frame_of(db, at.session)).keys
        await texts.write_text(
            db,
            parts.vault,
            at.session,
            form.get("section"),
            form.get("text"),
            known=known,
            seen=view.number_in(form, "seen"),
            was=form.get("was"),
            actor=at.staff.actor,
            now=parts.clock.now(),
        )

"""Copying a forum as the beginning of another, or as the first day of a series: one short form each, everything else is taken over."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from app.access.guards import OfficeAdmin
from app.access.rights import Staff
from app.errors import Conflict, FieldError, Invalid
from app.sessions.copying import copy_session, next_year
from app.sessions.fields import CopyFields, SeriesFields
from app.sessions.guards import find_session
from app.sessions.models import ForumSession, Series
from app.sessions.navigation import desk_items
from app.sessions.rows import rows_of
from app.sessions.series import start_series
from app.sessions.staffing import members_of
from app.sessions.typed import local, local_moment
from app.web.forms import Typed, checked, parse, typed
from app.web.ground import Ground, ground
from app.web.pages import page, translator

router = APIRouter(include_in_schema=False)
Parts = Annotated[Ground, Depends(ground)]
Source = Annotated[ForumSession, Depends(find_session)]


@router.get("/meja/{slug}/salin")
async def copy_page(request: Request, parts: Parts, staff: OfficeAdmin, source: Source) -> Response:
    """What is copied, and when the new forum is held; the proposed day is the same weekday of the next year."""
    proposed = {"starts_at": local(next_year(source), source.zone), "staff": "1"}
    return await _page(request, parts, staff, source, Typed(proposed))


@router.post("/meja/{slug}/salin")
async def copy(request: Request, parts: Parts, staff: OfficeAdmin, source: Source) -> Response:
    """Make the copy as a draft and go on to its settings."""
    form = await typed(request)
    try:
        fields = _read(form, source.zone)
        async with parts.database.write() as db:
            made = await copy_session(db, parts.vault, source.id, fields, actor=staff.actor, now=parts.clock.now())
    except Invalid as wrong:
        return await _page(request, parts, staff, source, form.with_errors(_shown(wrong), translator(request)), status=422)
    return RedirectResponse(f"/meja/{made.slug}/atur?disalin=1", 303)


@router.post("/meja/{slug}/seri")
async def begin_series(request: Request, parts: Parts, staff: OfficeAdmin, source: Source) -> Response:
    """Let this forum be the first day of a series, and on to the page where the others are added."""
    form = await typed(request)
    try:
        fields = parse(SeriesFields, Typed({"title": form.get("series_title"), "summary": form.get("summary")}))
        async with parts.database.write() as db:
            series = await start_series(db, parts.vault, source.id, fields, actor=staff.actor, now=parts.clock.now())
    except Invalid as wrong:
        named = Invalid(*(FieldError("series_title", e.code, e.facts) for e in wrong.errors))
        return await _page(request, parts, staff, source, form.with_errors(named, translator(request)), status=422)
    except Conflict as refused:
        told = Invalid(FieldError("series_title", refused.code))
        return await _page(request, parts, staff, source, form.with_errors(told, translator(request)), status=409)
    return RedirectResponse(f"/meja/seri/{series.slug}", 303)


def _read(form: Typed, zone: str) -> CopyFields:
    moment = local_moment(form.get("starts_at"), zone) if form.get("starts_at") else None
    if form.get("starts_at") and moment is None:
        raise Invalid(FieldError("starts_at", "field.not_a_moment"))
    values: dict[str, object] = {"staff": form.get("staff") == "1"}
    values |= {"starts_at": moment} if moment else {}
    values |= {"title": form.get("title")} if form.get("title") else {}
    return checked(CopyFields, values)


def _shown(wrong: Invalid) -> Invalid:
    """What a copy may refuse beside its own two fields has to do with the day."""
    known = {"starts_at", "title"}
    return Invalid(*(e if e.field in known else FieldError("starts_at", e.code, e.facts) for e in wrong.errors))


async def _page(request: Request, parts: Ground, staff: Staff, source: ForumSession, form: Typed, *, status: int = 200) -> Response:
    async with parts.database.read() as db:
        rows = await rows_of(db, source.id)
        members = [one for one in await members_of(db, source.id) if any(not duty.everywhere for duty in one.duties)]
        series = await db.get(Series, source.series_id) if source.series_id else None
    return page(
        request,
        "sessions/copy.html",
        status=status,
        session=source,
        form=form,
        rows=rows,
        members=members,
        series=series,
        desk_items=desk_items(source, staff, "salin", translator(request)),
    )

"""Setting a forum up and changing it: one form in sections, which works without script and loses nothing typed."""

import re
from functools import cache
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.guards import OfficeAdmin
from app.access.models import Role
from app.access.rail import office_items
from app.errors import Conflict, FieldError, Invalid
from app.meetings.service import MeetingAccess, meeting_of, opened
from app.regions import find_regencies, region, regions_in, villages_of
from app.sessions.fields import SessionChanges, SessionFields
from app.sessions.guards import Desk, desk
from app.sessions.lists import own
from app.sessions.models import ForumSession, QuotaUnit, SessionState, Tier
from app.sessions.navigation import desk_items
from app.sessions.notice import notice_of
from app.sessions.rows import Rows, rows_of
from app.sessions.service import create_session, update_session
from app.sessions.typed import Read, counts, filled, read_changes, read_new, tidy
from app.sessions.vocabulary import FIXED_VALUES, ZONES, Element
from app.web.forms import Typed, checked, typed
from app.web.ground import Ground, ground
from app.web.pages import page, translator

Fields = TypeVar("Fields", bound=SessionChanges)
router = APIRouter(include_in_schema=False)
Parts = Annotated[Ground, Depends(ground)]
Admin = Annotated[Desk, Depends(desk(Role.ADMIN))]
QUOTA_VALUE = re.compile(r"^(quotas\.\d+)\.(?:attribute|value)$")
MOST_COPIES = 6
MOST_VILLAGES = 60
"""More villages than this are no list to choose a quota from."""


@router.get("/meja/baru")
async def new_page(request: Request, parts: Parts, staff: OfficeAdmin, dari: str | None = None) -> Response:
    """The form of a new forum, empty or filled from an earlier one (`?dari=slug`)."""
    form = Typed(_proposed(parts), {"elements": list(Element)})
    async with parts.database.read() as db:
        earlier = (await own(db, staff))[:MOST_COPIES]
        source = await db.scalar(select(ForumSession).where(ForumSession.slug == dari)) if dari else None
        if source is not None:
            form = filled(source, await rows_of(db, source.id), MeetingAccess(), "", anew=True)
    return _new(request, form, earlier, source, office_items(staff, "", translator(request)))


@router.post("/meja/baru")
async def make(request: Request, parts: Parts, staff: OfficeAdmin) -> Response:
    """Make the forum as a draft and go on to its summary; one more row when that was asked for."""
    form = tidy(await typed(request))
    items = office_items(staff, "", translator(request))
    if form.get("add"):
        return _new(request, form, [], None, items, add=form.get("add"))
    try:
        fields = _checked(SessionFields, read_new(form))
        async with parts.database.write() as db:
            session = await create_session(db, parts.vault, fields, actor=staff.actor, now=parts.clock.now())
    except Invalid as wrong:
        return _new(request, form.with_errors(_shown(wrong), translator(request)), [], None, items, status=422)
    return RedirectResponse(f"/meja/{session.slug}", 303)


@router.get("/meja/{slug}/atur")
async def change_page(request: Request, parts: Parts, at: Admin) -> Response:
    """Everything about a forum, to be changed."""
    async with parts.database.read() as db:
        form = await _standing(db, parts, at.session)
    return _change(request, at, form, at.session.version)


@router.post("/meja/{slug}/atur")
async def change(request: Request, parts: Parts, at: Admin) -> Response:
    """Save; when somebody else has saved meanwhile, say so and keep what was typed."""
    form = tidy(await typed(request))
    version = int(form.get("version")) if form.get("version").isdecimal() and len(form.get("version")) < 9 else 0
    if form.get("add"):
        return _change(request, at, form, version, add=form.get("add"))
    words = translator(request)
    try:
        changes = _checked(SessionChanges, read_changes(form, at.session, moments=at.session.state is SessionState.DRAFT))
        async with parts.database.write() as db:
            await update_session(db, parts.vault, at.session.id, changes, version=version, actor=at.staff.actor, now=parts.clock.now())
    except Invalid as wrong:
        return _change(request, at, form.with_errors(_shown(wrong), words), version, status=422)
    except Conflict as refused:
        return _change(request, at, form, version, status=409, refused=words.error(refused.code, **refused.facts))
    return RedirectResponse(f"/meja/{at.session.slug}/atur?tersimpan=1", 303)


def _new(
    request: Request,
    form: Typed,
    earlier: list[ForumSession],
    source: ForumSession | None,
    items: object,
    *,
    add: str | None = None,
    status: int = 200,
) -> Response:
    context = _choices(form, add)
    return page(
        request, "sessions/setup.html", status=status, form=form, earlier=earlier, source=source, desk_items=items, draft=True, **context
    )


def _change(
    request: Request, at: Desk, form: Typed, version: int, *, add: str | None = None, status: int = 200, refused: str | None = None
) -> Response:
    items = desk_items(at.session, at.staff, "atur", translator(request))
    return page(
        request,
        "sessions/settings.html",
        status=status,
        form=form,
        session=at.session,
        version=version,
        refused=refused,
        saved=request.query_params.get("tersimpan") == "1",
        draft=at.session.state is SessionState.DRAFT,
        desk_items=items,
        **_choices(form, add),
    )


def _choices(form: Typed, add: str | None) -> dict[str, Any]:
    return {
        "counts": counts(form, add),
        "added": add,
        "tiers": list(Tier),
        "zones": ZONES,
        "elements": list(Element),
        "values": {str(attribute): values for attribute, values in FIXED_VALUES.items()},
        "halls": [form.get(f"sites.{n}.name") for n in range(60) if form.get(f"sites.{n}.name")],
        "units": list(QuotaUnit),
        "regions": _region_names(),
        "villages": _village_names(form.get("region").split(" ")[0]),
    }


def _checked(model: type[Fields], read: Read) -> Fields:
    """The model, or every wrong field at once: what could not be read and what the model refuses."""
    try:
        fields = checked(model, read.values)
    except Invalid as wrong:
        known = {error.field for error in read.errors}
        hidden = {"region_code"} if "region" in known else set()
        rest = [error for error in wrong.errors if error.field not in known | hidden]
        raise Invalid(*read.errors, *rest) from None
    if read.errors:
        raise Invalid(*read.errors)
    return fields


async def _standing(db: AsyncSession, parts: Ground, session: ForumSession) -> Typed:
    notice = await notice_of(db, session.id)
    rows: Rows = await rows_of(db, session.id)
    return filled(session, rows, opened(parts.vault, await meeting_of(db, session.id)), notice.text if notice else "")


def _proposed(parts: Ground) -> dict[str, str]:
    """What the office's own name already tells."""
    meant = [one for one in find_regencies(parts.settings.office_name) if one.name in parts.settings.office_name]
    values = {"seats_online": "100", "late_hours": "24"}
    values |= {"quotas.0.who": "gender:female", "quotas.0.minimum": "30", "quotas.0.unit": "percent"}
    return values | ({"region": f"{meant[0].code} {meant[0].name}"} if meant else {})


def _shown(wrong: Invalid) -> Invalid:
    """The form asks for the region in words, and shows removed halls at the top of their list."""
    found: dict[str, FieldError] = {}
    for error in wrong.errors:
        name = "region" if error.field == "region_code" else QUOTA_VALUE.sub(r"\1.who", error.field)
        found.setdefault(name, FieldError(name, error.code, error.facts))
    return Invalid(*found.values(), code=wrong.code)


@cache
def _region_names() -> tuple[str, ...]:
    provinces = regions_in(None)
    return tuple(f"{one.code} {one.label}" for province in provinces for one in (province, *regions_in(province.code)))


def _village_names(code: str) -> list[tuple[str, str]]:
    found = region(code) if code else None
    if found is None or len(code) < 5:
        return []
    below = villages_of(found.code)
    return [(one.code, one.label) for one in below] if len(below) <= MOST_VILLAGES else []

"""The desk of a series: its days, one more day, one day's settings for the others, and the people who work on all of them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.guards import OfficeAdmin, SignedIn
from app.access.models import Role
from app.access.rail import office_items
from app.access.rights import Staff
from app.errors import FieldError, Invalid, NotFound
from app.i18n import day as i18n_day
from app.sessions.crowd import crowd_of
from app.sessions.models import ForumSession, Series
from app.sessions.rows import sites_of
from app.sessions.series import add_day, days_of, give_series_duty, may_see, series_named, spread, take_series_duty
from app.sessions.staffing import Member, members_of, others
from app.sessions.typed import local_moment
from app.web.forms import Typed, parse, typed
from app.web.ground import Ground, ground
from app.web.pages import page, translator

router = APIRouter(include_in_schema=False)
Parts = Annotated[Ground, Depends(ground)]
Named = Annotated[str, Path(max_length=80)]


class SeriesDuty(BaseModel):
    """An account with a duty on every day; `hall` is the code of a hall that the days have in common."""

    account: str = Field(max_length=16)
    role: Role
    hall: str | None = Field(None, max_length=30)


class Source(BaseModel):
    """The day whose settings the others take over."""

    day: str = Field(max_length=16)


@router.get("/meja/seri/{series}")
async def series_page(request: Request, parts: Parts, staff: SignedIn, series: Named) -> Response:
    """Every day with its numbers; who works in none of them sees no series."""
    async with parts.database.read() as db:
        found = await _seen(db, series, staff)
        return await _page(request, parts, db, staff, found, Typed())


@router.post("/meja/seri/{series}/hari")
async def one_more_day(request: Request, parts: Parts, staff: OfficeAdmin, series: Named) -> Response:
    """One more day like the first."""
    form = await typed(request)
    try:
        async with parts.database.write() as db:
            found = await series_named(db, series)
            first = (await days_of(db, found.id))[0]
            moment = local_moment(form.get("starts_at"), first.zone)
            if moment is None:
                raise Invalid(FieldError("starts_at", "field.not_a_moment" if form.get("starts_at") else "field.required"))
            title = form.get("title")[:160] or None
            await add_day(db, parts.vault, found, moment, actor=staff.actor, now=parts.clock.now(), title=title)
    except Invalid as wrong:
        return await _again(request, parts, staff, series, form, wrong)
    return RedirectResponse(f"/meja/seri/{series}?kabar=hari", 303)


@router.post("/meja/seri/{series}/salin")
async def spread_settings(request: Request, parts: Parts, staff: OfficeAdmin, series: Named) -> Response:
    """One day's settings for all days that have not been announced."""
    form = await typed(request)
    try:
        wish = parse(Source, form)
        async with parts.database.write() as db:
            found = await series_named(db, series)
            done = await spread(db, parts.vault, found, wish.day, actor=staff.actor, now=parts.clock.now())
    except Invalid as wrong:
        return await _again(request, parts, staff, series, form, Invalid(*(FieldError("day", e.code, e.facts) for e in wrong.errors)))
    return RedirectResponse(f"/meja/seri/{series}?kabar=disalin&ubah={len(done.changed)}&tetap={len(done.kept)}", 303)


@router.post("/meja/seri/{series}/petugas")
async def give(request: Request, parts: Parts, staff: OfficeAdmin, series: Named) -> Response:
    """A duty on every day."""
    form = await typed(request)
    try:
        wish = parse(SeriesDuty, form)
        async with parts.database.write() as db:
            found, now = await series_named(db, series), parts.clock.now()
            await give_series_duty(db, parts.vault, found, wish.account, wish.role, wish.hall, actor=staff.actor, now=now)
    except Invalid as wrong:
        return await _again(request, parts, staff, series, form, wrong)
    return RedirectResponse(f"/meja/seri/{series}?kabar=petugas", 303)


@router.post("/meja/seri/{series}/petugas/cabut")
async def take(request: Request, parts: Parts, staff: OfficeAdmin, series: Named) -> Response:
    """A duty taken away on every day."""
    wish = parse(SeriesDuty, await typed(request))
    async with parts.database.write() as db:
        found, now = await series_named(db, series), parts.clock.now()
        await take_series_duty(db, parts.vault, found, wish.account, wish.role, wish.hall, actor=staff.actor, now=now)
    return RedirectResponse(f"/meja/seri/{series}?kabar=petugas", 303)


async def _seen(db: AsyncSession, slug: str, staff: Staff) -> Series:
    found = await series_named(db, slug)
    if not may_see(staff, await days_of(db, found.id)):
        raise NotFound("sessions.series_unknown")
    return found


async def _again(request: Request, parts: Ground, staff: Staff, slug: str, form: Typed, wrong: Invalid) -> Response:
    async with parts.database.read() as db:
        found = await series_named(db, slug)
        return await _page(request, parts, db, staff, found, form.with_errors(wrong, translator(request)), status=422)


async def _page(
    request: Request, parts: Ground, db: AsyncSession, staff: Staff, series: Series, form: Typed, *, status: int = 200
) -> Response:
    words = translator(request)
    days = await days_of(db, series.id)
    halls = {site.code: site.name for day in days for site in await sites_of(db, day.id)}
    return page(
        request,
        "sessions/series.html",
        status=status,
        series=series,
        days=[(day, await crowd_of(db, day.id), len(await sites_of(db, day.id)), staff.may(set(Role), day.id)) for day in days],
        form=form,
        halls=sorted(halls.items(), key=lambda pair: pair[1]),
        duties=await _duties(db, days),
        day_choices=[(day.id, f"{i18n_day(day.starts_at, day.zone, words.language)} · {day.title}") for day in days],
        account_choices=[(one.id, one.name) for one in await others(db)] if staff.may({Role.ADMIN}) else [],
        role_choices=[(role.value, words.label("role", role.value)) for role in Role if role is not Role.ADMIN],
        admin=staff.may({Role.ADMIN}),
        zone=days[0].zone,
        desk_items=office_items(staff, "", words),
    )


async def _duties(db: AsyncSession, days: list[ForumSession]) -> list[tuple[Member, Role, str | None, str | None, int]]:
    """Who does what, with the hall's code and name, and on how many days."""
    found: dict[tuple[str, Role, str | None], tuple[Member, str | None, int]] = {}
    for day in days:
        sites = {site.id: site for site in await sites_of(db, day.id)}
        for member in await members_of(db, day.id):
            for duty in (one for one in member.duties if not one.everywhere):
                site = sites.get(duty.site_id or "")
                key = (member.id, duty.role, site.code if site else None)
                count = found[key][2] if key in found else 0
                found[key] = (member, site.name if site else None, count + 1)
    return [(member, role, code, name, count) for (_, role, code), (member, name, count) in found.items()]
